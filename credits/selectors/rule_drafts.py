"""The regulation's desk: which sets and drafts a regulator sees, which they may write, who approves (S1-13, S4-19)."""

from collections.abc import Iterator, Mapping
from datetime import date
from operator import itemgetter
from typing import Any

from django.db.models import OuterRef, Q, QuerySet, Subquery

from accounts.models import Area, Organization, User
from accounts.rules.policy import Act
from accounts.selectors.duties import units_for, who_can_rule
from ceportal.kernel.models import AuditEvent
from ceportal.kernel.rules.dated import COUNTRY, EVERYWHERE, DatedRule, overlap
from ceportal.kernel.rules.refusal import Refusal
from credits.enums import RuleDraftState, RunKind
from credits.models import RuleDraft, RuleRun, RuleSet
from credits.rules.rule_drafts import (
    DraftFacts,
    digest_of,
    figures_said,
    gives_way_to,
    reasons_not_to_submit,
    rule_said,
    with_draft,
)
from credits.rules.rule_words import Line, sections_asked
from credits.rules.ruleset import requirements_in
from credits.selectors.regulation import RuleBook, as_rule, places, rule_book

# Former years of which a preview may be asked for.
YEARS_BACK = 6
# When (and which of that moment), which codes were written, and what those sets said until then.
_Change = tuple[Any, set[str], list[Mapping[str, Any]]]
WIDER = {EVERYWHERE: "没有文件时", COUNTRY: "全国"}
_NAME = Subquery(Area.objects.filter(pk=OuterRef("area_code")).values("name")[:1])


def regulating_bureaus(user: User) -> QuerySet[Organization]:
    """The bureaus for which `user` keeps the rules."""
    return units_for(user, Act.REGULATE).select_related("area").order_by("id")


def own_areas(user: User) -> QuerySet[Area]:
    """The places for which `user` may draft: those of their bureaus and all below. Never one beside or above."""
    condition = Q(pk__in=[])
    for bureau in regulating_bureaus(user):
        condition |= Q(path__startswith=bureau.area.path)
    return Area.objects.filter(condition)


def sets_seen_by(user: User) -> QuerySet[RuleSet]:
    """What holds in their places: of the places themselves, those above and below, the country, and our defaults."""
    above = {code for bureau in regulating_bureaus(user) for code in bureau.area.codes}
    seen = Q(area_code__in={*above, COUNTRY, EVERYWHERE}) | Q(area_code__in=own_areas(user).values("code"))
    return RuleSet.objects.filter(seen).annotate(area_name=_NAME).prefetch_related("values")


def in_year(rows: QuerySet[RuleSet], year: int | None) -> QuerySet[RuleSet]:
    """Those that speak of `year`; all of them for None."""
    if year is None:
        return rows
    return rows.filter(Q(year_to__isnull=True) | Q(year_to__gte=year), year_from__lte=year)


def may_write(user: User, rule_set: RuleSet) -> bool:
    return own_areas(user).filter(pk=rule_set.area_code).exists()


def drafts_seen_by(user: User) -> QuerySet[RuleDraft]:
    """The drafts for their places, whoever wrote them."""
    rows = RuleDraft.objects.filter(area__in=own_areas(user))
    return rows.select_related("area", "declarant", "approver", "changes", "gives_way", "waiting_on")


def approvers_of(draft: RuleDraft) -> QuerySet[User]:
    return who_can_rule(draft)


def runs_seen_by(user: User) -> QuerySet[RuleRun]:
    """What was judged anew or previewed for their places, or for wider ones in which theirs lie."""
    above = {code for bureau in regulating_bureaus(user) for code in bureau.area.codes}
    seen = Q(area_code__in=own_areas(user).values("code")) | (
        Q(area_code__in={*above, COUNTRY, EVERYWHERE}) & ~Q(kind=RunKind.WHAT_IF)
    )
    return RuleRun.objects.filter(seen).annotate(area_name=_NAME).select_related("draft", "job", "by")


def facts_of(draft: RuleDraft) -> DraftFacts:
    """The draft as the rules see it."""
    return DraftFacts(
        rule=rule_of(draft),
        effective_on=draft.effective_on,
        changes=draft.changes.code if draft.changes else "",
        gives_way=draft.gives_way.code if draft.gives_way else "",
        reason=draft.reason,
        past_reason=draft.past_reason,
    )


def rule_of(draft: RuleDraft) -> DatedRule:
    return DatedRule(
        code=draft.code,
        name=draft.name,
        area_code=draft.area_id,
        year_from=draft.year_from,
        year_to=draft.year_to,
        levels=frozenset(draft.levels),
        trade=draft.trade,
        document=draft.document,
        note=draft.note,
        figures=figures_said(draft.figures, draft.document),
    )


