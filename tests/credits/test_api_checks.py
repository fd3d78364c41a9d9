"""Statements by which both sides reconcile, and questions about people: who is meant, and what is told of them."""

import hashlib
import json
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
import time_machine

from accounts.models import Professional
from accounts.rules.privacy import LOOKED_UP
from ceportal.kernel.models import AuditEvent
from ceportal.office.selectors.who_looked import looks_at
from tests import factories as make
from tests.certificates.factories import issued_now, meet
from tests.credits.factories import NOW
from tests.credits.machines import BATCHES, Machine, posted
from tests.credits.platforms import number_of, platform

pytestmark = pytest.mark.usefixtures("henan_2026")
IDENTITY, ELIGIBILITY, STATEMENTS = "/api/v1/identity-checks", "/api/v1/eligibility-checks", "/api/v1/statements"


@pytest.fixture(autouse=True)
def _november(db: None) -> Iterator[None]:
    with time_machine.travel(NOW, tick=True):
        yield


@pytest.fixture
def machine(db: None) -> Machine:
    return Machine(platform())


def who(person: Professional, **changes: Any) -> dict[str, Any]:
    return {"id_number": number_of(person), "name": person.name} | changes


def ask(machine: Machine, path: str, *records: Any) -> Any:
    return machine.send(path, json.dumps({"records": records}))


def lines(*told: tuple[str, str, str]) -> str:
    """What a platform computes from its own books."""
    text = "".join(sorted(f"{name} {state} {hours}\n" for name, state, hours in told))
    return hashlib.sha256(text.encode()).hexdigest()


@pytest.mark.clause("S4-09")
def test_a_day_is_told_as_it_stands_now(machine: Machine, declarant: Professional) -> None:
    stranger = {"id_number": "410225199901010018", "name": "没有注册"}
    machine.post(
        posted(declarant, "a"), posted(declarant, "b", hours="40.0"), posted(declarant, "c"),
        posted(declarant, "d") | stranger, posted(declarant, "bad", hours=1),
    )  # fmt: skip
    Machine(platform()).post(posted(declarant, "a", title="别人的"))
    machine.correct("a", "replace", posted(declarant, "a", hours="3.5"))
    machine.correct("c", "withdraw")
    told = machine.get(f"{STATEMENTS}/2026-11-20").json()
    assert (told["date"], told["records"], told["is_over"]) == ("2026-11-20", 4, False)
    assert told["states"] == {
        "accepted": {"count": 1, "hours": "3.5"},
        "held": {"count": 1, "hours": "40.0"},
        "unmatched_person": {"count": 1, "hours": "2.0"},
        "withdrawn": {"count": 1, "hours": "2.0"},
    }
    assert told["digest"] == lines(
        ("b", "held", "40.0"), ("d", "unmatched_person", "2.0"), ("a", "accepted", "3.5"), ("c", "withdrawn", "2.0")
    )
    empty = machine.get(f"{STATEMENTS}/2026-11-19").json()
    assert (empty["records"], empty["states"], empty["is_over"], empty["digest"]) == (0, {}, True, lines())
    for nonsense in ("2026-11-21", "2026-02-30", "today", "２０２６-11-20", "20261120"):
        assert machine.get(f"{STATEMENTS}/{nonsense}").status_code == 404
    with time_machine.travel(NOW + timedelta(days=1)):
        again = Machine(machine.organization)
        again.correct("b", "withdraw")
        later = again.get(f"{STATEMENTS}/2026-11-20").json()
        assert (later["is_over"], later["states"]["withdrawn"]["count"]) == (True, 2)
        assert again.get(f"{STATEMENTS}/2026-11-21").json()["records"] == 0


def test_a_number_and_a_name_match_or_do_not(machine: Machine, declarant: Professional) -> None:
    unknown = make.employer(at=make.area("410225"))
    waiting = make.professional("还没核准", works_at=unknown)
    Professional.objects.filter(pk=waiting.pk).update(approved_at=None)
    answer = ask(
        machine, IDENTITY, who(declarant), who(declarant, name="别人"), who(waiting),
        who(declarant, id_number="410225199005061120"), who(declarant, id_number=7), who(declarant) | {"x": 1},
    )  # fmt: skip
    items = answer.json()["items"]
    assert [item["outcome"] for item in items] == ["match", "no_match", "no_match", "no_match", "invalid", "invalid"]
    assert all(item.keys() == {"index", "outcome"} for item in items[:4])
    assert items[4]["errors"][0]["pointer"] == "/records/4/id_number"
    event = AuditEvent.objects.get(action="identity.check")
    assert (event.after["asked"], event.after["matched"], event.actor_label) == (6, 1, machine.organization.name)
    assert number_of(declarant) not in str(event.after)


