"""The figures of statistics: every one equals a plain count over the rows upstream, however it came to change."""

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.db.models import Sum

from accounts.enums import Leaving, UnitNature
from accounts.models import Employment, Organization, Professional, User
from ceportal.office.enums import Standing
from ceportal.office.models import CountedYear, PartSum, PlaceSum, YearSum
from ceportal.office.rules import counting as rules
from ceportal.office.services.counting import count_years, keep_sums
from credits.models import YearAccount
from tests import factories as make
from tests.credits import factories as regulation
from tests.office.factories import NOW, entry
from tests.reviews.factories import MONDAY, approved, submitted, turned_down

pytestmark = pytest.mark.django_db
# Column of the sums → the same, counted plainly from what the rooms upstream hold, in 2026.
PLAIN = {
    "met": "SELECT COUNT(*) FROM credits_yearaccount WHERE year = 2026 AND is_met",
    "public": "SELECT SUM(hours) FROM credits_hourentry WHERE year = 2026 AND subject = 'public'",
    "professional_hours": "SELECT SUM(hours) FROM credits_hourentry WHERE year = 2026 AND subject = 'professional'",
    "online_times": "SELECT COUNT(*) FROM credits_claim WHERE year = 2026 AND state = 'live' AND door = 'platform'",
    "online_hours": "SELECT SUM(hours) FROM credits_claim WHERE year = 2026 AND state = 'live' AND door = 'platform'",
    "face_times": "SELECT COUNT(*) FROM credits_claim WHERE year = 2026 AND state = 'live' AND door = 'declaration'",
    "paid_by_unit": "SELECT COUNT(*) FROM credits_claim c JOIN credits_declaration d ON d.id = c.declaration_id"
    " WHERE c.state = 'live' AND d.payer = 'unit'",
    "reviews": "SELECT COUNT(*) FROM reviews_decision",
    "late": "SELECT COUNT(*) FROM reviews_decision WHERE at > was_due_at",
    "returned": "SELECT COUNT(*) FROM reviews_decision WHERE move = 'return'",
}
PEOPLE = "SELECT COUNT(*) FROM accounts_professional WHERE approved_at IS NOT NULL AND merged_into_id IS NULL"


def plainly(query: str) -> Decimal:
    with connection.cursor() as cursor:
        cursor.execute(query)
        return Decimal(str(cursor.fetchone()[0] or 0))


def sums(**where: Any) -> dict[str, Decimal]:
    rows = list(YearSum.objects.filter(year=2026, **where))
    names = (*rules.STANDINGS, *rules.MEASURED)
    return {name: Decimal(sum(Decimal(getattr(row, name)) for row in rows)) for name in names}


def test_every_figure_equals_a_plain_count_and_follows_what_happens(
    declarant: Professional, other_declarant: Professional, lone_declarant: Professional,
    employer_reviewer: User, authority_reviewer: User, other_employer: Organization, employer: Organization,
) -> None:  # fmt: skip
    regulation.rule_set("henan", figures={"total": "20", "public": "4"})
    entry(declarant, "16")
    entry(declarant, "4", subject="public")
    entry(other_declarant, "10")
    approved(submitted(declarant), employer_reviewer, authority_reviewer)
    turned_down(submitted(declarant), employer_reviewer, now=MONDAY + timedelta(days=9))
    count_years(now=NOW)
    found = sums()
    assert {name: found[name] for name in PLAIN} == {name: plainly(query) for name, query in PLAIN.items()}
    assert sum(found[name] for name in rules.STANDINGS) == plainly(PEOPLE) == 3
    assert [found[name] for name in rules.STANDINGS] == [1, 1, 1, 0]
    assert found["review_days"] == 7
    # Nothing happened: nothing is written. A sum that was spoilt is put right when it is added up anew.
    assert count_years(now=NOW) == 0
    YearSum.objects.update(met=7)
    keep_sums()
    assert sums()["met"] == 1
    # Signs: hours, and a move to another unit; without one: the unit itself changes, another leaves.
    before = sums(area=employer.area, nature=UnitNature.INSTITUTION)
    entry(other_declarant, "6")
    entry(other_declarant, "4", subject="public")
    Organization.objects.filter(pk=other_employer.pk).update(nature=UnitNature.SOCIAL)
    Professional.objects.filter(pk=lone_declarant.pk).update(left_at=NOW, left_as=Leaving.RETIRED)
    assert count_years(now=NOW) == 2
    after = sums(area=employer.area, nature=UnitNature.INSTITUTION)
    assert (before["met"] + before["half"], after["met"] + after["half"]) == (2, 1)
    assert sums()["met"] == plainly(PLAIN["met"]) == 2
    assert sums()["public"] == plainly(PLAIN["public"]) == 8
    assert not CountedYear.objects.filter(professional=lone_declarant).exists()
    assert not YearSum.objects.filter(nature=UnitNature.PRIVATE).exists()
    assert _places_are_right()
    # What somebody else has written into the sums of places is put right by the next round through everybody.
    PlaceSum.objects.update(met=0)
    entry(other_declarant, "1")
    count_years(now=NOW)
    assert _places_are_right()
    PartSum.objects.filter(by="level").update(late=3)
    entry(other_declarant, "1")
    count_years(now=NOW)
    assert _places_are_right()
    PlaceSum.objects.all().delete()
    count_years(now=NOW)
    assert _places_are_right()
    assert count_years(now=NOW) == 0


def _places_are_right() -> bool:
    names = [*rules.STANDINGS, *rules.MEASURED]

    def added(rows: Any) -> list[Any]:
        by = ("year", "area", "authority")
        return list(rows.order_by(*by).values(*by).annotate(**{f"of_{name}": Sum(name) for name in names}))

    def parted(by: str) -> bool:
        kept = {(row.year, row.area_id, row.authority_id, row.value): row for row in PartSum.objects.filter(by=by)}
        of = ("year", "area", "authority", by)
        right = YearSum.objects.order_by().values(*of).annotate(**{f"of_{name}": Sum(name) for name in names})
        found = {tuple(row[name] for name in of): row for row in right}
        return kept.keys() == found.keys() and all(
            getattr(kept[key], name) == row[f"of_{name}"] for key, row in found.items() for name in names
        )

    assert all(parted(by) for by in rules.PARTED)
    return added(PlaceSum.objects.all()) == added(YearSum.objects.all()) and PlaceSum.objects.exists()


def test_a_year_is_counted_where_and_as_what_it_was_judged(declarant: Professional, authority: Organization) -> None:
    regulation.rule_set("henan", figures={"total": "20"})
    entry(declarant, "20")
    elsewhere = make.employer(at=make.area("410402"))
    Employment.objects.update(ended_on=date(2026, 12, 31))
    Employment.objects.create(professional=declarant, organization=elsewhere, started_on=date(2027, 1, 1))
    Professional.objects.update(area=elsewhere.area)
    count_years(now=NOW + timedelta(days=60))
    then, now = CountedYear.objects.order_by("year").select_related("year_sum")
    assert (then.year_sum.area_id, then.year_sum.authority, then.standing) == ("410203", authority, Standing.MET)
    assert (now.year_sum.area_id, now.year_sum.authority_id, now.standing) == ("410402", None, Standing.LESS)
    YearAccount.objects.update(obligation="left", is_met=False, met_at=None)
    count_years(now=NOW + timedelta(days=60))
    assert CountedYear.objects.get(year=2026).standing == Standing.EXCUSED
