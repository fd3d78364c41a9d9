"""The made-up province: gone on with where it was broken off, its ledger whole, its figures those of plain counts."""

from decimal import Decimal
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.test import Client
from django.utils import timezone

from accounts.enums import Duty, NoticeEvent
from accounts.models import Notice, Professional
from ceportal.kernel.models import AuditEvent, Counter
from ceportal.office.demo import province
from ceportal.office.enums import By
from ceportal.office.models import CountedYear, DayCount, YearSum
from ceportal.office.selectors.statistics import Asked, rows_by, scope_of
from ceportal.office.services.counting import count_people, keep_places, keep_sums, keep_years
from ceportal.office.services.counting_days import count_days
from certificates.models import LIVE, Certificate
from certificates.rules.snapshots import digest
from credits.enums import ClaimState, DeclarationState, Door
from credits.models import Activity, Claim, Declaration, Evidence, HourBatch, HourEntry, YearAccount
from credits.selectors.reconciliation import mismatches
from reviews.models import Decision, Opening
from tests import factories as make
from tests.credits import factories as regulation
from tests.office.province_pages import pages_say_what_is_counted_plainly

pytestmark = pytest.mark.django_db


def told(*arguments: str) -> str:
    out = StringIO()
    call_command("generate_province", *arguments, stdout=out)
    return out.getvalue()


def test_a_province_is_made_in_parts_and_is_whole(client: Client, monkeypatch: Any) -> None:
    with pytest.raises(CommandError, match="prepare"):
        told("--people", "10")
    for code in ("410203", "410225", "410402"):
        make.bureau(code)
    make.title_series()
    Activity.objects.create(code="training", name="集中培训", clause="S1-05", status="verified")
    regulation.rule_set("henan", year_from=2020, figures={"total": "90", "public": "30", "professional": "60"})
    monkeypatch.setattr(province, "A_PART", 25)
    first = next(province.generate(60, years=2, now=timezone.now()))
    assert (first, Professional.objects.count()) == (25, 25)
    assert "60 / 60 人" in told("--people", "60", "--years", "2")
    assert Professional.objects.count() == 60
    assert "60 / 60" not in told("--people", "60", "--years", "2")
    assert [found.message for found in mismatches()] == []
    assert Declaration.objects.filter(state=DeclarationState.AT_EMPLOYER).count() == 2
    _what_grows_with_a_province_is_there()
    for year in YearSum.objects.values_list("year", flat=True).distinct():
        rows, accounts = YearSum.objects.filter(year=year), YearAccount.objects.filter(year=year)
        assert sum(row.met for row in rows) == accounts.filter(is_met=True).count()
        posted = HourEntry.objects.filter(year=year, claim__door=Door.PLATFORM).count()
        assert sum(row.online_times for row in rows) == posted
        assert sum(row.met + row.half + row.less + row.excused for row in rows) == 60
    assert YearAccount.objects.filter(is_met=True).exists()
    _every_figure_is_that_of_plain_sql()
    assert pages_say_what_is_counted_plainly(client, now=timezone.now()) > 40
    _counting_anew_changes_nothing()
    for wrong in (["--people", "0"], ["--people", "5", "--years", "11"]):
        with pytest.raises(CommandError, match="至少"):
            told(*wrong)


def _what_grows_with_a_province_is_there() -> None:
    """Of everything some, and what is issued and approved agrees with the ledger and the trail."""
    states = set(Declaration.objects.values_list("state", flat=True))
    assert states >= {DeclarationState.APPROVED, DeclarationState.RETURNED, DeclarationState.REJECTED}
    assert Evidence.objects.count() == Declaration.objects.exclude(state=DeclarationState.AT_EMPLOYER).count()
    uncounted = {ClaimState.HELD, ClaimState.WITHDRAWN, ClaimState.CONFLICT, ClaimState.TOMBSTONE, ClaimState.UNMATCHED}
    assert set(Claim.objects.values_list("state", flat=True)) >= uncounted
    live = Certificate.objects.filter(state__in=LIVE)
    assert live.count() == YearAccount.objects.filter(is_met=True).count() > 0
    for certificate in live:
        account = YearAccount.objects.get(professional=certificate.professional_id, year=certificate.year)
        assert Decimal(certificate.snapshot["hours"]["total"]) == account.total
        assert sum(Decimal(item["hours"]) for item in certificate.snapshot["items"]) == account.total
        assert digest(certificate.snapshot) == certificate.snapshot_digest
    issued = Certificate.objects.filter(issued_at__isnull=False).count()
    assert issued < Certificate.objects.count(), "the first person's cannot be made"
    assert AuditEvent.objects.filter(action="certificate.issue").count() == issued
    assert Notice.objects.filter(event=NoticeEvent.CERTIFICATE_ISSUED).count() == issued
    year = timezone.localdate().year
    posted = HourEntry.objects.filter(year=year, claim__door=Door.PLATFORM).count()
    assert sum(HourBatch.objects.values_list("received", flat=True)) == posted
    assert Decision.objects.count() == Opening.objects.count() / 2 > 0


