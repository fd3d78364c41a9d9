"""Hours that somebody doubts: put aside, counted after all, refused; one, or a leaked key's, or what a filter finds."""

from collections.abc import Iterator
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from accounts.enums import Duty
from accounts.models import Notice, Professional, User
from ceportal.kernel.models import AuditEvent, Job
from ceportal.kernel.rules.refusal import Refused
from credits.enums import ClaimState, EntryKind
from credits.models import Claim, HourEntry, YearAccount
from credits.selectors.holding import progress
from credits.selectors.reconciliation import mismatches
from credits.services.batches import forget_old_batches
from credits.services.corrections import withdraw_record
from credits.services.crediting import credit_records
from credits.services.holding import Word, hold_claims, refuse_claims, release_claims
from credits.services.holding_jobs import revoke_and_hold, work_on_held
from credits.services.matching import match_people
from credits.services.weighing import Speaker
from tests import factories as make
from tests.credits.factories import NOW
from tests.credits.machines import HOURS, Machine, posted
from tests.credits.platforms import number_of, platform, record, speaker

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("henan_2026")]
DESK = "/admin/credits/heldhours/"
LATER = NOW + timedelta(minutes=5)


@pytest.fixture(autouse=True)
def _november() -> Iterator[None]:
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def officer(county_bureau: Any) -> User:
    return make.give(make.user("县局经办人"), county_bureau, Duty.REVERSE_HOURS)


def sent(one: Any, said: Speaker | None = None) -> Claim:
    """What became of a record."""
    return Claim.objects.get(pk=credit_records([one], speaker=said or speaker(), now=NOW)[0].claim)


def claim_of(person: Professional, **changes: Any) -> Claim:
    """A claim that counts, of a platform."""
    return sent(record(person, **changes))


def word(by: User, about: Claim, reason: str = "核对了平台的学习记录") -> Word:
    return Word(reason, by, LATER, about)


def account(person: Professional) -> YearAccount:
    return YearAccount.objects.get(professional=person, year=2026)


def hours(person: Professional) -> tuple[Decimal, Decimal]:
    """What counts, and what is held."""
    found = account(person)
    return found.total, found.held


def kinds(claim: Claim) -> list[str]:
    return list(HourEntry.objects.filter(claim=claim).order_by("pk").values_list("kind", flat=True))


def test_held_and_released(declarant: Professional, officer: User) -> None:
    claim = claim_of(declarant)
    assert hold_claims([claim.pk], word(officer, claim), code="contested") == 1
    claim.refresh_from_db()
    assert (claim.state, hours(declarant)) == (ClaimState.HELD, (Decimal(0), Decimal("1.5")))
    assert list(mismatches()) == []
    assert release_claims([claim.pk], word(officer, claim)) == 1
    claim.refresh_from_db()
    assert (claim.state, claim.reasons, hours(declarant)) == (ClaimState.LIVE, [], (Decimal("1.5"), Decimal(0)))
    assert kinds(claim) == [EntryKind.CREDIT, EntryKind.HOLD, EntryKind.RELEASE]
    assert release_claims([claim.pk], word(officer, claim)) == 0
    assert list(mismatches()) == []
    assert set(AuditEvent.objects.filter(subject_ref=claim.ref).values_list("action", flat=True)) >= {
        "claim.hold", "claim.release",
    }  # fmt: skip


def test_held_and_refused_for_good(declarant: Professional, officer: User) -> None:
    claim = claim_of(declarant)
    hold_claims([claim.pk], word(officer, claim), code="contested")
    assert refuse_claims([claim.pk], word(officer, claim, "平台查无学习记录")) == 1
    claim.refresh_from_db()
    assert (claim.state, hours(declarant)) == (ClaimState.WITHDRAWN, (Decimal(0), Decimal(0)))
    assert "平台查无学习记录" in claim.state_reason
    assert "平台查无学习记录" in Notice.objects.get(to=declarant.user).text
    assert (release_claims([claim.pk], word(officer, claim)), list(mismatches())) == (0, [])


def test_a_reason_is_asked(declarant: Professional, officer: User) -> None:
    claim = claim_of(declarant)
    for act in (release_claims, refuse_claims):
        with pytest.raises(Refused):
            act([claim.pk], word(officer, claim, "  "))
    with pytest.raises(Refused):
        hold_claims([claim.pk], word(officer, claim, "长" * 201), code="contested")


