"""The transcript: whose, of which years, what it says met or not, on the page and on paper; nothing is fetched."""

import io
from datetime import date
from typing import Any

import pikepdf
import pypdfium2
import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from accounts.models import Professional, User
from certificates.documents.printing import MissingGlyphs
from certificates.documents.transcript import render_transcript
from certificates.services.transcripts import transcript_of
from credits.services.exemptions import grant_easing
from tests.certificates import factories as make
from tests.certificates.factories import NOW
from tests.credits import asking

pytestmark = pytest.mark.django_db
PAGE, PDF = reverse("certificates:transcript"), reverse("certificates:transcript_pdf")


@pytest.fixture(autouse=True)
def now() -> Any:
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def learned(declarant: Professional) -> Professional:
    """2026 met, with one more year that no rule set of the test knows."""
    make.meet(declarant)
    make.credit(declarant, "8", title="旧年培训", started_on=date(2025, 5, 6), ended_on=date(2025, 5, 6))
    return declarant


def signed_in(user: User) -> Client:
    page = Client()
    page.force_login(user)
    return page


def text_of(pdf: bytes) -> str:
    return "".join(page.get_textpage().get_text_bounded() for page in pypdfium2.PdfDocument(pdf))


def test_the_page_tells_every_year_with_entries_totals_thresholds_and_ground(learned: Professional) -> None:
    shown = signed_in(learned.user).get(PAGE).content.decode()
    for words in (
        "2026 年度",
        "2025 年度",
        "共 90 学时",
        "已达到本年度要求",
        "公需科目网络学习",
        "旧年培训",
        learned.id_mask,
    ):
        assert words in shown, words
    assert "本年度没有学时要求" in shown


def test_a_year_not_met_says_so(declarant: Professional) -> None:
    make.rule_set()
    make.credit(declarant, "20")
    content = transcript_of(declarant, [2026], now=NOW)
    year = content["years"][0]
    assert year["result"] == "尚未达到本年度要求。"
    assert {line["label"]: line["is_met"] for line in year["thresholds"]}["年度合计"] is False
    assert transcript_of(declarant, [2026], now=NOW.replace(year=2027))["years"][0]["result"] == "未达到本年度要求。"


def test_what_somebody_is_excused_for_is_not_told_to_strangers(declarant: Professional, granter: User) -> None:
    make.rule_set()
    asked = asking.easing(declarant)
    grant_easing(
        asked, asking.EXEMPT, document_no="顺人社函〔2026〕7号", seen_round=1, reason="同意", by=granter, now=NOW
    )
    content = transcript_of(declarant, [2026], now=NOW)
    assert content["years"][0]["result"] == "本年度不要求完成学时（免修，顺人社函〔2026〕7号）。"
    assert "病" not in str(content)


def test_the_pdf_holds_the_chosen_years_and_the_mark_of_a_sample(learned: Professional) -> None:
    page = signed_in(learned.user)
    answer = page.post(PDF, {"year": ["2026"]})
    assert answer.headers["Content-Type"] == "application/pdf"
    assert "no-store" in answer.headers["Cache-Control"]
    assert learned.name not in answer.headers["Content-Disposition"]
    text = text_of(answer.content).replace(" ", "")
    for words in ("继续教育学时证明", "申报教师", learned.id_mask, "2026年度", "单元整体教学研修", "示例"):
        assert words in text, words
    assert "旧年培训" not in text
    with pikepdf.open(io.BytesIO(answer.content)) as document:
        assert "/MarkInfo" in document.Root
    assert "旧年培训" in text_of(page.post(PDF).content)


def test_with_an_authority_there_is_no_mark(learned: Professional, settings: Any) -> None:
    settings.CERTIFICATE_AUTHORITY = "河南省人力资源和社会保障厅"
    assert not transcript_of(learned, [2026], now=NOW)["is_sample"]


@pytest.mark.parametrize("asked", ["", "1999", "99999", "二〇二六", "-1", "2026'"])
def test_a_year_that_is_not_there_is_left_out(learned: Professional, asked: str) -> None:
    answer = signed_in(learned.user).get(PAGE, {"year": asked})
    assert answer.context["chosen"] == [2026, 2025]


def test_it_is_ones_own_alone(learned: Professional, other_declarant: Professional, employer_reviewer: User) -> None:
    assert Client().get(PAGE).status_code == 302
    assert signed_in(employer_reviewer).get(PAGE).status_code == 403
    assert "单元整体教学研修" not in signed_in(other_declarant.user).get(PAGE).content.decode()


def test_nothing_a_title_says_is_fetched_or_run(learned: Professional) -> None:
    hostile = '<img src="http://127.0.0.1:9/x.png"><script>alert(1)</script>'
    make.credit(learned, "8", title=hostile, started_on=date(2026, 5, 7), ended_on=date(2026, 5, 7))
    text = text_of(render_transcript(transcript_of(learned, [2026], now=NOW)))
    assert "alert(1)" in text
    assert "<script>" not in signed_in(learned.user).get(PAGE).content.decode().split("</head>")[1].replace(
        "&lt;script&gt;", ""
    )


def test_a_character_without_a_glyph_is_refused_not_boxed(learned: Professional) -> None:
    content = transcript_of(learned, [2026], now=NOW)
    content["employer"] = "\U000323af"
    with pytest.raises(MissingGlyphs):
        render_transcript(content)


def test_it_is_drawn_only_so_often(learned: Professional, settings: Any) -> None:
    settings.TRANSCRIPT_RATE = "1/hour"
    page = signed_in(learned.user)
    assert page.post(PDF, {"year": "2026"}).status_code == 200
    assert page.post(PDF, {"year": "2026"}).status_code == 429
    assert page.get(PAGE).status_code == 200


def test_many_years_cost_no_more_queries(learned: Professional, django_assert_max_num_queries: Any) -> None:
    page = signed_in(learned.user)
    with django_assert_max_num_queries(22):
        page.get(PAGE)
