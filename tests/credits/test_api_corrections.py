"""Records put right and taken back: reversing entries, any order the same end, filed months wait for the bureau."""

import json
from collections.abc import Iterator
from datetime import date, timedelta
from itertools import permutations
from typing import Any

import pytest
import time_machine
from django.test import Client

from accounts.enums import NoticeEvent
from accounts.models import ApiClient, Notice, Professional, User
from ceportal.kernel.models import AuditEvent
from ceportal.kernel.rules.refusal import Refused
from ceportal.office.services.clock import run_all
from certificates.enums import CertificateState
from certificates.models import Certificate
from credits.enums import ClaimState, Door
from credits.models import Claim, ClosedMonth, Correction, HourEntry, UnmatchedPerson, YearAccount
from credits.selectors.reconciliation import mismatches
from credits.services.ledger import reverse_claim
from reviews.models import CreditedHours
from reviews.services.reversing import decline_reversal
from tests.credits import factories as make
from tests.credits.factories import NOW
from tests.credits.machines import HOURS, Machine, posted

pytestmark = pytest.mark.usefixtures("henan_2026")


@pytest.fixture(autouse=True)
def _november(db: None) -> Iterator[None]:
    with time_machine.travel(NOW, tick=True):
        yield


@pytest.fixture
def machine(db: None) -> Machine:
    return Machine()


def hours() -> Any:
    account = YearAccount.objects.first()
    assert not list(mismatches())
    return account.professional_hours if account else 0


def test_a_withdrawal_reverses_and_is_final(machine: Machine, declarant: Professional) -> None:
    machine.post(posted(declarant))
    response = machine.correct("r-1", "withdraw")
    told = response.json()
    assert (response.status_code, told["state"]) == (201, "withdrawn")
    assert [entry.hours for entry in HourEntry.objects.order_by("id")] == [2, -2]
    assert told["reversal_id"] == str(HourEntry.objects.last().ref)
    assert hours() == 0
    assert machine.correct("r-1", "withdraw").status_code == 201
    assert HourEntry.objects.count() == 2
    refused = machine.correct("r-1", "replace", posted(declarant))
    assert (refused.status_code, refused.json()["code"]) == (409, "withdrawn")
    (again,) = machine.post(posted(declarant))["items"]
    assert again["outcome"] == "duplicate"
    assert hours() == 0


def test_the_person_is_told_of_hours_taken_back(machine: Machine, declarant: Professional) -> None:
    machine.post(posted(declarant))
    machine.correct("r-1", "withdraw", reason="学员退课" * 50)
    assert "退课" in Notice.objects.get(to=declarant.user).text


def test_a_replacement_reverses_and_counts_anew(machine: Machine, declarant: Professional) -> None:
    machine.post(posted(declarant))
    new = posted(declarant, hours="3.5", subject="public", public_kind="elective")
    response = machine.correct("r-1", "replace", new)
    assert (response.status_code, response.json()["state"]) == (201, "accepted")
    account = YearAccount.objects.get()
    assert (account.professional_hours, account.public) == (0, 3.5)
    assert [str(entry.hours) for entry in HourEntry.objects.order_by("id")] == ["2.0", "-2.0", "3.5"]
    told = machine.get(f"{HOURS}/r-1").json()
    assert [each["kind"] for each in told["history"]] == ["credit", "reversal", "credit"]
    assert [item["outcome"] for item in machine.post(posted(declarant))["items"]] == ["duplicate"]
    assert [item["outcome"] for item in machine.post(new)["items"]] == ["duplicate"]
    assert machine.correct("r-1", "replace", new).json()["entry_id"] == response.json()["entry_id"]
    assert HourEntry.objects.count() == 3
    assert len(machine.get(HOURS).json()["items"]) == 1
    assert not list(mismatches())


def test_a_replacement_may_name_another_person(
    machine: Machine, declarant: Professional, other_declarant: Professional
) -> None:
    machine.post(posted(declarant))
    machine.correct("r-1", "replace", posted(other_declarant))
    assert YearAccount.objects.get(professional=declarant).professional_hours == 0
    assert YearAccount.objects.get(professional=other_declarant).professional_hours == 2
    machine.correct("r-1", "replace", posted(declarant, name="没有注册的人"))
    assert machine.get(f"{HOURS}/r-1").json()["state"] == "unmatched_person"
    assert not list(mismatches())


def test_what_never_counted_ends_without_an_entry(machine: Machine, declarant: Professional) -> None:
    machine.post(posted(declarant, "held", hours="40.0"), posted(declarant, "nobody", name="别人"))
    assert machine.correct("nobody", "withdraw").json() == {
        "record_id": "nobody", "state": "withdrawn", "year": 2026,
    }  # fmt: skip
    assert machine.correct("held", "replace", posted(declarant, "held", hours="4.0")).json()["state"] == "accepted"
    assert not UnmatchedPerson.objects.exists()
    assert hours() == 4


