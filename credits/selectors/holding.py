"""What waits at a bureau's desk because somebody doubts it, and the work on many of these at once."""

from dataclasses import asdict, dataclass
from datetime import datetime
from functools import reduce
from operator import or_
from uuid import UUID

from django.db.models import Q, QuerySet, TextField
from django.db.models.functions import Cast

from accounts.models import Organization, User
from accounts.rules.policy import Act
from accounts.selectors.duties import below, units_for
from ceportal.kernel.models import MAX_ATTEMPTS, Job
from credits.enums import ClaimState, Door
from credits.models import Claim, HeldHours, HourBatch
from credits.rules.holding import HELD_FOR

HOLD_CLIENT, RULE_HELD, UNDO_CLIENT = "held.hold_client", "held.rule", "held.undo_client"
KINDS = (HOLD_CLIENT, RULE_HELD, UNDO_CLIENT)
SOURCES_LOOKED_AT = 1_000
_MAY_BE_HELD = (ClaimState.LIVE, ClaimState.UNMATCHED, ClaimState.HELD)


@dataclass(frozen=True)
class Asked:
    """Which of the held hours: by the code of their reason, who reported them (its ref), their year, how the title
    begins, and the mark that a hold has left.
    """

    code: str = ""
    source: str = ""
    year: str = ""
    title: str = ""
    mark: str = ""

    @property
    def is_any(self) -> bool:
        return any(asdict(self).values())


@dataclass(frozen=True)
class Progress:
    """Of a job on held hours; `older` of its records are from before the batches that were kept."""

    ref: UUID
    what: str
    done: int
    total: int
    result: int
    is_finished: bool
    is_stuck: bool
    older: int = 0

    @property
    def percent(self) -> int:
        return 100 * self.done // self.total if self.total else 100


def holding_bureaus(user: User) -> QuerySet[Organization]:
    """Those in whose name `user` rules on held hours."""
    return units_for(user, Act.RULE_ON_HELD).select_related("area")


def held_seen_by(user: User, asked: Asked | None = None) -> QuerySet[HeldHours]:
    """The held hours of people in the places of the user's bureaus, nobody's own."""
    reach = [Q(**below(bureau.area, "professional__area")) for bureau in holding_bureaus(user)]
    rows = HeldHours.objects.filter(state=ClaimState.HELD).filter(reduce(or_, reach, Q(pk__in=[])))
    rows = rows.exclude(professional__user=user.pk).select_related("professional__area", "professional__user")
    return _narrowed(rows, asked or Asked())


def held_by(mark: str) -> QuerySet[HeldHours]:
    """Everything that one hold has put aside, wherever its people are."""
    return _narrowed(HeldHours.objects.filter(state=ClaimState.HELD), Asked(mark=mark))


def platforms_of_held(user: User) -> list[tuple[str, str]]:
    """Who reported what has been held the longest, by source, for the filter: the same work however much is held."""
    sources = set(held_seen_by(user).order_by("pk").values_list("source", flat=True)[:SOURCES_LOOKED_AT])
    refs = {source.partition(":")[2]: source for source in sources if ":" in source}
    names = Organization.objects.filter(ref__in=refs).order_by("name_key")
    return [(refs[str(unit.ref)], unit.name) for unit in names]


def counted_of_batches(organization: Organization, client_pk: int, since: datetime) -> QuerySet[HourBatch]:
    """The batches a key has posted since a moment, the first one first."""
    return HourBatch.objects.filter(organization=organization, client=client_pk, received_at__gte=since).order_by("pk")


def claims_in(source: str, record_ids: list[str], *, unless: str = "") -> list[int]:
    """The claims of these records that count, wait for their person, or are held; not those that bear the mark."""
    rows = Claim.objects.filter(source=source, external_id__in=record_ids, state__in=_MAY_BE_HELD)
    if unless:
        rows = rows.annotate(why=Cast("reasons", TextField())).exclude(why__contains=f'"{unless}"')
    return list(rows.values_list("pk", flat=True))


def claims_made(source: str, since: datetime, before: datetime, *, after: int, limit: int) -> list[int]:
    """The same of all that a source made between two moments, the next `limit` after the claim with the key `after`."""
    rows = Claim.objects.filter(source=source, made_at__gte=since, made_at__lt=before, state__in=_MAY_BE_HELD)
    return list(rows.filter(pk__gt=after).order_by("pk").values_list("pk", flat=True)[:limit])


def jobs_of(user: User) -> list[Progress]:
    """The last of the user's jobs on held hours."""
    return [progress(job) for job in Job.objects.filter(kind__in=KINDS, owner_id=user.pk).order_by("-pk")[:3]]


def holds_of(client_id: str) -> list[Job]:
    """What was held because a key had leaked."""
    return list(Job.objects.filter(kind=HOLD_CLIENT, params__client=client_id).order_by("-pk"))


def work_of_key(client_id: str) -> list[Progress]:
    """The work on a leaked key: its holds, and what was released, refused or undone of them, the last first."""
    holds = holds_of(client_id)
    if not holds:
        return []
    about = Q(kind=UNDO_CLIENT, params__client=client_id)
    about |= Q(kind=RULE_HELD, params__mark__in=[str(hold.ref) for hold in holds])
    return [progress(job) for job in Job.objects.filter(Q(pk__in=[hold.pk for hold in holds]) | about).order_by("-pk")]


def progress(job: Job) -> Progress:
    what = {"hold": "暂停计入", "release": "计入", "refuse": "不予计入", "undo": "恢复撤回"}[job.params["act"]]
    has_lease = job.claimed_until is not None
    is_stuck = job.attempts >= MAX_ATTEMPTS and not has_lease
    moved = int(job.result.get("claims", 0))
    older = int(job.result.get("older", 0))
    return Progress(job.ref, what, job.done, job.total, moved, job.finished_at is not None, is_stuck, older)


def contestable() -> Q:
    """What a person may say is not theirs: what others reported, and counts."""
    return Q(state=ClaimState.LIVE, door__in=(Door.PLATFORM, Door.ROSTER, Door.UNIT, Door.IMPORTED))


def _narrowed(rows: QuerySet[HeldHours], asked: Asked) -> QuerySet[HeldHours]:
    rows = rows.annotate(why=Cast("reasons", TextField()))
    if asked.code in HELD_FOR:
        rows = rows.filter(why__contains=f'"{asked.code}"')
    if asked.mark:
        rows = rows.filter(why__contains=f'"{asked.mark}"')
    if asked.source:
        rows = rows.filter(source=asked.source)
    if asked.year.isascii() and asked.year.isdigit() and len(asked.year) == 4:
        rows = rows.filter(year=int(asked.year))
    if asked.title:
        rows = rows.filter(title__startswith=asked.title)
    return rows
