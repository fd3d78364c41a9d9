"""The bureaus' desks of this room: monthly filing, taking hours back, and the registers of what was decided.

Every act is a service; a list shows what a selector gives this user. An ID number is only ever sent by POST.
"""

from datetime import date
from decimal import Decimal
from typing import Any, cast
from uuid import UUID

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from accounts.access import recently_proved
from accounts.enums import OrganizationKind
from accounts.models import User
from accounts.rules.policy import POLICY, Act
from accounts.selectors.duties import duties_of
from accounts.selectors.people import find_by_id_number
from ceportal.kernel.models import AuditEvent
from ceportal.kernel.rules.dated import is_year
from ceportal.kernel.rules.refusal import Refusal, Refused
from ceportal.kernel.rules.trail_words import in_words
from ceportal.kernel.web.desks import Column, Register
from ceportal.kernel.web.exports import csv_file
from ceportal.kernel.web.keyset import keyset_page
from credits.enums import ClaimState, EntryKind, Subject
from credits.selectors.records import open_corrections
from reviews.forms import FindPersonForm, ReverseForm
from reviews.models import CreditedHours, Decision, Filing, FilingItem, RecordedHours
from reviews.rules.filing import month_named
from reviews.selectors.filings import (
    filing_bureaus,
    filings_seen_by,
    is_intact,
    lines_of,
    reasons_against,
    waiting_months,
    what_to_file,
)
from reviews.selectors.registers import (
    decisions_seen_by,
    entries_seen_by,
    hours_in_reach,
    reversible_hours,
    sees_the_trail,
    trail_seen_by,
)
from reviews.services.filing import file_month
from reviews.services.reversing import reverse_hours

_MOMENT = "%Y-%m-%d %H:%M"
_CSV_HEADING = ("序号", "姓名", "证件号码", "单位", "地区", "年度", "科目", "类型", "名称", "学时", "经手", "记入日期")


def _user(request: HttpRequest) -> User:
    return cast(User, request.user)


def _moment(value: Any) -> str:
    return timezone.localtime(value).strftime(_MOMENT)


def _unit_of(claim: CreditedHours) -> str:
    declaration = claim.declaration
    return declaration.organization.name if declaration and declaration.organization else "—"


class OverseersRegister(Register):
    """For those who may do `act` (accounts.rules.policy); their duties are read once a request, for all desks."""

    act: Act = Act.OVERSEE

    def allows(self, request: HttpRequest) -> bool:
        if not hasattr(request, "duties_above"):
            held = duties_of(_user(request)).values_list("duty", "organization__is_bureau")
            request.duties_above = frozenset(held)  # type: ignore[attr-defined]
        permission = POLICY[self.act]
        places = (True,) if permission.at == (OrganizationKind.BUREAU,) else (True, False)
        wanted = {(duty, is_bureau) for duty in permission.duties for is_bureau in places}
        return not wanted.isdisjoint(request.duties_above)  # type: ignore[attr-defined]


@admin.register(Decision)
class DecisionRegister(OverseersRegister):
    lead = "辖区内用人单位、主管部门和人社部门作出的每一次审核，最近的在最前。记录不能修改或删除。"
    nothing = ("辖区内还没有审核记录", "有单位审核学时后会出现在这里。")
    columns = (
        Column("时间", lambda d: _moment(d.at), is_short=True),
        Column("审核单位", lambda d: d.organization.name),
        Column("审核人", lambda d: d.by.name, is_short=True),
        Column("申报人", lambda d: d.subject.professional.name, is_short=True),
        Column("申报内容", lambda d: d.subject.title),
        Column("决定", lambda d: d.get_move_display(), is_short=True),
        Column("认定学时", "hours_recognised", is_number=True),
        Column("理由", "reason"),
        Column("时限", lambda d: "超期" if d.at > d.was_due_at else "按期", is_short=True),
    )

    def rows(self, request: HttpRequest) -> QuerySet[Decision]:
        return decisions_seen_by(_user(request))


