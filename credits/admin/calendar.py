"""工作日历: the notices by which working days are counted, and importing the next one (A4)."""

from collections.abc import Sequence
from datetime import date
from typing import Any, cast

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from accounts.models import User
from ceportal.kernel.models import CalendarNotice
from ceportal.kernel.rules.dated import is_year
from ceportal.kernel.rules.refusal import MovedOn, Refusal, Refused
from ceportal.kernel.selectors.calendar import missing_notice, notices_shown
from ceportal.kernel.services.calendar import import_notice
from ceportal.kernel.web.desks import Column, Register
from credits.forms.calendar import NoticeForm
from credits.selectors.calendar_desk import keeps_the_calendar, notice_preview, year_shown

_NOT_CONFIRMED = Refusal("not_confirmed", "还没有导入：请对照通知原文逐月核对，勾选确认后再导入。", field="confirm")


@admin.register(CalendarNotice)
class CalendarDesk(Register):
    lead = "审核时限按工作日计算。每年的放假安排公布后在这里导入，未办结事项的期限随之重算。"
    order = ("-year",)
    list_template = "credits/admin/calendar.html"
    columns = (
        Column("年度", lambda n: f"{n.year} 年", is_short=True),
        Column("状态", lambda n: n.get_status_display(), is_short=True),
        Column("依据", "document"),
        Column("放假", "days_off", is_number=True),
        Column("调休上班", "days_worked", is_number=True),
        Column("导入时间", lambda n: timezone.localtime(n.imported_at).strftime("%Y-%m-%d"), is_short=True),
    )

    def allows(self, request: HttpRequest) -> bool:
        if not hasattr(request, "keeps_the_calendar"):
            request.keeps_the_calendar = keeps_the_calendar(cast(User, request.user))  # type: ignore[attr-defined]
        return bool(request.keeps_the_calendar)  # type: ignore[attr-defined]

    def rows(self, request: HttpRequest) -> QuerySet[CalendarNotice]:
        return notices_shown(timezone.localdate())

    def link(self, row: CalendarNotice) -> str:
        return reverse("admin:kernel_calendarnotice_year", args=[row.year])

    def more(self, request: HttpRequest) -> dict[str, Any]:
        return {"missing_year": missing_notice(timezone.localdate())}

    def pages(self) -> list[URLPattern]:
        return [
            path("import/", self.door(self.take_notice), name=self.address("import")),
            path("<int:year>/", require_safe(self.door(self.show_year)), name=self.address("year")),
        ]

    def show_year(self, request: HttpRequest, year: int) -> HttpResponse:
        if not is_year(year):
            raise Http404
        notice = get_object_or_404(CalendarNotice, year=year)
        context = {"title": f"{year} 年工作日历", "notice": notice, "months": year_shown(notice)}
        return render(request, "credits/admin/calendar_year.html", context)

    def take_notice(self, request: HttpRequest) -> HttpResponse:
        """The form; what it would change; and only when that was seen and confirmed, the import."""
        today = timezone.localdate()
        is_sent = request.method == "POST"
        form = NoticeForm(request.POST if is_sent else None, today=today, initial=_initial(today))
        if not is_sent or not form.is_valid() or "edit" in request.POST:
            context = {"title": "导入放假安排", "form": form}
            status = 422 if is_sent and form.errors else 200
            return render(request, "credits/admin/calendar_import.html", context, status=status)
        if not form.cleaned_data["seen_version"]:
            return self._preview(request, form)
        if request.POST.get("confirm") != "on":
            return self._preview(request, form, [_NOT_CONFIRMED], status=422)
        return self._import(request, form)

    def _preview(
        self, request: HttpRequest, form: NoticeForm, reasons: Sequence[Refusal] = (), status: int = 200
    ) -> HttpResponse:
        notice, year = form.notice, form.cleaned_data["year"]
        preview = notice_preview(year, rest=notice.rest, worked=notice.worked)
        context = {
            "title": f"核对 {year} 年放假安排",
            "form": form,
            "notice": notice,
            "preview": preview,
            "reasons": reasons,
        }
        return render(request, "credits/admin/calendar_preview.html", context, status=status)

    def _import(self, request: HttpRequest, form: NoticeForm) -> HttpResponse:
        data = form.cleaned_data
        try:
            is_changed = import_notice(
                data["year"],
                rest=form.notice.rest,
                worked=form.notice.worked,
                document=data["document"],
                source_url=data["source_url"],
                by=cast(User, request.user),
                now=timezone.now(),
                seen_version=data["seen_version"],
            )
        except MovedOn as refused:
            return self._preview(request, form, refused.reasons, status=409)
        except Refused as refused:
            return self._preview(request, form, refused.reasons, status=422)
        done = f"已导入 {data['year']} 年放假安排，未办结事项的期限将在几分钟内重算。"
        messages.success(request, done if is_changed else f"{data['year']} 年放假安排与已导入的完全相同，没有改动。")
        return redirect("admin:kernel_calendarnotice_year", year=data["year"])


def _initial(today: date) -> dict[str, str]:
    year = missing_notice(today) or today.year + 1
    return {"year": str(year), "document": f"国务院办公厅关于{year}年部分节假日安排的通知"}
