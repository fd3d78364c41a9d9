"""What may be asked of a platform about hours that did not arrive, and what an answer must say."""

from datetime import date

import pytest

from credits.enums import MissingAnswer
from credits.rules.missing import MOST_OPEN, reasons_not_to_answer, reasons_not_to_ask

TODAY = date(2026, 11, 20)


@pytest.mark.parametrize(
    ("title", "day", "note", "open_now", "codes"),
    [
        ("数字技术", date(2026, 11, 18), "", 0, []),
        ("数字技术", date(2026, 11, 18), "已完成\r\n考核 86 分", 0, []),
        (" ", date(2026, 11, 21), "", 0, ["blank", "not_over"]),
        ("数字技术", TODAY, "\u202e", 0, ["too_soon", "strange_character"]),
        ("数字技术", date(2026, 11, 18), "x" * 201, MOST_OPEN, ["too_long", "many_open"]),
    ],
)
def test_a_question_names_a_course_and_a_day_gone_by(
    title: str, day: date, note: str, open_now: int, codes: list[str]
) -> None:
    assert [one.code for one in reasons_not_to_ask(title, day, note, open_now=open_now, today=TODAY)] == codes


@pytest.mark.parametrize(
    ("answer", "record_id", "note", "codes"),
    [
        (MissingAnswer.SENT, "r-1", "", []),
        (MissingAnswer.SENT, "r 1", "", ["record_id"]),
        (MissingAnswer.NOT_COMPLETED, "", "考核未通过", []),
        (MissingAnswer.NOT_COMPLETED, "", " ", ["note"]),
        (MissingAnswer.UNKNOWN_PERSON, "", "", []),
        ("perhaps", "", "\u200b", ["answer", "strange_character"]),
    ],
)
def test_an_answer_says_what_happened(answer: str, record_id: str, note: str, codes: list[str]) -> None:
    assert [one.code for one in reasons_not_to_answer(answer, record_id, note)] == codes
