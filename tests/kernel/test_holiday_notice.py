"""Holiday notices as they are published and as people type them; what cannot be a notice is refused in words."""

from datetime import date, timedelta

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from ceportal.kernel.rules.holiday_notice import (
    read_dates,
    read_sentences,
    reasons_not_to_import,
    reasons_not_to_publish,
)
from credits.rules.regulation_file import days_in
from credits.services.regulation import CALENDAR, FOLDER

NOTICES = yaml.safe_load((FOLDER / CALENDAR).read_text(encoding="utf-8"))
# The sentences of the State Council's notices.
PUBLISHED = {
    2023: """一、元旦：2022年12月31日至2023年1月2日放假调休，共3天。
二、春节：1月21日至27日放假调休，共7天。1月28日（星期六）、1月29日（星期日）上班。
三、清明节：4月5日放假，共1天。
四、劳动节：4月29日至5月3日放假调休，共5天。4月23日（星期日）、5月6日（星期六）上班。
五、端午节：6月22日至24日放假调休，共3天。6月25日（星期日）上班。
六、中秋节、国庆节：9月29日至10月6日放假调休，共8天。10月7日（星期六）、10月8日（星期日）上班。""",
    2024: """一、元旦：1月1日放假，与周末连休。
二、春节：2月10日至17日放假调休，共8天。2月4日（星期日）、2月18日（星期日）上班。鼓励各单位结合带薪年休假等制度落实，安排职工在除夕（2月9日）休息。
三、清明节：4月4日至6日放假调休，共3天。4月7日（星期日）上班。
四、劳动节：5月1日至5日放假调休，共5天。4月28日（星期日）、5月11日（星期六）上班。
五、端午节：6月10日放假，与周末连休。
六、中秋节：9月15日至17日放假调休，共3天。9月14日（星期六）上班。
七、国庆节：10月1日至7日放假调休，共7天。9月29日（星期日）、10月12日（星期六）上班。""",
    2025: """一、元旦：1月1日（周三）放假1天，不调休。
二、春节：1月28日（农历除夕、周二）至2月4日（农历正月初七、周二）放假调休，共8天。1月26日（周日）、2月8日（周六）上班。
三、清明节：4月4日（周五）至6日（周日）放假，共3天。
四、劳动节：5月1日（周四）至5日（周一）放假调休，共5天。4月27日（周日）上班。
五、端午节：5月31日（周六）至6月2日（周一）放假，共3天。
六、国庆节、中秋节：10月1日（周三）至8日（周三）放假调休，共8天。9月28日（周日）、10月11日（周六）上班。""",
}


def day(text: str) -> date:
    return date.fromisoformat(text)


@pytest.mark.parametrize("year", PUBLISHED)
def test_the_sentences_of_the_notices_say_what_we_keep(year: int) -> None:
    found = read_sentences(PUBLISHED[year], year)
    assert not found.faults
    assert not found.idle
    assert sorted(found.rest) == sorted(days_in(year, NOTICES[year]["rest"]))
    assert sorted(found.worked) == sorted(days_in(year, NOTICES[year]["worked"]))
    assert not list(reasons_not_to_import(year, found.rest, found.worked))


def test_what_stands_around_the_sentences_is_told_or_left_out() -> None:
    text = (
        "国办发明电〔2024〕12号\n元旦：1月1日放假。\n（节假日期间注意安全，1月2日除外）\n国务院办公厅\n2024年11月12日"
    )
    found = read_sentences(text, 2025)
    assert (found.rest, found.worked, found.idle) == ([day("2025-01-01")], [], ["2024年11月12日"])


