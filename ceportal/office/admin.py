"""The admin site of the bureaus: their desks, behind the portal's own door and in the portal's own look."""

from typing import Any, cast

from django.contrib import admin, auth
from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.utils.http import urlencode
from django.views.decorators.http import require_POST

from accounts.models import User
from ceportal.kernel.selectors.calendar import missing_notice
from ceportal.kernel.web.desks import Register
from ceportal.office.selectors.desks import Desk, desks_of
from ceportal.office.selectors.navigation import may_enter_desks
from credits.selectors.calendar_desk import keeps_the_calendar


class BureauAdminSite(admin.AdminSite):
    """Nobody is `staff` here: who holds a duty with a desk may enter, and each desk asks for its own duty."""

    site_header = "继续教育管理工作台"
    site_title = "继续教育学时管理平台"
    index_title = "我的工作台"
    site_url = "/home/"
    enable_nav_sidebar = False
    empty_value_display = "—"

    def __init__(self, name: str = "admin") -> None:
        super().__init__(name)
        self.disable_action("delete_selected")

    def register(self, model_or_iterable: Any, admin_class: Any = None, **options: Any) -> None:
        """Only our desks stand here: third parties register their tables (groups, tokens) with every admin site."""
        if admin_class is not None and issubclass(admin_class, Register):
            super().register(model_or_iterable, admin_class, **options)

    def has_permission(self, request: HttpRequest) -> bool:
        """Whether to let in, or else to ask to sign in. Who has signed in and has no desk is told so: 403."""
        if self.may_enter(request):
            return True
        if request.user.is_authenticated:
            raise PermissionDenied("这个工作台供承担相应职责的人员使用。")
        return False

    def may_enter(self, request: HttpRequest) -> bool:
        """Asked on every page of the site: once a request is enough."""
        if not request.user.is_authenticated or not request.user.is_active:
            return False
        if not hasattr(request, "may_enter_desks"):
            request.may_enter_desks = may_enter_desks(cast(User, request.user))  # type: ignore[attr-defined]
        return bool(request.may_enter_desks)  # type: ignore[attr-defined]

    def index(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> TemplateResponse:
        """The reader's desks with what waits at each, and that next year's holidays are not known yet."""
        user = cast(User, request.user)
        missing = missing_notice(timezone.localdate())
        context = {
            "missing_year": missing,
            "keeps_calendar": missing and keeps_the_calendar(user),
            "sections": desks_of(user, self._registers(request), now=timezone.now()),
        }
        return super().index(request, context | (extra_context or {}))

    def _registers(self, request: HttpRequest) -> dict[str, Desk]:
        """Those that let the reader in, by the label of their model."""
        desks = ((model._meta, cast(Register, desk)) for model, desk in self._registry.items())
        return {
            meta.label_lower: Desk(
                meta.label_lower, str(meta.verbose_name), reverse(f"admin:{desk.address('changelist')}"),
                desk.queued(request),
            )
            for meta, desk in desks if desk.allows(request)
        }  # fmt: skip

    @method_decorator(login_not_required)
    def login(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """The portal has one door. Who is inside already goes to the desks, or without any to their own home."""
        if request.user.is_authenticated:
            return redirect("admin:index" if self.may_enter(request) else "office:home")
        query = urlencode({"next": request.GET.get("next") or reverse("admin:index")})
        return redirect(f"{reverse('accounts:sign_in')}?{query}")

    @method_decorator(require_POST)
    def logout(  # type: ignore[override]
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        auth.logout(request)
        return redirect("office:front")

    def password_change(  # type: ignore[override]
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        return redirect("accounts:change_password")
