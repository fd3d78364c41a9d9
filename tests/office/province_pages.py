"""What pages of figures show of a made-up province, beside plain SQL over what the rooms upstream hold."""

import re
from collections.abc import Iterable
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db import connection
from django.test import Client
from django.utils import timezone

from accounts.enums import Duty
from accounts.models import Organization, User
from ceportal.office.models import FundingRecord, Headcount, Officer, UnitEvaluation
from tests import factories as make

# Of the year: everybody's hours, and whether 90 with 30 and 60 are met, or half of 90.
_STANDINGS = """
    SELECT COUNT(*), SUM(CASE WHEN {met} THEN 1 ELSE 0 END),
           SUM(CASE WHEN whole >= 45 AND NOT ({met}) THEN 1 ELSE 0 END),
           SUM(CASE WHEN whole < 45 THEN 1 ELSE 0 END), SUM(public), SUM(professional)
    FROM (
        SELECT p.id, COALESCE(SUM(e.hours), 0) AS whole,
               COALESCE(SUM(CASE WHEN e.subject = 'public' THEN e.hours ELSE 0 END), 0) AS public,
               COALESCE(SUM(CASE WHEN e.subject = 'professional' THEN e.hours ELSE 0 END), 0) AS professional
        FROM accounts_professional p
        LEFT JOIN credits_hourentry e ON e.professional_id = p.id AND e.year = %s
        GROUP BY p.id
    ) AS people
""".format(met="whole >= 90 AND public >= 30 AND professional >= 60")
_WAITING = "SELECT COUNT(*) FROM credits_declaration WHERE waiting_on_id IS NOT NULL AND due_at {} %s"
_UNITS = "SELECT COUNT(*) FROM accounts_organization WHERE is_employer AND NOT is_bureau AND state = 'active'"
_WITH_OFFICER = "SELECT COUNT(DISTINCT organization_id) FROM office_officer WHERE ended_at IS NULL"
_REGISTERED = """
    SELECT COUNT(*) FROM accounts_employment j JOIN office_headcount h ON h.organization_id = j.organization_id
    WHERE j.ended_on IS NULL AND j.is_principal AND h.year = %s
"""


def pages_say_what_is_counted_plainly(client: Client, *, now: datetime) -> int:
    """How many figures were compared."""
    bureau = make.bureau("410000")
    officer = make.give(make.user("省厅核对人"), bureau, Duty.OVERSEE, Duty.FILE_MONTHS)
    year = timezone.localdate(now).year
    _fill(officer, bureau, year, now)
    client.force_login(officer)
    compared = 0
    for shown, counted in (
        _overview(client, year, now), _statistics(client, year), _closing(client, year), _agreement(client, year),
        _officers(client, year), _evaluations(client, year), _staff(client, year), _employer(client, year),
    ):  # fmt: skip
        assert shown == counted
        compared += len(counted)
    return compared


def _fill(officer: User, bureau: Organization, year: int, now: datetime) -> None:
    """Officers, headcounts, funding and evaluations at some of the units."""
    units = list(Organization.objects.filter(is_employer=True, is_bureau=False).order_by("pk")[:3])
    said = {"payroll": 1_000_000, "set_aside": 9_000, "spent": 8_000, "by": officer, "at": now, "year": year}
    for number, unit in enumerate(units):
        by: dict[str, Any] = {"named_by": officer, "named_at": now}
        Officer.objects.create(organization=unit, name=f"专职{number}", office="人事科", **by)
        FundingRecord.objects.create(unit=unit, rate="2.5" if number else "1.5", **said)
    Headcount.objects.create(organization=units[0], year=year, obliged=70, said_by=officer, said_at=now)
    grades = {"plan": "good", "work": "poor", "content": "fair", "effect": "good"}
    UnitEvaluation.objects.create(
        organization=units[1], by_organization=bureau, year=year, facts={}, made_by=officer, made_at=now, **grades
    )


def _overview(client: Client, year: int, now: datetime) -> tuple[list[int], list[int]]:
    text = page_of(client, "/overview/")
    lead = re.findall(r"standing=\w+\"><b>(\d+)</b>", text)
    keys = re.findall(r"/overview/waiting/[^\"]*\">[^<]+</a>\s*<b>(\d+)</b>", text)
    people, met, half, less, *_ = sql_row(_STANDINGS, year)
    late, later = sql_row(_WAITING.format("<="), now)[0], sql_row(_WAITING.format(">"), now)[0]
    list_of_all = re.search(r"共 <b>(\d+)</b> 件", page_of(client, "/overview/waiting/"))
    assert list_of_all is not None
    shown = [*lead, keys[0], keys[2], list_of_all[1]]
    levels = sql_rows("SELECT title_level, COUNT(*) FROM accounts_professional GROUP BY title_level")
    assert sum(int(figure) for figure in _rows_of(text, "级别", 1)) == sum(count for _, count in levels)
    return numbers(shown), numbers([people, met, half, less, late, late + later, late + later])