def _counting_anew_changes_nothing() -> None:
    """The portal finds each year, each sum and each day as the generator has left them."""
    before = [list(model.objects.order_by("key").values()) for model in (YearSum, DayCount)]
    years = list(CountedYear.objects.order_by("pk").values())
    keys = list(Professional.objects.values_list("pk", flat=True))
    assert keep_years(keys, now=timezone.now()) == (set(), 0)
    keep_sums()
    assert keep_places() == 0
    keep_sums(YearSum.objects.values_list("pk", flat=True))
    assert keep_places() == 0
    assert list(CountedYear.objects.order_by("pk").values()) == years
    CountedYear.objects.all().delete()
    keep_sums(YearSum.objects.values_list("pk", flat=True)[:5])
    keep_sums()
    assert not YearSum.objects.exists()
    assert count_people(keys, now=timezone.now()) == len(years)
    _forget_days()
    while count_days(now=timezone.now()):
        pass
    after = [list(model.objects.order_by("key").values()) for model in (YearSum, DayCount)]
    assert [[_told(row) for row in rows] for rows in after] == [[_told(row) for row in rows] for rows in before]
    assert len(after[1]) > 2


def _forget_days() -> None:
    DayCount.objects.all().delete()
    Counter.objects.filter(name__in=["statistics.days", "statistics.steps"]).delete()


def _told(row: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in row.items() if name != "id"}


# From the ledger and the register of people alone: who met 90 with 30 and 60, who has half, what was learned.
_SQL = """
    WITH learned AS (
        SELECT e.professional_id, SUM(e.hours) AS whole, SUM(CASE WHEN c.door = 'platform' THEN 1 ELSE 0 END) AS times,
               SUM(CASE WHEN e.subject = 'public' THEN e.hours ELSE 0 END) AS public,
               SUM(CASE WHEN e.subject = 'professional' THEN e.hours ELSE 0 END) AS professional
        FROM credits_hourentry e JOIN credits_claim c ON c.id = e.claim_id WHERE e.year = %s GROUP BY e.professional_id
    ), people AS (
        SELECT SUBSTR(o.area_id, 1, 4) || '00' AS area, o.nature AS nature, p.title_level AS level,
               COALESCE(l.whole, 0) AS whole, COALESCE(l.public, 0) AS public, COALESCE(l.times, 0) AS times,
               COALESCE(l.professional, 0) AS professional
        FROM accounts_professional p
        JOIN accounts_employment j ON j.professional_id = p.id
        JOIN accounts_organization o ON o.id = j.organization_id
        LEFT JOIN learned l ON l.professional_id = p.id
    )
    SELECT {column}, COUNT(*),
           SUM(CASE WHEN whole >= 90 AND public >= 30 AND professional >= 60 THEN 1 ELSE 0 END),
           SUM(CASE WHEN whole >= 45 AND NOT (whole >= 90 AND public >= 30 AND professional >= 60) THEN 1 ELSE 0 END),
           SUM(public), SUM(professional), SUM(times)
    FROM people GROUP BY {column}
"""


def _every_figure_is_that_of_plain_sql() -> None:
    """As the pages show them, in each of their ways, and in all years."""
    bureau = make.bureau("410000")
    scope = scope_of(make.give(make.user(), bureau, Duty.OVERSEE))
    compared = 0
    for year in YearSum.objects.values_list("year", flat=True).distinct():
        for by, key in ((By.AREA, "place"), (By.NATURE, "nature"), (By.LEVEL, "level")):
            shown = {}
            for row in rows_by(scope, Asked(year, bureau.area), by):
                assert row.asked is not None
                said, figures = getattr(row.asked, key), row.figures
                shown[getattr(said, "pk", said)] = (
                    figures.obliged, figures.met, figures.half, figures.sums["public"],
                    figures.sums["professional_hours"], figures.sums["online_times"],
                )  # fmt: skip
            with connection.cursor() as cursor:
                column = {"place": "area"}.get(key, key)
                cursor.execute(_SQL.format(column=column), [year])
                counted = {name: tuple(map(Decimal, map(str, told))) for name, *told in cursor.fetchall()}
            assert shown == counted, (year, by)
            compared += len(counted)
    assert compared > 10