@pytest.mark.parametrize(
    ("text", "days"),
    [
        ("2027-01-01", ["2027-01-01"]),
        ("2027/1/1 2027.1.2", ["2027-01-01", "2027-01-02"]),
        ("1-1，1/2、1月3日", ["2027-01-01", "2027-01-02", "2027-01-03"]),
        ("１月１日至３日", ["2027-01-01", "2027-01-02", "2027-01-03"]),
        ("2027-01-01 至 2027-01-03", ["2027-01-01", "2027-01-02", "2027-01-03"]),
        ("2026-12-31~1月1日", ["2026-12-31", "2027-01-01"]),
        ("12月31日到1月1日", ["2026-12-31", "2027-01-01"]),
        ("2026年12月31日至1月2日", ["2026-12-31", "2027-01-01", "2027-01-02"]),
        ("2026年12月31日、1月1日至3日", ["2026-12-31", "2027-01-01", "2027-01-02", "2027-01-03"]),
        ("2026-12-30, 12-31, 1-1", ["2026-12-30", "2026-12-31", "2027-01-01"]),
        ("2月8日、1月1日", ["2027-02-08", "2027-01-01"]),
        ("2月28日至3月1日", ["2027-02-28", "2027-03-01"]),
        ("", []),
        ("\n 5月1日（周六）\n\n5月2日\n", ["2027-05-01", "2027-05-02"]),
    ],
)
def test_dates_are_read_in_the_usual_ways_of_writing_them(text: str, days: list[str]) -> None:
    assert read_dates(text, 2027, name="rest") == ([day(each) for each in days], [])


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("x", "calendar_unread"),
        ("20270101", "calendar_unread"),
        ("1月30日至2月30日", "calendar_no_day"),
        ("2月30日至3月2日", "calendar_no_day"),
        ("1月1日 放假", "calendar_unread"),
        ("12027-01-01", "calendar_unread"),
        ("2027-13-01", "calendar_no_day"),
        ("2027年2月29日", "calendar_no_day"),
        ("1日", "calendar_no_day"),
        ("0000-01-01", "calendar_no_day"),
        ("1月3日至1日", "calendar_span"),
        ("1月1日至10月7日", "calendar_span"),
        ("10月1日至1月7日", "calendar_span"),
        ("1月1日（周六）", "calendar_not_that_weekday"),
    ],
)
def test_what_is_no_date_is_named(text: str, code: str) -> None:
    _, faults = read_dates(text, 2027, name="rest")
    assert (faults[0].code, faults[0].field) == (code, "rest")


def test_the_number_of_days_a_sentence_gives_must_be_right() -> None:
    wrong = read_sentences("国庆节：10月1日至7日放假调休，共8天。", 2027)
    assert [fault.code for fault in wrong.faults] == ["calendar_count"]
    assert "却是 7 天" in wrong.faults[0].message
    assert not read_sentences("国庆节：10月1日至8日放假调休，共8天。", 2027).faults


def test_a_notice_of_another_year_is_found_out_by_its_weekdays() -> None:
    found = read_sentences(PUBLISHED[2025], 2027)
    assert {fault.code for fault in found.faults} == {"calendar_not_that_weekday"}


def test_a_year_names_its_own_days_and_the_last_ones_of_the_year_before() -> None:
    assert not list(reasons_not_to_import(2023, [day("2022-12-31")], []))
    assert not list(reasons_not_to_import(2019, [day("2018-12-31")], [day("2018-12-29")]))
    for strange in ("2022-12-17", "2022-01-01", "2024-01-01", "2021-12-31"):
        assert [reason.code for reason in reasons_not_to_import(2023, [day(strange)], [])] == ["calendar_year"]


def test_a_day_named_twice_is_told_in_both_ways() -> None:
    saturday = day("2027-01-02")
    both = list(reasons_not_to_import(2027, [saturday], [saturday]))
    assert [(reason.code, "既写成放假又写成上班" in reason.message) for reason in both] == [("calendar_twice", True)]
    twice = list(reasons_not_to_import(2027, [saturday, saturday], []))
    assert [(reason.code, "出现了两次" in reason.message) for reason in twice] == [("calendar_twice", True)]


def test_a_published_notice_gives_the_days_that_are_off_every_year() -> None:
    assert not list(reasons_not_to_publish([day("2027-01-01"), day("2027-05-01"), day("2027-10-01")], 2027))
    missing = next(reasons_not_to_publish([day("2027-01-01"), day("2026-05-01")], 2027))
    assert "5月1日、10月1日" in missing.message


@given(start=st.dates(date(1991, 1, 1), date(2099, 11, 30)), length=st.integers(1, 31))
def test_a_span_written_in_words_is_all_its_days(start: date, length: int) -> None:
    end = start + timedelta(days=length - 1)
    year, prefix = end.year, f"{start.year}年" if start.year != end.year else ""
    text = f"某节：{prefix}{start.month}月{start.day}日至{end.month}月{end.day}日放假，共{length}天。"
    found = read_sentences(text, year)
    assert not found.faults
    assert found.rest == [start + timedelta(days=step) for step in range(length)]


@given(text=st.text(alphabet="0123456789年月日至周六上班放假，。（）-/ \n共天x", max_size=60))
def test_nothing_that_is_typed_breaks_the_reading(text: str) -> None:
    found = read_sentences(text, 2027)
    days, faults = read_dates(text, 2027, name="rest")
    assert all(fault.message for fault in [*found.faults, *faults])
    assert all(isinstance(each, date) for each in [*found.rest, *found.worked, *days])
