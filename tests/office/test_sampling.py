"""Random and sampled statistics: who is drawn, what it says, and that it can be drawn again (S1-13)."""

from decimal import Decimal
from typing import Any

import pytest
import time_machine
from django.test import Client

from accounts.models import Organization, Professional, User
from ceportal.office.models import FixedReport
from ceportal.office.rules import sampling as rules
from ceportal.office.services.counting import count_years
from tests.credits.factories import NOW, credit, rule_set
from tests.credits.rosters import crowd


def test_the_same_seed_draws_the_same_and_everybody_has_the_same_chance() -> None:
    first = rules.drawn(1000, 100, "种子")
    assert first == rules.drawn(1000, 100, "种子") == sorted(set(first))
    assert (len(first), min(first) >= 1, max(first) <= 1000) == (100, True, True)
    assert first != rules.drawn(1000, 100, "另一个")
    hits = sum(number <= 500 for seed in range(50) for number in rules.drawn(1000, 100, str(seed)))
    assert 2300 < hits < 2700


def test_an_interval_holds_what_it_should_and_is_a_point_when_all_were_drawn() -> None:
    share = rules.share_of(240, 400, 100_000)
    assert (share.found, share.low, share.high) == (Decimal("60.0"), Decimal("55.1"), Decimal("64.7"))
    whole = rules.share_of(30, 40, 40)
    assert (whole.low, whole.found, whole.high) == (Decimal("75.0"),) * 3
    none = rules.share_of(0, 400, 100_000)
    assert (none.low, none.high) == (Decimal("0.0"), Decimal("0.9"))
    assert rules.share_of(1, 1, 1).found == Decimal("100.0")
    hours = rules.average_of([Decimal(90), Decimal(30)] * 50, 10_000)
    assert (hours.low, hours.found, hours.high) == (Decimal("54.1"), Decimal("60.0"), Decimal("65.9"))


@pytest.mark.parametrize(
    ("size", "people", "codes"),
    [(30, 29, ["too_few"]), (29, 100, ["size"]), (2001, 9000, ["size"]), (101, 100, ["size"]), (30, 30, [])],
)
def test_a_sample_is_large_enough_and_no_larger_than_everybody(size: int, people: int, codes: list[str]) -> None:
    assert [reason.code for reason in rules.reasons_not_to_draw(size=size, people=people)] == codes


def test_each_standing_is_told_beside_the_figure_of_everybody() -> None:
    rows = rules.lines_of(["met"] * 30 + ["less"] * 10, 40, {"met": 30, "less": 10})
    assert rows[0] == ["已达标", "30", "75.0", "75.0 至 75.0", "75.0"]
    assert len(rows) == 4


@pytest.mark.django_db
@pytest.mark.clause("S1-13", "S1-11")
def test_a_bureau_draws_a_sample_whose_method_stands_on_it(
    client: Client, county_officer: User, employer: Organization
) -> None:
    rule_set()
    crowd(employer, 35)
    person: Any = Professional.objects.order_by("pk").first()
    credit(person, "48", now=NOW)
    with time_machine.travel(NOW, tick=False):
        count_years(now=NOW)
        client.force_login(county_officer)
        assert "样本人数请填" in client.post("/statistics/sample/", {"year": "2026", "size": "10"}).content.decode()
        answer = client.post("/statistics/sample/", {"year": "2026", "size": "35"})
        assert answer.status_code == 302
        text = client.get(answer["Location"]).content.decode()
    report = FixedReport.objects.get()
    facts = dict(report.content["facts"])
    assert facts["总体和样本"] == "35 人中随机抽取 35 人"
    assert all(said in text for said in (facts["随机种子"], "Wilson", "抽中的编号", "95% 置信区间"))
    assert report.content["tables"][1]["rows"][1][1:] == ["1.4", "1.4 至 1.4", "1.4"]
