"""What the documents ask that the regulation as data keeps: a trade's own subjects, lists that end, one provincial
platform under two names, registration before anything counts.
"""

import json
from datetime import date
from io import StringIO
from typing import Any

import pytest
import time_machine
from django.core.management import call_command

from accounts.models import Organization, Professional
from bases.models import Recognition
from ceportal.office.services.clock import run_all
from credits.models import Claim, HourEntry, YearAccount
from credits.services.rule_sets import load_rule_sets
from tests import factories as make
from tests.credits.factories import NOW
from tests.credits.machines import Machine, posted

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def november(regulation: None) -> Any:
    with time_machine.travel(NOW, tick=False):
        yield


def asked(trade: str = "") -> dict[str, Any]:
    out = StringIO()
    call_command(
        "requirements", "--area", "410200", "--year", "2026", "--level", "中级", "--trade", trade, "--json", stdout=out
    )
    return json.loads(out.getvalue())


@pytest.mark.clause("S1-17")
def test_a_trade_of_public_safety_has_compulsory_subjects_of_its_own() -> None:
    """Nothing but a row: what everybody learns stays as it is, and the trade adds 公共危机应急处理."""
    clause = "S1-17"
    load_rule_sets(
        [
            {
                "code": "henan-safety", "name": "河南省公共安全行业", "area": "410000", "years": [2026, None],
                "trade": "公共安全", "document": "河南省 2012 年意见", "status": "verified",
                "values": {"themes_compulsory": ["公共危机应急处理", clause], "public_compulsory": [6, clause]},
            }
        ],
        now=NOW,
    )  # fmt: skip
    everybody, safety = asked()["fields"], asked("公共安全")["fields"]
    assert safety["themes_compulsory"] == {"value": "公共危机应急处理", "clause": clause, "status": "verified"}
    assert safety["public_compulsory"]["value"] == "6"
    assert "public_compulsory" not in everybody
    assert {name: safety[name] for name in ("total", "public", "professional", "themes")} == {
        name: everybody[name] for name in ("total", "public", "professional", "themes")
    }


@pytest.mark.clause("S2-06", "A12")
def test_a_platform_that_left_the_list_brings_no_hours_any_more(declarant: Professional) -> None:
    """What ended before it left counts at once; what ended after waits for the bureau."""
    machine = Machine()
    Recognition.objects.filter(organization=machine.organization).update(ended_on=date(2026, 6, 30))
    before = posted(declarant, "before", started_on="2026-06-30", completed_on="2026-06-30", hours="1.5")
    after = posted(declarant, "after", started_on="2026-07-01", completed_on="2026-07-01", hours="2.0")
    told = {item["record_id"]: item["outcome"] for item in machine.post(before, after)["items"]}
    assert told == {"before": "accepted", "after": "held"}
    assert YearAccount.objects.get(professional=declarant).professional_hours == 1.5


@pytest.mark.clause("S2-14")
def test_who_learns_first_and_registers_later_has_the_hours_once_registered(employer: Organization) -> None:
    newcomer = make.professional("新来的人", works_at=employer, is_approved=False)
    machine = Machine()
    machine.post(posted(newcomer))
    for _ in run_all(now=NOW):
        pass
    assert Claim.objects.get().professional is None
    assert not HourEntry.objects.exists()
    Professional.objects.filter(pk=newcomer.pk).update(approved_at=NOW)
    for _ in run_all(now=NOW):
        pass
    assert YearAccount.objects.get(professional=newcomer).professional_hours > 0


@pytest.mark.clause("A21")
def test_the_provincial_platform_is_one_under_both_its_names() -> None:
    call_command("load_reference", verbosity=0)
    named = Organization.objects.filter(name__contains="公共服务平台")
    assert [platform.name for platform in named] == ["河南省专业技术人员公共服务平台"]
    recognitions = Recognition.objects.filter(organization=named.get())
    assert any("又称“河南省专业技术人员继续教育公共服务平台”" in row.note for row in recognitions)
