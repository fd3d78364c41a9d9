"""Dated, placed rules: the nearest place wins field by field; against an oracle that picks each figure by itself."""

from hypothesis import given
from hypothesis import strategies as st

from ceportal.kernel.rules.dated import DatedFigure, DatedRule, applicable, merged, overlap, places_of

PLACES = ("*", "CN", "410000", "410200", "410203")


def rule(code: str, area: str, years: tuple[int, int | None] = (2020, None), **changes) -> DatedRule:
    figures = changes.pop("figures", {"total": code})
    said = {name: DatedFigure(text, "S", "verified") for name, text in figures.items()}
    return DatedRule(code, code, area, *years, said, **changes)


def answer(rules: list[DatedRule], year: int = 2025, level: str = "中级", trade: str = "") -> dict[str, str]:
    found = merged(applicable(rules, places=PLACES, year=year, level=level, trade=trade))
    return {name: figure.text for name, figure in found.items()}


def test_places_are_read_from_a_code() -> None:
    assert places_of("410203") == PLACES
    assert places_of("410000") == ("*", "CN", "410000")
    assert places_of("CN") == ("*", "CN")
    assert places_of("410122") == ("*", "CN", "410000", "410100", "410122")


def test_the_nearest_place_wins_field_by_field() -> None:
    country = rule("a", "CN", figures={"total": "90", "unit": "学时"})
    city = rule("b", "410200", figures={"total": "100", "compulsory": "24"})
    elsewhere = rule("c", "410400", figures={"total": "1"})
    assert answer([city, elsewhere, country]) == {"total": "100", "unit": "学时", "compulsory": "24"}


def test_in_one_place_a_trade_and_a_level_are_more_specific() -> None:
    general = rule("a", "410000")
    level = rule("b", "410000", levels=frozenset({"中级"}))
    trade = rule("c", "410000", trade="会计")
    assert answer([trade, level, general]) == {"total": "b"}
    assert answer([trade, level, general], level="员级") == {"total": "a"}
    assert answer([trade, level, general], trade="会计") == {"total": "c"}
    # Whatever they are called: here everybody's rule comes last by its name.
    assert answer([level, rule("z", "410000")]) == {"total": "b"}
    assert answer([trade, rule("z", "410000")], trade="会计") == {"total": "c"}


def test_an_empty_figure_takes_away_what_wider_places_ask() -> None:
    assert answer([rule("a", "CN"), rule("b", "410000", figures={"total": ""})]) == {}


def test_a_rule_holds_in_its_years_alone() -> None:
    closed = rule("a", "CN", (2021, 2023))
    assert [year for year in range(2019, 2026) if answer([closed], year)] == [2021, 2022, 2023]
    assert answer([rule("a", "CN", (2021, None))], 2099)


def test_two_rules_overlap_only_for_the_same_people() -> None:
    one = rule("a", "410000", (2021, 2023), levels=frozenset({"中级"}))
    assert overlap(one, rule("b", "410000", (2023, None)))
    assert not overlap(one, rule("b", "410000", (2024, None)))
    assert not overlap(one, rule("b", "410000", (2010, 2020)))
    assert not overlap(one, rule("b", "410200", (2021, 2023)))
    assert not overlap(one, rule("b", "410000", (2021, 2023), trade="会计"))
    assert not overlap(one, rule("b", "410000", (2021, 2023), levels=frozenset({"员级"})))
    assert overlap(one, rule("b", "410000", (2000, None), levels=frozenset({"中级", "员级"})))


RULES = st.lists(
    st.builds(
        rule,
        st.uuids().map(str),
        st.sampled_from([*PLACES, "410400"]),
        st.integers(2010, 2030).flatmap(
            lambda first: st.tuples(st.just(first), st.one_of(st.none(), st.integers(first, 2035)))
        ),
        levels=st.frozensets(st.sampled_from(["中级", "员级"]), max_size=2),
        trade=st.sampled_from(["", "会计"]),
        figures=st.dictionaries(st.sampled_from(["total", "public", "unit"]), st.sampled_from(["", "1", "2"])),
    ),
    max_size=8,
)


@given(RULES, st.integers(2008, 2036), st.sampled_from(["中级", "员级", "无"]), st.sampled_from(["", "会计", "统计"]))
def test_every_figure_is_the_most_specific_one_there_is(rules, year, level, trade) -> None:
    expected = {}
    for name in ("total", "public", "unit"):
        best, weight = None, (-1, False, False, "")
        for one in rules:
            years = range(one.year_from, (one.year_to or 9999) + 1)
            if name not in one.figures or one.area_code not in PLACES or year not in years:
                continue
            if (one.levels and level not in one.levels) or (one.trade and one.trade != trade):
                continue
            mine = (PLACES.index(one.area_code), one.trade != "", len(one.levels) > 0, one.code)
            if mine > weight:
                best, weight = one.figures[name].text, mine
        if best:
            expected[name] = best
    assert answer(rules, year, level, trade) == expected
