"""学时抽查: the bureaus' desk for campaigns, their inspections and all that came of them (S2-07)."""

from collections.abc import Callable
from functools import partial
from typing import Any, cast
from uuid import UUID

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from accounts.access import recently_proved
from accounts.models import User
from accounts.rules.policy import Act
from ceportal.kernel.models import StoredFile
from ceportal.kernel.rules.refusal import MovedOn, Refused
from ceportal.kernel.web.desks import Column
from ceportal.kernel.web.serving import serve
from credits.models import Evidence
from reviews.enums import CampaignState, Finding, InspectionState
from reviews.forms.spot_checks import AskForm, AssignForm, CampaignForm, FindingForm, IntendForm, SaidForm
from reviews.models import Campaign, Inspection
from reviews.selectors.seen import unseen_of_inspection
from reviews.selectors.spot_checks import (
    announced,
    campaigns_seen_by,
    figures_by_reviewer,
    inspections_of,
    may_assign,
    may_inspect,
    other_inspectors,
    planning_bureaus,
)
from reviews.services.inspecting import ask_for_evidence, assign, find, intend
from reviews.services.openings import record_opening
from reviews.services.spot_checks import draw_campaign, publish_campaign
from reviews.web.overseers import OverseersRegister, moment_of

_ANNOUNCED = 50


def _user(request: HttpRequest) -> User:
    return cast(User, request.user)


def _acts(able: QuerySet[User]) -> dict[str, tuple[Callable[..., SaidForm], Callable[..., None]]]:
    """What can be done with an inspection: the form and the service of each. `able` may have it given to them."""
    return {
        "ask": (AskForm, ask_for_evidence),
        "intend": (IntendForm, intend),
        "find": (FindingForm, find),
        "assign": (partial(AssignForm, inspectors=able), assign),
    }


