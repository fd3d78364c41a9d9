"""The same person with the same entries, judged by the rules of six years, places and trades: on the page, as JSON and
in the certificate.
"""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from accounts.enums import AreaKind, TitleLevel
from accounts.models import Area, Organization, Professional
from certificates.documents.sheet import sheet_html
from certificates.models import Certificate
from certificates.services.issuing import settle_changed_accounts
from credits.enums import PublicKind, Subject
from tests import factories as people
from tests.credits import factories as make
from tests.credits.drafts import text_of
from tests.credits.factories import SHANGHAI

pytestmark = pytest.mark.django_db

Entries = tuple[tuple[str, str, str], ...]
# Subject, kind, hours; together 82 and 90.
SHORT: Entries = (
    (Subject.PUBLIC, PublicKind.COMPULSORY, "20"),
    (Subject.PUBLIC, PublicKind.ELECTIVE, "6"),
    (Subject.PROFESSIONAL, "", "56"),
)
ENOUGH: Entries = (
    (Subject.PUBLIC, PublicKind.COMPULSORY, "24"),
    (Subject.PUBLIC, PublicKind.ELECTIVE, "6"),
    (Subject.PROFESSIONAL, "", "60"),
)


@dataclass(frozen=True)
class Case:
    """Where, when and as what; what is asked there with its clause, and what is missing of it with SHORT."""

    year: int
    place: str
    asks: dict[str, tuple[str, str]]
    missing: str
    level: str = TitleLevel.MIDDLE
    is_accountant: bool = False
    unit: str = "学时"
    enough_is_enough: bool = True


def three(total: str, public: str, professional: str, clause: str) -> dict[str, tuple[str, str]]:
    return {"total": (total, clause), "public": (public, clause), "professional": (professional, clause)}


CASES = {
    "henan-2012-senior": Case(2014, "410105", three("86", "26", "60", "S1-06"), "4"),
    "henan-2012-junior": Case(
        2014, "410105", three("74", "22", "52", "S1-06"), "0", level=TitleLevel.ASSISTANT
    ),
    "kaifeng-2021": Case(
        2021, "410203", three("90", "30", "60", "S2-02") | {"public_compulsory": ("24", "S2-02")}, "8"
    ),
    "henan-2023": Case(2023, "410203", three("90", "30", "60", "S0-11"), "8"),
    "henan-2025": Case(2025, "410203", three("90", "30", "60", "S4-02"), "8"),
    "accounting-2025": Case(
        2025, "410203",
        {"total": ("90", "财会〔2018〕10号"), "public": ("30", "S4-02"), "professional": ("60", "S4-02")},
        "8", is_accountant=True, unit="学分",
    ),
    "guangdong-2021": Case(
        2021, "440100",
        three("90", "30", "42", "gdjxjy.com aid=2828") | {"elective": ("18", "gdjxjy.com aid=2828")},
        "22", enough_is_enough=False,
    ),
}  # fmt: skip


def place(code: str) -> Area:
    if not code.startswith("44"):
        return people.area(code)
    province, _ = Area.objects.get_or_create(
        code="440000", defaults={"name": "广东省", "kind": AreaKind.PROVINCE, "path": "440000/"}
    )
    return Area.objects.create(
        code=code, name="广州市", kind=AreaKind.CITY, parent=province, path=f"{province.path}{code}/"
    )


def person_of(case: Case) -> Professional:
    series = people.title_series("17", "会计人员") if case.is_accountant else people.title_series()
    employer: Organization = people.employer("测试单位", at=place(case.place))
    return people.professional(
        "同一人", works_at=employer, title_level=case.level, title_series=series, title_since=date(2010, 1, 5)
    )


def learn(person: Professional, entries: Entries, now: datetime) -> None:
    for number, (subject, kind, hours) in enumerate(entries):
        day = date(now.year, 5, 4 + number)
        make.credit(
            person, hours, subject=subject, public_kind=kind, title=f"同一项学习{number}", started_on=day, ended_on=day,
            now=now,
        )  # fmt: skip


def in_november(case: Case) -> datetime:
    return datetime(case.year, 11, 20, 10, 0, tzinfo=SHANGHAI)


def explained(client: Client, year: int) -> dict[str, Any]:
    return client.get(f"/api/v1/explanations/{year}").json()


@pytest.fixture(params=CASES, ids=list(CASES))
def case(request: pytest.FixtureRequest, regulation: None) -> Any:
    """The clock stands in November of the year that is asked about."""
    found = CASES[request.param]
    with time_machine.travel(in_november(found), tick=False):
        yield found


@pytest.mark.clause("S1-06", "S2-02", "S0-11", "S4-02", "A1", "A2", "A28", "A30")
def test_what_is_asked_and_missing_is_told_alike_on_the_page_and_as_json(client: Client, case: Case) -> None:
    person = person_of(case)
    learn(person, SHORT, in_november(case))
    client.force_login(person.user)
    told = explained(client, case.year)
    assert {bar["kind"]: (bar["need"], bar["clause"]) for bar in told["thresholds"]} == {
        kind: (f"{need}.0", clause) for kind, (need, clause) in case.asks.items()
    }
    assert (told["unit"], Decimal(told["missing"]), told["is_met"]) == (
        case.unit, Decimal(case.missing), case.missing == "0",
    )  # fmt: skip
    page = text_of(client.get(reverse("credits:why", args=[case.year])))
    for bar in told["thresholds"]:
        assert f"{Decimal(bar['need']).normalize():f} {case.unit}" in page
        if not bar["is_met"]:
            assert f"还差 {Decimal(bar['missing']).normalize():f} {case.unit}" in page
    for gap in told["gaps"]:
        assert gap["message"] in page
    headline = "各项都已达标" if case.missing == "0" else f"还差 {case.missing} {case.unit}"
    assert f"已计入 82 {case.unit}，{headline}" in page
    home = text_of(client.get(reverse("office:my_year_of", args=[case.year])))
    assert (f"{case.year} 年度已达标" if case.missing == "0" else f"还差 {case.missing} {case.unit}") in home


@pytest.mark.clause("S4-11", "A14")
def test_the_certificate_is_of_the_same_rules_or_not_there(client: Client, case: Case) -> None:
    person = person_of(case)
    learn(person, ENOUGH, in_november(case))
    settle_changed_accounts(now=in_november(case))
    certificate = person_certificate(person)
    client.force_login(person.user)
    told = explained(client, case.year)
    assert told["is_met"] is case.enough_is_enough
    if not case.enough_is_enough:
        assert certificate is None
        assert [(gap["subject"], gap["missing"]) for gap in told["gaps"]] == [("elective", "18.0")]
        learn_electives(person, in_november(case))
        settle_changed_accounts(now=in_november(case))
        certificate = person_certificate(person)
    printed = certificate.snapshot
    assert printed["unit"] == case.unit
    assert {line["kind"]: line["need"] for line in printed["thresholds"]} == {
        kind: need for kind, (need, _) in case.asks.items()
    }
    sheet = sheet_html(printed)
    for need, _ in case.asks.values():
        assert f"不少于 {need}，达到" in sheet
    assert ("选修科目" in sheet) is ("elective" in case.asks)


def person_certificate(person: Professional) -> Any:
    return Certificate.objects.filter(professional=person).first()


def learn_electives(person: Professional, now: datetime) -> None:
    day = date(now.year, 6, 1)
    make.credit(person, "18", subject=Subject.ELECTIVE, title="选修学习", started_on=day, ended_on=day, now=now)
