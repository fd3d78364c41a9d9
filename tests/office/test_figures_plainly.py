"""Reviews, spot checks, classes, days and timeliness: what the pages show, beside plain SQL and a finger on a wall
calendar.
"""

import re
from collections import Counter
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.test import Client

from accounts.models import Organization, Professional, User
from bases.models import TrainingClass
from ceportal.kernel.models import Counter as Mark
from ceportal.office.selectors.overview import DAYS_DONE
from ceportal.office.services.counting import count_years
from ceportal.office.services.counting_days import count_days
from credits.models import DeclarationStep
from reviews.models import Inspection
from reviews.services.reminding import mark_overdue
from reviews.services.spot_checks import draw_campaign, publish_campaign
from tests.bases import teaching
from tests.credits import factories as regulation
from tests.credits.rosters import recognise
from tests.office.province_pages import page_of, sql_row, sql_rows
from tests.reviews.factories import MONDAY, approved, submitted, turned_down

pytestmark = pytest.mark.django_db
SHANGHAI = ZoneInfo("Asia/Shanghai")
DAY = timedelta(days=1)
# The Friday after the week in which everything is decided: Monday to Friday, no holiday among them.
NOW = MONDAY + 11 * DAY
# Each decision, and when what it decides had begun to wait there: handed in, or passed on by whoever came before.
_WAITED = """
    SELECT d.at, (
        SELECT MAX(s.at) FROM credits_declarationstep s
        WHERE s.declaration_id = d.subject_id AND s.at < d.at AND s.move IN ('submit', 'approve')
    ), d.was_due_at, d.organization_id
    FROM reviews_decision d ORDER BY d.id
"""
_CLASSES = """
    SELECT {column}, COUNT(*), SUM(hours), SUM(taken) FROM bases_trainingclass
    WHERE state = 'open' AND year = 2026 GROUP BY {column} ORDER BY {column}
"""


@pytest.fixture
def counted(
    declarant: Professional, lone_declarant: Professional, other_declarant: Professional, employer_reviewer: User,
    authority_reviewer: User, lone_reviewer: User, county_bureau: Organization, county_officer: User,
    base: Organization, base_teacher: User,
) -> Iterator[None]:  # fmt: skip
    """Decisions in time and late, one returned, one turned down; a spot check; classes of two kinds and two forms."""
    regulation.rule_set("henan", figures={"total": "20"})
    first, second, third = (submitted(declarant) for _ in range(3))
    late, left = submitted(lone_declarant), submitted(other_declarant)
    for one in (first, second, third, late, left):
        DeclarationStep.objects.create(declaration=one, round=one.round, move="submit", state=one.state, at=MONDAY)
    approved(first, employer_reviewer, now=MONDAY + DAY)
    approved(first, authority_reviewer, now=MONDAY + 3 * DAY)
    approved(second, employer_reviewer, now=MONDAY + 2 * DAY)
    turned_down(third, employer_reviewer, now=MONDAY + 4 * DAY)
    mark_overdue(now=NOW - DAY)
    turned_down(late, lone_reviewer, move="reject", now=NOW - DAY)
    said: dict[str, Any] = {"by": county_officer, "now": NOW}
    campaign = publish_campaign(
        county_bureau, name="抽查", decided_from=MONDAY.date(), decided_until=NOW.date(), rate=100, number=None, **said
    )
    draw_campaign(campaign, **said)
    one, *_ = Inspection.objects.order_by("pk")
    Inspection.objects.filter(pk=one.pk).update(state="closed", finding="wrong", closed_at=NOW)
    recognise(base)
    for code, changes in (
        ("A", {"kind": "public", "taken": 30}), ("B", {"kind": "public", "taken": 12, "form": "online"}),
        ("C", {"kind": "post", "taken": 5, "hours": "20.5"}),
        ("D", {"kind": "post", "taken": 7, "state": "draft", "opened_at": None}), ("E", {"kind": "post", "year": 2025}),
    ):  # fmt: skip
        held = teaching.on_paper(base, base_teacher, code=code)
        TrainingClass.objects.filter(pk=held.pk).update(**{"state": "open", "opened_at": NOW} | changes)
    count_years(now=NOW)
    while count_days(now=NOW):
        pass
    with time_machine.travel(NOW, tick=False):
        yield


def test_reviews_and_spot_checks_of_the_report(client: Client, counted: None, city_officer: User) -> None:
    client.force_login(city_officer)
    text = page_of(client, "/statistics/?year=2026")
    shown = _total_of(text, "审核和抽查")
    waited = sql_rows(_WAITED)
    days = [_working_days(_moment(began), _moment(at)) for at, began, *_ in waited]
    late = sum(_moment(at) > _moment(due) for at, _, due, _ in waited)
    drawn, wrong, untrue = sql_row(
        "SELECT COUNT(*), SUM(CASE WHEN finding = 'wrong' THEN 1 ELSE 0 END),"
        " SUM(CASE WHEN finding = 'false' THEN 1 ELSE 0 END) FROM reviews_inspection"
    )
    moves = dict(sql_rows("SELECT move, COUNT(*) FROM reviews_decision GROUP BY move"))
    assert (days, late) == ([1, 2, 2, 4, 8], 1), "as a finger on a wall calendar counts them"
    assert shown == {
        "审核次数": str(len(days)), "平均工作日": _tenth(Decimal(sum(days)) / len(days)), "超期": str(late),
        "超期率": _tenth(Decimal(100 * late) / len(days)) + "%", "退回补正": str(moves["return"]),
        "不予通过": str(moves["reject"]), "抽查": str(drawn), "认定有误": str(wrong), "弄虚作假": str(untrue),
    }  # fmt: skip
    assert (drawn, wrong) > (0, 0)


