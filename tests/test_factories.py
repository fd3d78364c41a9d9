"""What factories draw meets neither what they drew before nor what a test chooses, however long a process has run."""

from tests import factories as make

MANY = 2500


def test_numbers_drawn_are_all_different_and_none_is_one_that_a_test_chooses() -> None:
    drawn = {make.id_number() for _ in range(MANY)}
    assert len(drawn) == MANY
    assert drawn.isdisjoint(make.id_number(serial=serial) for serial in range(1000))


def test_codes_drawn_are_all_different_and_none_is_one_that_a_test_chooses() -> None:
    drawn = {make.uscc() for _ in range(MANY)}
    assert len(drawn) == MANY
    assert drawn.isdisjoint(make.uscc(serial) for serial in range(1000))
