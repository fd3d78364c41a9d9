"""Certificates that somebody does not believe: taken down without an account, ruled on by the bureau (S3-10)."""

import logging
from collections.abc import Iterable
from datetime import date, datetime

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone

from accounts.enums import NoticeEvent
from accounts.models import Area, Organization, User
from accounts.rules.policy import POLICY, Act
from accounts.selectors.duties import bureau_of, holders_of, units_for
from accounts.selectors.mandates import mandate_over, mandates_held_by, under_mandates
from accounts.selectors.people import employer_of
from accounts.services.notices import tell
from ceportal.kernel.rules.id_number import hide_numbers
from ceportal.kernel.rules.refusal import MovedOn, Refusal
from ceportal.kernel.services.noting import left_out_when_full
from ceportal.kernel.services.trail import record
from certificates.enums import SuspicionFinding
from certificates.models import Certificate, Suspicion
from certificates.rules.agreement import DIFFERS
from certificates.rules.numbers import read_number
from certificates.selectors import numbered

DESK = "/certificates/suspicion/"

log = logging.getLogger(__name__)


@transaction.atomic
def report(*, number: str, says: str, now: datetime) -> Suspicion:
    """Take it down; numbers of people are masked. Whoever reports learns nothing of what the number leads to."""
    kept = read_number(number)
    certificate = numbered(kept) if kept else None
    area = certificate.professional.area if certificate else _area_named(kept or "")
    made = Suspicion.objects.create(
        number=kept or hide_numbers(number)[:60],
        certificate=certificate,
        area=area,
        says=hide_numbers(says),
        made_at=now,
    )
    record("suspicion.report", made, by=None, now=now, after={"number": made.number, "is_known": bool(certificate)})
    _tell_bureau(made, now)
    return made


@left_out_when_full
def report_differences(certificates: Iterable[Certificate], *, now: datetime) -> None:
    """The portal's own report of certificates whose row is not what the trail was told: one open at a time of each.
    The bureau is told; the operator's alarm `record_differs` rings until it has ruled.
    """
    for certificate in certificates:
        log.error("certificate %s does not agree with the trail", certificate.ref)
        _report_difference(certificate.pk, now)


@transaction.atomic
def _report_difference(key: int, now: datetime) -> None:
    locked = Certificate.objects.select_for_update(of=("self",)).select_related("professional__area").get(pk=key)
    if Suspicion.objects.filter(certificate=locked, says=DIFFERS, finding="").exists():
        return
    made = Suspicion.objects.create(
        number=locked.number, certificate=locked, area=locked.professional.area, says=DIFFERS, made_at=now
    )
    record("suspicion.report", made, by=None, now=now, after={"number": made.number, "is_known": True})
    _tell_bureau(made, now)


@transaction.atomic
def rule_on(suspicion: Suspicion, *, finding: SuspicionFinding, because: str, by: User, now: datetime) -> None:
    """Raises `MovedOn` where another officer was first."""
    rows = Suspicion.objects.filter(pk=suspicion.pk, finding="")
    said = hide_numbers(because)
    if not rows.update(finding=finding, found_because=said, found_by=by, found_at=now):
        raise MovedOn([Refusal("ruled", "这条举报已由其他人处理，请刷新后查看。")])
    after = {"finding": finding.value, "number": suspicion.number}
    record("suspicion.rule", suspicion, by=by, now=now, after=after)


def suspicions_for(user: User, *, today: date) -> QuerySet[Suspicion]:
    """Reports that wait, or waited, with a bureau of `user`, or of certificates their office is mandated to keep."""
    where = under_mandates(mandates_held_by(user, today=today), "certificate__professional")
    for path in units_for(user, Act.RULE_ON_SUSPICIONS).values_list("area__path", flat=True):
        where |= Q(area__path__startswith=path)
    return Suspicion.objects.filter(where).select_related("area", "certificate", "found_by")


def reported_differences() -> int:
    """How many certificates the portal itself has doubts of that no bureau has ruled on."""
    return Suspicion.objects.filter(finding="", says=DIFFERS).count()


def _area_named(number: str) -> Area:
    """The place a number names, else the province."""
    return Area.objects.filter(code=number[:6]).first() or Area.objects.get(parent=None)


def _in_charge(made: Suspicion, today: date) -> Organization | None:
    """Who is mandated for its holder, else the place's bureau (S1-13)."""
    person = made.certificate.professional if made.certificate else None
    unit = employer_of(person) if person else None
    mandate = mandate_over(made.area, unit, today=today) if person else None
    return mandate.organization if mandate else bureau_of(made.area)


def _tell_bureau(made: Suspicion, now: datetime) -> None:
    bureau = _in_charge(made, timezone.localdate(now))
    if bureau is None:
        return
    people = holders_of(bureau, POLICY[Act.RULE_ON_SUSPICIONS].duties[0])
    who = "平台查验时发现" if made.says == DIFFERS else "有人举报"
    text = f"{who}一份可疑证书（编号 {made.number or '未填写'}），请在工作台的“可疑证书举报”中核实。"
    tell(people, NoticeEvent.REQUEST_WAITING, key=f"suspicion:{made.ref}", text=text, now=now)