def years_left_to_giver(draft: RuleDraft) -> tuple[int, int | None] | None:
    """What remains of the set that gives way, when there is one and the draft still speaks of its people."""
    giver, rule = as_rule(draft.gives_way) if draft.gives_way else None, rule_of(draft)
    return gives_way_to(giver, rule) if giver and overlap(giver, rule) else None


def drafts_to_put_in_force(today: date) -> QuerySet[RuleDraft]:
    rows = RuleDraft.objects.filter(state=RuleDraftState.APPROVED, effective_on__lte=today)
    return rows.select_related("area", "declarant", "approver", "changes", "gives_way").order_by("effective_on", "id")


def place_of(row: RuleSet | RuleRun) -> str:
    """The name of the place of a row that was selected here."""
    return WIDER.get(row.area_code) or getattr(row, "area_name", None) or row.area_code


def otherwise_for(draft: RuleDraft) -> dict[str, Line]:
    """What would hold in the draft's place and first year for each field it does not say."""
    facts = facts_of(draft)
    silent = [rule for rule in with_draft(rule_book(), facts) if rule.code != draft.code]
    found = requirements_in(
        silent,
        places=places(draft.area),
        year=draft.year_from,
        level=draft.levels[0] if draft.levels else "中级",
        trade=draft.trade,
    )
    return {line.name: line for section in sections_asked(found) for line in section.lines} if found else {}


def latest_previews(draft: RuleDraft) -> list[RuleRun]:
    """What was counted of the draft as it stands."""
    runs = RuleRun.objects.filter(draft=draft, kind=RunKind.WHAT_IF, draft_version=draft.version)
    return list(runs.select_related("job").order_by("-year"))


def years_to_preview(today: date) -> list[int]:
    """The running year, and some before it: years with people in them."""
    return list(range(today.year, today.year - YEARS_BACK, -1))


def ground_of(draft: RuleDraft) -> str:
    """What the sets that the draft touches say now."""
    return digest_of(*(as_rule(row) for row in (draft.changes, draft.gives_way) if row))


def reasons_of_the_day(draft: RuleDraft, today: date) -> list[Refusal]:
    """As for handing it in; a day that has come meanwhile is no reason, other words of those sets are."""
    found = reasons_not_to_submit(facts_of(draft), rule_book(), today=min(today, draft.effective_on))
    reasons = [reason for reason in found if reason.code != "effective_on"]
    if draft.ground != ground_of(draft):
        message = "这份草案起草以后，它要修改的规则集已经变动。请收回草案，核对现行内容后重新提交。"
        reasons.append(Refusal("ground", message))
    return reasons


def reasons_not_to_approve(draft: RuleDraft, today: date) -> list[Refusal]:
    """Everything against the draft as the regulation stands now, and that its preview was not counted to the end."""
    found = reasons_of_the_day(draft, today)
    if not any(run.job.finished_at for run in latest_previews(draft)):
        found.append(Refusal("no_preview", "影响预览还没有算完，请稍后再核准。"))
    return found


def reasons_against(draft: RuleDraft, today: date) -> list[Refusal]:
    """What stands in the way of the next step, for the page."""
    if draft.state == RuleDraftState.DRAFTING:
        return list(reasons_not_to_submit(facts_of(draft), rule_book(), today=today))
    return reasons_not_to_approve(draft, today) if draft.state == RuleDraftState.WAITING else []


def names_with_city(areas: QuerySet[Area]) -> dict[str, str]:
    """开封市 兰考县 by code: counties of two cities may have one name. In the order of the codes."""
    rows = areas.order_by("code").values_list("code", "name", "parent__name", "parent__parent")
    return {code: f"{city} {name}" if province else name for code, name, city, province in rows}


def former_books() -> Iterator[RuleBook]:
    """The regulation as it stood before each change by a desk or by a file, the latest first: a closed year was judged
    by one. What a file said before it was put right stands in the trail alone.
    """
    book = rule_book()
    for _, codes, replaced in sorted((*_by_desks(), *_by_files()), key=itemgetter(0), reverse=True):
        rules = [rule_said(values) for values in replaced]
        gone = codes.union(rule.code for rule in rules)
        book = (*(rule for rule in book if rule.code not in gone), *rules)
        yield book


def _by_desks() -> Iterator[_Change]:
    for draft in RuleDraft.objects.filter(state=RuleDraftState.IN_FORCE, in_force_at__isnull=False):
        yield (draft.in_force_at, draft.pk), {draft.code}, draft.replaced


def _by_files() -> Iterator[_Change]:
    refs = list(RuleSet.objects.values_list("ref", flat=True))
    for event in AuditEvent.objects.filter(subject_ref__in=refs, action="rule_set.load"):
        if event.before:
            yield (event.at, event.pk), {event.before["code"]}, [event.before]
