"""What may stand in an account, and in which of its columns."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from ceportal.kernel.rules.refusal import Refusal
from credits.enums import PublicKind, Subject
from credits.rules.crediting import reasons_not_to_credit, shares
from credits.rules.requirements import Standing

SOUND = {
    "hours": Decimal(8), "subject": Subject.PUBLIC, "public_kind": "", "started_on": date(2026, 3, 9),
    "ended_on": date(2026, 3, 9),
}  # fmt: skip
TOO_MUCH = Refusal("hours", "学时应大于 0，且不超过 9999。", field="hours")
STEP = Refusal("half_steps", "学时以 0.5 为一档，例如 8 或 8.5。", field="hours", clause="A16")
NO_SUBJECT = Refusal("subject", "请选择公需科目或专业科目。", field="subject")
NO_KIND = Refusal("public_kind", "只有公需科目才分必修课和选修课。", field="public_kind", clause="A28")
BACKWARDS = Refusal("ends_before_start", "结束日期早于开始日期，请核对。", field="ended_on")


@pytest.mark.clause("A16")
@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({}, []),
        ({"hours": Decimal("0.5")}, []),
        ({"hours": Decimal(9999)}, []),
        ({"hours": Decimal(0)}, [TOO_MUCH]),
        ({"hours": Decimal("-0.5")}, [TOO_MUCH]),
        ({"hours": Decimal("9999.5")}, [TOO_MUCH]),
        ({"hours": Decimal("NaN")}, [TOO_MUCH]),
        ({"hours": Decimal("Infinity")}, [TOO_MUCH]),
        ({"hours": Decimal("0.7")}, [STEP]),
        ({"hours": Decimal("8.25")}, [STEP]),
        ({"subject": Subject.PROFESSIONAL}, []),
        ({"subject": ""}, [NO_SUBJECT]),
        ({"subject": Subject.ELECTIVE}, []),
        ({"subject": "other"}, [NO_SUBJECT]),
        ({"subject": Subject.ELECTIVE, "public_kind": PublicKind.ELECTIVE}, [NO_KIND]),
        ({"public_kind": PublicKind.COMPULSORY}, []),
        ({"subject": Subject.PROFESSIONAL, "public_kind": PublicKind.COMPULSORY}, [NO_KIND]),
        ({"ended_on": date(2026, 3, 8)}, [BACKWARDS]),
        ({"ended_on": date(2026, 3, 10)}, []),
        (
            {"hours": Decimal(0), "subject": "", "public_kind": PublicKind.ELECTIVE, "ended_on": date(2025, 3, 9)},
            [TOO_MUCH, NO_SUBJECT, NO_KIND, BACKWARDS],
        ),
    ],
)
def test_what_may_stand_in_an_account(changes: dict[str, Any], expected: list[Refusal]) -> None:
    assert list(reasons_not_to_credit(**(SOUND | changes))) == expected


@pytest.mark.clause("A28")
def test_compulsory_hours_are_public_hours_too() -> None:
    hours = Decimal("8.5")
    assert shares(Subject.PROFESSIONAL, "", hours) == Standing(professional=hours)
    assert shares(Subject.ELECTIVE, "", hours) == Standing(elective=hours)
    assert shares(Subject.PUBLIC, "", hours) == Standing(public=hours)
    assert shares(Subject.PUBLIC, PublicKind.ELECTIVE, hours) == Standing(public=hours)
    assert shares(Subject.PUBLIC, PublicKind.COMPULSORY, hours) == Standing(public=hours, public_compulsory=hours)
    assert shares(Subject.PUBLIC, PublicKind.COMPULSORY, -hours).total == -hours
