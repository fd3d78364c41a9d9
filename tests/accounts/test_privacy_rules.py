"""What is told of the handling of data, and what must be said before a number is seen in full."""

import pytest

from accounts.rules.privacy import NOTICE, VERSION, Notice, notice, reasons_not_to_unmask, terms


@pytest.mark.parametrize(
    ("purpose", "why", "codes"),
    [
        ("identity", "核对身份证原件", []),
        ("identity", " 四个字啊 ", []),
        ("identity", "核对", ["no_reason"]),
        ("identity", "核" * 101, ["no_reason"]),
        ("curiosity", "只是想看看", ["no_purpose"]),
        ("", "", ["no_purpose", "no_reason"]),
    ],
)
def test_a_purpose_and_a_few_words_are_asked(purpose: str, why: str, codes: list[str]) -> None:
    assert [reason.code for reason in reasons_not_to_unmask(purpose, why)] == codes


def test_the_notice_changes_its_version_with_who_answers_for_the_data() -> None:
    assert notice("", "0371") == Notice(VERSION, NOTICE)
    said, other, silent = notice("甲厅", "0371"), notice("乙厅", "0371"), notice("甲厅", "")
    assert len({VERSION, said.version, other.version, silent.version}) == 4
    assert all(len(each.version) <= 20 for each in (said, other, silent)), "as long as its column"
    assert said.parts[0].lines[0] == "个人信息处理者：甲厅。联系方式：0371。"
    assert silent.parts[0].lines[0] == "个人信息处理者：甲厅。"
    assert said.parts[1:] == NOTICE[1:]
    assert said.parts[0].lines[1:] == NOTICE[0].lines


def test_the_notice_says_who_what_why_and_which_rights() -> None:
    assert VERSION
    assert [part.title[:2] for part in NOTICE] == ["谁在", "处理", "不会", "您的"]
    assert {term.is_record for term in terms(3)} == {True, False}
    assert all("3 年" in term.until for term in terms(3) if not term.is_record)
