"""信用档案: how an institution behaved: grades, sanctions, findings, upheld complaints (S1-14, S4-18).

Everybody reads the public part; the unit itself and the offices above it read all of it.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from django.db.models import Exists, OuterRef, Q
from django.utils import timezone

from accounts.models import Organization, User
from accounts.rules.policy import Act
from accounts.selectors.reach import reach_of
from bases.enums import ClassState, Finding, Grade, Result
from bases.models import Absence, CreditNote, Enrolment, PlanInspection, Recognition, TrainingClass
from bases.rules.standing import in_words
from bases.selectors.assessments import published_of
from bases.selectors.complaints import upheld_against
from bases.selectors.directory import disclosing_units
from ceportal.kernel.rules.moments import day_words

_MOST = 20
_TONES = {Finding.GOOD: "done", Finding.ADVICE: "wait", Finding.MEND: "bad"}


@dataclass(frozen=True)
class Entry:
    """One thing of a day; `tone` is that of its mark: done, wait or bad. `is_public`: everybody reads it."""

    on: date
    title: str
    words: str
    tone: str
    is_public: bool = True


def reads_all_of_it(user: User, unit: Organization) -> bool:
    """Who keeps the unit's public page, and who oversees its place or the unit itself."""
    reach = reach_of(user, Act.OVERSEE)
    above = Organization.objects.filter(reach.of_places("area") | Q(supervisor__in=reach.authorities), pk=unit.pk)
    return disclosing_units(user).filter(pk=unit.pk).exists() or above.exists()


def credit_record(unit: Organization, *, everything: bool = False) -> list[Entry]:
    """The latest first, at most twenty of each kind: five queries."""
    found = [*_complaints(unit), *_grades(unit), *_absences(unit), *_inspections(unit, everything), *_notes(unit)]
    shown = found if everything else [each for each in found if each.is_public]
    return sorted(shown, key=lambda each: each.on, reverse=True)


def facts_of(unit: Organization) -> list[tuple[str, str]]:
    """What it did in all its years, as label and words: three queries at most."""
    years = sorted(set(Recognition.objects.filter(organization=unit).values_list("year", flat=True)))
    with_results = Enrolment.objects.filter(training_class=OuterRef("pk"), left_at__isnull=True).exclude(result="")
    held = TrainingClass.objects.filter(Exists(with_results), organization=unit, state=ClassState.OPEN)
    facts = [("在名单中的年度", "、".join(map(str, years)))]
    if classes := held.count():
        rows = Enrolment.objects.filter(training_class__in=held, left_at__isnull=True, result=Result.PASSED)
        facts.append(("办完的培训班", f"{classes} 期，结业 {rows.count()} 人"))
    return facts


def _complaints(unit: Organization) -> Iterator[Entry]:
    for each in upheld_against(unit)[:_MOST]:
        on = timezone.localdate(each.decided_at)
        yield Entry(on, f"投诉属实：{each.get_kind_display()}", each.public_words, "bad")


def _grades(unit: Organization) -> Iterator[Entry]:
    for each in published_of(unit)[:_MOST]:
        on, tone = timezone.localdate(each.round.published_at), "bad" if each.grade == Grade.FAILED else "done"
        yield Entry(on, f"{each.round}：{each.get_grade_display()}", each.round.organization.name, tone)


def _absences(unit: Organization) -> Iterator[Entry]:
    for each in Absence.objects.filter(organization=unit).order_by("-from_on", "-id")[:_MOST]:
        words = in_words(each.grounds, each.reason) + _return_of(each)
        yield Entry(each.from_on, each.get_kind_display(), words, "bad")


def _inspections(unit: Organization, everything: bool) -> Iterator[Entry]:
    """Advice is between the bureau and the unit; so are the words of a finding."""
    rows = PlanInspection.objects.filter(plan__organization=unit).select_related("plan", "organization")
    for each in rows.order_by("-at", "-id")[:_MOST]:
        finding, answered = Finding(each.finding), "，已答复" if each.answered_at else ""
        words = f"{each.organization}{answered}"
        if everything:
            words = f"{words}：{each.words}" + (f"答复：{each.answer}" if each.answer else "")
        title = f"{each.plan.year} 年度培训计划检查：{finding.label}"
        yield Entry(timezone.localdate(each.at), title, words, _TONES[finding], is_public=finding != Finding.ADVICE)


def _notes(unit: Organization) -> Iterator[Entry]:
    for each in CreditNote.objects.filter(organization=unit).order_by("-on", "-id")[:_MOST]:
        words = each.public_words or each.words
        yield Entry(each.on, each.get_kind_display(), words, "bad", is_public=bool(each.public_words))


def _return_of(absence: Absence) -> str:
    return f"；{day_words(timezone.localdate(absence.lifted_at))}结束" if absence.lifted_at else ""
