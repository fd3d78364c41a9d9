"""The lists of recognised institutions from year to year: carried on as assumed, confirmed, ended, added by bureaus."""

from collections.abc import Collection
from datetime import date, datetime

from django.db import IntegrityError, transaction
from django.utils import timezone

from accounts.models import Area, Organization, User
from bases.enums import RecognitionKind, RecognitionStatus
from bases.models import Recognition
from bases.rules.carrying import Listed, to_carry, years_to_fill
from bases.selectors.recognised import Place, place_of, removed_for_good
from ceportal.kernel.rules.refusal import MovedOn, Refusal, refuse
from ceportal.kernel.services.trail import record

_CLAUSE = "A27"
_NOTE_LIMIT = 300


@transaction.atomic
def carry_recognitions(*, now: datetime) -> int:
    """Make the lines of a year that only the year before has, as assumed. How many."""
    made = 0
    left = removed_for_good()
    for year in years_to_fill(timezone.localdate(now)):
        rows = Recognition.objects.filter(year__in=(year - 1, year)).in_bulk()
        for line in to_carry([_listed(row, left) for row in rows.values()], year):
            made += _carry(rows[line.pk], year, now)
    return made


@transaction.atomic
def confirm_recognition(row: Recognition, *, document: str, by: User, now: datetime) -> None:
    """The bureau's word that an assumed line holds, by what document."""
    assumed = Recognition.objects.filter(pk=row.pk, status=RecognitionStatus.ASSUMED, ended_on__isnull=True)
    if not assumed.update(status=RecognitionStatus.VERIFIED, document=document, clause=_CLAUSE):
        raise _moved()
    record("recognition.confirm", row, by=by, now=now, after={"document": document, "year": row.year})


@transaction.atomic
def end_recognition(row: Recognition, *, reason: str, by: User, now: datetime) -> None:
    """From tomorrow on the institution is not recognised by this line; what ended until today counts as before."""
    today = timezone.localdate(now)
    last = max(today, date(row.year - 1, 12, 31))
    if not Recognition.objects.filter(pk=row.pk, ended_on__isnull=True).update(
        ended_on=last, note=reason[:_NOTE_LIMIT]
    ):
        raise _moved()
    record("recognition.end", row, by=by, now=now, after={"ended_on": last.isoformat(), "reason": reason})


@transaction.atomic
def add_recognition(
    organization: Organization,
    *,
    kind: RecognitionKind,
    year: int,
    area: Area,
    subjects: Collection[str],
    trade: str,
    document: str,
    by: User,
    now: datetime,
    site_name: str = "",
    url: str = "",
) -> Recognition:
    """A line of a new document; with a trade it is for that trade's people alone (会计专区, A30)."""
    try:
        with transaction.atomic():
            row = Recognition.objects.create(
                organization=organization, kind=kind, year=year, area=area, subjects=sorted(subjects), trade=trade,
                document=document, clause=_CLAUSE, status=RecognitionStatus.VERIFIED,
                site_name=site_name or _site(organization, trade), url=url,
            )  # fmt: skip
    except IntegrityError as error:
        raise refuse("there_already", "这一年度的名单里已经有这个单位。", field="organization") from error
    after = {"year": year, "area": area.pk, "subjects": sorted(subjects), "trade": trade, "document": document}
    record("recognition.add", row, by=by, now=now, after=after)
    return row


def _site(organization: Organization, trade: str) -> str:
    """A trade's zone is a line of its own beside the institution's other one."""
    return f"{organization.name}{trade}专区"[:100] if trade else ""


def _listed(row: Recognition, left: Collection[Place]) -> Listed:
    key = place_of(row)
    return Listed(row.pk, key, row.year, row.status == RecognitionStatus.VERIFIED, row.ended_on, key in left)


def _carry(before: Recognition, year: int, now: datetime) -> bool:
    copied = (
        "organization_id", "kind", "area_id", "subjects", "trade", "sequence", "url", "site_name", "phones", "is_free",
        "document", "clause",
    )  # fmt: skip
    said = {name: getattr(before, name) for name in copied}
    row = Recognition(year=year, status=RecognitionStatus.ASSUMED, **said)
    Recognition.objects.bulk_create([row], ignore_conflicts=True)
    if not Recognition.objects.filter(ref=row.ref).exists():
        return False
    record("recognition.carry", row, by=None, now=now, after={"from": str(before.ref), "year": year})
    return True


def _moved() -> MovedOn:
    return MovedOn([Refusal("moved_on", "这条认定刚刚有变动，请刷新后再看。")])
