"""What a person does with a declaration of their own: begin it, fill it in, add proof, hand it in, take it back.

Every move is one conditional update on state, version and round; the second of two hands is refused (R2).
"""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.db.models import F, Max, QuerySet
from django.utils import timezone

from accounts.enums import Duty, Move, NoticeEvent
from accounts.models import Organization, Professional, User
from accounts.selectors.duties import first_reviewer_of, holders_of
from accounts.selectors.people import employer_of
from accounts.services.notices import tell
from accounts.services.requests import refuse_if_merged
from accounts.services.routing import send_on, settle
from ceportal.kernel.models import StoredFile
from ceportal.kernel.rules.refusal import Refusal, refuse, refuse_if_any
from ceportal.kernel.services.trail import record
from credits.enums import STAGE_AUTHORITY, STAGE_EMPLOYER, DeclarationState, Subject
from credits.models import Activity, Conversion, Declaration, Evidence
from credits.rules import declaring as rules
from credits.rules.claiming import Worked, capped_words
from credits.rules.details import of_those_asked
from credits.rules.evidence import reasons_not_to_add
from credits.rules.planned import PLANNED
from credits.selectors.conversions import evidence_asked, keys_of, standard_row_for, worked_out
from credits.selectors.declarations import facts_of, limits_of
from credits.selectors.known_classes import reasons_of_a_base_that_is_gone
from credits.selectors.second_stage import instead_of_themself
from credits.selectors.window import opening_for
from credits.services.steps import leave_step, moved_on

CONTENT = (
    "activity",
    "subject",
    "public_kind",
    "title",
    "organiser",
    "certificate_no",
    "started_on",
    "ended_on",
    "hours_claimed",
    "was_passed",
    "payer",
    "remark",
    "details",
    "plan_item",
    "unplanned",
)
# What a column holds in an activity that has no meaning for it.
BLANK: Mapping[str, Any] = {"certificate_no": "", "was_passed": None, "payer": ""}


@transaction.atomic
def start_declaration(
    *,
    professional: Professional,
    by: User,
    now: datetime,
    activity: Activity | None = None,
    previous: Declaration | None = None,
    year: int | None = None,
) -> Declaration:
    """A new draft, of `year` where one is chosen: what is declared by it must have ended then (A7). `previous`,
    rejected or withdrawn, lends its content and evidence and stays as it is (A25).

    Pressing twice gives one draft: an untouched one of the same activity is taken up again.
    """
    refuse_if_any(_reasons_not_to_start(professional, by, previous))
    drafts = Declaration.objects.filter(professional=professional, state=DeclarationState.DRAFT)
    untouched = drafts.filter(version=1, activity=activity, previous=previous, asked_year=year).first()
    if untouched:
        return untouched
    if drafts.count() >= rules.MOST_DRAFTS:
        raise refuse("too_many_drafts", f"您已有 {rules.MOST_DRAFTS} 份草稿，请先提交或删除其中一些。")
    content = {name: getattr(previous, name) for name in (*CONTENT, "year")} if previous else {"activity": activity}
    declaration = Declaration.objects.create(
        professional=professional, declarant=by, previous=previous, asked_year=year, created_at=now, changed_at=now,
        **content,
    )  # fmt: skip
    if previous:
        _copy_evidence(previous, declaration, now)
    record("declaration.start", declaration, by=by, now=now)
    return declaration


@transaction.atomic
def save_draft(declaration: Declaration, *, changes: Mapping[str, Any], by: User, now: datetime) -> Declaration:
    """Keep `changes` (names of `CONTENT`) in a draft or a returned declaration; the version grows when any differs.

    Refused when a value cannot stand even in a draft; `MovedOn` when the content changed elsewhere meanwhile.
    """
    refuse_if_any(rules.reasons_not_to_edit(declaration.state))
    if unknown := set(changes) - set(CONTENT):
        raise ValueError(f"not content of a declaration: {sorted(unknown)}")
    changes = _fitted(declaration, changes)
    new = {name: value for name, value in changes.items() if getattr(declaration, name) != value}
    if new.get("subject", declaration.subject) != Subject.PUBLIC and (
        new.get("public_kind") or declaration.public_kind
    ):
        new["public_kind"] = ""
    if not new:
        return declaration
    refuse_if_any(rules.reasons_not_to_keep(_facts_with(declaration, new)))
    if "ended_on" in new:
        new["year"] = new["ended_on"].year if new["ended_on"] else None
    _change(declaration, now, **new)
    fields = sorted(set(new) - {"year"})
    record("declaration.edit", declaration, by=by, now=now, after={"version": declaration.version, "fields": fields})
    return declaration


