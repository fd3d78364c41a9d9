"""What a word about held hours must say."""

import pytest

from credits.rules.holding import REASON_LIMIT, reasons_not_to_rule


@pytest.mark.parametrize(
    ("reason", "codes"),
    [
        ("", ["reason_missing"]),
        (" \n", ["reason_missing"]),
        ("长" * (REASON_LIMIT + 1), ["reason_long"]),
        (f" {'长' * REASON_LIMIT} ", []),
        ("已向平台核实", []),
    ],
    ids=["empty", "blank", "too long", "as long as may be", "said"],
)
def test_a_reason_is_said_and_not_too_long(reason: str, codes: list[str]) -> None:
    found = list(reasons_not_to_rule(reason))
    assert [(each.code, each.field) for each in found] == [(code, "reason") for code in codes]