@admin.register(RecordedHours)
class EntryRegister(OverseersRegister):
    lead = "辖区内每一笔记入和撤销，最近的在最前。记错了只能另记一笔撤销，原来的记录不会消失。"
    nothing = ("辖区内还没有学时记录", "学时审核通过后会出现在这里。")
    columns = (
        Column("时间", lambda e: _moment(e.recorded_at), is_short=True),
        Column("姓名", lambda e: e.professional.name, is_short=True),
        Column("单位", lambda e: e.organization.name if e.organization else "—"),
        Column("年度", "year", is_short=True),
        Column("科目", lambda e: e.get_subject_display(), is_short=True),
        Column("名称", "title"),
        Column("类型", lambda e: e.get_kind_display(), is_short=True),
        Column("学时", "hours", is_number=True),
        Column("原因", "reason"),
        Column("经手", "by_label", is_short=True),
    )

    def rows(self, request: HttpRequest) -> QuerySet[RecordedHours]:
        return entries_seen_by(_user(request))


@admin.register(AuditEvent)
class TrailRegister(Register):
    lead = "全省的操作记录，供省级监督人员查阅。记录只增不改，不含身份证号码和电话。"
    columns = (
        Column("时间", lambda e: _moment(e.at), is_short=True),
        Column("谁", "actor_label"),
        Column("做了什么", lambda e: in_words(e.action)),
        Column("对象编号", lambda e: str(e.subject_ref)[:8]),
        Column("从何处", "address"),
    )

    def allows(self, request: HttpRequest) -> bool:
        if not hasattr(request, "sees_the_trail"):
            request.sees_the_trail = sees_the_trail(_user(request))  # type: ignore[attr-defined]
        return bool(request.sees_the_trail)  # type: ignore[attr-defined]

    def rows(self, request: HttpRequest) -> QuerySet[AuditEvent]:
        return trail_seen_by(_user(request))