def _statistics(client: Client, year: int) -> tuple[list[int], list[int]]:
    text = page_of(client, f"/statistics/?year={year}")
    lead = re.findall(r"<b>(\d+)</b> 人", text)[:3]
    total = re.findall(r"合计</th>(.*?)</tr>", text, re.S)
    hours = [Decimal(figure) for figure in re.findall(r">\s*([\d.]+)\s*(?:</a>)?\s*</td>", total[1])]
    kept = re.findall(r"/statistics/funding/[^\"]*\">(\d+)</a>", text)
    people, met, _, _, public, professional = sql_row(_STANDINGS, year)
    funded = [row[1] for row in sql_rows("SELECT rate, COUNT(*) FROM office_fundingrecord GROUP BY rate ORDER BY rate")]
    return numbers([*lead, *hours[1:3], *kept]), numbers([people, people, met, public, professional, *funded])


def _closing(client: Client, year: int) -> tuple[list[int], list[int]]:
    text = page_of(client, f"/year/closing/?year={year}")
    behind, waiting = re.findall(r"(\d+) 人还没有达标", text), re.findall(r"(\d+) 件还没有审完", text)
    listed = re.findall(r"共 <b>(\d+)</b> 人", page_of(client, f"/statistics/people/?year={year}&standing=behind"))
    people, met, *_ = sql_row(_STANDINGS, year)
    all_waiting = sql_row("SELECT COUNT(*) FROM credits_declaration WHERE waiting_on_id IS NOT NULL")[0]
    return numbers([*behind, *listed, *waiting]), numbers([people - met, people - met, all_waiting])


def _agreement(client: Client, year: int) -> tuple[list[int], list[int]]:
    text = page_of(client, f"/statistics/agreement/?year={year}")
    headings = ("已达标", "公需学时", "专业学时")
    shown = [re.findall(rf'data-label="{name}" class="num">([\d.]+)<', text) for name in headings]
    _, met, _, _, public, professional = sql_row(_STANDINGS, year)
    counted = [figure for figure in (met, public, professional) for _ in range(4)]
    return numbers(figure for found in shown for figure in found), numbers(counted)


def _officers(client: Client, year: int) -> tuple[list[int], list[int]]:
    text = page_of(client, "/officers/")
    shown = re.findall(r'href="(?:/officers/|\?look=named|\?look=said)">(\d+)</a>', text)
    shown += re.findall(r"应参加 (\d+) 人，已注册 (\d+) 人", text)[0]
    obliged = sql_row("SELECT SUM(obliged) FROM office_headcount WHERE year = %s", year)[0]
    counted = [sql_row(_UNITS)[0], sql_row(_WITH_OFFICER)[0], 1, obliged, sql_row(_REGISTERED, year)[0]]
    return numbers(shown), numbers(counted)


def _evaluations(client: Client, year: int) -> tuple[list[int], list[int]]:
    text = page_of(client, f"/evaluations/?year={year}")
    shown = re.findall(rf'href="\?year={year}[^"]*">(?:<b>)?(\d+)<', text)
    units, made = sql_row(_UNITS)[0], sql_row("SELECT COUNT(*) FROM office_unitevaluation WHERE year = %s", year)[0]
    return numbers(shown), numbers([units, made, units - made, 1, 1, 1, 1])


def _staff(client: Client, year: int) -> tuple[list[int], list[int]]:
    people, met, *_ = sql_row(_STANDINGS, year)
    unit = Organization.objects.filter(is_employer=True, is_bureau=False).earliest("pk")
    there = sql_row("SELECT COUNT(*) FROM accounts_employment WHERE organization_id = %s", unit.pk)[0]
    asked = ("", "&show=behind", "&show=met", f"&organization={unit.ref}")
    shown = [re.findall(r"共 (\d+) 人", page_of(client, f"/staff/?year={year}{more}"))[0] for more in asked]
    return numbers(shown), numbers([people, people - met, met, there])


def _employer(client: Client, year: int) -> tuple[list[int], list[int]]:
    """One unit's own pages, for who manages it."""
    unit = Organization.objects.filter(is_employer=True, is_bureau=False).earliest("pk")
    client.force_login(make.give(make.user("单位核对人"), unit, Duty.MANAGE_UNIT))
    there = sql_row("SELECT COUNT(*) FROM accounts_employment WHERE organization_id = %s", unit.pk)[0]
    staff = re.findall(r"共 (\d+) 人", page_of(client, f"/staff/?year={year}"))
    registered = re.findall(r"已在平台注册 (\d+) 人，应参加 (\d+) 人", page_of(client, "/staff/officer/"))[0]
    return numbers([*staff, *registered]), numbers([there, there, 70])


def page_of(client: Client, address: str) -> str:
    answer = client.get(address)
    assert answer.status_code == 200, address
    return answer.content.decode().replace("&amp;", "&")


def _rows_of(text: str, label: str, columns: int) -> list[str]:
    """The figures of the table beside one chart, row by row, the first `columns` of each."""
    table = text[text.index(f"按{label}的人数和审核</caption>") :]
    rows = re.findall(r"<tr>(.*?)</tr>", table[: table.index("</tbody>")], re.S)[1:]
    return [figure for row in rows for figure in re.findall(r">\s*(\d+)\s*<", row)[:columns]]


def sql_row(query: str, *given: object) -> tuple[Any, ...]:
    return sql_rows(query, *given)[0]


def sql_rows(query: str, *given: object) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(query, given)
        return list(cursor.fetchall())


def numbers(found: Iterable[object]) -> list[int]:
    return [int(Decimal(str(figure or 0))) for figure in found]
