"""What can be complained of, and what an answer says."""

import pytest

from bases.enums import ComplaintKind
from bases.rules.complaints import CLAUSES, MOST_OPEN, reasons_not_to_answer, reasons_not_to_complain

GOOD = {"has_unit": True, "named": "", "has_place": True, "others_open": 0}


@pytest.mark.clause("S0-04", "S1-14", "S4-18")
def test_everything_the_documents_forbid_can_be_complained_of_by_its_clause() -> None:
    assert set(CLAUSES) == set(ComplaintKind.values)
    for kind in ComplaintKind.values:
        assert list(reasons_not_to_complain(kind, "开课前\n另收 300 元资料费", **GOOD)) == []


@pytest.mark.parametrize(
    ("kind", "reason", "said", "fields"),
    [
        ("fees", "另收资料费", {"has_unit": False, "named": "某培训公司"}, []),
        ("", "另收资料费", {}, ["kind"]),
        ("fees", " \n ", {}, ["reason"]),
        ("fees", "一" * 501, {}, ["reason"]),
        ("fees", "另收资料费", {"has_unit": False}, ["about"]),
        ("fees", "另收资料费", {"named": "某培训公司"}, ["named"]),
        ("fees", "另收资料费", {"has_unit": False, "named": "某\u202e公司"}, ["named"]),
        ("fees", "另收资料费", {"has_unit": False, "named": "某培训公司", "has_place": False}, ["area"]),
        ("fees", "另收资料费", {"others_open": MOST_OPEN - 1}, []),
        ("fees", "另收资料费", {"others_open": MOST_OPEN}, [""]),
    ],
)
def test_what_is_asked_for(kind: str, reason: str, said: dict[str, object], fields: list[str]) -> None:
    found = reasons_not_to_complain(kind, reason, **(GOOD | said))  # type: ignore[arg-type]
    assert [refusal.field for refusal in found] == fields


@pytest.mark.clause("S1-14")
@pytest.mark.parametrize(
    ("move", "reason", "public", "fields"),
    [
        ("approve", "已责令退费", "多收资料费，已责令退还", []),
        ("approve", "已责令退费", " ", ["public_words"]),
        ("approve", "", "多收资料费", ["reason"]),
        ("reject", "收费与公示一致", "", []),
        ("return", "请补充收据", "", []),
        ("reject", " ", "", ["reason"]),
        ("withdraw", "不办", "", ["move"]),
    ],
)
def test_an_answer_says_why_and_an_upheld_one_what_everybody_reads(
    move: str, reason: str, public: str, fields: list[str]
) -> None:
    assert [refusal.field for refusal in reasons_not_to_answer(move, reason, public)] == fields
