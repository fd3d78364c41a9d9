"""What the documents ask of the doors themselves: open to whom, after what, with which choices."""

import re

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import Organization, PersonRegistration, Professional, User
from credits.models import Activity
from tests import factories as make

pytestmark = pytest.mark.django_db


def register(client: Client, employer: Organization) -> PersonRegistration:
    """On the page, as somebody who has never been here."""
    said = {
        "name": "新学员", "id_kind": "resident", "id_number": make.id_number(), "area": employer.area_id,
        "title_series": "22", "title_level": "中级", "phone": make.phone(), "password": make.PASSWORD,
        "password_again": make.PASSWORD,
    }  # fmt: skip
    answer = client.post(f"{reverse('accounts:register')}?organization={employer.ref}", said)
    assert answer.status_code == 302, answer.content.decode()
    return PersonRegistration.objects.get()


@pytest.mark.clause("S4-08")
def test_who_takes_part_first_registers_then_declares_and_manages(
    employer: Organization, employer_reviewer: User
) -> None:
    newcomer, reviewer = Client(), Client()
    declare, year = reverse("credits:declare"), reverse("office:my_year")
    assert newcomer.get(declare)["Location"].startswith(reverse("accounts:sign_in"))
    registration = register(newcomer, employer)
    assert newcomer.get(declare)["Location"] == reverse("accounts:registration")
    reviewer.force_login(employer_reviewer)
    reviewer.post(reverse("accounts:review_person", args=[registration.ref]), {"move": "approve"})
    assert [newcomer.get(page).status_code for page in (declare, year)] == [200, 200]


@pytest.mark.clause("S0-08")
def test_the_policy_of_free_learning_is_published_to_everybody(client: Client) -> None:
    page = client.get(reverse("office:policy"))
    assert page.status_code == 200
    text = page.content.decode()
    assert "公需科目网络培训通过免费学习平台开展" in text
    assert "自主选择施教机构，免费学习" in text


@pytest.mark.clause("S2-03", "S0-04")
def test_everybody_chooses_freely_among_all_ways_and_institutions(
    declarant: Professional, client: Client, regulation: None
) -> None:
    """Online and face to face alike are offered to everybody; who taught is written in freely, not picked for one."""
    client.force_login(declarant.user)
    page = client.get(reverse("credits:declare")).content.decode()
    offered = [way for way in Activity.objects.all() if f'value="{way.code}"' in page]
    assert len(offered) == Activity.objects.count() > 10
    assert {"在线学习（没有自动计入的）", "继续教育基地培训"} <= {way.name for way in offered}
    edit = client.get(client.post(reverse("credits:declare"), {"activity": "training"})["Location"]).content.decode()
    organiser = re.search(r'<input[^>]*name="organiser"[^>]*>', edit)
    assert organiser is not None
    assert 'type="text"' in organiser[0]
