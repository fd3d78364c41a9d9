"""What may stand in letters and lists, without a database."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from ceportal.office.enums import LetterKind, RollKind
from ceportal.office.rules import letters, officers, rolls

TODAY = date(2026, 11, 20)


def codes(reasons: object) -> list[str]:
    return [reason.code for reason in reasons]  # type: ignore[attr-defined]


@pytest.mark.parametrize("kind", LetterKind)
def test_a_letter_begins_with_what_such_a_letter_says_and_is_sent_only_filled_in(kind: LetterKind) -> None:
    title, body = letters.title_for(kind), letters.body_for(kind)
    assert codes(letters.reasons_not_to_send(title, body, has_addressee=True)) in (["unfilled"], [])
    assert codes(letters.reasons_not_to_send(title, body.replace(letters.BLANK, "某"), has_addressee=True)) == []
    assert letters.number_of("某局", kind, 2026, 3).endswith("〔2026〕3号")


def test_what_is_missing_from_a_letter_is_named() -> None:
    assert codes(letters.reasons_not_to_send("", " ", has_addressee=False)) == ["no_addressee", "blank", "blank"]
    assert codes(letters.reasons_not_to_send("题", "字" * 3001, has_addressee=True)) == ["too_long"]
    assert codes(letters.reasons_not_to_send("题", "字\u200b", has_addressee=True)) == ["strange_character"]
    assert codes(letters.reasons_not_to_withdraw("")) == ["reason_missing"]
    assert codes(letters.reasons_not_to_withdraw("因" * 301)) == ["reason_too_long"]
    assert codes(letters.reasons_not_to_withdraw("发错了")) == []


def test_the_digest_is_of_all_that_is_printed() -> None:
    said = {"office": "局", "title": "题", "number": "1号", "to": "某", "body": "一\r\n\r\n 二 "}
    content = letters.content_of(**said, day=TODAY)
    assert content["paragraphs"] == ["一", "二"]
    assert content["day"] == "2026年11月20日"
    assert letters.digest_of(content) != letters.digest_of(content | {"to": "别人"})
    assert len(letters.digest_of(content)) == 64


def test_a_sanction_ends_being_shown_and_a_list_is_published_by_another() -> None:
    def written(kind: RollKind, words: str = "", day: date = TODAY, until: date | None = None) -> list[str]:
        return codes(
            rolls.reasons_not_to_write(kind, "题", "1号", words, decided_on=day, shown_until=until, today=TODAY)
        )

    assert written(RollKind.COMMEND) == []
    assert written(RollKind.SANCTION) == ["no_end"]
    assert written(RollKind.SANCTION, until=TODAY) == []
    assert written(RollKind.SANCTION, until=date(2026, 11, 19)) == ["ended"]
    assert written(RollKind.COMMEND, day=date(2026, 11, 21)) == ["not_yet"]
    assert written(RollKind.COMMEND, words="字" * 2001) == ["too_long"]
    assert written(RollKind.COMMEND, words="字\u200b") == ["strange_character"]
    assert codes(rolls.reasons_not_to_name("", is_somebody=False, named=500)) == ["no_addressee", "blank", "too_many"]
    assert codes(rolls.reasons_not_to_name("成绩突出", is_somebody=True, named=0)) == []
    assert codes(rolls.reasons_not_to_publish(named=0, is_own=True)) == ["nobody", "two_people"]
    assert codes(rolls.reasons_not_to_publish(named=1, is_own=False)) == []
    assert codes(rolls.reasons_not_to_withdraw("")) == ["blank"]


def test_a_letter_about_something_says_what_and_why() -> None:
    told = letters.Told("教学研修", 2026, "24", "专业科目", "缺少\n结业证书", TODAY)
    text = letters.body_about(LetterKind.CORRECTION, told)
    assert letters.BLANK not in text
    assert "2026年度专业科目“教学研修”（24学时）" in text
    assert "\n\n缺少 结业证书。\n\n" in text
    reversal = letters.body_about(LetterKind.REVERSAL, replace(told, why="材料不实。", clause="2012年办法第十八条"))
    assert "材料不实。\n\n根据继续教育学时管理的有关规定（2012年办法第十八条），已于2026年11月20日撤销" in reversal
    assert "有关规定，已于" in letters.body_about(LetterKind.REVERSAL, told)
    assert not list(letters.reasons_not_to_send("标题", reversal, has_addressee=True))


def test_a_circular_about_a_spot_check_tells_what_was_found_and_asks_for_no_more_than_was() -> None:
    told = letters.Checked("十月抽查", "2026年10月1日至2026年10月31日", 3, 1, 1, 1, ("“甲”认定有误", "“乙”弄虚作假"))
    text = letters.body_of_check(told)
    assert "抽查你单位审核的学时3项：属实1项，认定有误1项，弄虚作假1项。" in text
    assert "二、存在的问题。“甲”认定有误；“乙”弄虚作假。" in text
    assert not list(letters.reasons_not_to_send("标题", text, has_addressee=True))
    sound = letters.body_of_check(replace(told, drawn=5, wrong=0, untrue=0, faults=()))
    assert "另有4项正在核查" in sound
    assert "没有发现问题" in sound
    assert "有结论后另行告知" in letters.body_of_check(replace(told, sound=0, wrong=0, untrue=0, faults=()))
    many = letters.body_of_check(replace(told, faults=("“长”认定有误",) * 21))
    assert "；等21项。" in many
    assert not list(letters.reasons_not_to_send("标题", many, has_addressee=True))


def test_an_officer_has_an_office_number_and_a_share_is_of_those_who_ought_to() -> None:
    def named(phone: str) -> list[str]:
        return codes(officers.reasons_not_to_name_officer("张三", "人事科", phone))

    assert [named(phone) for phone in ("", "0371-23456789", "13900001234", "总机")] == [
        [], [], ["mobile"], ["office_phone_shape"]
    ]  # fmt: skip
    assert named("1" * 31) == ["too_long"]
    assert codes(officers.reasons_not_to_count(-1)) == ["headcount"]
    assert codes(officers.reasons_not_to_count(0)) == []
    assert [officers.share(2, 3), officers.share(1, 0), officers.share(1, None)] == [Decimal("66.7"), None, None]


def test_a_training_of_officers_is_over_and_has_hours() -> None:
    def held(**changes: object) -> list[str]:
        said = {
            "title": "班", "place": "", "content": "政策", "started_on": TODAY, "ended_on": TODAY, "hours": Decimal(8),
        } | changes  # fmt: skip
        return codes(officers.reasons_not_to_hold(**said, today=TODAY))  # type: ignore[arg-type]

    assert held() == []
    assert held(place="厅" * 101) == ["too_long"]
    assert held(ended_on=date(2026, 11, 19)) == ["ends_before_start"]
    assert held(ended_on=date(2026, 11, 21)) == ["not_over"]
    assert held(hours=Decimal("0.4")) == ["hours_shape"]
    assert held(hours=Decimal(0)) == ["hours_shape"]