ACTS = ("create", "replace", "withdraw", "create", "replace", "withdraw")


@pytest.mark.parametrize("order", sorted(set(permutations(ACTS[:3]))))
@pytest.mark.parametrize("times", [1, 2])
def test_any_order_ends_in_the_same_state(
    machine: Machine, declarant: Professional, order: tuple[str, ...], times: int
) -> None:
    for act in order:
        for _ in range(times):
            if act == "create":
                machine.post(posted(declarant))
            else:
                machine.correct("r-1", act, posted(declarant, hours="3.0") if act == "replace" else None)
    assert machine.get(f"{HOURS}/r-1").json()["state"] == "withdrawn"
    assert hours() == 0
    assert not Claim.objects.filter(state=ClaimState.LIVE).exists()


@pytest.mark.parametrize("order", [("create", "replace"), ("replace", "create")])
def test_a_replacement_may_come_first(machine: Machine, declarant: Professional, order: tuple[str, ...]) -> None:
    for act in order:
        if act == "create":
            assert machine.post(posted(declarant))["items"][0]["outcome"] in {"accepted", "duplicate"}
        else:
            assert machine.correct("r-1", "replace", posted(declarant, hours="3.0")).status_code == 201
    assert hours() == 3


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({}, "action"),
        ({"action": "delete", "reason": "x"}, "action"),
        ({"action": "withdraw"}, "reason"),
        ({"action": "withdraw", "reason": " "}, "blank"),
        ({"action": "withdraw", "reason": "x" * 201}, "too_long"),
        ({"action": "withdraw", "reason": "\u0000"}, "strange_character"),
        ({"action": "withdraw", "reason": "x", "record": {}}, "unknown_key"),
        ({"action": "withdraw", "reason": "x", "by": "me"}, "unknown_key"),
        ({"action": "replace", "reason": "x"}, "not_an_object"),
        ({"action": "replace", "reason": "x", "record": {"hours": "8.05"}}, "missing"),
        ({"action": ["replace"], "reason": "x"}, "action"),
        ([], "not_an_object"),
    ],
)
def test_a_malformed_correction_is_told_why(machine: Machine, body: Any, code: str) -> None:
    response = machine.send(f"{HOURS}/r-1/corrections", json.dumps(body))
    assert (response.status_code, response.json()["code"]) == (400, code)
    assert not Claim.objects.exists()


def test_a_record_and_its_address_agree(machine: Machine, declarant: Professional) -> None:
    response = machine.correct("r-2", "replace", posted(declarant))
    assert response.json()["errors"][0]["pointer"] == "/record/record_id"


@pytest.fixture
def filed(machine: Machine, declarant: Professional) -> Claim:
    machine.post(posted(declarant))
    ClosedMonth.objects.create(
        area_id="410200", month=date(2026, 11, 1), reference="410200-202611", closed_at=NOW.replace(hour=23)
    )
    return Claim.objects.get()


def test_a_filed_record_waits_for_the_bureau(
    machine: Machine, city_officer: User, filed: Claim, declarant: Professional
) -> None:
    response = machine.correct("r-1", "replace", posted(declarant, hours="3.0"))
    assert (response.status_code, response.json()["state"]) == (202, "reversal_pending")
    assert hours() == 2
    assert machine.get(f"{HOURS}/r-1").json()["state"] == "reversal_pending"
    again = machine.correct("r-1", "replace", posted(declarant, hours="3.0"))
    assert (again.status_code, again.json()["state"]) == (202, "reversal_pending")
    for other in ("4.0", "2.0"):  # the second is what stands, and what waits would count all the same
        assert machine.correct("r-1", "replace", posted(declarant, hours=other)).json()["code"] == "reversal_pending"
    assert Notice.objects.get(event=NoticeEvent.REVERSAL_WAITING).to == city_officer
    sealed = Correction.objects.get().replacement_sealed
    assert declarant.name.encode() not in bytes(sealed)


def test_a_withdrawal_ends_a_waiting_replacement(
    machine: Machine, city_officer: User, filed: Claim, declarant: Professional
) -> None:
    machine.correct("r-1", "replace", posted(declarant, hours="3.0"))
    assert machine.correct("r-1", "withdraw", reason="人没有来").status_code == 202
    given_up, waiting = Correction.objects.order_by("pk")
    assert (given_up.done_at, given_up.replacement_sealed) == (given_up.done_at or NOW, None)
    assert (waiting.action, waiting.reason, waiting.done_at) == ("withdraw", "人没有来", None)
    assert [each["state"] for each in machine.get(f"{HOURS}/r-1").json()["corrections"]] == [
        "declined",
        "reversal_pending",
    ]
    assert Notice.objects.filter(event=NoticeEvent.REVERSAL_WAITING, to=city_officer).count() == 2
    reverse_claim(filed, reason="平台撤回", by=city_officer, now=NOW)
    list(run_all(now=NOW))
    assert hours() == 0
    assert machine.get(f"{HOURS}/r-1").json()["state"] == "withdrawn"


