"""The regulation's desk: which sets and drafts a regulator sees, which they may write, who approves (S1-13, S4-19)."""

from datetime import date

from django.db.models import Q, QuerySet

from accounts.enums import Duty
from accounts.models import Area, Organization, User
from accounts.selectors.duties import organizations_with, who_can_rule
from ceportal.kernel.rules.dated import COUNTRY, EVERYWHERE, DatedRule
from credits.models import RuleDraft, RuleRun, RuleSet
from credits.rules.rule_drafts import DraftFacts, figures_said, gives_way_to
from credits.selectors.regulation import as_rule


def regulating_bureaus(user: User) -> QuerySet[Organization]:
    """The bureaus for which `user` keeps the rules."""
    return organizations_with(user, Duty.REGULATE).filter(is_bureau=True).select_related("area").order_by("id")


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
    return RuleSet.objects.filter(seen).prefetch_related("values")


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
        Q(area_code__in={*above, COUNTRY, EVERYWHERE}) & ~Q(kind="what_if")
    )
    return RuleRun.objects.filter(seen).select_related("draft", "job", "by")


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
    """What remains of the set that gives way, when there is one."""
    return gives_way_to(as_rule(draft.gives_way), rule_of(draft)) if draft.gives_way else None


def drafts_to_put_in_force(today: date) -> QuerySet[RuleDraft]:
    rows = RuleDraft.objects.filter(state="approved", effective_on__lte=today)
    return rows.select_related("area", "declarant", "approver", "changes", "gives_way").order_by("effective_on", "id")