@admin.register(Filing)
class FilingDesk(OverseersRegister):
    """每月备案: the months to be filed, a page to confirm, the frozen lists (S2-07, A10)."""

    act = Act.SEE_FILINGS
    lead = "每月最后一个工作日起集中备案一次。备案不影响学时计入：学时在主管部门审核通过时已经计入。"
    nothing = ("还没有备案过", "第一次备案后，名单会固定保存在这里。")
    order = ("-month", "-id")
    list_template = "reviews/admin/filings.html"
    columns = (
        Column("编号", "number"),
        Column("地区", lambda f: f.area.name),
        Column("月份", lambda f: month_named(f.month)),
        Column("条数", "entry_count", is_number=True),
        Column("人数", "person_count", is_number=True),
        Column("公需学时", "public_hours", is_number=True),
        Column("专业学时", "professional_hours", is_number=True),
        Column("备案人", lambda f: f.filed_by.name),
        Column("备案时间", lambda f: _moment(f.filed_at)),
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
            filing = file_month(bureau.area, day, by=_user(request), now=now)
            messages.success(request, f"{month_named(day)}已备案，编号 {filing.number}，共 {filing.entry_count} 条。")
            return redirect("admin:reviews_filing_list", ref=filing.ref)
        reasons = reasons_against(bureau.area, day, now=now)
        context = {
            "title": f"备案{bureau.area.name} {month_named(day)}",
            "open": what_to_file(bureau, day),
            "month": month_named(day),
            "reasons": reasons,
        }
        return render(request, "reviews/admin/confirm_filing.html", context)

    def show_filing(self, request: HttpRequest, ref: UUID) -> HttpResponse:
        """The frozen list; with `?check=1` its seal is recomputed."""
        filing = get_object_or_404(filings_seen_by(_user(request)), ref=ref)
        items = FilingItem.objects.filter(filing=filing)
        context = {
            "title": f"备案 {filing.number}",
            "filing": filing,
            "month": month_named(filing.month),
            "page": keyset_page(items, order=("position",), cursor=request.GET.get("after", "")),
            "intact": is_intact(filing) if request.GET.get("check") else None,
        }
        return render(request, "reviews/admin/filing.html", context)

    def download(self, request: HttpRequest, ref: UUID) -> HttpResponse:
        filing = get_object_or_404(filings_seen_by(_user(request)), ref=ref)
        rows = (_csv_row(line) for line in lines_of(filing))
        return cast(HttpResponse, csv_file(f"filing-{filing.number}.csv", _CSV_HEADING, rows))


def _first_day(year: int, month: int) -> date:
    if not (is_year(year) and 1 <= month <= 12):
        raise Http404
    return date(year, month, 1)


def _csv_row(line: dict[str, Any]) -> tuple[object, ...]:
    subject, kind = Subject(line["subject"]).label, EntryKind(line["kind"]).label
    hours = Decimal(line["hours"])  # a number in the file, so that totals can be drawn
    return (
        line["position"], line["name"], line["id_mask"], line["unit"], line["area"], line["year"], subject, kind,
        line["title"], hours, line["by"], line["recorded_on"],
    )  # fmt: skip


@admin.register(CreditedHours)
class ReversalDesk(OverseersRegister):
    """学时撤销: find what was credited, say why, take it back (S3-10, S4-16, A14)."""

    act = Act.REVERSE_HOURS
    lead = "查实有问题的学时，由您撤销。撤销会另记一笔，本人会收到通知；已生成的证书会随之撤销或重新生成。"
    nothing = ("没有找到学时", "换个姓名或名称再找，或用身份证号码查找。")
    link_label = "撤销"
    list_template = "reviews/admin/reversals.html"
    columns = (
        Column("姓名", lambda c: c.professional.name, is_short=True),
        Column("单位", _unit_of),
        Column("名称", "title"),
        Column("年度", "year", is_short=True),
        Column("科目", lambda c: c.get_subject_display(), is_short=True),
        Column("来源", lambda c: c.get_door_display(), is_short=True),
        Column("学时", "hours", is_number=True),
        Column("记入时间", lambda c: _moment(c.made_at), is_short=True),
    )

    def rows(self, request: HttpRequest) -> QuerySet[CreditedHours]:
        return reversible_hours(_user(request), **_asked(request))

    def link(self, row: CreditedHours) -> str:
        return reverse("admin:reviews_creditedhours_reverse", args=[row.ref])

    def more(self, request: HttpRequest) -> dict[str, Any]:
        waiting = reversible_hours(_user(request), waiting="yes").count()
        return {"asked": _asked(request), "find": FindPersonForm(auto_id="find_%s"), "waiting": waiting}

    def pages(self) -> list[URLPattern]:
        return [
            path("find/", self.door(require_POST(self.find_person)), name=self.address("find")),
            path("<uuid:ref>/", self.door(recently_proved(self.reverse)), name=self.address("reverse")),
        ]

    def find_person(self, request: HttpRequest) -> HttpResponse:
        """By ID number, sent by POST; the answer names the person by ref. Who is elsewhere is not told apart."""
        desk = reverse("admin:reviews_creditedhours_changelist")
        form = FindPersonForm(request.POST)
        person = find_by_id_number(form.cleaned_data["id_number"]) if form.is_valid() else None
        if person is None or not hours_in_reach(_user(request)).filter(professional=person).exists():
            messages.warning(request, "您的辖区内没有这个号码的学时，请核对号码。")
            return redirect(desk)
        return redirect(f"{desk}?person={person.ref}")

    def reverse(self, request: HttpRequest, ref: UUID) -> HttpResponse:
        """What will be taken back, with reason and clause; on POST it is."""
        claim = get_object_or_404(hours_in_reach(_user(request)), ref=ref)
        form = ReverseForm(request.POST if request.method == "POST" else None)
        reasons: list[Refusal] = []
        if form.is_bound and form.is_valid():
            try:
                reverse_hours(claim, by=_user(request), now=timezone.now(), **form.cleaned_data)
            except Refused as refused:
                reasons = refused.reasons
            else:
                messages.success(request, f"已撤销《{claim.title}》的 {claim.hours.normalize():f} 学时，已通知本人。")
                return redirect("admin:reviews_creditedhours_changelist")
        context = {
            "title": "撤销学时",
            "claim": claim,
            "unit": _unit_of(claim),
            "is_live": claim.state == ClaimState.LIVE,
            "correction": open_corrections().filter(claim=claim).first(),
            "form": form,
            "reasons": reasons,
        }
        status = 409 if reasons else 422 if form.is_bound else 200
        return render(request, "reviews/admin/reverse.html", context, status=status)


def _asked(request: HttpRequest) -> dict[str, str]:
    names = ("name", "title", "person", "waiting")
    return {name: request.GET.get(name, "").replace("\0", "").strip()[:60] for name in names}