def test_a_withdrawal_that_comes_between_the_bureau_and_the_clock_is_the_last_word(
    machine: Machine, city_officer: User, filed: Claim, declarant: Professional
) -> None:
    machine.correct("r-1", "replace", posted(declarant, hours="3.0"))
    reverse_claim(filed, reason="平台更正", by=city_officer, now=NOW)
    assert machine.correct("r-1", "replace", posted(declarant, hours="3.0")).status_code == 202, (
        "the same, about to count"
    )
    assert machine.correct("r-1", "replace", posted(declarant, hours="4.0")).json()["code"] == "reversal_pending"
    answer = machine.correct("r-1", "withdraw")
    assert (answer.status_code, answer.json()["state"]) == (201, "withdrawn")
    list(run_all(now=NOW))
    assert hours() == 0
    assert machine.correct("r-1", "replace", posted(declarant, hours="3.0")).json()["code"] == "withdrawn"


@pytest.fixture
def bureau(city_officer: User) -> Client:
    browser = Client()
    browser.force_login(city_officer)
    return browser


def _declined(browser: Client, claim: Claim, reason: str = "证书上写的就是 2 学时", **changes: Any) -> Any:
    page = f"/admin/reviews/creditedhours/{claim.ref}/"
    shown = browser.get(page).context["decline"].initial
    return browser.post(page, shown | {"reason": reason} | changes)


def test_the_bureau_may_answer_no_and_the_platform_reads_why(
    machine: Machine, bureau: Client, filed: Claim, declarant: Professional
) -> None:
    machine.correct("r-1", "replace", posted(declarant, hours="3.0"))
    empty = _declined(bureau, filed, reason=" ")
    assert (empty.status_code, "请写明为什么不同意" in empty.content.decode()) == (422, True)
    assert _declined(bureau, filed).status_code == 302
    list(run_all(now=NOW))
    told = machine.get(f"{HOURS}/r-1").json()
    assert (told["state"], hours()) == ("accepted", 2)
    [correction] = told["corrections"]
    assert (correction["state"], correction["declined_because"]) == ("declined", "证书上写的就是 2 学时")
    assert AuditEvent.objects.get(action="claim.decline_correction").after["unit"]
    assert machine.correct("r-1", "withdraw").status_code == 202, "it may ask anew"
    assert _declined(bureau, filed, "查实确有其课").status_code == 302
    reverse_claim(filed, reason="抽查", by=User.objects.get(pk=bureau.session["_auth_user_id"]), now=NOW)
    list(run_all(now=NOW))
    assert hours() == 0


def test_no_is_said_to_what_was_on_the_screen_alone(
    machine: Machine, bureau: Client, filed: Claim, declarant: Professional
) -> None:
    machine.correct("r-1", "replace", posted(declarant, hours="3.0"))
    page = f"/admin/reviews/creditedhours/{filed.ref}/"
    seen = bureau.get(page).context["decline"].initial
    machine.correct("r-1", "withdraw")
    answer = bureau.post(page, seen | {"reason": "不同意"})
    assert (answer.status_code, "刚刚有变动" in answer.content.decode()) == (409, True)
    assert Correction.objects.filter(done_at=None).count() == 1
    assert bureau.post(page, seen | {"reason": "不同意", "correction": str(filed.ref)}).status_code == 404
    assert bureau.post(page, {"reason": "不同意", "correction": "x", "action": "y"}).status_code == 422
    assert bureau.post(page, seen | {"reason": "不同意", "asked_at": "x"}).status_code == 409
    shown = answer.context["decline"].initial
    assert (shown["reason"], shown["action"]) == ("不同意", "withdraw"), "the next press is about what is there now"
    assert bureau.post(page, shown).status_code == 302
    assert not Correction.objects.filter(done_at=None).exists()


def test_no_to_a_leaked_key_is_no_answer_to_the_honest_one_that_repeats_it(
    machine: Machine, bureau: Client, filed: Claim
) -> None:
    machine.correct("r-1", "withdraw")
    page = f"/admin/reviews/creditedhours/{filed.ref}/"
    seen = bureau.get(page).context["decline"].initial
    with time_machine.travel(NOW + timedelta(minutes=1), tick=True):
        Machine(machine.organization).correct("r-1", "withdraw")
    assert bureau.post(page, seen | {"reason": "不同意"}).status_code == 409
    assert Correction.objects.get().done_at is None


