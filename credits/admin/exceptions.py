"""补报例外: requests to declare a closed year, what waits for this officer first (S0-14, A8)."""

from typing import Any, cast

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import URLPattern, path
from django.views.decorators.http import require_safe

from accounts.models import User
from accounts.rules.policy import Act
from accounts.selectors.duties import units_for
from ceportal.kernel.web.desks import Register
from ceportal.kernel.web.keyset import keyset_page
from credits.models import BackYearRequest
from credits.selectors.exceptions import exceptions_at_bureau, exceptions_waiting_for


@admin.register(BackYearRequest)
class ExceptionDesk(Register):
    lead = "往年学时原则上不再补报。确有特殊原因的，经两位经办人先后同意，可以在批准的期限内补报指定年度。"
    order = ("due_at", "id")
    list_template = "credits/admin/exceptions.html"

    def allows(self, request: HttpRequest) -> bool:
        if not hasattr(request, "grants_exceptions"):
            bureaus = units_for(cast(User, request.user), Act.GRANT_EXCEPTIONS)
            request.grants_exceptions = bureaus.exists()  # type: ignore[attr-defined]
        return bool(request.grants_exceptions)  # type: ignore[attr-defined]

    def rows(self, request: HttpRequest) -> QuerySet[BackYearRequest]:
        return exceptions_waiting_for(cast(User, request.user))

    def queue(self, request: HttpRequest) -> QuerySet[BackYearRequest]:
        return self.rows(request)

    def more(self, request: HttpRequest) -> dict[str, Any]:
        return {"is_done": False}

    def pages(self) -> list[URLPattern]:
        return [path("done/", require_safe(self.door(self.show_done)), name=self.address("done"))]

    def show_done(self, request: HttpRequest) -> HttpResponse:
        """What this officer's bureaus had in hand, the latest first."""
        rows = exceptions_at_bureau(cast(User, request.user))
        page = keyset_page(rows, order=("-id",), cursor=request.GET.get("after", ""))
        context = {"title": "经手过的补报申请", "lead": self.lead, "page": page, "is_done": True}
        return render(request, self.list_template, context)
