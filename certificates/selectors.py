"""Who may see which certificate, and what has become of the hours printed on it."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from functools import reduce
from operator import or_
from uuid import UUID

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone

from accounts.models import Employment, Professional, User
from accounts.rules.policy import Act
from accounts.selectors.duties import below, units_for
from accounts.selectors.learners import Person
from accounts.selectors.mandates import mandates_held_by, whose_certificates
from accounts.selectors.people import one_and_merged, people_of
from ceportal.kernel.rules.refusal import Refusal
from ceportal.kernel.rules.text import comparable
from ceportal.kernel.selectors.told import told_about
from certificates.enums import CertificateState, Standing
from certificates.models import LIVE, Certificate, EarlierCertificate
from certificates.rules.agreement import TOLD, agrees
from certificates.rules.eligibility import Asked, Numbered
from certificates.rules.entitlement import Printed, reasons_not_to_renew
from certificates.rules.numbers import read_number
from credits.enums import ClaimState, Door
from credits.models import Claim, YearAccount
from credits.rules.requirements import Standing as Hours
from credits.rules.window import CLOSED, is_open, last_day_for, words
from credits.selectors.accounts import standing_of as hours_of
from credits.selectors.bench import Bench
from credits.selectors.regulation import rule_book
from credits.selectors.window import granted_years, limits_by_year

_TOKEN = re.compile(r"[A-Za-z0-9_-]{27}", re.ASCII)
# What is looked up instead of a word that cannot be a token or a number, so that every answer takes the same steps.
_NOTHING = "-"


def certificates_of(professional: Professional) -> QuerySet[Certificate]:
    """A person's own certificates, every year and edition, with those of an account merged into theirs."""
    return Certificate.objects.filter(professional__in=one_and_merged(professional)).select_related("successor")


def live_certificate(professional_id: int, year: int) -> Certificate | None:
    """The one that is valid or being made; the database allows one."""
    return Certificate.objects.filter(professional_id=professional_id, year=year, state__in=LIVE).first()


def published(token: str) -> Certificate | None:
    """What a QR code leads to. Revoked and superseded ones are found and say so; one still being made is not."""
    return _public().filter(token=token if _TOKEN.fullmatch(token) else _NOTHING).first()


def published_under(number: str, name: str) -> Certificate | None:
    """What a number and the name on the sheet lead to, as typed; None unless both match."""
    found = _public().filter(number=read_number(number) or _NOTHING).first()
    wanted, printed = comparable(name[:100]), comparable(found.snapshot["person"]["name"] if found else _NOTHING)
    return found if found and wanted and wanted == printed else None


def earlier_of(professional: Professional) -> QuerySet[EarlierCertificate]:
    """Those of another system, of a person and of accounts merged into theirs."""
    return EarlierCertificate.objects.filter(professional__in=one_and_merged(professional), undone_at__isnull=True)


def earlier_under(number: str, name: str) -> EarlierCertificate | None:
    """One of another system, by the number and the name on it, as typed; None unless both match."""
    typed = "".join(number.replace("\0", "").split())[:60] or _NOTHING
    found = EarlierCertificate.objects.filter(number=typed, undone_at__isnull=True).first()
    return found if found and comparable(name[:100]) == comparable(found.name) else None


def certified_elsewhere() -> Q:
    """Of year accounts: those whose certificate is another system's. One stands here, or all that counts came from
    there.
    """
    of_account = {"professional": OuterRef("professional"), "year": OuterRef("year")}
    earlier = EarlierCertificate.objects.filter(**of_account, undone_at__isnull=True)
    live = Claim.objects.filter(**of_account, state=ClaimState.LIVE)
    return Q(Exists(earlier)) | Q(Exists(live.filter(door=Door.IMPORTED)), ~Exists(live.exclude(door=Door.IMPORTED)))


def numbered(number: str) -> Certificate | None:
    """The published certificate of a number as it is kept."""
    return _public().filter(number=number).select_related("professional__area").first()


def published_all(asked: Iterable[tuple[str, str]]) -> list[Certificate | None]:
    """`published_under` for many numbers and names, by one query however many there are."""
    wanted = [(read_number(number), comparable(name[:100])) for number, name in asked]
    by_number = {one.number: one for one in _public().filter(number__in={number for number, _ in wanted if number})}
    found = [(by_number.get(number or _NOTHING), name) for number, name in wanted]
    return [one if one and name and name == comparable(one.snapshot["person"]["name"]) else None for one, name in found]


