"""Every alarm rings beyond its bound and not at it, names a figure that exists, and has an entry in the runbook."""

import re
from pathlib import Path

import pytest

from ceportal.office.rules.alarms import ALARMS, FIGURES, Alarm, Reading, in_words, ringing
from ceportal.office.rules.parts import PART_WORDS

RUNBOOK = Path(__file__).parents[2] / "docs" / "operations" / "runbook.md"
STEP = 0.01


@pytest.mark.parametrize("alarm", ALARMS, ids=lambda alarm: alarm.code)
def test_it_rings_beyond_its_bound_alone(alarm: Alarm) -> None:
    part = alarm.parts[0] if alarm.parts else ""
    bound, beyond = (alarm.most, STEP) if alarm.most is not None else (alarm.least, -STEP)
    assert bound is not None
    assert alarm.rings(Reading(alarm.figure, bound + beyond, part))
    assert not alarm.rings(Reading(alarm.figure, bound, part))
    assert not alarm.rings(Reading("another figure", bound + beyond, part))
    if alarm.parts:
        assert not alarm.rings(Reading(alarm.figure, bound + beyond, "another part"))


def test_every_alarm_is_of_a_figure_that_is_read() -> None:
    assert {alarm.figure for alarm in ALARMS} - set(FIGURES) == set()
    assert {part for alarm in ALARMS for part in alarm.parts} - set(PART_WORDS) == set()
    assert len({alarm.code for alarm in ALARMS}) == len(ALARMS)


def test_the_runbook_has_an_entry_for_each_alarm_and_none_besides() -> None:
    text = RUNBOOK.read_text(encoding="utf-8")
    assert re.findall(r"^## (\w+)$", text, re.MULTILINE) == [alarm.code for alarm in ALARMS]
    for entry in text.split("\n## ")[1:]:
        assert all(mark in entry for mark in ("**Means.**", "**Look.**", "**Mend.**")), entry


def test_what_rings_comes_in_the_order_of_the_table_with_its_value_in_words() -> None:
    found = [Reading("dead", 3, "notices"), Reading("up", 0, "broker"), Reading("oldest", 900, "notices")]
    told = [(each.alarm.code, each.part, each.value) for each in ringing(found)]
    assert told == [
        ("part_silent", "broker", ""),
        ("outbox_old", "notices", "15 分钟"),
        ("dead_letters", "notices", "3 项"),
    ]


@pytest.mark.parametrize(
    ("value", "unit", "words"),
    [
        (119, "seconds", "119 秒"), (120, "seconds", "2 分钟"), (7_199, "seconds", "119 分钟"),
        (7_200, "seconds", "2 小时"), (172_800, "seconds", "2 天"), (0.869, "ratio", "86%"),
        (12, "days", "还有 12 天"), (-1, "days", "没有"), (5, "items", "5 项"), (1, "flag", ""),
    ],
)  # fmt: skip
def test_figures_in_words(value: float, unit: str, words: str) -> None:
    assert in_words(value, unit) == words
