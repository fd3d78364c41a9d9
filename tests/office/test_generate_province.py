"""The made-up province: gone on with where it was broken off, its ledger whole, its figures those of plain counts."""

from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from accounts.models import Professional
from ceportal.office.demo import province
from ceportal.office.models import YearSum
from credits.models import Activity, Declaration, HourEntry, YearAccount
from credits.selectors.reconciliation import mismatches
from tests import factories as make
from tests.credits import factories as regulation

pytestmark = pytest.mark.django_db


def told(*arguments: str) -> str:
    out = StringIO()
    call_command("generate_province", *arguments, stdout=out)
    return out.getvalue()


def test_a_province_is_made_in_parts_and_is_whole(monkeypatch: Any) -> None:
    with pytest.raises(CommandError, match="prepare"):
        told("--people", "10")
    for code in ("410203", "410225", "410402"):
        make.area(code)
    make.title_series()
    Activity.objects.create(code="training", name="集中培训", clause="S1-05", status="verified")
    regulation.rule_set("henan", figures={"total": "90", "public": "30", "professional": "60"})
    monkeypatch.setattr(province, "A_PART", 25)
    first = next(province.generate(60, years=2, now=timezone.now()))
    assert (first, Professional.objects.count()) == (25, 25)
    assert "60 / 60 人" in told("--people", "60", "--years", "2")
    assert Professional.objects.count() == 60
    assert "60 / 60" not in told("--people", "60", "--years", "2")
    assert [found.message for found in mismatches() if "批次" not in found.message] == []
    assert Declaration.objects.count() == 2
    for year in YearSum.objects.values_list("year", flat=True).distinct():
        rows, accounts = YearSum.objects.filter(year=year), YearAccount.objects.filter(year=year)
        assert sum(row.met for row in rows) == accounts.filter(is_met=True).count()
        assert sum(row.online_times for row in rows) == HourEntry.objects.filter(year=year).count()
        assert sum(row.met + row.half + row.less + row.excused for row in rows) == 60
    assert YearAccount.objects.filter(is_met=True).exists()
    for wrong in (["--people", "0"], ["--people", "5", "--years", "11"]):
        with pytest.raises(CommandError, match="至少"):
            told(*wrong)
