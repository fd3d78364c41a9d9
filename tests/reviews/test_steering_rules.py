"""When nearly all who pay themselves are at one institution."""

import pytest

from reviews.rules.steering import LEAST_PAYERS, NEARLY_ALL, OnePlace, one_place


def went(many: int, name: str, first: int = 1) -> list[tuple[int, str]]:
    return [(person, name) for person in range(first, first + many)]


@pytest.mark.clause("S4-18", "S0-04")
def test_nine_of_ten_at_one_institution_are_nearly_all_and_nine_alone_say_nothing() -> None:
    assert (LEAST_PAYERS, NEARLY_ALL) == (10, 90)
    assert one_place([]) is None
    assert one_place(went(9, "甲学院")) is None
    assert one_place(went(10, "甲学院")) == OnePlace("甲学院", "甲学院", 10, 10)
    assert one_place(went(9, "甲学院") + went(1, "乙学院", 10)) == OnePlace("甲学院", "甲学院", 9, 10)
    assert one_place(went(8, "甲学院") + went(2, "乙学院", 9)) is None


@pytest.mark.clause("S4-18")
def test_people_count_once_and_names_are_compared_as_people_write_them() -> None:
    twice = went(10, "甲 学院") + went(4, "甲（学院）") + went(10, "甲 学院")
    assert one_place(twice) == OnePlace("甲学院", "甲 学院", 10, 10)
    assert one_place(went(10, "甲学院") + went(10, "乙学院")) == OnePlace("乙学院", "乙学院", 10, 10)
    assert one_place(went(10, "——")) is None
