"""Who looked, in words."""

from ceportal.office.rules.looks import named


def test_the_office_and_its_part_are_named_not_the_clerk() -> None:
    assert (named("局", "审核学时"), named("局", ""), named("", "")) == ("局（审核学时）", "局", "工作人员")
