"""In which role somebody acts, in words, and how long."""

import pytest

from accounts.rules.roles import role_in_words
from ceportal.kernel.rules.circumstances import act_as, acting_as, circumstances


@pytest.mark.parametrize(
    ("held", "words"),
    [
        ([], ""),
        ([("审核学时", "甲中学")], "审核学时（甲中学）"),
        (
            [("审核学时", "甲中学"), ("管理单位", "甲中学"), ("抽查", "乙局")],
            "审核学时、管理单位（甲中学）；抽查（乙局）",
        ),
    ],
)
def test_duties_of_one_unit_stand_together(held: list[tuple[str, str]], words: str) -> None:
    assert role_in_words(held) == words


def test_a_role_ends_with_what_was_done_in_it() -> None:
    before = circumstances.get()
    try:
        act_as("审核学时（甲中学）")
        with acting_as("本人"):
            assert circumstances.get().role == "本人"
        assert circumstances.get().role == "审核学时（甲中学）"
    finally:
        circumstances.set(before)