@admin.register(Campaign)
class SpotCheckDesk(OverseersRegister):
    act = Act.PLAN_SPOT_CHECKS
    also = (Act.INSPECT,)
    lead = (
        "抽查已经审核通过的学时。抽取之前先公布总体名册和随机种子的摘要，抽取之后公开种子，谁都可以重新抽一遍来核对。"
    )
    nothing = ("还没有抽查", "点“组织抽查”，选定时间和比例即可。")
    list_template = "reviews/admin/spot_checks.html"
    columns = (
        Column("名称", "name"),
        Column("范围", lambda c: c.bureau.area.name, is_short=True),
        Column("审核日期", lambda c: f"{c.decided_from} 至 {c.decided_until}", is_short=True),
        Column("抽取", lambda c: f"{c.rate}%" if c.rate else f"{c.number} 件", is_short=True),
        Column("公布时间", lambda c: moment_of(c.published_at), is_short=True),
        Column("状态", lambda c: c.get_state_display(), is_short=True),
    )

    def rows(self, request: HttpRequest) -> QuerySet[Campaign]:
        return campaigns_seen_by(_user(request))

    def queue(self, request: HttpRequest) -> QuerySet[Inspection]:
        """What the reader inspects and no unit is to answer now."""
        return Inspection.objects.filter(inspector=_user(request), state=InspectionState.OPEN, waits_on="")

    def link(self, row: Campaign) -> str:
        return reverse("admin:reviews_campaign_show", args=[row.ref])

    def more(self, request: HttpRequest) -> dict[str, Any]:
        bureaus = planning_bureaus(_user(request))
        return {"may_plan": bureaus.exists(), "sanctions": announced(bureaus)[:_ANNOUNCED]}

    def pages(self) -> list[URLPattern]:
        def at(route: str, view: Callable[..., HttpResponse], name: str) -> URLPattern:
            return path(route, self.door(view), name=self.address(name))

        return [
            at("plan/", recently_proved(self.plan), "plan"),
            at("<uuid:ref>/", require_safe(self.show), "show"),
            at("<uuid:ref>/draw/", require_POST(recently_proved(self.draw)), "draw"),
            at("<uuid:ref>/<int:position>/", recently_proved(self.inspect), "inspect"),
            at("<uuid:ref>/<int:position>/<uuid:file>/", require_safe(self.show_file), "file"),
        ]

    def plan(self, request: HttpRequest) -> HttpResponse:
        """Scope, days and how many; on POST the frame is frozen and published."""
        bureaus = planning_bureaus(_user(request))
        today = timezone.localdate()
        initial = {"decided_from": today.replace(day=1), "decided_until": today}
        form = CampaignForm(request.POST if request.method == "POST" else None, bureaus=bureaus, initial=initial)
        if form.is_bound and form.is_valid():
            try:
                campaign = publish_campaign(by=_user(request), now=timezone.now(), **form.cleaned_data)
            except Refused as refused:
                form.show(refused.reasons)
            else:
                messages.success(request, "已公布名册和种子的摘要，可以抽取了。")
                return redirect("admin:reviews_campaign_show", ref=campaign.ref)
        context = {"title": "组织抽查", "form": form}
        return render(request, "reviews/admin/plan_spot_check.html", context, status=422 if form.is_bound else 200)

    def show(self, request: HttpRequest, ref: UUID) -> HttpResponse:
        """Everything that happened, for the eye and for the printer."""
        campaign = get_object_or_404(campaigns_seen_by(_user(request)), ref=ref)
        context = {
            "title": campaign.name,
            "campaign": campaign,
            "frame_size": len(campaign.frame),
            "inspections": inspections_of(campaign),
            "figures": figures_by_reviewer(campaign),
            "may_draw": campaign.state == CampaignState.PUBLISHED
            and planning_bureaus(_user(request)).filter(pk=campaign.bureau_id).exists(),
        }
        return render(request, "reviews/admin/spot_check.html", context)

    def draw(self, request: HttpRequest, ref: UUID) -> HttpResponse:
        campaign = get_object_or_404(campaigns_seen_by(_user(request)), ref=ref)
        made = draw_campaign(campaign, by=_user(request), now=timezone.now())
        messages.success(request, f"已抽取 {len(made)} 件，分给核查人员。种子已公开。")
        return redirect("admin:reviews_campaign_show", ref=campaign.ref)

    def inspect(self, request: HttpRequest, ref: UUID, position: int) -> HttpResponse:
        """One item drawn: facts and evidence, what happened, and the next act."""
        inspection = self._inspection(request, ref, position)
        user, now = _user(request), timezone.now()
        able = other_inspectors(inspection) if may_assign(user, inspection) else User.objects.none()
        acts = _acts(able)
        name = request.POST.get("act", "")
        sent = acts[name][0](request.POST, auto_id=f"{name}_%s") if name in acts else None
        if sent is not None and sent.is_valid():
            said = dict(sent.cleaned_data)
            if name == "find":
                said.pop("reversal_code")
            try:
                acts[name][1](inspection, by=user, now=now, **said)
            except MovedOn:
                raise
            except Refused as refused:
                sent.show(refused.reasons)
            else:
                messages.success(request, "已记录，并通知了有关人员。")
                return redirect("admin:reviews_campaign_inspect", ref=ref, position=position)
        self._note_opening(request, inspection)
        may_act = inspection.state == InspectionState.OPEN and may_inspect(user, inspection)
        heard = {"finding": inspection.intended, "reversal_code": inspection.reversal_code}
        initial = {"intend": {}, "find": heard if inspection.was_heard else {"finding": Finding.SOUND}}
        forms = {
            key: sent if key == name else form(auto_id=f"{key}_%s", initial=initial.get(key, {}))
            for key, (form, _) in acts.items()
        }
        context = {
            "title": f"核查：{inspection.declaration.title}",
            "inspection": inspection,
            "evidence": Evidence.objects.filter(declaration=inspection.declaration).select_related("file"),
            "forms": forms if may_act else None,
            "unseen": unseen_of_inspection(inspection, user) if may_act else [],
            "assign": forms["assign"] if not inspection.finding and able.exists() else None,
            "form": sent,
        }
        status = 422 if request.method == "POST" else 200
        return render(request, "reviews/admin/inspection.html", context, status=status)

    def show_file(self, request: HttpRequest, ref: UUID, position: int, file: UUID) -> HttpResponse:
        """A file of the declaration, or of an answer."""
        inspection = self._inspection(request, ref, position)
        of_declaration = Evidence.objects.filter(declaration=inspection.declaration).values("file")
        of_answers = inspection.steps.filter(file__isnull=False).values("file")
        stored = StoredFile.objects.filter(pk__in=of_declaration) | StoredFile.objects.filter(pk__in=of_answers)
        found = get_object_or_404(stored, ref=file)
        response = serve(found)
        self._note_opening(request, inspection, found.digest)
        return cast(HttpResponse, response)

    def _note_opening(self, request: HttpRequest, inspection: Inspection, file_digest: str = "") -> None:
        """What an inspector was served is recorded, as with a reviewer (T4); of headers alone (HEAD) nothing."""
        user = _user(request)
        if request.method == "GET" and not inspection.finding and may_inspect(user, inspection):
            record_opening(inspection.declaration, reviewer=user, file_digest=file_digest, now=timezone.now())

    def _inspection(self, request: HttpRequest, ref: UUID, position: int) -> Inspection:
        campaign = get_object_or_404(campaigns_seen_by(_user(request)), ref=ref)
        return get_object_or_404(inspections_of(campaign).select_related("campaign__bureau"), position=position)