@transaction.atomic
def add_evidence(declaration: Declaration, *, stored: StoredFile, label: str, by: User, now: datetime) -> Evidence:
    """Attach a stored file as proof of `label`. The same file again is the same evidence (inputs.md D89).

    What was changed since `declaration` was read does not matter: a file takes nothing away. Two at once both stand.
    """
    Declaration.objects.select_for_update().get(pk=declaration.pk)
    declaration.refresh_from_db()
    refuse_if_any(rules.reasons_not_to_edit(declaration.state))
    if there := declaration.evidence.filter(file=stored).first():
        return there
    today = timezone.localdate(now)
    limits = limits_of(declaration.professional, _year_of(declaration, today), today=today)
    asked = evidence_asked(declaration, worked_out(declaration, limits))
    refuse_if_any(reasons_not_to_add(label, asked=asked, count=declaration.evidence.count()))
    _change(declaration, now)
    last = declaration.evidence.aggregate(last=Max("position"))["last"] or 0
    evidence = Evidence.objects.create(
        declaration=declaration, file=stored, label=label, position=last + 1, added_at=now
    )
    after = {"version": declaration.version, "digest": stored.digest, "label": label}
    record("declaration.add_evidence", declaration, by=by, now=now, after=after)
    return evidence


@transaction.atomic
def remove_evidence(evidence: Evidence, *, by: User, now: datetime) -> Declaration:
    """Take a file off a draft or a returned declaration. The stored file stays: earlier rounds showed it."""
    declaration = evidence.declaration
    refuse_if_any(rules.reasons_not_to_edit(declaration.state))
    _change(declaration, now)
    evidence.delete()
    after = {"version": declaration.version, "digest": evidence.file.digest}
    record("declaration.remove_evidence", declaration, by=by, now=now, after=after)
    return declaration


@transaction.atomic
def submit_declaration(declaration: Declaration, *, by: User, now: datetime, is_promised: bool = True) -> Declaration:
    """Hand it in: it waits with the principal employer, and its clock starts anew (S0-20, A4, A25).

    Without an employer it waits with the bureau of the place (S1-13); when the declarant is the employer's only
    reviewer, with the second reviewer at once (A24), that of their own trade where it has one (A30). Caps and artefacts
    are asked under a lock of the person.
    """
    today = timezone.localdate(now)
    refuse_if_any(rules.reasons_not_to_move(declaration.state, Move.SUBMIT))
    refuse_if_merged(declaration.professional_id)
    limits = limits_of(declaration.professional, _year_of(declaration, today), today=today)
    worked = worked_out(declaration, limits)
    facts = facts_of(declaration, worked=worked, is_promised=is_promised)
    _refuse_unfit(declaration, facts, limits, today)
    employer = employer_of(declaration.professional)
    to, is_employer = _first_reviewer(declaration, employer, by)
    if to is None or limits is None:
        raise refuse("no_reviewer", "您所在的地区还没有负责审核的人社部门，不能提交。", clause="S1-13")
    stage = STAGE_EMPLOYER if is_employer else STAGE_AUTHORITY
    was = declaration.state
    is_sent = send_on(
        _as_read(declaration),
        **_as_sent(declaration, worked, now),
        state=DeclarationState.AT_EMPLOYER if stage == STAGE_EMPLOYER else DeclarationState.AT_AUTHORITY,
        stage=stage,
        to=to,
        duty=Duty.REVIEW_HOURS,
        now=now,
        limit_days=limits.employer_days if stage == STAGE_EMPLOYER else limits.authority_days,
        new_round=True,
        organization=employer,
        into=declaration,
    )
    if not is_sent:
        raise moved_on(declaration, for_declarant=True)
    reason = capped_words(facts.hours, worked)
    leave_step(declaration, Move.SUBMIT, by=by, now=now, was=was, note=_why_not_first(employer, stage), reason=reason)
    tell_reviewers(declaration, now=now)
    return declaration


def _refuse_unfit(
    declaration: Declaration, facts: rules.DeclarationFacts, limits: rules.Limits | None, today: date
) -> None:
    opening = opening_for(declaration, limits, today=today)
    reasons = rules.reasons_not_to_submit(facts, today=today, limits=limits, opening=opening)
    refuse_if_any([*reasons, *reasons_of_a_base_that_is_gone(declaration)])


def _first_reviewer(
    declaration: Declaration, employer: Organization | None, by: User
) -> tuple[Organization | None, bool]:
    to, is_employer = first_reviewer_of(employer, declaration.professional.area, by)
    if employer and not is_employer:
        to = instead_of_themself(declaration.professional, employer)
    return to, is_employer


def _why_not_first(employer: Organization | None, stage: int) -> str:
    """For the trail: why it did not wait with the employer first."""
    if stage == STAGE_EMPLOYER:
        return ""
    return "the employer's only reviewer is the declarant (A24)" if employer else "no employer (S1-13)"