def after(certificate: Certificate) -> Certificate | None:
    """What is published in its place: the edition after it, or that of the account into which its own was merged. One
    that ended before its sheet was made is passed over.
    """
    later: Certificate | None = getattr(certificate, "successor", None)
    while later is not None and later.ended_at and not later.issued_at:
        later = getattr(later, "successor", None)
    kept = certificate.professional.merged_into_id
    if later is None and kept is not None and certificate.state == CertificateState.SUPERSEDED:
        later = _public().filter(professional=kept, year=certificate.year).order_by("-edition").first()
    return later if later is not None and later.issued_at else None


def awaits_successor(certificate: Certificate) -> bool:
    """Whether the edition in its place is being made."""
    whose = {certificate.professional_id, certificate.professional.merged_into_id} - {None}
    in_its_year = Certificate.objects.filter(professional__in=whose, year=certificate.year)
    return in_its_year.filter(state=CertificateState.INTENDED).exists()


def goes_on_met(merged: Professional, year: int) -> bool:
    """Whether the account into which `merged` went meets the year."""
    return YearAccount.objects.filter(professional=merged.merged_into_id, year=year, is_met=True).exists()


def has_hours(professional_id: int, year: int) -> bool:
    """Whether anything counts, or may count, in a person's year."""
    states = [ClaimState.LIVE, ClaimState.HELD]
    return Claim.objects.filter(professional_id=professional_id, year=year, state__in=states).exists()


def published_file(digest: str) -> Certificate | None:
    """The certificate whose signed sheet has this SHA-256."""
    return _public().filter(pdf_digest=digest).first()


def ended() -> QuerySet[Certificate]:
    """Published certificates that are no longer valid."""
    return _public().filter(ended_at__isnull=False)


def standing_of(certificate: Certificate) -> Standing:
    return standings_of([certificate])[certificate.pk]


def standings_of(certificates: Iterable[Certificate]) -> dict[int, Standing]:
    """What published certificates are worth now, by their keys; two queries however many there are."""
    asked = list(certificates)
    disputed = dict.fromkeys(differing(asked), Standing.DISPUTED)
    live = {one.pk: Standing.VALID for one in asked if one.state in LIVE}
    ended_ones = {one.pk: Standing(one.state) for one in asked if one.state not in LIVE}
    return ended_ones | live | dict.fromkeys(under_review(asked), Standing.UNDER_REVIEW) | disputed


def differing(certificates: Iterable[Certificate]) -> set[int]:
    """The keys of those whose row does not say what the trail was told; one query however many there are.

    A row read before a move and a trail read after it differ too: what does not agree is read once more, row first.
    """
    found = _not_as_told(list(certificates))
    return _not_as_told(list(Certificate.objects.filter(pk__in=found))) if found else set()


def _not_as_told(asked: list[Certificate]) -> set[int]:
    told = told_about([one.ref for one in asked], TOLD) if asked else {}
    return {one.pk for one in asked if not agrees(one, told.get(one.ref, ()))}


def is_under_review(certificate: Certificate) -> bool:
    """Whether the account has moved on since the clock last found this certificate to stand (正在复核)."""
    return certificate.pk in under_review([certificate])


def under_review(certificates: Iterable[Certificate]) -> set[int]:
    """The keys of those under review, by one query however many there are."""
    live = [certificate for certificate in certificates if certificate.state in LIVE]
    if not live:
        return set()
    people, years = {one.professional_id for one in live}, {one.year for one in live}
    accounts = YearAccount.objects.filter(professional__in=people, year__in=years)
    versions = {
        (row.professional_id, row.year): row.version for row in accounts.only("professional_id", "year", "version")
    }
    return {one.pk for one in live if versions.get((one.professional_id, one.year)) != one.account_version}


def printed_items(certificate: Certificate) -> list[Printed]:
    """Every item on the sheet, and what has become of it since."""
    items = certificate.snapshot["items"]
    claims = Claim.objects.in_bulk([item["ref"] for item in items], field_name="ref")
    by_ref = {str(ref): claim for ref, claim in claims.items()}
    return [_printed(item, by_ref.get(item["ref"])) for item in items]


def unlisted(certificate: Certificate) -> list[Claim]:
    """What counts in the year and does not stand on the certificate."""
    printed = {item["ref"] for item in certificate.snapshot["items"]}
    counted = counted_claims(certificate.professional_id, certificate.year)
    return [claim for claim in counted if str(claim.ref) not in printed]


