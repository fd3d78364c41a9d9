"""教学档案: whose classes one may look into, what is kept of each, and how they were judged (S2-09, S0-16)."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, Exists, OuterRef, Q, QuerySet, Sum

from accounts.models import Employment, Organization, User
from accounts.rules.policy import Act
from accounts.selectors.duties import units_for
from accounts.selectors.reach import reach_of
from bases.enums import ClassState, Effect
from bases.models import ClassFeedback, ClassFollowUp, ClassPaper, Enrolment, TrainingClass
from bases.rules.archive import ASKED, FEWEST, average
from bases.selectors.classes import own_classes
from ceportal.kernel.rules.text import comparable

_MOST_WORDS = 50
_KEPT = (ClassState.OPEN, ClassState.CANCELLED)


@dataclass(frozen=True)
class Judged:
    """How people judged one class, or all of a base in a year: nothing is told of fewer than three."""

    count: int
    points: tuple[tuple[str, str], ...] = ()
    words: tuple[str, ...] = ()

    @property
    def is_shown(self) -> bool:
        return self.count >= FEWEST


@dataclass(frozen=True)
class Evidence:
    """What the portal knows of a base's year, beside what it says of itself (S0-17)."""

    classes: int
    archived: int
    judged: Judged
    effects: tuple[tuple[str, int], ...]


def archives_seen_by(user: User) -> QuerySet[TrainingClass]:
    """The classes of one's own bases, and of those one oversees: in one's place, or under one's authority."""
    reach = reach_of(user, Act.OVERSEE)
    above = reach.of_places("organization__area") | reach.of_units("organization")
    found = Q(pk__in=own_classes(user).values("pk")) | above
    rows = TrainingClass.objects.filter(found, state__in=_KEPT).select_related("organization__area")
    return rows.annotate(kept=Count("papers", distinct=True))


def narrowed(
    rows: QuerySet[Any], *, year: int | None, base: str, title: str, only_bare: bool
) -> QuerySet[TrainingClass]:
    """By year, by parts of the names of base and class, and to those of which nothing is kept yet."""
    if year:
        rows = rows.filter(year=year)
    if wanted := comparable(base):
        rows = rows.filter(organization__name_key__contains=wanted)
    if wanted := title.replace("\0", "").strip():
        rows = rows.filter(Q(title__contains=wanted) | Q(code__contains=wanted))
    return rows.filter(kept=0) if only_bare else rows


def papers_of(training_class: TrainingClass) -> QuerySet[ClassPaper]:
    return ClassPaper.objects.filter(training_class=training_class).select_related("file", "added_by")


def judged(classes: Iterable[int] | QuerySet[TrainingClass]) -> Judged:
    """Two queries; one where nobody has said anything."""
    rows = ClassFeedback.objects.filter(enrolment__training_class__in=classes)
    sums = rows.aggregate(count=Count("pk"), **{name: Sum(name) for name in ASKED})
    count = sums["count"]
    if count < FEWEST:
        return Judged(count)
    points = tuple((label, average(sums[name], count)) for name, label in ASKED.items())
    # By what they say, not by when: the order tells nobody apart.
    words = rows.exclude(words="").order_by("words").values_list("words", flat=True)[:_MOST_WORDS]
    return Judged(count, points, tuple(words))


def follow_ups_of(training_class: TrainingClass) -> QuerySet[ClassFollowUp]:
    return ClassFollowUp.objects.filter(training_class=training_class).select_related("organization")


def evidence_of(base: Organization, year: int) -> Evidence:
    """Of the classes that ended in a year: five queries at most."""
    rows = TrainingClass.objects.filter(organization=base, year=year, state=ClassState.OPEN)
    counted = rows.aggregate(
        classes=Count("pk", distinct=True), archived=Count("pk", filter=Q(papers__isnull=False), distinct=True)
    )
    said = ClassFollowUp.objects.filter(training_class__in=rows).order_by()
    effects = dict(said.values_list("effect").annotate(count=Count("pk")))
    shown = tuple((str(effect.label), effects[effect]) for effect in Effect if effect in effects)
    return Evidence(counted["classes"], counted["archived"], judged(rows), shown)


def following_units(user: User) -> QuerySet[Organization]:
    """For whose people one answers: employers, and authorities for the units below them."""
    return units_for(user, Act.FOLLOW_CLASSES).order_by("id")


def classes_followed_by(unit: Organization) -> QuerySet[TrainingClass]:
    """Those in which people of a unit (of an authority: of the units below it) are or were, with how many."""
    jobs = Employment.objects.filter(Q(organization=unit) | Q(organization__supervisor=unit), ended_on__isnull=True)
    theirs = {"enrolments__professional__in": jobs.values("professional"), "enrolments__left_at__isnull": True}
    rows = TrainingClass.objects.filter(**theirs, state__in=_KEPT).annotate(ours=Count("enrolments", distinct=True))
    said = ClassFollowUp.objects.filter(training_class=OuterRef("pk"), organization=unit)
    return rows.annotate(is_followed=Exists(said)).select_related("organization")


def feedback_of(enrolment: Enrolment) -> ClassFeedback | None:
    return ClassFeedback.objects.filter(enrolment=enrolment).first()
