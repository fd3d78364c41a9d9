"""Every desk of the admin site: read without a query a row, and narrowed without a word of the neighbours'."""

from io import BytesIO
from typing import Any, cast

import pytest
from django.contrib import admin
from django.db import connection
from django.test import RequestFactory
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from openpyxl import load_workbook

from ceportal.kernel.web.desks import Register
from ceportal.kernel.web.keyset import keyset_page
from ceportal.office.enums import ExportKind
from ceportal.office.rules.staff import Asked
from ceportal.office.selectors.listing import chunks_of
from tests.matrix.asking import ask, client_of
from tests.matrix.town import NOW, Town

pytestmark = pytest.mark.django_db
DESKS = sorted(((model._meta.label_lower, desk) for model, desk in admin.site._registry.items()), key=lambda d: d[0])
# Of these the town has nothing; their rows have tests of their own.
EMPTY = {"certificates.refusedcheck"}
WHOLE = ("province", "city", "county", "authority")


@pytest.mark.parametrize(("name", "desk"), DESKS, ids=[name for name, _ in DESKS])
def test_no_row_of_a_desk_costs_a_query(name: str, desk: Register, town: Town) -> None:
    rows = 0
    for role in WHOLE:
        request = cast(Any, RequestFactory().get("/"))
        request.user = town.people[role]
        if not desk.allows(request):
            continue
        found = keyset_page(desk.found(request), order=desk.order, cursor="").items
        with CaptureQueriesContext(connection) as asked:
            for row in found:
                assert [desk.cells(row), desk.link(row)]
        assert len(asked) == 0, [query["sql"] for query in asked]
        rows += len(found)
    assert bool(rows) == (name not in EMPTY)


@pytest.mark.parametrize(("name", "desk"), [one for one in DESKS if one[1].filters], ids=lambda one: str(one)[:40])
def test_no_filter_of_a_desk_tells_of_the_neighbours(name: str, desk: Register, town: Town) -> None:
    """What the own bureau finds by it, the one elsewhere does not; a filter that finds nothing says so."""
    address = f"admin:{desk.address('changelist')}"
    own, elsewhere = town.cookies["province"], town.cookies["foreign_city"]
    for each in desk.filters:
        values = [value for value, _ in each.offered] or ["申报人", "开封", "豫", "A"]
        for value in values:
            told = ask(elsewhere, "GET", address, {}, {each.name: value}).body.decode()
            assert [secret for secret in town.secrets if secret in told] == []
    strange = {each.name: "没有这样的" for each in desk.filters if not each.offered}
    assert not strange or "没有符合条件的" in ask(own, "GET", address, {}, strange).body.decode()
    assert reverse(address)


# Of bureaus, authorities and units elsewhere: whatever they list, look for or count is theirs alone.
ELSEWHERE = ("foreign_county", "foreign_city", "foreign_authority", "foreign_employer")
LISTS: tuple[tuple[str, dict[str, str]], ...] = (
    ("office:staff", {"show": "behind"}),
    ("office:staff_register", {}),
    ("office:overview", {}),
    ("office:waiting", {}),
    ("office:statistics", {"by": "unit"}),
    ("office:counted_people", {}),
    ("office:counted_people", {"measure": "times"}),
    ("office:counted_classes", {}),
    ("office:planned_trainings", {}),
    ("office:funding_kept", {}),
    ("office:day", {"look": "decided"}),
    ("reviews:watched", {}),
    ("reviews:watched", {"look": "waiting"}),
    ("accounts:staff_invitations", {}),
    ("office:officers", {}),
    ("office:letters", {"view": "sent"}),
    ("office:rolls", {}),
    ("office:take_overs", {}),
    ("office:exports", {}),
    ("office:evaluations", {}),
)
OURS = ("开封市第一实验中学", "先进单位", "材料补正通知书", "原系统里的单位")


@pytest.mark.parametrize("role", ELSEWHERE)
def test_no_list_and_no_search_tells_of_the_neighbours(role: str, town: Town) -> None:
    """By whatever page; the own bureau finds the same things there."""
    secrets = (*town.secrets, *OURS)
    for address, said in LISTS:
        told = ask(town.cookies[role], "GET", address, {}, said).body.decode(errors="replace")
        assert [secret for secret in secrets if secret in told] == [], address
    assert _found(town, role, "申报人") == _found(town, role, "开封市第一") == []
    assert _found(town, "county", "开封市第一") == ["开封市第一实验中学"]


@pytest.mark.parametrize("role", ["county", *ELSEWHERE])
def test_no_file_and_no_export_tells_of_the_neighbours(role: str, town: Town) -> None:
    """Of the workbooks one takes along, and of each list that is exported in the background."""
    user, told = town.people[role], []
    assert user is not None
    for address, said in (("office:statistics_table", {"by": "nature"}), ("certificates:eligibility_table", {})):
        body = ask(town.cookies[role], "GET", address, {}, said).body
        if body.startswith(b"PK"):
            sheets = load_workbook(BytesIO(body)).worksheets
            told += [str(cell) for sheet in sheets for row in sheet.values for cell in row]
    for kind in ExportKind:
        for rows in chunks_of(user, kind, Asked(NOW.year), now=NOW):
            told += [cell for row in rows for cell in row]
    secrets = [secret for secret in (*town.secrets, *OURS) if any(secret in cell for cell in told)]
    assert len(told) > 10 or role != "county"
    assert bool(secrets) == (role == "county"), secrets


def _found(town: Town, role: str, words: str) -> list[str]:
    """What of the town's own the search box shows, whatever was typed stands in the page besides."""
    page = client_of(town.cookies[role]).post(reverse("office:find"), {"said": words}).content.decode()
    return [secret for secret in (*town.secrets, *OURS) if secret in page]