@transaction.atomic
def withdraw_declaration(declaration: Declaration, *, by: User, now: datetime) -> Declaration:
    """Take it back: a draft, a returned one, or one that nobody has decided on in this round."""
    was_decided = declaration.hours_recognised is not None
    refuse_if_any(rules.reasons_not_to_withdraw(declaration.state, was_decided=was_decided))
    was = declaration.state
    rows = _as_read(declaration).filter(stage=declaration.stage)
    if not settle(rows, state=DeclarationState.WITHDRAWN, into=declaration, changed_at=now):
        raise moved_on(declaration, for_declarant=True)
    leave_step(declaration, Move.WITHDRAW, by=by, now=now, was=was)
    return declaration


def tell_reviewers(declaration: Declaration, *, now: datetime) -> None:
    """Tell those with whom it now waits. The address is that of the review page downstream."""
    if declaration.waiting_on is None:
        return
    tell(
        holders_of(declaration.waiting_on, Duty.REVIEW_HOURS).exclude(pk=declaration.declarant_id),
        NoticeEvent.REVIEW_WAITING,
        key=f"declaration:{declaration.ref}:{declaration.round}:{declaration.stage}:waiting",
        text=f"{declaration.professional.name}申报的《{declaration.title}》等待{declaration.waiting_on.name}审核。",
        link=f"/reviews/{declaration.ref}/",
        now=now,
    )


def _reasons_not_to_start(professional: Professional, by: User, previous: Declaration | None) -> list[Refusal]:
    if professional.user_id != by.pk:
        return [Refusal("not_own", "只能为自己申报学时。")]
    if previous and (previous.professional_id != professional.pk or previous.state not in rules.RENEWABLE):
        return [Refusal("not_renewable", "只有未通过或已撤回的申报可以重新填写。")]
    return []


def _year_of(declaration: Declaration, today: date) -> int:
    return declaration.ended_on.year if declaration.ended_on else declaration.asked_year or today.year


def _as_read(declaration: Declaration) -> QuerySet[Declaration]:
    """The row, provided it is still as this declaration was read."""
    return Declaration.objects.filter(
        pk=declaration.pk, state=declaration.state, version=declaration.version, round=declaration.round
    )


def _fitted(declaration: Declaration, changes: Mapping[str, Any]) -> dict[str, Any]:
    """`changes` and what follows from the activity, which may be another one now: it asks this and leaves out that."""
    activity = changes.get("activity", declaration.activity)
    if activity is None:
        return dict(changes)
    details = of_those_asked(activity.asks, changes.get("details", declaration.details))
    fitted = {**changes, "details": details} | {name: BLANK[name] for name in activity.leaves_out if name in BLANK}
    if "started_on" in activity.leaves_out:
        fitted["started_on"] = changes.get("ended_on", declaration.ended_on)
    if activity.code not in PLANNED:
        fitted |= {"plan_item": None, "unplanned": ""}
    elif fitted.get("plan_item", declaration.plan_item) is not None:
        fitted["unplanned"] = ""
    return fitted


def _as_sent(declaration: Declaration, worked: Worked, now: datetime) -> dict[str, Any]:
    """The columns of a new round, with the rows its hours were worked out by and what it is about."""
    code = worked.conversion.code if worked.conversion else ""
    keys = keys_of(declaration, worked.conversion)
    return {
        "conversion": Conversion.objects.filter(code=code).first(),
        "standard": standard_row_for(declaration),
        "artefact_key": keys.number,
        "work_key": keys.work,
        "version": F("version") + (1 if declaration.round else 0),
        "submitted_at": now,
        "first_submitted_at": declaration.first_submitted_at or now,
        "decided_at": None,
        "hours_recognised": None,
        "state_reason": "",
    }


def _change(declaration: Declaration, now: datetime, **changes: Any) -> None:
    """Change content and raise the version, provided nobody did so meanwhile."""
    rows = _as_read(declaration).filter(state__in=rules.EDITABLE)
    if rows.update(version=F("version") + 1, changed_at=now, **changes) != 1:
        raise moved_on(declaration, for_declarant=True)
    declaration.refresh_from_db()


def _facts_with(declaration: Declaration, new: Mapping[str, Any]) -> rules.DeclarationFacts:
    """The values a draft would then hold, for the rules of what may be kept."""
    value = {name: new.get(name, getattr(declaration, name)) for name in CONTENT}
    plain = rules.DeclarationFacts(state=DeclarationState(declaration.state))
    return replace(
        plain,
        title=value["title"],
        organiser=value["organiser"],
        certificate_no=value["certificate_no"],
        remark=value["remark"],
        started_on=value["started_on"],
        ended_on=value["ended_on"],
        hours=value["hours_claimed"],
        unplanned=value["unplanned"],
        details=value["details"],
    )


def _copy_evidence(previous: Declaration, declaration: Declaration, now: datetime) -> None:
    Evidence.objects.bulk_create(
        Evidence(declaration=declaration, file_id=e.file_id, label=e.label, position=e.position, added_at=now)
        for e in previous.evidence.all()
    )