def test_released_it_counts_once_beside_another_door(declarant: Professional, officer: User) -> None:
    doubted = platform(is_recognised=False)
    same = {"title": "同一门课", "started_on": NOW.date(), "ended_on": NOW.date()}
    held = sent(record(declarant, **same), speaker(doubted))
    other = claim_of(declarant, **same)
    release_claims([held.pk], word(officer, held))
    held.refresh_from_db()
    assert (held.state, held.twin_id, hours(declarant)[0]) == (ClaimState.DUPLICATE, other.pk, Decimal("1.5"))
    assert list(mismatches()) == []


def test_its_source_may_take_back_what_is_held(declarant: Professional, officer: User) -> None:
    said = speaker()
    claim = sent(record(declarant), said)
    hold_claims([claim.pk], word(officer, claim), code="contested")
    withdraw_record(claim.external_id, reason="学员退课", speaker=said, now=LATER + timedelta(minutes=1))
    assert (hours(declarant), list(mismatches())) == ((Decimal(0), Decimal(0)), [])


def test_a_leaked_key_holds_what_it_sent_since(declarant: Professional, officer: User) -> None:
    """The other key's and the earlier hours count on; released they count again; nothing waits to be matched."""
    machine = Machine()
    honest = Machine(machine.organization)
    stranger = make.professional("后来注册的人", is_approved=False)
    machine.post(posted(declarant, "before"))
    with time_machine.travel(LATER, tick=False):
        machine.post(
            posted(declarant, "after"), posted(declarant, "no-one", id_number=number_of(stranger), name=stranger.name)
        )
        honest.post(posted(declarant, "honest"))
    now = LATER + timedelta(minutes=1)
    job = revoke_and_hold(machine.client, since=NOW + timedelta(minutes=1), reason="密钥泄露", by=officer, now=now)
    assert machine.get(HOURS).status_code == 401
    work_on_held(now=now)
    states = dict(Claim.objects.values_list("external_id", "state"))
    assert states == {
        "before": ClaimState.LIVE, "after": ClaimState.HELD, "no-one": ClaimState.HELD, "honest": ClaimState.LIVE,
    }  # fmt: skip
    job.refresh_from_db()
    assert (job.done, job.total, job.result["claims"]) == (2, 2, 2)
    Professional.objects.filter(pk=stranger.pk).update(approved_at=now)
    assert match_people(now=now) == 0
    assert list(mismatches()) == []


def test_what_is_older_than_the_batches_kept_is_held_by_its_platform(declarant: Professional, officer: User) -> None:
    """By which key it came nobody knows any more: both keys' are held, what came before that moment counts on."""
    old = NOW - timedelta(days=120)
    with time_machine.travel(old, tick=False):
        machine = Machine()
        honest = Machine(machine.organization)
        elsewhere = Machine()
        machine.post(posted(declarant, "before"))
    with time_machine.travel(old + timedelta(minutes=10), tick=False):
        machine.post(posted(declarant, "old"))
        honest.post(posted(declarant, "of-the-other-key"))
        elsewhere.post(posted(declarant, "elsewhere"))
    with time_machine.travel(NOW, tick=False):
        forget_old_batches(now=NOW)
        machine, honest = Machine.again(machine), Machine.again(honest)
        machine.post(posted(declarant, "new"))
        honest.post(posted(declarant, "honest"))
    since, now = old + timedelta(minutes=5), NOW + timedelta(minutes=1)
    job = revoke_and_hold(machine.client, since=since, reason="密钥泄露", by=officer, now=now)
    work_on_held(now=now)
    held = set(Claim.objects.filter(state=ClaimState.HELD).values_list("external_id", flat=True))
    assert held == {"old", "of-the-other-key", "new"}
    job.refresh_from_db()
    assert (job.done, job.total, job.result) == (3, 3, {"claims": 3, "older": 2})
    assert progress(job).older == 2
    assert list(mismatches()) == []


def test_many_small_batches_are_held_in_one_go(declarant: Professional, officer: User) -> None:
    """What was put right since is held once, with one reason."""
    machine = Machine()
    for name in ("a", "b", "c"):
        machine.post(posted(declarant, name))
    assert machine.correct("a", "replace", posted(declarant, "a", hours="1.0")).status_code == 201
    job = revoke_and_hold(machine.client, since=NOW, reason="密钥泄露", by=officer, now=LATER)
    assert work_on_held(now=LATER) == 2
    job.refresh_from_db()
    assert (job.done, job.total, job.result["claims"]) == (3, 3, 3)
    held = Claim.objects.filter(state=ClaimState.HELD)
    assert [len(claim.reasons) for claim in held] == [1, 1, 1]


