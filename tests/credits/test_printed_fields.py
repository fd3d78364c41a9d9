"""What stands on a certificate, at the door where it is typed: 100,000 characters are refused beside the field and
leave nothing behind; markup is a text like any other (tests/certificates/test_sheet.py prints it literally). The title
of a declaration stands in test_declaring_pages.py.
"""

import json
import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import time_machine
from django.db.models import Model
from django.test import Client
from django.urls import reverse

from accounts.models import Correction, Organization, PersonRegistration, Professional, TitleSeries, UnitRegistration
from accounts.models import UnitChange as Change
from accounts.models import User as Account
from bases.models import PlanItem, TrainingClass, TrainingPlanItem
from bases.services.plans import begin_plan
from credits.models import Claim, OutsideHours, Roster, RuleSet
from tests.accounts import test_register_page as registering
from tests.bases import planning, teaching
from tests.credits import rosters as make_roster
from tests.credits import rule_drafts as rules
from tests.credits.asking import OUTSIDE_TYPED
from tests.credits.drafts import photo, text_of
from tests.credits.factories import NOW
from tests.credits.machines import BATCHES, Machine, posted
from tests.credits.test_roster_pages import CLASS
from tests.credits.test_rule_desks import SETS, typed

pytestmark = pytest.mark.django_db
LONG = "长" * 100_000
NEW_OUTSIDE = reverse("credits:new_outside_hours")
MARKUP = '<link rel=attachment href="file:///etc/passwd">'


@pytest.fixture(autouse=True)
def _november() -> Iterator[None]:
    with time_machine.travel(NOW, tick=False):
        yield


def signed_in(user: Account) -> Client:
    client = Client()
    client.force_login(user)
    return client


def holds(post: Callable[[str], Any], field: str, kept: type[Model], column: str) -> None:
    """Too long: told beside the field, nothing kept. Markup: kept as it is."""
    refused = post(LONG)
    errors = refused.context["form"].errors
    assert (refused.status_code, list(errors)) == (422, [field])
    assert re.search("太长|个字", str(errors[field]))
    assert f'id="id_{field}_error"' in text_of(refused) or str(errors[field][0]) in text_of(refused)
    assert not kept.objects.exists()
    assert post(MARKUP).status_code == 302
    assert list(kept.objects.values_list(column, flat=True)) == [MARKUP]


def test_names_of_people_and_units(
    declarant: Professional, employer: Organization, employer_reviewer: Account, lone_employer: Organization
) -> None:
    TitleSeries.objects.create(code="99", name="无")
    person, unit = signed_in(declarant.user), signed_in(employer_reviewer)
    asked = {"reason": "见批复"}
    rename = f"{reverse('accounts:ask_unit_change')}?kind=rename"

    def registered(text: str) -> Any:
        return Client().post(registering.at(employer), registering.fields(name=text))

    def unit_registered(text: str) -> Any:
        given = registering.unit_fields(name=text, supervisor=str(employer.supervisor_id))
        return Client().post(f"{registering.UNIT}?place=410203", given)

    def corrected(text: str) -> Any:
        return person.post(reverse("accounts:correct_name"), asked | {"name": text, "document": photo()})

    def renamed(text: str) -> Any:
        return unit.post(rename, asked | {"new_name": text, "document": photo()})

    holds(registered, "name", PersonRegistration, "professional__name")
    holds(corrected, "name", Correction, "name")
    holds(renamed, "new_name", Change, "new_name")
    holds(unit_registered, "name", UnitRegistration, "organization__name")


def test_titles_of_what_was_learned(
    declarant: Professional, base: Organization, base_teacher: Account, henan_2026: RuleSet
) -> None:
    make_roster.recognise(base)
    teacher, machine = signed_in(base_teacher), Machine()

    def begun(text: str) -> Any:
        return teacher.post(reverse("credits:new_roster"), CLASS | {"organization": base.pk, "title": text})

    holds(begun, "title", Roster, "title")
    answer = machine.send(BATCHES, json.dumps({"records": [posted(declarant, title=LONG)]})).json()["items"][0]
    assert (answer["outcome"], answer["errors"][0]["pointer"]) == ("invalid", "/records/0/title")
    assert "最多 120 个字" in answer["errors"][0]["message"]
    assert not Claim.objects.exists()
    machine.post(posted(declarant, title=MARKUP))
    assert Claim.objects.get().title == MARKUP


def test_titles_of_what_is_planned(base: Organization, base_teacher: Account) -> None:
    """What a class or a unit's training is called in its plan stands on the roster made of it."""
    make_roster.recognise(base)
    teacher = signed_in(base_teacher)
    line = {"organization": base.pk, "subject": "public", "months": "11 月", "hours": "12", "people": "90"}

    def planned(text: str) -> Any:
        return teacher.post(reverse("bases:plan"), line | {"title": text})

    def opened(text: str) -> Any:
        return teacher.post(reverse("bases:new_class"), teaching.typed(PlanItem.objects.get(), title=text))

    holds(planned, "title", PlanItem, "title")
    holds(opened, "title", TrainingClass, "title")


def test_who_issued_the_hours_of_another_province(
    declarant: Professional, granter: Account, henan_2026: RuleSet
) -> None:
    page = signed_in(declarant.user)

    def claimed(text: str) -> Any:
        return page.post(NEW_OUTSIDE, OUTSIDE_TYPED | {"document": photo(), "issuer": text})

    holds(claimed, "issuer", OutsideHours, "issuer")


def test_titles_of_a_units_trainings(employer: Organization, employer_reviewer: Account) -> None:
    unit = signed_in(employer_reviewer)
    plan = begin_plan(employer, NOW.year, by=employer_reviewer, now=NOW)

    def listed(text: str) -> Any:
        return unit.post(reverse("bases:new_planned_training", args=[plan.ref]), planning.TYPED | {"title": text})

    holds(listed, "title", TrainingPlanItem, "title")


@pytest.mark.parametrize("name", ["certificate_name", "certificate_supervised_by", "document", "total__clause"])
def test_words_of_a_rule_set(name: str, rule_sets: None) -> None:
    henan = RuleSet.objects.get(code="henan-2026")
    drafter = signed_in(rules.regulator("起草人", "410000"))
    edit = drafter.post(f"{SETS}{henan.ref}/change/")["Location"]
    given = typed(drafter, edit, reason="收到新文件")
    refused = drafter.post(edit, given | {name: LONG})
    errors = refused.context["form"].errors
    assert (refused.status_code, "个字" in str(errors[name])) == (422, True)
    assert typed(drafter, edit)[name] == given[name]
    assert drafter.post(edit, given | {name: MARKUP}).status_code == 302
    assert typed(drafter, edit)[name] == MARKUP
    assert MARKUP not in text_of(drafter.get(edit))
