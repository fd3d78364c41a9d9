"""Signs of fraud: found by the clock once each, shown to reviewers, decided on by a person of the bureau."""

from collections.abc import Callable
from datetime import date, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from django.db import IntegrityError, transaction
from django.db.models import F
from django.test import Client
from django.utils import timezone

from accounts.enums import Duty
from accounts.models import Notice, Organization, Professional, User
from ceportal.kernel.enums import FileState
from ceportal.kernel.models import AuditEvent, StoredFile
from ceportal.kernel.rules.refusal import MovedOn, Refused
from ceportal.kernel.services.file_shelf import put
from ceportal.office.services.signals import look_for_signals
from certificates.documents.sheet import render_sheet
from certificates.documents.signing import load_seal, make_key
from certificates.enums import PaperKind
from certificates.services.shelf import take
from credits.enums import RosterState
from credits.models import Declaration, Evidence, Roster
from credits.rules.artefacts import artefact_keys
from reviews.enums import SignalKind, Verdict
from reviews.models import Signal
from reviews.selectors.signals import signals_judged_by, suspects
from reviews.selectors.spot_checks import ballots
from reviews.services.signals import judge
from tests import factories as make
from tests.certificates import factories as make_certificate
from tests.credits import rosters as make_roster
from tests.credits.factories import rule_set
from tests.reviews.factories import (
    MONDAY,
    activity,
    add_evidence,
    approved,
    open_all,
    resubmitted,
    stored_file,
    submitted,
    turned_down,
)

pytestmark = pytest.mark.django_db
DESK = "/admin/reviews/signal/"
NEXT = MONDAY + timedelta(days=1)


def with_file(declaration: Declaration, content: bytes, **changes: object) -> StoredFile:
    kept = stored_file(declaration.declarant, content, **changes)
    add_evidence(declaration, position=2, file=kept)
    return kept


def numbered(person: Professional, number: str, **changes: object) -> Declaration:
    made = submitted(person, certificate_no=number, **changes)
    keys = artefact_keys("", title="", organiser=made.organiser, year=2026, certificate_no=number, details={})
    Declaration.objects.filter(pk=made.pk).update(artefact_key=keys.number)
    return made


def kinds() -> list[str]:
    return list(Signal.objects.order_by("pk").values_list("kind", flat=True))


@pytest.fixture
def pair(declarant: Professional, other_declarant: Professional) -> tuple[Declaration, Declaration]:
    """Two strangers with one file."""
    both = submitted(declarant, title="班主任研修"), submitted(other_declarant, title="实验室管理")
    for each in both:
        with_file(each, b"one scan")
    assert look_for_signals(now=NEXT) == 1
    return both


@pytest.mark.clause("S3-10", "S4-16")
def test_the_same_file_of_strangers_is_a_sign_and_of_classmates_a_hint(
    pair: tuple[Declaration, Declaration], declarant: Professional, other_declarant: Professional
) -> None:
    found = Signal.objects.get()
    assert (found.kind, {found.declaration, found.other}) == (SignalKind.SAME_FILE, set(pair))
    for person in (declarant, other_declarant):
        with_file(submitted(person, title="同一个班"), b"the notice of the class")
    with_file(submitted(declarant, title="自己又用一次"), b"one scan" + b" no")
    assert look_for_signals(now=NEXT) == 1
    assert kinds() == [SignalKind.SAME_FILE, SignalKind.CLASSMATES]
    assert list(suspects()) == [found]
    assert look_for_signals(now=NEXT) == 0
    events = AuditEvent.objects.filter(action="signal.raise")
    assert events.count() == 2
    assert {event.actor_id for event in events} == {None}


