"""What a declaration tells beside its columns, numbers that things are known by, and keys that find a thing again."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from credits.rules.artefacts import Keys, artefact_keys
from credits.rules.details import (
    DETAILS,
    Shape,
    detail_in,
    in_words,
    lacking_words,
    of_those_asked,
    reasons_not_to_keep_details,
    reasons_not_to_leave_unsaid,
    reasons_not_to_read_detail,
)
from credits.rules.identifiers import book_number, object_identifier, patent_number, serial_number

BAD_TEXT = ["坏\u202e字", "名\u200b称", "长" * 200]


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("CN 41-1032/G4", "CN 41-1032/G4"), ("cn41—1032/g4", "CN 41-1032/G4"), ("ＣＮ４１－１０３２", "CN 41-1032"),
        ("ISSN 1002-0845", "ISSN 1002-0845"), ("issn：10020845", "ISSN 1002-0845"), ("2434-561X", "ISSN 2434-561X"),
        ("1002-0846", ""), ("CN 4-1032", ""), ("41-1032/G4", ""), ("增刊", ""), ("", ""),
    ],
)  # fmt: skip
def test_the_number_of_a_journal(text: str, written: str) -> None:
    assert serial_number(text) == written


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("978-7-04-055555-4", "9787040555554"), ("ISBN 9787040555554", "9787040555554"),
        ("7-302-00001-8", "9787302000013"), ("0-8044-2957-X", "9780804429573"),
        ("9787040555553", ""), ("7302000017", ""), ("123", ""),
    ],
)  # fmt: skip
def test_the_number_of_a_book(text: str, written: str) -> None:
    assert book_number(text) == written


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("ZL202310123456.7", "ZL202310123456.7"), ("zl 2023 1 0123456.X", "ZL202310123456.X"),
        ("2023101234567", "ZL202310123456.7"), ("ZL98123456.3", "ZL98123456.3"), ("ZL2023", ""), ("第123号", ""),
    ],
)  # fmt: skip
def test_the_number_of_a_patent(text: str, written: str) -> None:
    assert patent_number(text) == written


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("10.1234/ABC.5", "10.1234/abc.5"), ("https://doi.org/10.1234/abc.5", "10.1234/abc.5"),
        ("DOI: 10.1234/abc.5", "10.1234/abc.5"), ("11.1234/abc", ""), ("10.12/abc", ""),
    ],
)  # fmt: skip
def test_the_identifier_of_an_article(text: str, written: str) -> None:
    assert object_identifier(text) == written


@pytest.mark.parametrize(
    ("name", "text", "value"),
    [
        ("level", "national", "national"), ("rank", "３", 3), ("rank", "", None),
        ("issue", "2026 年第 3 期", "2026 年第 3 期"), ("serial", "cn 41-1032/g4", "CN 41-1032/G4"),
        ("characters", "4500", 4500), ("doi", "", None),
    ],
)  # fmt: skip
def test_what_can_be_read_has_its_value(name: str, text: str, value: Any) -> None:
    assert reasons_not_to_read_detail(DETAILS[name], text) == []
    assert detail_in(DETAILS[name], text) == value


@pytest.mark.parametrize(
    ("name", "text", "code"),
    [
        ("level", "world", "detail_choice"), ("rank", "一", "detail_count"), ("rank", "0", "detail_count"),
        ("rank", "31", "detail_count"), ("rank", "1.5", "detail_count"), ("courses", "-1", "detail_count"),
        ("characters", "9" * 8, "detail_count"), ("serial", "41-1032", "detail_number"),
        ("isbn", "9787040555553", "detail_number"), ("issue", "长" * 41, "too_long"),
        *(("issue", text, "strange_character") for text in BAD_TEXT[:2]), ("project_no", "   ", "blank"),
    ],
)  # fmt: skip
def test_what_cannot_be_read_is_told_at_its_field(name: str, text: str, code: str) -> None:
    assert [(reason.code, reason.field) for reason in reasons_not_to_read_detail(DETAILS[name], text)] == [(code, name)]


def test_a_message_calls_a_thing_as_the_page_does() -> None:
    found = reasons_not_to_read_detail(DETAILS["rank"], "x", label="发明（设计）人次序")
    assert found[0].message == "请用数字填写发明（设计）人次序，例如 1。"
    assert reasons_not_to_read_detail(DETAILS["serial"], "x")[0].message.startswith("刊号好像写错了")


def test_what_stands_in_a_draft_is_known_and_fits_together() -> None:
    assert list(reasons_not_to_keep_details({"rank": 2, "authors": 2})) == []
    assert [each.code for each in reasons_not_to_keep_details({"rank": 3, "authors": 2})] == ["rank_beyond_authors"]
    assert [each.code for each in reasons_not_to_keep_details({"shoe": 43, "level": "moon"})] == [
        "detail_unknown",
        "detail_choice",
    ]


def test_what_is_asked_must_be_said_unless_it_need_not_exist() -> None:
    asks, labels = ("serial", "rank", "doi", "supplement"), {"rank": "本人署名次序"}
    said = [(each.field, each.message) for each in reasons_not_to_leave_unsaid(asks, {"serial": "CN 41-1032"}, labels)]
    assert said == [("rank", "请填写本人署名次序。"), ("supplement", "请选择刊物性质。")]


def test_what_another_activity_asked_is_left_behind() -> None:
    details = {"rank": 1, "courses": 3, "issue": ""}
    assert of_those_asked(("rank", "issue"), details) == {"rank": 1}


def test_what_was_told_reads_as_words() -> None:
    details = {"level": "national", "rank": 2, "doi": ""}
    assert in_words(("level", "rank", "doi"), details, {"rank": "署名次序"}) == [
        ("级别", "国家级（部委）"),
        ("署名次序", "2"),
    ]
    assert in_words(("supplement",), {"supplement": "no"}, {}) == [("刊物性质", "正刊")]
    assert (lacking_words("days", {}), lacking_words("courses", {}), lacking_words("rank", {"rank": "次序"})) == (
        "起止日期",
        "当年合格的门数",
        "次序",
    )


@given(text=st.text(max_size=60), name=st.sampled_from(sorted(DETAILS)))
def test_whatever_is_typed_is_read_once_and_for_all_or_refused(text: str, name: str) -> None:
    """What a draft keeps is read again as the same: the value of a value is itself."""
    detail, typed = DETAILS[name], text.strip()
    if reasons_not_to_read_detail(detail, typed):
        return
    value = detail_in(detail, typed)
    if value is None:
        return
    assert detail_in(detail, str(value)) == value
    assert isinstance(value, int) is (detail.shape is Shape.COUNT)


def keys(kind: str = "paper", **changes: Any) -> Keys:
    said: dict[str, Any] = {
        "title": "课堂提问的艺术",
        "organiser": "教学月刊",
        "year": 2026,
        "certificate_no": "",
        "details": {"issue": "2026 年第 3 期", "doi": ""},
    }
    return artefact_keys(kind, **(said | changes))


def test_a_paper_is_found_by_its_place_in_a_journal_or_by_its_doi() -> None:
    plain = keys()
    assert plain.number == ""
    assert plain == keys(
        title="《课堂提问的艺术》", organiser="教学 月刊", details={"issue": "２０２６年０３期"}, year=2025
    )
    assert plain.work != keys(details={"issue": "2026 年第 4 期"}).work
    assert plain.work != keys(details={"issue": "增刊"}).work
    with_doi = keys(details={"issue": "2026 年第 3 期", "doi": "10.1234/abc"})
    assert with_doi.work == plain.work
    assert with_doi.number == keys(title="另一个题目", details={"doi": "10.1234/abc"}).number
    assert not keys(details={})


@pytest.mark.parametrize(
    ("kind", "details", "counts_again_next_year"),
    [
        ("patent", {"patent_no": "ZL202310123456.7"}, False),
        ("book", {"isbn": "9787040555553"}, False),
        ("project", {"project_no": "24BJY001"}, True),
    ],
)
def test_other_things_are_found_by_their_number(
    kind: str, details: dict[str, str], counts_again_next_year: bool
) -> None:
    this, next_year = keys(kind, details=details), keys(kind, details=details, year=2027)
    assert bool(this)
    assert (this != next_year) is counts_again_next_year
    assert not keys(kind, details={})


def test_a_certificate_is_found_by_a_telling_number_or_beside_its_organiser() -> None:
    long, short = keys("", certificate_no="豫继教2026-000123"), keys("", certificate_no="003")
    assert long == keys("", certificate_no="豫继教 2026000123", organiser="别的写法")
    assert short == keys("", certificate_no="003", title="别的题目")
    assert short != keys("", certificate_no="003", organiser="别的单位")
    assert keys("", certificate_no="1234567") != keys("", certificate_no="1234567", organiser="别的单位")
    assert keys("", certificate_no="12345678") == keys("", certificate_no="12345678", organiser="别的单位")
    assert not keys("")
    assert not keys("", certificate_no="—")


def test_what_is_another_thing_has_another_key() -> None:
    """Of another kind, title, place or number: none of these is any of the others."""
    issue = {"issue": "2026 年第 3 期"}
    number = "9787040555553"
    works = [keys(), keys(title="别的题目"), keys(organiser="别的月刊"), keys(details={"issue": "2026 年第 13 期"})]
    numbers = [
        *(keys(details=issue | {"doi": doi}) for doi in ("10.1234/abc", "10.1234/abd", number)),
        *(keys("patent", details={"patent_no": each}) for each in ("ZL202310123456.7", "ZL202310123457.5", number)),
        *(keys("book", details={"isbn": each}) for each in (number, "9787040555560")),
        *(keys("project", details={"project_no": each}) for each in ("24BJY001", "24BJY002", number)),
        *(keys("", certificate_no=each) for each in (number, "豫继教2026-000123", "豫继教2026-000124", "003", "004")),
    ]
    assert len({each.work for each in works}) == len(works)
    assert len({each.number for each in numbers}) == len(numbers)
    assert "" not in {each.number for each in numbers}
