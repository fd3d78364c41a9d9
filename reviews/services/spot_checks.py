"""A spot check: published, drawn, handed out (S2-07). Its digests are told before the draw, its seed after it."""

import secrets
from datetime import date, datetime
from uuid import uuid4

from django.db import transaction
from django.utils import timezone

from accounts.enums import NoticeEvent
from accounts.models import Organization, User
from accounts.services.notices import tell
from ceportal.kernel.fields import seal, unseal
from ceportal.kernel.rules.refusal import MovedOn, Refusal, refuse, refuse_if_any
from ceportal.kernel.services.trail import record
from credits.models import Claim
from reviews.enums import CampaignState, InspectionMove
from reviews.models import Campaign, Decision, Inspection, InspectionStep
from reviews.rules.drawing import CLAUSE, draw, frame_digest, frame_lines, reasons_not_to_plan, seed_digest, terms_of
from reviews.selectors.spot_checks import ballots, decisions_drawn, inspectors_of, planning_bureaus

_TABLE, _COLUMN = Campaign._meta.db_table, "seed"


@transaction.atomic
def publish_campaign(
    bureau: Organization,
    *,
    name: str,
    decided_from: date,
    decided_until: date,
    rate: int | None,
    number: int | None,
    by: User,
    now: datetime,
) -> Campaign:
    """Freeze what can be drawn and commit to a seed that nobody knows yet; both digests are public from now on."""
    days = {"decided_from": decided_from, "decided_until": decided_until}
    today = timezone.localdate(now)
    refuse_if_any(reasons_not_to_plan(name=name, **days, rate=rate, number=number, today=today))
    if not planning_bureaus(by).filter(pk=bureau.pk).exists():
        raise refuse("not_a_planner", "抽查由人社部门组织，您没有为这个地区组织抽查的职责。", clause=CLAUSE)
    frame = frame_lines(ballots(bureau, **days, now=now))
    if not frame:
        raise refuse("nothing_to_draw", "这段时间没有审核通过、正在计入的申报，没有可抽的。", field="decided_from")
    ref, seed = uuid4(), secrets.token_hex(32)
    terms = terms_of(str(ref), **days, rate=rate, number=number)
    campaign = Campaign.objects.create(
        ref=ref,
        name=name.strip(),
        bureau=bureau,
        **days,
        rate=rate,
        number=number,
        frame=frame,
        terms=terms,
        frame_digest=frame_digest(frame, terms),
        seed_digest=seed_digest(seed),
        seed_sealed=seal(seed, table=_TABLE, column=_COLUMN, ref=ref),
        published_by=by,
        published_at=now,
    )
    after = {"frame": campaign.frame_digest, "seed": campaign.seed_digest, "items": len(frame)}
    record("campaign.publish", campaign, by=by, now=now, after=after)
    return campaign


@transaction.atomic
def draw_campaign(campaign: Campaign, *, by: User, now: datetime) -> list[Inspection]:
    """Reveal the seed, draw, and hand what was drawn to the inspectors in turn; nobody inspects what they decided.
    Refused where frame or terms are not those that were published.
    """
    if not planning_bureaus(by).filter(pk=campaign.bureau_id).exists():
        raise refuse("not_a_planner", "您没有为这个地区组织抽查的职责。", clause=CLAUSE)
    if campaign.seed_sealed is None:
        raise MovedOn([Refusal("drawn", "已经抽取过了，结果见下。")])
    seed = unseal(campaign.seed_sealed, table=_TABLE, column=_COLUMN, ref=campaign.ref)
    rows = Campaign.objects.filter(pk=campaign.pk, state=CampaignState.PUBLISHED)
    if not rows.update(state=CampaignState.DRAWN, seed=seed, seed_sealed=None, drawn_at=now):
        raise MovedOn([Refusal("drawn", "已经抽取过了，结果见下。")])
    campaign.refresh_from_db()
    if frame_digest(campaign.frame, campaign.terms) != campaign.frame_digest:
        text = "名册或抽取办法与公布的摘要不一致，可能有人改过数据，不能抽取；请联系平台运行维护人员。"
        raise refuse("changed_since", text, clause=CLAUSE)
    asked = campaign.terms or {"rate": campaign.rate, "number": campaign.number}
    refs = draw(campaign.frame, seed, rate=asked["rate"], number=asked["number"])
    made = _hand_out(campaign, refs, by=by, now=now)
    record("campaign.draw", campaign, by=by, now=now, after={"seed": seed, "drawn": len(made)})
    return made


def _hand_out(campaign: Campaign, refs: list[str], *, by: User, now: datetime) -> list[Inspection]:
    """Round about; whose hours have been taken back since the publication are drawn all the same."""
    decisions, inspectors = _decisions(campaign, refs), list(inspectors_of(campaign.bureau))
    subjects = [decision.subject_id for decision in decisions.values()]
    took_part: dict[int, set[int]] = {}
    for subject, reviewer in Decision.objects.filter(subject__in=subjects).values_list("subject", "by"):
        took_part.setdefault(subject, set()).add(reviewer)
    claims = {claim.declaration_id: claim for claim in Claim.objects.filter(declaration__in=subjects)}
    made = []
    for position, ref in enumerate(refs, start=1):
        decision = decisions[ref]
        barred = took_part[decision.subject_id] | {decision.subject.declarant_id}
        able = [user for user in inspectors if user.pk not in barred]
        made.append(
            Inspection(
                campaign=campaign,
                position=position,
                decision=decision,
                declaration=decision.subject,
                claim=claims.get(decision.subject_id),
                inspector=able[position % len(able)] if able else None,
            )
        )
    Inspection.objects.bulk_create(made)
    drawn = Inspection.objects.filter(campaign=campaign)
    InspectionStep.objects.bulk_create(
        InspectionStep(inspection=each, move=InspectionMove.DRAW, by=by, at=now) for each in drawn
    )
    told = {each.inspector for each in made if each.inspector}
    text = f"抽查“{campaign.name}”已抽取，有申报分给您核查。"
    tell(told, NoticeEvent.SPOT_CHECK, key=f"drawn:{campaign.ref}", text=text, now=now)
    return list(drawn)


def _decisions(campaign: Campaign, refs: list[str]) -> dict[str, Decision]:
    found = decisions_drawn(campaign, refs)
    missing = [ref for ref in refs if ref not in found]
    for decision in Decision.objects.filter(subject__ref__in=missing, move="approve").order_by("pk"):
        found[str(decision.subject.ref)] = decision
    return found
