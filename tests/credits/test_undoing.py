"""What a leaked key withdrew counts again by the bureau's act; what the platform itself withdraws stays withdrawn."""

from collections.abc import Callable, Iterator
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
import time_machine
from django.test import Client

from accounts.enums import Duty
from accounts.models import Professional, User
from ceportal.kernel.models import AuditEvent
from ceportal.kernel.rules.refusal import Refused
from credits.enums import ClaimState
from credits.models import Claim, ClosedMonth, Correction, HourEntry, YearAccount
from credits.selectors.reconciliation import mismatches
from credits.selectors.undoing import asked_since_leak
from credits.services.corrections import decline_correction, finish_corrections
from credits.services.crediting import credit_records
from credits.services.holding import Word, refuse_claims
from credits.services.holding_jobs import revoke_and_hold, undo_withdrawals, work_on_held
from credits.services.reviving import revive_duplicates
from credits.services.undoing import undo_corrections
from tests import factories as make
from tests.credits.factories import NOW
from tests.credits.machines import HOURS, Machine, posted
from tests.credits.platforms import record, speaker

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("henan_2026")]
SINCE, LATER = NOW + timedelta(minutes=1), NOW + timedelta(minutes=5)
DESK = "/admin/accounts/apiclient/"
WHY = "平台来函确认不是本平台撤回"


@pytest.fixture(autouse=True)
def _november() -> Iterator[None]:
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def officer() -> User:
    return make.give(make.user("省厅经办人"), make.bureau("410000"), Duty.MANAGE_CLIENTS)


@pytest.fixture
def leaked() -> Machine:
    return Machine()


@pytest.fixture
def honest(leaked: Machine) -> Machine:
    """Another key of the same platform."""
    return Machine(leaked.organization)


def at(moment: datetime, act: Callable[[], Any]) -> Any:
    with time_machine.travel(moment, tick=False):
        return act()


def held(machine: Machine, officer: User, now: datetime = LATER) -> None:
    revoke_and_hold(machine.client, since=SINCE, reason="密钥泄露", by=officer, now=now)
    work_on_held(now=now)


def undone(machine: Machine, officer: User, now: datetime = LATER + timedelta(minutes=1)) -> int:
    job = undo_withdrawals(machine.client, reason=WHY, by=officer, now=now)
    work_on_held(now=now)
    job.refresh_from_db()
    assert (job.finished_at is not None, job.done) == (True, job.total)
    return int(job.result["claims"])


def state(name: str) -> str:
    return Claim.objects.get(external_id=name, source__endswith=str(Claim.objects.first().source.split(":")[1])).state  # type: ignore[union-attr]


def kinds(name: str) -> list[str]:
    return list(HourEntry.objects.filter(claim__external_id=name).order_by("pk").values_list("kind", flat=True))


def total() -> Decimal:
    assert list(mismatches()) == []
    return sum((account.total for account in YearAccount.objects.all()), Decimal(0))


def test_withdrawals_of_a_thief_are_undone_and_nothing_else(
    leaked: Machine, honest: Machine, declarant: Professional, officer: User
) -> None:
    honest.post(*(posted(declarant, name) for name in ("a", "b")), posted(declarant, "doubted", hours="40.0"))

    def steal() -> None:
        leaked.post(posted(declarant, "thiefs"))
        for name in ("a", "b", "doubted", "thiefs", "unsent"):
            assert leaked.correct(name, "withdraw").status_code == 201
        assert honest.correct("b", "withdraw").status_code == 201
        assert honest.post(posted(declarant, "unsent"))["counts"]["duplicate"] == 1

    at(LATER, steal)
    assert total() == 0
    held(leaked, officer)
    assert undone(leaked, officer) == 4
    found = {name: state(name) for name in ("a", "b", "doubted", "thiefs")}
    assert found == {
        "a": ClaimState.LIVE, "b": ClaimState.WITHDRAWN, "doubted": ClaimState.HELD, "thiefs": ClaimState.HELD,
    }  # fmt: skip
    assert (kinds("a"), kinds("thiefs")) == (
        ["credit", "reversal", "credit"],
        ["credit", "reversal", "credit", "hold"],
    )
    assert (total(), YearAccount.objects.get().held) == (2, 2)
    assert honest.get(f"{HOURS}/unsent").status_code == 404
    assert honest.post(posted(declarant, "unsent"))["counts"]["accepted"] == 1, "its name is the platform's again"
    told = honest.get(f"{HOURS}/a").json()
    assert (told["state"], [each["state"] for each in told["corrections"]]) == ("accepted", ["undone"])
    actions = AuditEvent.objects.values_list("action", flat=True)
    assert {"held.undo", "claim.bring_back", "claim.free", "claim.undo_correction"} <= set(actions)


