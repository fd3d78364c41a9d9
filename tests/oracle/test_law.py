"""What a year asks and whether it is met: the portal against the oracle, on the regulation and on invented ones."""

import itertools
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import strategies as st

from ceportal.kernel.rules.dated import DatedRule, places_of
from credits.rules.regulation_file import rule_in
from credits.rules.requirements import Requirements, Standing, is_met, thresholds
from credits.rules.ruleset import fields_of, reasons_not_to_load, requirements_in
from tests.oracle import law
from tests.oracle.trials import TRIALS, agree

SETS = law.rule_sets()
BOOK = [rule_in(entry) for entry in SETS]
PLACES = ["CN", "410000", "410100", "410173", "410200", "410203", "410400", "410402", "419001", "440000", "440103",
          "130000", "650100"]  # fmt: skip
LEVELS = sorted(law.LEVELS_MEANT)
TRADES = ["", "会计", "卫生"]
YEARS = st.one_of(st.integers(2010, 2030), st.integers(1990, 2100))
QUESTION = st.tuples(st.sampled_from(PLACES), YEARS, st.sampled_from(LEVELS), st.sampled_from(TRADES))
# Around every threshold there is (11 to 45 public, 21 to 60 professional hours) and far beyond both.
HALVES = st.one_of(st.integers(30, 130), st.integers(0, 400))
HELD = st.fixed_dictionaries(
    {"public": HALVES, "professional": HALVES, "elective": st.one_of(st.just(0), HALVES)}
).flatmap(
    lambda held: st.integers(0, held["public"]).map(lambda compulsory: {**held, "public_compulsory": compulsory})
)  # fmt: skip


def asked_of(book: list[DatedRule], question: tuple[str, int, str, str]) -> Requirements | None:
    area, year, level, trade = question
    return requirements_in(book, places=places_of(area), year=year, level=level, trade=trade)


def same(found: Requirements | None, said: dict[str, law.Said]) -> None:
    told = fields_of(found) if found else {}
    assert {name: (str(field.value), field.clause, field.status) for name, field in told.items()} == {
        name: (one.value, one.clause, one.status) for name, one in said.items()
    }


def same_verdict(found: Requirements | None, said: dict[str, law.Said], held: dict[str, int]) -> None:
    if found is None:
        assert said == {}
        return
    short = law.missing(said, held)
    standing = Standing(**{name: Decimal(halves) / 2 for name, halves in held.items()})
    rows = thresholds(found, standing)
    assert {row.kind: row.missing * 2 for row in rows} == short
    assert [row.kind for row in rows if not row.is_met] == [name for name in law.THRESHOLDS if short.get(name)]
    assert is_met(found, standing) is not any(short.values())


@pytest.mark.parametrize("level", LEVELS)
def test_every_place_year_and_trade_of_the_regulation(level: str) -> None:
    for area, year, trade in itertools.product(PLACES, range(2008, 2031), TRADES):
        question = (area, year, level, trade)
        same(asked_of(BOOK, question), law.what_is_asked(SETS, *question))


@pytest.mark.clause("A1", "A2", "A28")
@TRIALS
def test_thresholds_of_the_regulation(trials: int) -> None:
    def body(question: tuple[str, int, str, str], held: dict[str, int]) -> None:
        found, said = asked_of(BOOK, question), law.what_is_asked(SETS, *question)
        same(found, said)
        same_verdict(found, said, held)

    agree(body, trials, question=QUESTION, held=HELD)


def values(**fields: st.SearchStrategy[str]) -> st.SearchStrategy[dict[str, list[str]]]:
    entry = {
        name: st.tuples(value, st.sampled_from(["S1-06", "A26"]), st.sampled_from(["verified", "assumed"])).map(list)
        for name, value in fields.items()
    }
    return st.fixed_dictionaries({}, optional=entry)


HOURS = st.integers(0, 200).map(lambda halves: f"{halves // 2}.5" if halves % 2 else str(halves // 2))
RATIO = st.tuples(st.integers(1, 20), st.integers(1, 20)).map(lambda two: f"{min(two)}/{max(two)}")
OR_NOTHING = st.just("")
INVENTED = st.fixed_dictionaries(
    {
        "area": st.sampled_from(["*", "CN", "410000", "410200", "410203", "440000"]),
        "levels": st.sampled_from([[], ["高级", "中级"], ["初级"], ["无"]]),
        "trade": st.sampled_from(["", "会计"]),
        "first": st.integers(2018, 2024),
        "span": st.one_of(st.none(), st.integers(0, 4)),
        "status": st.just("candidate"),
        "values": values(
            total=HOURS, public=HOURS | OR_NOTHING, public_compulsory=HOURS, professional=HOURS | OR_NOTHING,
            elective=HOURS, professional_ratio=RATIO | OR_NOTHING, deadline=st.sampled_from(["12-31", "11-30"]),
            unit=st.sampled_from(["学时", "学分"]),
        ),
    }
)  # fmt: skip


def as_entry(number: int, made_up: dict[str, Any]) -> dict[str, Any]:
    first, span = made_up["first"], made_up["span"]
    rest = {name: made_up[name] for name in ("area", "levels", "trade", "status", "values")}
    last = None if span is None else first + span
    return {"code": f"set-{number}", "name": f"第{number}套", "years": [first, last], "document": "文件", **rest}


@TRIALS
def test_thresholds_of_any_regulation_that_may_be_loaded(trials: int) -> None:
    """Whatever the bureau writes: what the loader accepts is read alike by both."""

    def body(made_up: list[dict[str, Any]], question: tuple[str, int, str, str], held: dict[str, int]) -> None:
        sets: list[dict[str, Any]] = []
        for number, one in enumerate(made_up):
            wanted = [*sets, as_entry(number, one)]
            if not any(reasons_not_to_load([rule_in(entry) for entry in wanted])):
                sets = wanted
        found, said = asked_of([rule_in(entry) for entry in sets], question), law.what_is_asked(sets, *question)
        same(found, said)
        same_verdict(found, said, held)

    question = st.tuples(
        st.sampled_from(["410203", "410200", "410100", "440000", "CN"]),
        st.integers(2018, 2026),
        st.sampled_from(LEVELS),
        st.sampled_from(["", "会计"]),
    )
    agree(body, trials, made_up=st.lists(INVENTED, max_size=6), question=question, held=HELD)