@pytest.mark.clause("S3-09", "S2-10")
def test_a_review_system_reads_years_and_the_person_reads_who_asked(
    machine: Machine, declarant: Professional, django_assert_max_num_queries: Any
) -> None:
    machine.post(posted(declarant, "a", hours="8.0"))
    ask(machine, ELIGIBILITY, who(declarant, years=[2026]))
    colleague = make.professional("同事", works_at=make.employer(at=make.area("410225")))
    with django_assert_max_num_queries(30):
        answer = ask(
            machine, ELIGIBILITY, who(declarant, years=[2026, 2025]), who(declarant, name="别人", years=[2026]),
            who(declarant, years=[2027]), who(colleague, years=[2024, 2026]),
        )  # fmt: skip
    items = answer.json()["items"]
    assert [item["outcome"] for item in items] == ["match", "no_match", "invalid", "match"]
    this_year, last_year = items[0]["years"]
    assert this_year == {
        "year": 2026, "is_met": False, "obligation": None, "certificate_number": None,
        "hours": {"total": "8.0", "public": "0.0", "professional": "8.0", "elective": "0.0"},
    }  # fmt: skip
    assert (last_year["year"], last_year["hours"]["total"]) == (2025, "0.0")
    assert items[1].keys() == {"index", "outcome"}
    events = AuditEvent.objects.filter(action=LOOKED_UP, subject_ref=declarant.ref)
    assert events.count() == 2
    assert looks_at(declarant)[0].who == machine.organization.name
    assert Machine(platform(), scopes="hours:write").send(ELIGIBILITY, b'{"records": [1]}').status_code == 403


def test_a_year_that_is_met_comes_with_its_certificate(machine: Machine, declarant: Professional) -> None:
    meet(declarant)
    certificate = issued_now(declarant)
    year = ask(machine, ELIGIBILITY, who(declarant, years=[2026])).json()["items"][0]["years"][0]
    assert (year["is_met"], year["certificate_number"]) == (True, certificate.number)
    machine.post(posted(declarant, "later"))  # under review until the clock has looked
    year = ask(machine, ELIGIBILITY, who(declarant, years=[2026])).json()["items"][0]["years"][0]
    assert (year["is_met"], year["certificate_number"]) == (True, None)


@pytest.mark.parametrize("path", [IDENTITY, ELIGIBILITY])
def test_the_envelope_and_the_limit_are_kept(
    path: str, machine: Machine, declarant: Professional, settings: Any
) -> None:
    bodies = [b"{", b"[]", b'{"records": {}}', b'{"records": []}', b'{"records": [1], "x": 1}']
    assert [machine.send(path, body).status_code for body in bodies] == [400] * len(bodies)
    assert ask(machine, path, *[1] * 201).status_code == 413
    settings.API_CHECK_RATE = "3/hour"
    assert ask(machine, path, who(declarant), who(declarant)).status_code == 200
    refused = ask(machine, path, who(declarant), who(declarant))
    assert (refused.status_code, "Retry-After" in refused) == (429, True)


@pytest.mark.parametrize(
    "path", [IDENTITY, ELIGIBILITY, "/api/v1/explanations", "/api/v1/certificate-bundles"], ids=lambda path: path[8:]
)
def test_a_sandbox_key_asks_about_nobody_real(
    machine: Machine, declarant: Professional, settings: Any, path: str
) -> None:
    machine.client.is_sandbox = True
    machine.client.save()
    refused = ask(machine, path, who(declarant))
    assert (refused.status_code, refused.json()["code"]) == (403, "sandbox_key")
    assert not AuditEvent.objects.filter(action__in=[LOOKED_UP, "identity.check", "eligibility.check"]).exists()
    settings.SANDBOX = True
    assert ask(machine, path, who(declarant)).status_code != 403


def test_rehearsals_are_counted_as_questions_about_people(
    machine: Machine, declarant: Professional, settings: Any
) -> None:
    """They tell who is registered, and leave nothing behind."""
    settings.API_CHECK_RATE = "3/hour"
    machine.post(posted(declarant, "a"), posted(declarant, "b"), dry_run=True)
    body = json.dumps({"records": [posted(declarant, "c"), posted(declarant, "d")]})
    refused = machine.send(f"{BATCHES}?dry_run=true", body)
    assert (refused.status_code, refused.json()["code"]) == (429, "too_many")
    assert machine.send(BATCHES, body).status_code == 200, "in earnest it stays"
    machine.client.is_sandbox = True
    machine.client.save()
    assert machine.send(BATCHES, body).status_code == 429
    settings.SANDBOX = True
    assert machine.send(f"{BATCHES}?dry_run=true", body).status_code == 200


def test_more_at_once_than_the_days_ceiling_is_refused_for_what_it_is(
    machine: Machine, declarant: Professional
) -> None:
    machine.client.daily_ceiling = 1
    machine.client.save()
    body = json.dumps({"records": [posted(declarant, "a"), posted(declarant, "b")]})
    refused = machine.send(BATCHES, body)
    assert (refused.status_code, refused.json()["code"], "Retry-After" in refused) == (413, "above_ceiling", False)
    machine.post(posted(declarant, "a"))
