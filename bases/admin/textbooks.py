"""教材目录: what a bureau names for its place, one by one (S1-09)."""

from typing import Any, cast
from uuid import UUID

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import URLPattern, path, reverse
from django.utils import timezone

from accounts.models import User
from bases.forms.lists import EndForm, TextbookForm
from bases.models import Textbook
from bases.rules.classes import SUBJECTS
from bases.selectors.courses import textbooks_kept_by
from bases.selectors.desks import listing_bureaus, places_kept_by
from bases.services.textbooks import drop_textbook, name_textbook
from ceportal.kernel.rules.refusal import Refused
from ceportal.kernel.web.desks import Column, Register


def _user(request: HttpRequest) -> User:
    return cast(User, request.user)


@admin.register(Textbook)
class TextbookDesk(Register):
    lead = "供本地区继续教育选用的教材，任何人都能在“课程和教材”中看到；不得强制购买。"
    nothing = ("目录里还没有教材", "可以逐本增加。")
    order = ("-id",)
    link_label = "查看"
    list_template = "bases/admin/textbooks.html"
    columns = (
        Column("教材", "title"),
        Column("编者", "author", is_short=True),
        Column("出版单位", "publisher"),
        Column("科目", lambda row: SUBJECTS[row.subject], is_short=True),
        Column("适用人员", "audience"),
        Column("地区", lambda row: row.area.name, is_short=True),
        Column("状态", lambda row: "已移出" if row.ended_on else "在目录中", is_short=True),
    )

    def allows(self, request: HttpRequest) -> bool:
        """Read once a request, however many desks ask."""
        keeper: Any = request
        if not hasattr(keeper, "keeps_lists"):
            keeper.keeps_lists = listing_bureaus(_user(request)).exists()
        return bool(keeper.keeps_lists)

    def rows(self, request: HttpRequest) -> QuerySet[Textbook]:
        return textbooks_kept_by(_user(request))

    def link(self, row: Textbook) -> str:
        return reverse("admin:bases_textbook_one", args=[row.ref])

    def pages(self) -> list[URLPattern]:
        return [
            path("new/", self.door(self.add), name=self.address("new")),
            path("<uuid:ref>/", self.door(self.show), name=self.address("one")),
        ]

    def add(self, request: HttpRequest) -> HttpResponse:
        form = TextbookForm(request.POST if request.method == "POST" else None, places=places_kept_by(_user(request)))
        if form.is_bound and form.is_valid():
            try:
                name_textbook(**form.cleaned_data, by=_user(request), now=timezone.now())
            except Refused as refused:
                form.show(refused)
            else:
                messages.success(request, "已列入教材目录。")
                return redirect("admin:bases_textbook_changelist")
        context = {"title": "增加教材", "form": form}
        return render(request, "bases/admin/textbook_new.html", context, status=422 if form.is_bound else 200)

    def show(self, request: HttpRequest, ref: UUID) -> HttpResponse:
        """One textbook; POST takes it off the list."""
        row = get_object_or_404(textbooks_kept_by(_user(request)), ref=ref)
        form = EndForm(request.POST if request.method == "POST" else None)
        form.fields["reason"].label = "移出的原因"
        if form.is_bound and form.is_valid():
            drop_textbook(row, **form.cleaned_data, by=_user(request), now=timezone.now())
            messages.success(request, "已移出教材目录。")
            return redirect("admin:bases_textbook_changelist")
        context = {"title": row.title, "row": row, "subject": SUBJECTS[row.subject], "form": form}
        return render(request, "bases/admin/textbook.html", context, status=422 if form.is_bound else 200)