def test_only_a_platform_is_answered(city_officer: User, bureau: Client, filed: Claim, machine: Machine) -> None:
    """A base reads no answer here: its row says that it waits."""
    machine.correct("r-1", "withdraw")
    seen = bureau.get(f"/admin/reviews/creditedhours/{filed.ref}/").context["decline"].initial
    Claim.objects.update(door=Door.ROSTER)
    assert bureau.get(f"/admin/reviews/creditedhours/{filed.ref}/").context["decline"] is None
    answer = bureau.post(f"/admin/reviews/creditedhours/{filed.ref}/", seen | {"reason": "不同意"})
    assert (answer.status_code, "不是学习平台提出的" in answer.content.decode()) == (409, True)
    assert Correction.objects.get().done_at is None


def test_a_declined_withdrawal_revives_no_duplicate_later(
    machine: Machine, bureau: Client, city_officer: User, filed: Claim, declarant: Professional
) -> None:
    """The bureau reverses by itself afterwards: what stood beside it stays where it is, as without the wish."""
    other = Machine()
    same = posted(declarant, "x-1", title="课程 r-1")
    assert other.post(same)["items"][0]["outcome"] == "duplicate"
    machine.correct("r-1", "withdraw")
    assert _declined(bureau, filed).status_code == 302
    reverse_claim(filed, reason="抽查", by=city_officer, now=NOW)
    list(run_all(now=NOW))
    assert hours() == 0


def test_nobody_else_may_answer_no(
    machine: Machine, bureau: Client, filed: Claim, declarant: Professional, employer_reviewer: User
) -> None:
    machine.correct("r-1", "withdraw")
    waiting = Correction.objects.get()
    stranger = CreditedHours.objects.get(pk=filed.pk)
    with pytest.raises(Refused, match="范围"):
        decline_reversal(stranger, waiting, reason="不同意", by=employer_reviewer, now=NOW)
    assert Correction.objects.get().done_at is None


def test_the_bureau_finds_what_it_is_asked_for(
    machine: Machine, city_officer: User, filed: Claim, declarant: Professional
) -> None:
    machine.post(posted(declarant, "other"))
    machine.correct("r-1", "withdraw", reason="报错了课程")
    browser = Client()
    browser.force_login(city_officer)
    desk = "/admin/reviews/creditedhours/"
    assert "1 条已备案的学时" in browser.get(desk).content.decode()
    found = browser.get(desk + "?waiting=yes").content.decode()
    assert "课程 r-1" in found
    assert "课程 other" not in found
    page = f"{desk}{filed.ref}/"
    assert "报错了课程" in browser.get(page).content.decode()
    assert "可能是泄露了" not in browser.get(page).content.decode()
    ApiClient.objects.update(revoked_at=NOW)
    assert "可能是泄露了" in browser.get(page).content.decode()


def test_when_the_bureau_has_reversed_it_the_replacement_counts(
    machine: Machine, filed: Claim, declarant: Professional, city_officer: User
) -> None:
    machine.correct("r-1", "replace", posted(declarant, hours="3.0"))
    list(run_all(now=NOW))
    assert hours() == 2
    reverse_claim(filed, reason="平台更正", by=city_officer, now=NOW)
    list(run_all(now=NOW))
    list(run_all(now=NOW))
    assert hours() == 3
    assert Correction.objects.get().done_at is not None
    assert machine.get(f"{HOURS}/r-1").json()["state"] == "accepted"


@pytest.mark.parametrize(("area", "month"), [("410000", date(2026, 11, 1)), ("410200", date(2026, 10, 1))])
def test_another_filing_does_not_hold_it(machine: Machine, declarant: Professional, area: str, month: date) -> None:
    machine.post(posted(declarant))
    ClosedMonth.objects.create(area_id=area, month=month, reference="x", closed_at=NOW.replace(hour=23))
    assert machine.correct("r-1", "withdraw").status_code == 201


def test_hours_taken_back_reach_the_certificate(machine: Machine, declarant: Professional) -> None:
    make.credit(declarant, "60", started_on=date(2026, 4, 1), ended_on=date(2026, 4, 20))
    days = {"started_on": "2026-05-01", "completed_on": "2026-05-10"}
    machine.post(posted(declarant, hours="30.0", subject="public", **days))
    list(run_all(now=NOW))
    assert Certificate.objects.get().state == CertificateState.ISSUED
    machine.correct("r-1", "withdraw")
    assert not YearAccount.objects.get().is_met
    list(run_all(now=NOW))
    assert Certificate.objects.get().state == CertificateState.REVOKED