def test_the_desk_shows_its_own_places_alone(declarant: Professional, officer: User) -> None:
    doubted = speaker(platform(is_recognised=False))
    elsewhere = make.professional("平顶山教师", works_at=make.employer("平顶山中学", at=make.area("410402")))
    own = make.professional("经办人自己", works_at=make.employer("同县单位"), account=officer)
    for person in (declarant, elsewhere, own):
        credit_records([record(person)], speaker=doubted, now=NOW)
    client = Client()
    client.force_login(officer)
    shown = client.get(DESK).content.decode()
    assert declarant.name in shown
    assert elsewhere.name not in shown
    assert "经办人自己" not in shown.split('class="table')[1]
    foreign = Claim.objects.get(professional=elsewhere)
    assert client.get(f"{DESK}{foreign.ref}/").status_code == 404


def test_the_desk_rules_on_one(client: Client, declarant: Professional, officer: User) -> None:
    held = sent(record(declarant), speaker(platform(is_recognised=False)))
    address = proved(client, officer, f"{DESK}{held.ref}/")
    assert client.post(address, {"act": "release"}).status_code == 422
    answer = client.post(address, {"act": "release", "reason": "名单已补录"})
    assert answer["Location"] == reverse("admin:credits_heldhours_changelist")
    assert hours(declarant) == (Decimal("1.5"), Decimal(0))
    assert client.get(address).status_code == 404


def test_the_desk_rules_on_all_of_a_filter(client: Client, declarant: Professional, officer: User) -> None:
    doubted = speaker(platform("某平台", is_recognised=False))
    credit_records([record(declarant, title=f"甲课{n}") for n in range(3)], speaker=doubted, now=NOW)
    credit_records([record(declarant, title="乙课")], speaker=doubted, now=NOW)
    address = proved(client, officer, f"{DESK}all/?code=not_recognised&title=甲课")
    assert "共 3 条" in client.get(address).content.decode()
    said = {"act": "refuse", "reason": "未列入名单", "code": "not_recognised", "title": "甲课"}
    assert client.post(f"{DESK}all/", said).status_code == 302
    assert "0 / 3" in client.get(DESK).content.decode()
    work_on_held(now=LATER)
    assert "已处理完毕，共 3 条" in client.get(DESK).content.decode()
    assert Claim.objects.get(state=ClaimState.HELD).title == "乙课"
    assert client.post(f"{DESK}all/", said).status_code == 422
    assert Job.objects.count() == 1


def test_the_list_costs_the_same_however_long(
    client: Client, declarant: Professional, officer: User, django_assert_max_num_queries: Any
) -> None:
    doubted = speaker(platform(is_recognised=False))
    credit_records([record(declarant) for _ in range(12)], speaker=doubted, now=NOW)
    client.force_login(officer)
    with django_assert_max_num_queries(16):
        assert client.get(DESK, {"code": "not_recognised", "source": doubted.source}).status_code == 200


def proved(client: Client, user: User, address: str) -> str:
    """Signed in, and asked for the password where the page does."""
    client.force_login(user)
    client.post(address, {"proof": make.PASSWORD, "proof_way": "GET"})
    return address


def test_what_is_not_theirs_is_held_at_once(client: Client, declarant: Professional, officer: User) -> None:
    claim = claim_of(declarant)
    client.force_login(declarant.user)
    address = reverse("credits:contest", args=[claim.ref])
    assert address in client.get(reverse("credits:hours")).content.decode()
    assert client.post(address, {"reason": " "}).status_code == 422
    assert hours(declarant)[0] == Decimal("1.5")
    assert client.post(address, {"reason": "没有注册过这个平台"}).status_code == 302
    assert hours(declarant) == (Decimal(0), Decimal("1.5"))
    assert client.post(address, {"reason": "再说一次"}).status_code == 404
    assert "不是自己学的" in Notice.objects.get(to=officer).text
    other = make.professional("别人")
    client.force_login(other.user)
    assert client.get(reverse("credits:contest", args=[claim_of(declarant).ref])).status_code == 404
