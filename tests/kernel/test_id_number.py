"""Numbers of people and units: check digits, genuine Henan codes, what must be refused (inputs.md C57 to C63)."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ceportal.kernel.rules.id_number import (
    check_digit,
    hide_numbers,
    is_resident,
    lasting,
    mask_id,
    mask_name,
    mask_phone,
    normalise,
    reasons_not_to_accept_id,
    reasons_not_to_accept_phone,
    reasons_not_to_accept_uscc,
    resident,
    uscc_check_character,
)

TODAY = date(2026, 11, 20)


def number(place: str = "410203", born: str = "19850312", serial: str = "123") -> str:
    first = place + born + serial
    return first + check_digit(first)


def codes(value: str) -> list[str]:
    found = [reason.code for reason in reasons_not_to_accept_id(value, today=TODAY)]
    assert is_resident(value, today=TODAY) is not bool(found)
    return found


def test_the_standards_own_example_is_accepted() -> None:
    assert codes("11010519491231002X") == []


# Young, abolished and functional codes that common libraries refuse (facts b6).
@pytest.mark.parametrize(
    "place",
    "411081 410881 419001 411281 411621 411626 411603 410307 410308 410381 410173 412701 412721 413001".split(),  # noqa: SIM905
)
def test_genuine_henan_codes_are_accepted(place: str) -> None:
    assert codes(number(place)) == []


@pytest.mark.parametrize(
    ("value", "code"),
    [
        ("", "id_shape"),
        ("410203850312123", "id_old"),
        ("41020319850312123", "id_shape"),
        ("000000198503121234", "id_shape"),
        ("４１０２０３１９８５０３１２１２３４", "id_shape"),
        ("41020319850312123٤", "id_shape"),
        (f"{number()}\n", "id_shape"),
        (number(born="19850230"), "id_birth"),
        (number(born="20261121"), "id_birth"),
        (number(born="18991231"), "id_birth"),
        (number(born="00000000"), "id_birth"),
    ],
)
def test_what_is_no_number_is_refused(value: str, code: str) -> None:
    assert codes(value) == [code]


@pytest.mark.parametrize("last", "0123456789X")
def test_only_the_right_check_digit_is_accepted(last: str) -> None:
    first = number()[:17]
    assert codes(first + last) == ([] if check_digit(first) == last else ["id_check"])


@given(st.text(alphabet="0123456789Xx ", max_size=20))
def test_no_text_breaks_the_check(value: str) -> None:
    codes(normalise(value))


@given(st.text(max_size=20))
def test_no_strange_text_is_taken_for_a_number(value: str) -> None:
    if not value.isascii():
        assert codes(value)


@given(st.dates(date(1900, 1, 1), TODAY), st.integers(0, 999))
def test_a_number_says_its_birth_and_sex(born: date, serial: int) -> None:
    value = number(born=f"{born:%Y%m%d}", serial=f"{serial:03d}")
    found = resident(value)
    assert (codes(value), found.born_on, found.is_male) == ([], born, serial % 2 == 1)


def test_a_number_without_a_birth_date_cannot_be_read() -> None:
    with pytest.raises(ValueError, match="not a resident"):
        resident(number(born="19850230"))


def test_blanks_and_a_small_x_are_mended_and_nothing_else() -> None:
    assert normalise(" 11010519491231002x ") == "11010519491231002X"
    assert normalise("1101051949123100 2X") == "1101051949123100 2X"


def test_masks_show_no_more_than_they_may() -> None:
    assert mask_id("410203198503121234") == "410203********1234"
    assert mask_id("H12345678") == "*********"
    assert mask_id("H1234567801") == "H12******01"
    assert mask_id("CAN110278012201") == "CAN**********01"
    assert mask_id("") == ""
    assert mask_phone("13812345678") == "138****5678"
    assert (mask_name("王小明"), mask_name("王"), mask_name("")) == ("王**", "王*", "*")


def test_a_renewed_travel_permit_is_the_same_one() -> None:
    assert lasting("H1234567800") == lasting("H1234567801") == lasting("H12345678") == "H12345678"
    assert (lasting("12345678"), lasting("CAN110278012201")) == ("12345678", "CAN110278012201")


@pytest.mark.parametrize("value", ["91110000600037341L", "11100000000013338W"])
def test_genuine_unit_codes_are_accepted(value: str) -> None:
    assert not reasons_not_to_accept_uscc(value)


@pytest.mark.parametrize(
    ("value", "code"),
    [("91110000600037341K", "uscc_check"), ("9111000060003734IL", "uscc_shape"), ("9111", "uscc_shape")],
)
def test_what_is_no_unit_code_is_refused(value: str, code: str) -> None:
    assert [reason.code for reason in reasons_not_to_accept_uscc(value)] == [code]


@given(st.text(alphabet="0123456789ABCDEFGHJKLMNPQRTUWXY", min_size=17, max_size=17))
def test_every_unit_code_with_its_check_character_is_accepted(first: str) -> None:
    assert not reasons_not_to_accept_uscc(first + uscc_check_character(first))


@pytest.mark.parametrize(
    ("value", "is_one"),
    [
        ("13812345678", True),
        ("12812345678", False),
        ("1381234567", False),
        ("１３８12345678", False),
        ("13812345678\n", False),
    ],
)
def test_phones(value: str, is_one: bool) -> None:
    assert (not reasons_not_to_accept_phone(value)) is is_one


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("我叫张三，410203198503120017，请核对", "我叫张三，410203********0017，请核对"),
        ("41020319850312001X", "410203********001X"),
        ("410203 19850312 0017", "410203**********0017"),
        ("电话13812345678。", "电话138****5678。"),
        ("编号 4102031985031200171 和 113812345678", "编号 4102031985031200171 和 113812345678"),
        ("没有号码", "没有号码"),
        ("通行证H12345678，旧证m1234567801", "通行证*********，旧证m12******01"),
        ("CAN110278012201 和 ABCD123456789012", "CAN**********01 和 ABCD123456789012"),
    ],
)
def test_numbers_within_words_are_masked(text: str, shown: str) -> None:
    assert hide_numbers(text) == shown