def test_undone_once_and_final_again_by_the_platform_itself(
    leaked: Machine, honest: Machine, declarant: Professional, officer: User
) -> None:
    honest.post(posted(declarant, "a"))
    at(LATER, lambda: leaked.correct("a", "withdraw"))
    with pytest.raises(Refused):
        undo_withdrawals(leaked.client, reason=WHY, by=officer, now=LATER)
    held(leaked, officer)
    with pytest.raises(Refused):
        undo_withdrawals(leaked.client, reason=" ", by=officer, now=LATER)
    keys = list(Correction.objects.values_list("pk", flat=True))
    assert undone(leaked, officer) == 1
    word = Word(WHY, officer, LATER, Claim.objects.get())
    assert undo_corrections(leaked.client, keys, word, since=SINCE, mark="") == 0
    with pytest.raises(Refused):
        undo_withdrawals(leaked.client, reason=WHY, by=officer, now=LATER)
    later = LATER + timedelta(minutes=9)
    assert at(later, lambda: honest.correct("a", "withdraw").json()["state"]) == "withdrawn"
    with pytest.raises(Refused):
        undo_withdrawals(leaked.client, reason=WHY, by=officer, now=later)
    assert (kinds("a"), total()) == (["credit", "reversal", "credit", "reversal"], 0)
    told = honest.get(f"{HOURS}/a").json()
    assert [each["state"] for each in told["corrections"]] == ["undone", "done"]


def test_it_stands_beside_what_counts_in_its_place_by_now(
    leaked: Machine, honest: Machine, declarant: Professional, officer: User
) -> None:
    """Another door's record of the same training, and the platform's own under a new name, count on."""
    same = {"title": "同一门课"}
    honest.post(posted(declarant, "a", **same), posted(declarant, "b", title="另一门课"))
    days = {"started_on": date(2026, 3, 1), "ended_on": date(2026, 3, 2)}
    credit_records([record(declarant, **days, **same)], speaker=speaker(), now=NOW)
    at(LATER, lambda: [leaked.correct(name, "withdraw") for name in ("a", "b")])
    assert revive_duplicates(now=LATER) == 1
    assert honest.post(posted(declarant, "b-again", title="另一门课"))["counts"]["accepted"] == 1
    held(leaked, officer)
    assert undone(leaked, officer) == 2
    assert (state("a"), state("b"), total()) == (ClaimState.DUPLICATE, ClaimState.DUPLICATE, Decimal("3.5"))


def test_what_is_refused_after_it_was_undone_revives_nothing(
    leaked: Machine, honest: Machine, declarant: Professional, officer: User
) -> None:
    def steal() -> None:
        leaked.post(posted(declarant, "a", title="同一门课"))
        leaked.correct("a", "withdraw")

    at(LATER, steal)
    held(leaked, officer)
    undone(leaked, officer)
    claim = Claim.objects.get()
    assert refuse_claims([claim.pk], Word("不是平台报送的", officer, LATER, claim)) == 1
    assert (revive_duplicates(now=LATER), total(), YearAccount.objects.get().held) == (0, 0, 0)


def file(month: date, now: datetime) -> None:
    ClosedMonth.objects.create(area_id="410200", month=month, reference="x", closed_at=now)


def test_what_waits_for_the_bureau_ends_unless_the_platform_wants_it_too(
    leaked: Machine, honest: Machine, declarant: Professional, officer: User
) -> None:
    names = ("thiefs-alone", "both", "put-right")
    honest.post(*(posted(declarant, name) for name in names))
    file(date(2026, 11, 1), NOW)

    def steal() -> None:
        assert [leaked.correct(name, "withdraw").status_code for name in names[:2]] == [202, 202]
        assert leaked.correct("put-right", "replace", posted(declarant, "put-right", hours="9.0")).status_code == 202
        assert honest.correct("both", "withdraw").status_code == 202

    at(LATER, steal)
    held(leaked, officer)
    assert undone(leaked, officer) == 2
    waiting = Correction.objects.get(done_at__isnull=True)
    assert (waiting.claim.external_id, waiting.client) == ("both", honest.client)
    assert [state(name) for name in names] == [ClaimState.LIVE, ClaimState.LIVE, ClaimState.HELD], "as it was put aside"
    assert (finish_corrections(now=LATER), total(), HourEntry.objects.count()) == (0, 4, 4)
    assert honest.correct("thiefs-alone", "withdraw").status_code == 202, "final again, and the bureau's to do"


