"""A base's rosters: whose they are, what stands in them, and what the rules need to know of a class (S2-04, A27)."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import Count, Q, QuerySet
from django.utils.dateparse import parse_datetime

from accounts.models import Employment, Organization, User
from accounts.rules.policy import Act
from accounts.selectors.duties import units_for
from bases.models import TrainingClass
from bases.rules.recognition import Recognised
from bases.selectors.recognised import BASES, recognitions_of
from credits.enums import ClaimState, Door
from credits.models import Claim, Roster, RosterRow
from credits.rules.declaring import Limits
from credits.rules.limits import limits_in
from credits.rules.rosters import ClassFacts
from credits.selectors.regulation import requirements

# A class has people of all levels; what bears on it (hours a day, compulsory or not) is the same for all of them.
_ANY_LEVEL = "中级"


@dataclass(frozen=True)
class ClassRules:
    """What holds for a class of a base that ended in a year."""

    recognised: list[Recognised]
    limits: Limits | None
    takes_professional: bool

    @property
    def asks_kind(self) -> bool:
        return self.limits is not None and self.limits.asks_compulsory


@dataclass(frozen=True)
class Progress:
    """How far the work on a roster is. `seconds_left` is a guess from what is done, None before there is any; `wrong`
    counts the rows found wrong so far.
    """

    done: int
    total: int
    seconds_left: int | None
    is_stuck: bool
    wrong: int = 0

    @property
    def percent(self) -> int:
        return self.done * 100 // self.total if self.total else 0

    @property
    def left_words(self) -> str:
        if self.seconds_left is None:
            return "正在处理" if self.done else "马上开始"
        return f"大约还要 {self.seconds_left // 60 + 1} 分钟" if self.seconds_left >= 60 else "还要不到 1 分钟"


def bases_of(user: User) -> QuerySet[Organization]:
    """The bases for which `user` holds classes and uploads rosters."""
    return units_for(user, Act.TEACH).select_related("area").order_by("id")


def rosters_of(user: User) -> QuerySet[Roster]:
    """The rosters of those bases, and of trainings that `user`'s units ran. Nobody else ever sees one whole."""
    of_bases = Q(organization__in=bases_of(user).values("pk"), door=Door.ROSTER)
    of_units = Q(organization__in=units_for(user, Act.RUN_TRAININGS).values("pk"), door=Door.UNIT)
    return Roster.objects.filter(of_bases | of_units).select_related(
        "organization__area", "job", "made_by", "training_class"
    )


def rows_of(roster: Roster) -> QuerySet[RosterRow]:
    """The rows that stand in a roster, without their sealed numbers."""
    return RosterRow.objects.filter(roster=roster, version=roster.version).defer("id_sealed")


def facts_of(roster: Roster) -> ClassFacts:
    return ClassFacts(
        title=roster.title,
        subject=roster.subject,
        public_kind=roster.public_kind,
        class_code=roster.class_code,
        place=roster.place,
        started_on=roster.started_on,
        ended_on=roster.ended_on,
        hours=roster.hours,
    )


def facts_of_class(training_class: TrainingClass) -> ClassFacts:
    """What a class says of itself, as its roster needs it."""
    return ClassFacts(
        title=training_class.title,
        subject=training_class.subject,
        public_kind=training_class.public_kind,
        class_code=training_class.code,
        place=training_class.place,
        started_on=training_class.started_on,
        ended_on=training_class.ended_on,
        hours=training_class.hours,
    )


def rules_of_class(organization: Organization, year: int) -> ClassRules:
    """In two queries and those of the regulation."""
    lines = recognitions_of(organization.pk, BASES)
    asked = requirements(organization.area, year, _ANY_LEVEL)
    mode = asked.settings.get("professional_by_roster") if asked else None
    return ClassRules(lines, limits_in(asked) if asked else None, mode is None or mode.is_yes)


def counts_by_state(roster: Roster, version: int) -> dict[str, int]:
    """How many rows of a version are in each state."""
    rows = RosterRow.objects.filter(roster=roster, version=version).order_by()
    return dict(rows.values_list("state").annotate(count=Count("pk")))


def external_id(roster: Roster, number: int) -> str:
    """What the ledger calls a row of a roster: the same however often it is handed over."""
    return f"{roster.ref.hex}.{number}"


def source_of(organization_ref: UUID, door: str = Door.ROSTER) -> str:
    return f"{Door(door).value}:{organization_ref}"


def own_people(unit: Organization, people: Iterable[int]) -> set[int]:
    """Who of `people` works at a unit, or for an authority at one of those below it."""
    rows = Employment.objects.filter(professional__in=list(people), ended_on__isnull=True)
    return set(
        rows.filter(Q(organization=unit) | Q(organization__supervisor=unit)).values_list("professional", flat=True)
    )


def claims_of(roster: Roster) -> QuerySet[Claim]:
    """What stands in the ledger by this roster."""
    start = f"{roster.ref.hex}."
    return Claim.objects.filter(source=source_of(roster.organization.ref, roster.door), external_id__startswith=start)


def standing_of_claims(roster: Roster) -> dict[str, int]:
    """How many of its claims are in each state now: people who registered since, hours that a bureau took back."""
    return dict(claims_of(roster).order_by().values_list("state").annotate(count=Count("pk")))


def counted_since(roster: Roster) -> int:
    """How many rows waited for their person when the roster was done, and count by now."""
    waited = roster.counts.get("waiting", 0)
    return max(0, waited - standing_of_claims(roster).get(ClaimState.UNMATCHED, 0)) if waited else 0


def progress_of(roster: Roster, *, now: datetime, most_attempts: int) -> Progress | None:
    """None when nobody is to work on it."""
    job = roster.job
    if job is None or job.finished_at:
        return None
    began = parse_datetime(job.params.get("began_at", ""))
    seconds = None
    if began and job.done:
        seconds = int((now - began).total_seconds() * (job.total - job.done) / job.done)
    has_lease = job.claimed_until is not None and job.claimed_until >= now
    is_stuck = job.attempts >= most_attempts and not has_lease
    return Progress(job.done, job.total, seconds, is_stuck, job.result.get("wrong", 0))
