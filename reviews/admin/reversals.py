"""学时撤销: the desk for taking back what was credited. An ID number is only ever sent by POST."""

from datetime import UTC, datetime
from typing import Any, cast
from uuid import UUID

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.views.decorators.http import require_POST

from accounts.access import recently_proved
from accounts.models import User
from accounts.rules.policy import Act
from accounts.selectors.people import find_by_id_number
from ceportal.kernel.rules.refusal import Refusal, Refused
from ceportal.kernel.web.desks import Column
from credits.enums import ClaimState, Door, EntryKind
from credits.models import Correction
from credits.selectors.records import open_corrections
from reviews.forms.reviewing import DeclineForm, FindPersonForm, ReverseForm
from reviews.models import CreditedHours
from reviews.selectors.registers import hours_in_reach, reversible_hours
from reviews.services.reversing import decline_reversal, reverse_hours
from reviews.web.overseers import OverseersRegister, moment_of

_LOOKED_AT = 500


def _user(request: HttpRequest) -> User:
    return cast(User, request.user)


def _unit_of(claim: CreditedHours) -> str:
    declaration = claim.declaration
    return declaration.organization.name if declaration and declaration.organization else "—"


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
        Column("记入时间", lambda c: moment_of(c.made_at), is_short=True),
    )

    def rows(self, request: HttpRequest) -> QuerySet[CreditedHours]:
        return reversible_hours(_user(request), **_asked(request))

    def queue(self, request: HttpRequest) -> QuerySet[CreditedHours]:
        """Of filed months, what the platform itself asks to take back; these few are looked up first."""
        asked = list(open_corrections().order_by("pk").values_list("claim", flat=True)[:_LOOKED_AT])
        return reversible_hours(_user(request)).filter(pk__in=asked)

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
        """What will be taken back, with reason and clause; on POST it is, or what asked for it is turned down."""
        claim = get_object_or_404(hours_in_reach(_user(request)), ref=ref)
        correction = open_corrections().filter(claim=claim).select_related("client").first()
        if "correction" in request.POST:
            return self._decline(request, claim, correction)
        form = ReverseForm(request.POST if request.method == "POST" else None)
        reasons: list[Refusal] = []
        if form.is_bound and form.is_valid():
            try:
                reverse_hours(claim, by=_user(request), now=timezone.now(), **form.cleaned_data)
            except Refused as refused:
                reasons = refused.reasons
            else:
                messages.success(request, f"已撤销《{claim.title}》的 {claim.hours.normalize():f} 学时，已通知本人。")
                return redirect("admin:reviews_creditedhours_reverse", claim.ref)
        return _page(request, claim, correction, form, _decline_form(claim, correction), reasons)

    def _decline(self, request: HttpRequest, claim: CreditedHours, correction: Correction | None) -> HttpResponse:
        form, reasons = DeclineForm(request.POST, auto_id="decline_%s"), list[Refusal]()
        if form.is_valid():
            try:
                seen = get_object_or_404(Correction, claim=claim, ref=form.cleaned_data["correction"])
                seen.action, seen.asked_at = form.cleaned_data["action"], _moment(form.cleaned_data["asked_at"])
                reason = form.cleaned_data["reason"]
                decline_reversal(claim, seen, reason=reason, by=_user(request), now=timezone.now())
            except Refused as refused:
                reasons, form = refused.reasons, _decline_form(claim, correction, typed=reason) or form
            else:
                messages.success(request, f"已答复平台：不同意。《{claim.title}》的学时没有变动。")
                return redirect("admin:reviews_creditedhours_reverse", claim.ref)
        return _page(request, claim, correction, ReverseForm(), form if correction else None, reasons)


def _decline_form(claim: CreditedHours, correction: Correction | None, *, typed: str = "") -> DeclineForm | None:
    """Only a platform reads the answer."""
    if correction is None or claim.door != Door.PLATFORM:
        return None
    seen = {"correction": correction.ref, "action": correction.action, "asked_at": correction.asked_at.isoformat()}
    return DeclineForm(initial=seen | {"reason": typed}, auto_id="decline_%s")


def _moment(said: str) -> datetime:
    """As the page wrote it; of what it cannot have written, a moment when nothing was asked."""
    try:
        moment = datetime.fromisoformat(said)
    except ValueError:
        moment = datetime.min.replace(tzinfo=UTC)
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _page(
    request: HttpRequest,
    claim: CreditedHours,
    correction: Correction | None,
    form: ReverseForm,
    decline: DeclineForm | None,
    reasons: list[Refusal],
) -> HttpResponse:
    context = {
        "title": "撤销学时",
        "claim": claim,
        "unit": _unit_of(claim),
        "is_live": claim.state == ClaimState.LIVE,
        "was_reversed": claim.entries.filter(kind=EntryKind.REVERSAL).exists(),
        "correction": correction,
        "form": decline if decline and decline.is_bound else form,
        "reverse": form,
        "decline": decline,
        "reasons": reasons,
    }
    status = 409 if reasons else 422 if request.method == "POST" else 200
    return render(request, "reviews/admin/reverse.html", context, status=status)


def _asked(request: HttpRequest) -> dict[str, str]:
    names = ("name", "title", "person", "waiting")
    return {name: request.GET.get(name, "").replace("\0", "").strip()[:60] for name in names}