def test_a_year_closed_and_a_month_filed_meanwhile_stand_in_no_ones_way(
    leaked: Machine, honest: Machine, declarant: Professional, officer: User
) -> None:
    """Entered anew it goes into the next list; the platform's own withdrawal then waits for the bureau."""
    honest.post(posted(declarant, "a"))
    at(LATER, lambda: leaked.correct("a", "withdraw"))
    file(date(2026, 11, 1), LATER + timedelta(days=7))
    much_later = NOW + timedelta(days=400)
    held(leaked, officer, much_later)
    assert undone(leaked, officer, much_later) == 1
    assert (state("a"), total(), YearAccount.objects.get().year) == (ClaimState.LIVE, 2, 2026)
    assert HourEntry.objects.last().recorded_at >= much_later  # type: ignore[union-attr]
    again = at(much_later, lambda: Machine.again(honest).correct("a", "withdraw"))
    assert (again.status_code, again.json()["state"]) == (202, "reversal_pending")


def test_what_a_bureau_declined_is_neither_held_nor_undone(
    leaked: Machine, honest: Machine, declarant: Professional, officer: User
) -> None:
    honest.post(posted(declarant, "a"))
    ClosedMonth.objects.create(
        area_id="410200", month=date(2026, 11, 1), reference="410200-202611", closed_at=NOW.replace(hour=23)
    )
    assert at(LATER, lambda: leaked.correct("a", "replace", posted(declarant, "a", hours="9.0")).status_code) == 202
    asked, unit = Correction.objects.get(), make.bureau("410200")
    decline_correction(asked, reason="查无此事", unit=unit, by=officer, now=LATER)
    held(leaked, officer)
    assert (state("a"), total()) == (ClaimState.LIVE, 2)
    told = asked_since_leak(leaked.client)
    assert (told.count, told.undoable, [words for _, words in told.lines]) == (1, 0, ["没有办理：查无此事"])


def test_what_an_honest_key_put_right_is_not_held(
    leaked: Machine, honest: Machine, declarant: Professional, officer: User
) -> None:
    honest.post(posted(declarant, "a"), posted(declarant, "b"), posted(declarant, "c"))

    def put_right() -> None:
        for machine, name in ((leaked, "a"), (honest, "b"), (honest, "c")):
            machine.correct(name, "replace", posted(declarant, name, hours="1.0"))
        Correction.objects.filter(claim__external_id="c").update(client=None)

    at(LATER, put_right)
    held(leaked, officer)
    now = Claim.objects.filter(revision=1).values_list("external_id", "state")
    assert dict(now) == {"a": ClaimState.HELD, "b": ClaimState.LIVE, "c": ClaimState.HELD}, "of c nobody knows"


def test_the_desk_shows_what_was_asked_and_undoes_it(
    leaked: Machine, honest: Machine, declarant: Professional, officer: User, django_assert_max_num_queries: Any
) -> None:
    honest.post(*(posted(declarant, f"r-{number}", hours="0.5") for number in range(12)))
    at(LATER, lambda: [leaked.correct(name, "withdraw") for name in ("unsent", *(f"r-{n}" for n in range(12)))])
    page = f"{DESK}{leaked.client.client_id}/"
    desk = Client()
    desk.force_login(officer)
    assert "泄露后的撤回和更正" not in desk.get(page).content.decode(), "nobody has said that it leaked"
    held(leaked, officer)
    with django_assert_max_num_queries(30):
        shown = desk.get(page).content.decode()
    assert "共提出 13 项撤回和更正" in shown
    assert "其中 13 项可以恢复" in shown
    desk.post(f"{page}undo/", {"proof": make.PASSWORD, "proof_way": "GET"})
    assert desk.post(f"{page}undo/", {"reason": " "}).status_code == 422
    assert desk.post(f"{page}undo/", {"reason": WHY}).status_code == 302
    work_on_held(now=LATER)
    shown = desk.get(page).content.decode()
    assert "恢复撤回：已处理完毕，共 13 条" in shown
    assert ("可以恢复" in shown, shown.count("已恢复"), shown.count("编号已放开")) == (False, 12, 1)
    assert desk.post(f"{page}undo/", {"reason": WHY}).status_code == 422
    keeper = Client()
    keeper.force_login(make.give(make.user("平台管理员"), leaked.organization, Duty.MANAGE_CLIENTS))
    assert "共提出 13 项撤回和更正" in keeper.get(f"/clients/{leaked.client.client_id}/").content.decode()
