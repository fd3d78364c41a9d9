"""By what the same training is known again (T6)."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from credits.rules.activity_key import activity_key

FROM, TO = date(2026, 5, 1), date(2026, 5, 3)


def key(title: str = "新课标研修", **changes) -> str:
    return activity_key(title, changes.pop("started_on", FROM), changes.pop("ended_on", TO), **changes)


@pytest.mark.parametrize("title", ["新课标 研修", "新课标研修。", "　新课标研修　", "新课标-研修"])
def test_blanks_and_punctuation_make_no_other_training(title: str) -> None:
    assert key(title) == key()


def test_width_and_case_make_no_other_training() -> None:
    assert key("ＡＩ training") == key("ai Training")


@pytest.mark.parametrize(
    "changes",
    [
        {"title": "新课标研修二"},
        {"started_on": date(2026, 5, 2)},
        {"ended_on": date(2026, 5, 4)},
        {"course_code": "K1"},
        {"issuer": "河南大学"},
    ],
)
def test_another_title_day_course_or_issuer_makes_another(changes: dict) -> None:
    assert key(**changes) != key()


def test_a_course_with_a_code_is_known_by_it_whatever_its_title() -> None:
    assert key("上", course_code="Ｋ-1") == key("下", course_code="k1")
    assert key("K1") != key("x", course_code="K1")


@given(st.text(max_size=120), st.text(max_size=30), st.text(max_size=30))
def test_a_key_is_sixty_four_hex_digits(title: str, course_code: str, issuer: str) -> None:
    made = key(title, course_code=course_code, issuer=issuer)
    assert len(made) == 64
    assert int(made, 16) >= 0