def renewable(certificates: Iterable[Certificate], *, now: datetime) -> set[int]:
    """The keys of those a new edition can be had of (A14); one query where nothing was learned after any of them."""
    issued = [one for one in certificates if one.state == CertificateState.ISSUED]
    people, years = {one.professional_id for one in issued}, {one.year for one in issued}
    counted = Claim.objects.filter(professional__in=people, year__in=years, state=ClaimState.LIVE)
    found = set(counted.values_list("professional_id", "year", "ref")) if issued else set()
    printed = {(one.professional_id, one.year, UUID(item["ref"])) for one in issued for item in one.snapshot["items"]}
    more = {place[:2] for place in found - printed}
    candidates = [one for one in issued if (one.professional_id, one.year) in more]
    return {one.pk for one in candidates if not any(reasons_against_renewing(one, now=now))}


def reasons_against_renewing(certificate: Certificate, *, now: datetime) -> Iterator[Refusal]:
    """Why its holder cannot have a new edition now."""
    return reasons_not_to_renew(
        is_issued=certificate.state == CertificateState.ISSUED,
        is_settled=not is_under_review(certificate),
        closed_on=_closed_on(certificate.professional, certificate.year, now),
        unlisted=len(unlisted(certificate)),
    )


def _closed_on(person: Professional, year: int, now: datetime) -> str:
    today, limits = timezone.localdate(now), limits_by_year(person, [year], now=now).get(year)
    opening = granted_years(person).get(year, CLOSED)
    if is_open(year, today=today, limits=limits, opening=opening):
        return ""
    return words(last_day_for(year, limits, opening))


@dataclass(frozen=True)
class YearMet:
    """A person's year for who decides by it. `obligation` says that less, or nothing, is asked; why, it does not. No
    certificate is named while it is under review.
    """

    year: int
    is_met: bool
    obligation: str
    standing: Hours
    certificate: str


def years_met(people: Iterable[Person], years: Iterable[int], *, now: datetime) -> dict[tuple[int, int], YearMet]:
    """Each of these years of each of these people, by key and year, in a handful of queries."""
    everybody, wanted = {person.pk: person for person in people}, sorted(set(years))
    bench = Bench(rule_book(), now)
    bench.learn(everybody.values(), wanted)
    of_them = {"professional__in": everybody, "year__in": wanted}
    rows = YearAccount.objects.filter(**of_them).select_related("area")
    accounts = {(row.professional_id, row.year): row for row in rows}
    issued = list(Certificate.objects.filter(**of_them, state=CertificateState.ISSUED))
    doubtful = under_review(issued)
    numbers = {(one.professional_id, one.year): one.number for one in issued if one.pk not in doubtful}
    found = {}
    for person in everybody.values():
        for year in wanted:
            account, place = accounts.get((person.pk, year)), (person.pk, year)
            obligation = account.obligation if account else _obligation(person, year, bench)
            is_met = account is not None and account.is_met
            found[place] = YearMet(year, is_met, obligation, hours_of(account), numbers.get(place, ""))
    return found


def _obligation(person: Person, year: int, bench: Bench) -> str:
    """Of a year in which nothing was entered."""
    judged = bench.judged(person, year)
    asked = bench.asked_at(person, judged.area, year, judged.level, judged.trade)
    return asked.ground.kind if asked and asked.ground else ""


def counted_claims(professional_id: int, year: int) -> QuerySet[Claim]:
    """What counts in a person's year today, in the order it was learned."""
    return claims_counted(professional_id, [year])


def claims_counted(professional_id: int, years: Iterable[int]) -> QuerySet[Claim]:
    """The same of several years."""
    claims = Claim.objects.filter(professional_id=professional_id, year__in=list(years), state=ClaimState.LIVE)
    return claims.select_related("declaration", "declaration__activity").order_by("started_on", "ended_on", "id")


def people_judged_by(user: User, asked: Asked) -> QuerySet[Professional]:
    """All of `arms_judged_by`, for asking of some of them. In the order of keys a million people are read to find a
    few: lists and counts take the arms.
    """
    return _narrowed(reduce(or_, _judged_by(user)), asked)


def arms_judged_by(user: User, asked: Asked) -> list[QuerySet[Professional]]:
    """Whose years `user` may list: the people of the units they manage, of the place of their bureau, of the units
    under their authority; narrowed as asked. Whoever is in two of these is in both.
    """
    return [_narrowed(whose, asked) for whose in _judged_by(user)]