@pytest.mark.clause("S3-10")
def test_one_number_of_one_issuer_by_two_people(
    declarant: Professional, other_declarant: Professional, lone_declarant: Professional
) -> None:
    first, second = numbered(declarant, "豫继教证 2026-00123"), numbered(other_declarant, "豫继教证2026-00123 ")
    numbered(lone_declarant, "豫继教证2026-00123", organiser="别的主办单位")
    for person in (declarant, other_declarant):
        numbered(person, "豫教培〔2026〕15号")
        numbered(person, "无")
        patent = numbered(person, "ZL 2026 1 0001234.5", activity=activity("patent", artefact="patent"))
    assert patent.activity is not None
    assert look_for_signals(now=NEXT) == 1
    found = Signal.objects.get()
    assert {found.declaration, found.other} == {first, second}
    assert (found.kind, found.declaration.professional.name in found.words) == (SignalKind.SAME_NUMBER, False)


def test_what_was_mended_is_looked_into_again_and_one_person_is_no_stranger_to_themselves(
    declarant: Professional, other_declarant: Professional, employer_reviewer: User
) -> None:
    first = submitted(declarant)
    with_file(submitted(other_declarant), b"borrowed")
    Professional.objects.filter(pk=other_declarant.pk).update(merged_into=declarant)
    with_file(first, b"borrowed")
    assert look_for_signals(now=NEXT) == 0
    Professional.objects.filter(pk=other_declarant.pk).update(merged_into=None)
    assert look_for_signals(now=NEXT) == 0, "looked into already"
    open_all(first, employer_reviewer)
    resubmitted(turned_down(first, employer_reviewer))
    assert look_for_signals(now=NEXT) == 1
    assert not Declaration.objects.filter(searched_version__lt=F("version")).exists()


def test_hours_beyond_a_day_and_a_rush_of_papers(declarant: Professional) -> None:
    rule_set()
    attended = activity("lecture", is_attended=True)
    heavy = submitted(declarant, activity=attended, hours_claimed=Decimal(40), title="三天四十学时")
    days = {"started_on": date(2026, 9, 1), "ended_on": date(2026, 9, 1)}
    submitted(declarant, activity=attended, hours_claimed=Decimal(8), title="上午下午", **days)
    evening = submitted(declarant, activity=attended, hours_claimed=Decimal(5), title="又一场", **days)
    assert look_for_signals(now=NEXT) == 3
    assert {heavy.pk, evening.pk} <= set(Signal.objects.values_list("declaration", flat=True))
    for _ in range(7):
        submitted(declarant, activity=activity("paper", is_attended=False))
    assert look_for_signals(now=NEXT) == 1
    assert "10 项申报" in Signal.objects.latest("pk").words
    assert set(kinds()) == {SignalKind.TOO_MANY}


def test_a_class_that_its_base_does_not_know(declarant: Professional, base: Organization, base_teacher: User) -> None:
    days = {
        "started_on": date(2026, 10, 12), "ended_on": date(2026, 10, 13), "organiser": base.name,
        "activity": activity("paper", is_attended=False),
    }  # fmt: skip
    submitted(declarant, title="班主任研修", **days)
    assert look_for_signals(now=NEXT) == 0, "nothing is known of what the base teaches"
    make_roster.recognise(base)
    rule_set()
    titles = ("实验室管理", "消防安全", "2026年班主任研修班")
    known = [make_roster.roster(base, base_teacher, title=title, subject="professional") for title in titles]
    submitted(declarant, title="班主任研修（第一期）", **days)
    assert look_for_signals(now=NEXT) == 0
    made_up = submitted(declarant, title="红色教育", **days)
    assert look_for_signals(now=NEXT) == 1
    assert Signal.objects.get().declaration == made_up
    undone = {"state": RosterState.UNDONE, "undo_reason": "停办", "confirmed_at": NEXT}
    Roster.objects.filter(pk=known[0].pk).update(**undone)
    submitted(declarant, title="又一个", **days)
    assert look_for_signals(now=NEXT) == 0


