"""Names and titles: what is mended, what is refused, what counts as the same (inputs.md C44 to C67)."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ceportal.kernel.rules.text import comparable, person_name, reasons_not_to_accept, strange_character


@pytest.mark.parametrize("dot", "·•・‧∙．.●")
def test_middle_dots_of_names_are_written_as_one_sign(dot: str) -> None:
    assert person_name(f" 买买提{dot}艾力  ") == "买买提·艾力"


def test_blanks_in_a_name_are_single() -> None:
    assert person_name("  张\u3000\u3000三 \n") == "张 三"


def test_variants_of_a_character_are_not_the_same_name() -> None:
    assert person_name("张三") != person_name("張三")


@pytest.mark.parametrize(
    "character",
    ["\u0000", "\u0007", "\u200b", "\u202e", "\u2066", "\ufeff", "\ue000", "\ud800", "\u3164", "\u0378", chr(0xFFFD)],
)
def test_characters_that_cannot_be_seen_are_refused(character: str) -> None:
    assert strange_character(f"张{character}三") == character
    reasons = reasons_not_to_accept(f"张{character}三", field="name", label="姓名", limit=50)
    assert [reason.code for reason in reasons] == ["strange_character"]


@pytest.mark.parametrize("text", ["张三", "张　三", "𠮷野", "<script>", "{{7*7}}", "' OR 1=1--", "新课标（2022年版）"])
def test_ordinary_and_odd_looking_text_is_kept_as_it_is(text: str) -> None:
    assert not reasons_not_to_accept(text, field="title", label="名称", limit=120)


def test_a_limit_is_a_number_of_characters() -> None:
    assert not reasons_not_to_accept("字" * 50, field="name", label="姓名", limit=50)
    (reason,) = reasons_not_to_accept("字" * 51, field="name", label="姓名", limit=50)
    assert (reason.code, reason.field) == ("too_long", "name")
    assert "51" in reason.message


@pytest.mark.parametrize("text", ["", "  ", "\u3000"])
def test_blank_is_refused(text: str) -> None:
    assert [reason.code for reason in reasons_not_to_accept(text, field="name", label="姓名", limit=50)] == ["blank"]


def test_titles_are_compared_without_width_case_blanks_and_punctuation() -> None:
    assert comparable("ＡＩ 与教学（上）") == comparable("ai与教学(上)")
    assert comparable("培训一") != comparable("培训二")


@given(st.text())
def test_comparing_is_settled_after_once_and_keeps_letters_and_digits_alone(text: str) -> None:
    once = comparable(text)
    assert all(unicodedata.category(c)[0] in "LN" for c in once)
    assert comparable(once) == once