def _judged_by(user: User) -> list[Q]:
    """The people of places; those who are found by their units."""
    above = list(units_for(user, Act.OVERSEE).select_related("area"))
    places = [Q(**below(unit.area)) for unit in above if unit.is_bureau]
    working = Employment.objects.filter(ended_on__isnull=True)
    under = working.filter(organization__supervisor__in=[unit.pk for unit in above if unit.is_authority])
    others = people_of(user).order_by().values("pk").union(under.values("professional"))
    return [*([reduce(or_, places)] if places else []), Q(pk__in=others)]


def _narrowed(whose: Q, asked: Asked) -> QuerySet[Professional]:
    people = Professional.objects.filter(
        whose, approved_at__isnull=False, left_at__isnull=True, merged_into__isnull=True
    )
    if asked.name:
        people = people.filter(name__startswith=asked.name)
    if asked.unit:
        there = Employment.objects.filter(ended_on__isnull=True, organization__name__startswith=asked.unit)
        people = people.filter(pk__in=there.values("professional"))
    met = YearAccount.objects.filter(professional=OuterRef("pk"), is_met=True)
    each_year = Q()
    for year in asked.years if asked.show else ():
        each_year &= Q(Exists(met.filter(year=year)))
    people = people.exclude(each_year) if asked.show == "missed" else people.filter(each_year)
    return people.select_related("area", "title_series")


def employer_names(people: Iterable[Professional]) -> dict[int, str]:
    """The principal employer of each, by one query."""
    now = Employment.objects.filter(professional__in=[person.pk for person in people], ended_on__isnull=True)
    chief = now.filter(is_principal=True).order_by("-started_on", "-pk")
    return dict(reversed(chief.values_list("professional_id", "organization__name")))


def certificates_to_bundle(user: User, asked: Asked) -> QuerySet[Certificate]:
    """The valid certificates of those people and years."""
    return _valid_in(people_judged_by(user, asked), asked)


def arms_to_bundle(user: User, asked: Asked) -> list[QuerySet[Certificate]]:
    """The same by the arms of people, for counting."""
    return [_valid_in(arm, asked) for arm in arms_judged_by(user, asked)]


def _valid_in(people: QuerySet[Professional], asked: Asked) -> QuerySet[Certificate]:
    rows = Certificate.objects.filter(state=CertificateState.ISSUED, year__in=asked.years)
    return rows.filter(professional__in=people.order_by().values("pk"))


@dataclass(frozen=True)
class Wanted:
    """Valid certificates of a list of numbers, and what of the list is not among them: place, number, why."""

    certificates: QuerySet[Certificate]
    left_out: list[tuple[int, str, str]]


def certificates_wanted(user: User, rows: Iterable[Numbered]) -> Wanted:
    """Those of the numbers that are of people `user` may list. Foreign and absent ones are told alike."""
    asked = list(rows)
    people = people_judged_by(user, Asked(until=0)).values("pk")
    numbers = [row.number for row in asked if row.number]
    states = dict(_public().filter(number__in=numbers, professional__in=people).values_list("number", "state"))

    def why_not(number: str | None) -> str:
        if number is None:
            return "编号写法不对，请对照证书再输一次"
        if number not in states:
            return "没有这份证书，或者持证人不在您可查的名单里"
        return "" if states[number] == CertificateState.ISSUED else f"证书{Standing(states[number]).label}，不再有效"

    reasons = [(row.place, row.number or "", why_not(row.number)) for row in asked]
    valid = [number for _, number, why in reasons if not why]
    return Wanted(Certificate.objects.filter(number__in=valid), [each for each in reasons if each[2]])


def certificates_overseen_by(user: User, *, today: date) -> QuerySet[Certificate]:
    """The register: the certificates of people of a bureau's place and below, and of those a mandate is about."""
    return Certificate.objects.filter(whose_certificates(user, today=today))


def oversees_certificates(user: User, *, today: date) -> bool:
    return units_for(user, Act.SEE_CERTIFICATES).exists() or bool(mandates_held_by(user, today=today))


def _public() -> QuerySet[Certificate]:
    """Published once: `issued_at` stays when a certificate ends."""
    return Certificate.objects.filter(issued_at__isnull=False).select_related("successor", "professional")


def _printed(item: dict[str, str], claim: Claim | None) -> Printed:
    """A claim is never removed but to an archive, where it counts as it did (`credits.services.archiving`)."""
    hours = Decimal(item["hours"])
    counted = claim.hours if claim and claim.state == ClaimState.LIVE else Decimal(0)
    return Printed(
        title=item["title"],
        hours=hours,
        counted=counted if claim else hours,
        is_held=claim is not None and claim.state == ClaimState.HELD,
    )