def _signed_by_another(pdf: bytes, snapshot: dict, folder: Path) -> bytes:
    make_key(folder / "other.pem", now=timezone.now())
    return load_seal(folder / "other.pem", now=timezone.now()).put_on(render_sheet(snapshot), PaperKind.CERTIFICATE)


EDITED: dict[str, Callable[[bytes, dict, Path], bytes]] = {
    "appended": lambda pdf, _, __: pdf + b"\n%appended",
    "one byte": lambda pdf, _, __: pdf[: len(pdf) // 3] + bytes([pdf[len(pdf) // 3] ^ 1]) + pdf[len(pdf) // 3 + 1 :],
    "cut off": lambda pdf, _, __: pdf[:-30],
    "signed anew in our name": _signed_by_another,
}


@pytest.mark.clause("S3-10")
def test_our_own_certificate_edited_or_borrowed(
    declarant: Professional, other_declarant: Professional, tmp_path: Path
) -> None:
    certificate = make_certificate.issued(declarant)
    pdf = take(certificate.pdf_digest)

    def hand_in(person: Professional, content: bytes, **changes: object) -> StoredFile:
        made = submitted(person, activity=activity("paper", is_attended=False))
        kept = with_file(made, content, content_type="application/pdf", **changes)
        put(content, kept.digest)
        return kept

    hand_in(declarant, pdf)
    hand_in(declarant, render_sheet(certificate.snapshot))
    with_file(submitted(declarant, activity=activity("paper")), b"the bytes are lost", content_type="application/pdf")
    assert look_for_signals(now=NEXT) == 0, "their own as issued, and what is not signed"
    for change in EDITED.values():
        hand_in(declarant, change(pdf, certificate.snapshot, tmp_path))
    assert look_for_signals(now=NEXT) == len(EDITED)
    waiting = hand_in(other_declarant, pdf, state=FileState.QUARANTINED)
    assert look_for_signals(now=NEXT) == 0, "the scanner has not looked yet"
    StoredFile.objects.filter(pk=waiting.pk).update(state=FileState.CLEAN)
    assert look_for_signals(now=NEXT) == 2
    assert set(kinds()) == {SignalKind.OUR_PAPER, SignalKind.CLASSMATES}
    assert Signal.objects.filter(words__contains="签发给另一人员").count() == 1


def test_reviewers_of_both_see_the_sign_without_the_other_until_it_is_found_sound(
    client: Client, pair: tuple[Declaration, Declaration], employer_reviewer: User, stranger: User,
    county_officer: User,
) -> None:  # fmt: skip
    for declaration, other, reviewer in zip(pair, pair[::-1], (employer_reviewer, stranger), strict=True):
        client.force_login(reviewer)
        page = client.get(f"/reviews/{declaration.ref}/").content.decode()
        assert "系统发现的疑点" in page
        assert "提交的文件完全相同" in page
        assert other.title not in page
        assert other.professional.name not in page
    judge(Signal.objects.get(), verdict=Verdict.DISMISSED, reason="扫描件重传", by=county_officer, now=NEXT)
    assert "系统发现的疑点" not in client.get(f"/reviews/{declaration.ref}/").content.decode()


def test_the_nearest_bureau_that_decides_hears_of_it_once_a_day(
    county_officer: User, city_officer: User, declarant: Professional, other_declarant: Professional
) -> None:
    """A county without that duty decides nothing: the city has its signs, and hears of them (S2-07)."""

    def find_one(content: bytes, now: datetime) -> None:
        for person, title in ((declarant, "班主任研修"), (other_declarant, "实验室管理")):
            with_file(submitted(person, title=title), content)
        assert look_for_signals(now=now) == 1

    told = Notice.objects.filter(text__contains="新的疑点线索").order_by("pk")
    find_one(b"first", NEXT)
    find_one(b"second", NEXT + timedelta(hours=1))
    assert [notice.to for notice in told.all()] == [county_officer]
    county_officer.memberships.filter(duty=Duty.REVERSE_HOURS).update(ended_at=NEXT)
    find_one(b"third", NEXT + timedelta(hours=2))
    assert [notice.to for notice in told.all()] == [county_officer, city_officer]
    for person in (declarant, other_declarant):
        with_file(submitted(person, title="同一个班"), b"the notice of the class")
    assert look_for_signals(now=NEXT + timedelta(days=1)) == 1
    assert told.count() == 2


def test_a_person_decides_once_and_says_why(
    client: Client, pair: tuple[Declaration, Declaration], county_officer: User, city_officer: User,
    declarant: Professional,
) -> None:  # fmt: skip
    signal = Signal.objects.get()
    elsewhere = make.give(make.user("平顶山经办人"), make.bureau("410400"), Duty.REVERSE_HOURS)
    own = make.give(declarant.user, make.bureau("410200"), Duty.REVERSE_HOURS)
    for nobody in (elsewhere, own):
        assert not signals_judged_by(nobody).exists()
        with pytest.raises(Refused, match="不由您处理"):
            judge(signal, verdict="confirmed", reason="x", by=nobody, now=NEXT)
    client.force_login(county_officer)
    assert pair[0].professional.name in client.get(DESK).content.decode()
    page = f"{DESK}{signal.ref}/"
    assert "另一项申报" in client.get(page).content.decode()
    assert "请填写核实的情况" in client.post(page, {"verdict": "confirmed", "reason": " "}).content.decode()
    assert client.post(page, {"verdict": "confirmed", "reason": "发证单位来函"}).status_code == 302
    with pytest.raises(MovedOn):
        judge(signal, verdict="dismissed", reason="x", by=city_officer, now=NEXT)
    signal.refresh_from_db()
    assert (signal.verdict, signal.decided_by) == (Verdict.CONFIRMED, county_officer)
    assert AuditEvent.objects.filter(action="signal.judge", actor_id=county_officer.pk).count() == 1
    assert "确有问题" in client.get(page).content.decode()
    assert signal.declaration.title not in client.get(DESK).content.decode()
    assert signal.declaration.title in client.get(DESK, {"state": "decided"}).content.decode()
    with pytest.raises(IntegrityError), transaction.atomic():
        Signal.objects.update(reason="")


def test_whose_people_are_elsewhere_are_not_named(
    client: Client, pair: tuple[Declaration, Declaration], county_officer: User
) -> None:
    signal = Signal.objects.get()
    far = signal.other
    assert far is not None
    Professional.objects.filter(pk=far.professional_id).update(area=make.area("410402"))
    client.force_login(county_officer)
    page = client.get(f"{DESK}{signal.ref}/").content.decode()
    assert far.professional.name not in page
    assert "不在您的辖区" in page
    theirs = Evidence.objects.filter(declaration=far).exclude(file__digest__in=_digests(signal.declaration)).get()
    assert client.get(f"{DESK}{signal.ref}/{theirs.file.ref}/").status_code == 404


def _digests(declaration: Declaration) -> list[str]:
    return list(Evidence.objects.filter(declaration=declaration).values_list("file__digest", flat=True))


def test_a_suspect_is_more_likely_drawn(
    pair: tuple[Declaration, Declaration], city_bureau: Organization, employer_reviewer: User, authority_reviewer: User,
    declarant: Professional, city_officer: User,
) -> None:  # fmt: skip
    plain = approved(submitted(declarant), employer_reviewer, authority_reviewer)
    approved(pair[0], employer_reviewer, authority_reviewer)
    days = (MONDAY.date(), MONDAY.date())
    tickets = {ballot.ref: ballot.tickets for ballot in ballots(city_bureau, *days, now=timezone.now())}
    assert tickets == {str(plain.ref): 1, str(pair[0].ref): 3}
    judge(Signal.objects.get(), verdict="dismissed", reason="已核", by=city_officer, now=NEXT)
    assert {ballot.tickets for ballot in ballots(city_bureau, *days, now=timezone.now())} == {1}
