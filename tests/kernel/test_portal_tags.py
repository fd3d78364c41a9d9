"""How days, hours, limits and clauses read on a page."""

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from decimal import Decimal
from types import SimpleNamespace
from typing import Any

import pytest
import time_machine
from django import forms
from django.http import HttpRequest
from django.template import Context, Template
from django.test import RequestFactory
from django.utils import timezone

from ceportal.kernel.rules.citations import DOCUMENTS, citation, cited, first_id, place_of
from ceportal.kernel.rules.refusal import Refusal
from ceportal.kernel.services.calendar import import_notice
from ceportal.kernel.templatetags import portal

TODAY = datetime(2025, 9, 28, 10, tzinfo=timezone.get_fixed_timezone(480))


@pytest.fixture
def today() -> Iterator[None]:
    with time_machine.travel(TODAY, tick=False):
        yield


@pytest.fixture
def calendar_2025(db: None) -> None:
    """National Day 2025: Sunday 28 September and Saturday 11 October are worked."""
    rest = [date(2025, 10, day) for day in range(1, 9)]
    worked = [date(2025, 9, 28), date(2025, 10, 11)]
    import_notice(2025, rest=rest, worked=worked, document="通知", now=TODAY)


def end_of(day: date) -> datetime:
    """The moment a limit on `day` ends: the midnight after it."""
    return timezone.make_aware(datetime.combine(day + timedelta(days=1), datetime.min.time()))


def rendered(source: str, **context: Any) -> str:
    return Template("{% load portal %}" + source).render(Context(context)).strip()


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (Decimal("8.0"), "8 学时"),
        (Decimal("8.5"), "8.5 学时"),
        (Decimal("-90"), "-90 学时"),
        (100, "100 学时"),
        (None, "—"),
    ],
)
def test_hours_are_written_without_idle_zeros(value: Decimal | int | None, words: str) -> None:
    assert portal.hours(value) == words


def test_how_long_something_lies_is_told_by_local_days() -> None:
    now = timezone.localtime()
    assert portal.waited(now) == portal.waited(now + timedelta(seconds=5)) == "今天刚送到"
    assert portal.waited(now - timedelta(days=3)) == "3 天"


def test_a_moment_late_in_the_utc_day_is_the_next_day_here() -> None:
    moment = datetime(2025, 10, 10, 17, tzinfo=timezone.get_fixed_timezone(0))
    assert portal.cn_day(moment) == "2025年10月11日"
    assert portal.iso_day(moment) == "2025-10-11"
    assert portal.cn_moment(moment) == "2025年10月11日 01:00"
    assert portal.cn_day(None) == portal.iso_day(None) == portal.cn_moment(None) == portal.short_day(None) == ""


@pytest.mark.parametrize(
    ("have", "need", "percent"),
    [("0", "90", 0), ("89.5", "90", 99), ("90", "90", 100), ("120", "90", 100), ("0.5", "90", 0), ("0", "0", 100)],
)
def test_a_bar_is_full_only_when_the_threshold_is_met(have: str, need: str, percent: int) -> None:
    assert portal.of_whole(Decimal(have), Decimal(need)) == percent


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("due", "words", "tone"),
    [
        (date(2025, 9, 28), "今天到期（9月28日 周日，调休上班）", "warn"),
        (date(2025, 9, 30), "还剩 2 个工作日（9月30日）", "warn"),
        (date(2025, 10, 11), "还剩 5 个工作日（10月11日 周六，调休上班）", "wait"),
        (date(2025, 9, 26), "已超期 1 个工作日（9月26日到期）", "late"),
        (date(2026, 1, 5), "还剩 66 个工作日（2026年1月5日）", "wait"),
    ],
)
def test_a_limit_reads_in_working_days(calendar_2025: None, today: None, due: date, words: str, tone: str) -> None:
    routed = SimpleNamespace(due_at=end_of(due), due_is_provisional=False)
    assert rendered("{% due_words row %}", row=routed) == words
    assert rendered("{% due_tone row %}", row=routed) == tone


@pytest.mark.django_db
def test_a_provisional_limit_says_so_and_waiting_with_nobody_says_nothing(today: None) -> None:
    due = end_of(date(2025, 9, 29))
    assert "，暂定）" in rendered("{% due_words row %}", row=SimpleNamespace(due_at=due, due_is_provisional=True))
    idle = SimpleNamespace(due_at=None, due_is_provisional=False)
    assert rendered("{% due_words row %}|{% due_tone row %}", row=idle) == "|idle"


@pytest.mark.django_db
def test_a_list_reads_the_calendar_once(rf: RequestFactory, django_assert_max_num_queries: Any) -> None:
    rows = [SimpleNamespace(due_at=timezone.now() + timedelta(days=n), due_is_provisional=False) for n in range(30)]
    source = "{% for row in rows %}{% due_words row %}{% due_tone row %}{% endfor %}"
    with django_assert_max_num_queries(3):
        rendered(source, rows=rows, request=rf.get("/"))


def test_clauses_are_cited_in_words_and_lead_to_the_policy_page() -> None:
    assert citation("S4-10") == "2025年全省通知 二（三）"
    assert citation("S0-20、A4") == "2023年全省通知 五（五）、平台说明 A4"
    assert citation("汴人社函〔2021〕21号 二") == "汴人社函〔2021〕21号 二"
    assert citation("default") == "平台默认约定"
    assert first_id("见 S2-07") == "S2-07"
    assert rendered("{% clause 'S4-10' year=2025 %}", policy_href="/policy/") == (
        '<span class="clause"><span class="clause-lead">依据：</span>'
        '<a href="/policy/#S4-10">2025年全省通知 二（三）</a></span>'
    )
    assert rendered("{% clause 'S4-10' year=2026 %}") == '<span class="clause">参照2025年全省通知 二（三）</span>'
    assert rendered("{% clause '' %}") == ""


