"""Lists of some owners among many: the same rows in the same order, however few the owners and however old the rows."""

import pytest
from django.db.models import QuerySet
from django.utils import timezone

from accounts.models import Organization, Professional
from ceportal.kernel.web import keyset
from ceportal.kernel.web.keyset import OfFew, keyset_page
from reviews.models import RecordedHours
from tests import factories as make
from tests.credits.factories import credit

pytestmark = pytest.mark.django_db
# Rows of each person; people of each unit, in their turns.
EACH, PEOPLE = 2, 4


@pytest.fixture
def units() -> list[Organization]:
    """Four of them; of the first one everybody's hours came before all others, of the rest they came by turns."""
    made = [make.employer(f"单位{number}") for number in range(4)]
    turns = [made[0]] * PEOPLE + made[1:] * PEOPLE
    for unit in turns:
        person = make.professional(works_at=unit)
        for hours in range(1, EACH + 1):
            credit(person, str(hours), now=timezone.now())
    return made


def walked(few: OfFew[RecordedHours], size: int) -> list[int]:
    seen: list[int] = []
    cursor = ""
    while True:
        page = keyset_page(few, order=("-id",), cursor=cursor, size=size)
        seen += [row.pk for row in page.items]
        if not page.next_cursor:
            return seen
        cursor = page.next_cursor


def of_units(owners: QuerySet[Organization]) -> OfFew[RecordedHours]:
    return OfFew(RecordedHours.objects.select_related("professional"), "organization", owners, has_few_each=False)


@pytest.mark.parametrize("newest", [1, 5, 5_000], ids=["none new", "some new", "all new"])
@pytest.mark.parametrize("few", [0, 5_000], ids=["many", "few"])
@pytest.mark.parametrize("size", [1, 3, 50])
def test_walking_the_pages_meets_every_row_once_in_order(
    units: list[Organization], monkeypatch: pytest.MonkeyPatch, newest: int, few: int, size: int
) -> None:
    for name, value in {"_NEWEST": newest, "_FEW": few, "_FEW_TO_ASK": few}.items():
        monkeypatch.setattr(keyset, name, value)
    for chosen in ([0], [1], [0, 2], []):
        owners = Organization.objects.filter(pk__in=[units[number].pk for number in chosen])
        wanted = RecordedHours.objects.filter(organization__in=owners).order_by("-pk")
        assert walked(of_units(owners), size) == list(wanted.values_list("pk", flat=True))
    first = RecordedHours.objects.filter(organization=units[0])
    people = Professional.objects.filter(pk__in=first.values("professional"))
    of_people = OfFew(RecordedHours.objects.all(), "professional", people, has_few_each=True)
    assert walked(of_people, size) == list(first.order_by("-pk").values_list("pk", flat=True))