def test_classes_held_by_kind_and_form(client: Client, counted: None, city_officer: User) -> None:
    client.force_login(city_officer)
    text = page_of(client, "/statistics/?year=2026")
    for heading, column in (("种类", "kind"), ("形式", "form")):
        table = text[text.index(f"已公布的培训班，按{heading}</caption>") :]
        table = table[: table.index("</table>")]
        cells = re.findall(r'class="num">\s*(?:<a href="([^"]+)">)?([\d.]+)', table)
        shown = [tuple(Decimal(figure) for _, figure in cells[place : place + 3]) for place in range(0, len(cells), 3)]
        counts = sql_rows(_CLASSES.format(column=column))
        assert shown == [tuple(map(Decimal, map(str, row[1:]))) for row in counts]
        links = [(href, figure) for href, figure in cells if href]
        assert len(links) == len(counts)
        for href, figure in links:
            assert f"共 <b>{figure}</b> 班" in page_of(client, href)


def test_declarations_and_decisions_of_each_day(client: Client, counted: None, city_officer: User) -> None:
    client.force_login(city_officer)
    text = page_of(client, "/overview/")
    table = text[text.index("近 30 天每天的申报和审核</caption>") :]
    rows = re.findall(r"<tr>\s*<th scope=\"row\">([\d-]+)</th>(.*?)</tr>", table[: table.index("</table>")], re.S)
    steps = sql_rows("SELECT at, move FROM credits_declarationstep")
    days = Counter((_moment(at).date().isoformat(), move == "submit") for at, move in steps if move != "withdraw")
    assert len(rows) == 30
    for day, cells in rows:
        shown = re.findall(r">\s*(\d+)\s*<", cells)
        assert shown == [str(days[day, True]), str(days[day, False])], day
        for href, figure in re.findall(r'<a href="([^"]+)">(\d+)</a>', cells):
            assert f"共 <b>{figure}</b>" in page_of(client, href)
    decided, submitted_ones = (
        sum(n for (_, new), n in days.items() if not new),
        sum(n for (_, n1), n in days.items() if n1),
    )
    assert f"近 30 天申报 {submitted_ones} 件，审核 {decided} 次" in text
    worked = _working_days(NOW - 31 * DAY, NOW - DAY)
    assert f"平均每个工作日审核 <b>{_tenth(Decimal(decided) / worked)}</b> 次" in text, "few are not none"
    assert "还在补算" not in text
    Mark.objects.filter(name=DAYS_DONE).update(value=date(2026, 11, 20).toordinal())
    assert "已算到 2026年11月20日" in page_of(client, "/overview/"), "what is not counted yet is not said to be none"


def test_how_timely_each_unit_is(client: Client, counted: None, city_officer: User) -> None:
    client.force_login(city_officer)
    text = page_of(client, "/reviews/watch/")
    names = dict(sql_rows("SELECT id, name FROM accounts_organization"))
    waited = sql_rows(_WAITED)
    decided = Counter(names[unit] for *_, unit in waited)
    late = Counter(names[unit] for at, _, due, unit in waited if _moment(at) > _moment(due))
    overdue = Counter(
        names[unit] for unit, due in sql_rows("SELECT waiting_on_id, due_at FROM credits_declaration")
        if unit and _moment(due) <= NOW - DAY
    )  # fmt: skip
    shown = {}
    for row in re.findall(r"<tr>(.*?)</tr>", text[text.index("<tbody>") : text.index("</tbody>")], re.S):
        name = re.findall(r'item-title">([^<]+)<', row)[0]
        said = dict(
            re.findall(r'data-label="([^"]+)"[^>]*>\s*(?:<a[^>]*>)?\s*(?:<span.*?</svg>)?\s*([\d没有—]+%?)', row, re.S)
        )
        shown[name] = (said["已审核"], said["其中超期"], said["现在超期未办"], said["按期率"])
    assert shown == {
        name: (
            str(decided[name]), str(late[name]), str(overdue[name] or "没有"),
            f"{100 * (decided[name] - late[name]) // decided[name]}%" if decided[name] else "—",
        )
        for name in decided | overdue
    }  # fmt: skip
    assert len(shown) >= 3


def _total_of(text: str, caption: str) -> dict[str, str]:
    """The foot of the table under that caption, each figure under its heading."""
    table = text[text.index(f"{caption}</caption>") :]
    foot = table[table.index("<tfoot>") : table.index("</tfoot>")]
    cells = re.findall(r'data-label="([^"]+)"[^>]*>\s*(?:<a[^>]*>)?\s*([\d.]+%?|—)', foot)
    return dict(cells)


def _moment(value: Any) -> datetime:
    """SQLite gives text in UTC."""
    if isinstance(value, str):
        value = datetime.fromisoformat(value).replace(tzinfo=ZoneInfo("UTC"))
    return value.astimezone(SHANGHAI)


def _working_days(began: datetime, at: datetime) -> int:
    """Mondays to Fridays after the one day up to the other."""
    days: list[date] = [began.date() + step * DAY for step in range(1, (at.date() - began.date()).days + 1)]
    return sum(day.weekday() < 5 for day in days)


def _tenth(value: Decimal) -> str:
    return f"{value.quantize(Decimal('0.1'), ROUND_HALF_UP).normalize():f}"