@pytest.mark.parametrize(
    ("clause", "places", "year", "lead"),
    [
        ("S4-10", ["410225"], 2025, "依据"),
        ("S4-10", ["410225"], 2026, "参照"),
        ("S0-13", ["410000"], 2026, "参照"),
        ("S1-16", ["410203"], 2026, "依据"),
        ("S0-14", ["410203"], 2026, "依据"),
        ("S1-06", ["410203"], 2016, "参照"),
        ("S3-06", ["410402"], 2023, "依据"),
        ("S3-06", ["410402"], 2026, "参照"),
        ("S3-06", ["410225"], 2023, "参照"),
        ("S3-06", ["410000"], 2023, "参照"),
        ("S2-02", ["410203"], 2021, "依据"),
        ("S2-08", ["410203"], 2026, "依据"),
        ("S2-08", ["410203", "410402"], 2026, "参照"),
        ("S4-17、S3-05", ["410203"], 2025, "参照"),
        ("S4-17、A4", ["410203"], 2025, "依据"),
        ("A22", ["410203"], 2026, ""),
        ("default", ["410203"], 2026, ""),
        ("财会〔2018〕10号", ["410203"], 2026, "依据"),
        ("", ["410203"], 2026, ""),
    ],
)
def test_a_document_is_a_ground_in_its_place_and_its_years_only(
    clause: str, places: list[str], year: int, lead: str
) -> None:
    assert cited(clause, places=places, year=year).lead == lead


@pytest.mark.parametrize(
    ("places", "says"), [(("410402",), "依据："), (("410225",), "参照"), (("410225", "410402"), "参照"), ((), "参照")]
)
def test_a_page_cites_to_its_reader(places: tuple[str, ...], says: str) -> None:
    with time_machine.travel("2023-11-20T10:00:00+08:00", tick=False):
        assert says in rendered("{% clause 'S3-06' %}", reader_places=places)
        assert "依据：" in rendered("{% clause 'S3-06' area='410400' %}", reader_places=places)


@pytest.mark.parametrize(("document", "last"), [("S0", 22), ("S1", 18), ("S2", 16), ("S3", 11), ("S4", 19)])
def test_every_clause_has_its_place(document: str, last: int) -> None:
    assert document in DOCUMENTS
    assert all(place_of(f"{document}-{number:02d}") for number in range(1, last + 1))
    assert not place_of(f"{document}-{last + 1:02d}")


def test_a_cited_clause_cannot_carry_markup() -> None:
    assert "<b>" not in rendered("{% clause cited %}", cited="<b>S4-10</b>", policy_href="/policy/")


@pytest.mark.parametrize(
    ("referer", "leads_to"),
    [
        ("http://testserver/declarations/?year=2025", "/declarations/?year=2025"),
        ("http://testserver", "/"),
        ("http://elsewhere.example/x", "/"),
        ("http://testserver//elsewhere.example", "/"),
        ("", "/"),
    ],
)
def test_the_way_back_never_leaves_the_portal(rf: RequestFactory, referer: str, leads_to: str) -> None:
    request: HttpRequest = rf.get("/x/", headers={"referer": referer} if referer else {})
    assert rendered("{% came_from %}", request=request) == leads_to


def test_a_page_link_keeps_the_filters(rf: RequestFactory) -> None:
    request = rf.get("/list/", {"state": "late", "after": "abc"})
    assert rendered("{% page_link 'xyz' %}", request=request) == "?state=late&amp;after=xyz"
    assert rendered("{% page_link '' %}", request=request) == "?state=late"


class Asking(forms.Form):
    name = forms.CharField(label="姓名", help_text="与身份证一致")
    remark = forms.CharField(label="备注", required=False)
    agrees = forms.BooleanField(label="我承诺以上属实")
    payer = forms.ChoiceField(label="费用", choices=[("unit", "单位"), ("me", "个人")], widget=forms.RadioSelect)


class Draft(forms.Form):
    title = forms.CharField(label="名称", required=False)


def test_a_field_wires_its_help_and_its_error() -> None:
    form = Asking({"name": "", "remark": "", "payer": "unit"})
    page = rendered("{% include 'kernel/error_summary.html' %}{{ form }}", form=form)
    assert 'id="id_name_helptext"' in page
    assert 'aria-describedby="id_name_helptext id_name_error"' in page
    assert 'href="#id_name"' in page
    assert page.count('id="id_payer"') == 1
    assert page.count('id="id_name_error"') == 1


def test_optional_is_marked_only_where_something_is_required() -> None:
    assert rendered("{{ form }}", form=Asking()).count("选填") == 1
    assert "选填" not in rendered("{{ form }}", form=Draft())


def test_reasons_lead_to_their_fields_and_clauses() -> None:
    reasons = [Refusal("late", "已截止。", field="ended_on", clause="S4-10"), Refusal("own", "<不能>审核自己的。")]
    page = rendered("{% include 'kernel/reasons.html' %}", reasons=reasons, policy_href="/policy/")
    assert 'href="#id_ended_on"' in page
    assert 'href="/policy/#S4-10"' in page
    assert "&lt;不能&gt;" in page


def test_rates_are_of_a_hundred_and_nothing_is_a_dash() -> None:
    assert [portal.rate(value) for value in (Decimal("33.30"), 0, 100, None)] == ["33.3%", "0%", "100%", "—"]
