"""每月备案: the bureaus' desk for filing a month."""

from datetime import date
from typing import Any, cast
from uuid import UUID

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from accounts.access import recently_proved
from accounts.models import User
from accounts.rules.policy import Act
from ceportal.kernel.rules.dated import is_year
from ceportal.kernel.web.desks import Column, Queue
from ceportal.kernel.web.exports import csv_file
from ceportal.kernel.web.keyset import keyset_page
from credits.enums import EntryKind
from reviews.models import Filing, FilingItem
from reviews.rules.filing import month_named
from reviews.rules.filing_rows import HEADING, row_of
from reviews.selectors.filings import (
    changed_since,
    filing_bureaus,
    filings_seen_by,
    is_intact,
    lines_of,
    months_behind,
    progress_of,
    reasons_against,
    unfiled,
    waiting_months,
    what_to_file,
)
from reviews.services.filing import ask_to_file
from reviews.web.overseers import OverseersRegister, moment_of

# What of the changes since is shown on the page.
_CHANGES = 50


def _user(request: HttpRequest) -> User:
    return cast(User, request.user)


@admin.register(Filing)
class FilingDesk(OverseersRegister):
    """每月备案: the months to be filed, a page to confirm, the frozen lists (S2-07, A10)."""

    act = Act.SEE_FILINGS
    lead = "每月集中备案一次。备案不影响学时计入：学时在主管部门审核通过时已经计入。"
    nothing = ("还没有备案过", "第一次备案后，名单会固定保存在这里。")
    order = ("-month", "-id")
    list_template = "reviews/admin/filings.html"
    columns = (
        Column("编号", "number"),
        Column("地区", lambda f: f.area.name, is_short=True),
        Column("月份", lambda f: month_named(f.month)),
        Column("条数", "entry_count", is_number=True),
        Column("人数", "person_count", is_number=True),
        Column("公需学时", "public_hours", is_number=True),
        Column("专业学时", "professional_hours", is_number=True),
        Column("备案人", lambda f: f.filed_by.name),
        Column("状态", lambda f: "已备案" if f.digest else "正在固定名单", is_short=True),
        Column("备案时间", lambda f: moment_of(f.filed_at)),
    )

    def rows(self, request: HttpRequest) -> QuerySet[Filing]:
        return filings_seen_by(_user(request))

    def link(self, row: Filing) -> str:
        return reverse("admin:reviews_filing_list", args=[row.ref])

    def more(self, request: HttpRequest) -> dict[str, Any]:
        now = timezone.now()
        waiting = [
            {
                "open": opened,
                "month": month_named(opened.month),
                "is_next": is_next,
                "reasons": reasons_against(opened.bureau.area, opened.month, now=now),
            }
            for bureau in filing_bureaus(_user(request))
            for is_next, opened in waiting_months(bureau, today=timezone.localdate(now))
        ]
        return {"waiting": waiting}

    def queued(self, request: HttpRequest) -> Queue | None:
        """The months that are over, of those who file them."""
        bureaus, today = list(filing_bureaus(_user(request))), timezone.localdate()
        return Queue(sum(len(months_behind(each, today=today)) for each in bureaus), None) if bureaus else None

    def pages(self) -> list[URLPattern]:
        return [
            path(
                "<slug:area>/<int:year>/<int:month>/",
                self.door(recently_proved(self.confirm)),
                name=self.address("confirm"),
            ),
            path("<uuid:ref>/", require_safe(self.door(self.show_filing)), name=self.address("list")),
            path("<uuid:ref>/csv/", self.door(recently_proved(require_safe(self.download))), name=self.address("csv")),
        ]

    def confirm(self, request: HttpRequest, area: str, year: int, month: int) -> HttpResponse:
        """What will be filed; on POST it is."""
        bureau = get_object_or_404(filing_bureaus(_user(request)), area__code=area)
        day = _first_day(year, month)
        now = timezone.now()
        if request.method == "POST":
            filing = ask_to_file(bureau.area, day, by=_user(request), now=now)
            messages.success(request, f"{month_named(day)}的备案已开始，编号 {filing.number}。")
            return redirect("admin:reviews_filing_list", ref=filing.ref)
        reasons = reasons_against(bureau.area, day, now=now)
        context = {
            "title": f"备案{bureau.area.name} {month_named(day)}",
            "open": what_to_file(bureau, day),
            "month": month_named(day),
            "reasons": reasons,
            "page": keyset_page(
                unfiled(bureau.area, day), order=("recorded_at", "id"), cursor=request.GET.get("after", "")
            ),
        }
        return render(request, "reviews/admin/confirm_filing.html", context)

    def show_filing(self, request: HttpRequest, ref: UUID) -> HttpResponse:
        """The frozen list; with `?check=1` its seal is recomputed."""
        filing = get_object_or_404(filings_seen_by(_user(request)), ref=ref)
        items = FilingItem.objects.filter(filing=filing)
        changed = changed_since(filing)
        context = {
            "title": f"备案 {filing.number}",
            "filing": filing,
            "month": month_named(filing.month),
            "page": keyset_page(items, order=("position",), cursor=request.GET.get("after", "")),
            "progress": progress_of(filing),
            "changed": changed[:_CHANGES],
            "changed_count": changed.count(),
            "reversals": items.exclude(entry__kind__in=(EntryKind.CREDIT, EntryKind.RELEASE)).count(),
            "intact": is_intact(filing) if request.GET.get("check") else None,
        }
        return render(request, "reviews/admin/filing.html", context)

    def download(self, request: HttpRequest, ref: UUID) -> HttpResponse:
        filing = get_object_or_404(filings_seen_by(_user(request)).exclude(digest=""), ref=ref)
        rows = (row_of(line) for line in lines_of(filing))
        return cast(HttpResponse, csv_file(f"filing-{filing.number}.csv", HEADING, rows))


def _first_day(year: int, month: int) -> date:
    if not (is_year(year) and 1 <= month <= 12):
        raise Http404
    return date(year, month, 1)
