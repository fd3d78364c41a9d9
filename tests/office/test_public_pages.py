"""What anybody reads: the front page, the policy, the help."""

from collections.abc import Iterator
from typing import Any

import pytest
import time_machine
from django.conf import settings
from django.test import Client
from django.urls import reverse
from PIL import Image

from accounts.enums import Duty
from accounts.models import Area, Organization, User
from ceportal.kernel.rules.citations import PLACES
from ceportal.office.selectors.guides import DESK, PHONE, Guide, guides
from ceportal.office.selectors.policy import documents
from credits.models import RuleSet, RuleValue
from tests import factories as make
from tests.office.factories import NOW

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def november() -> Iterator[None]:
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.mark.clause("S4-02", "A26")
def test_the_front_page_says_what_this_year_asks_and_where_it_stands(client: Client, regulation: None) -> None:
    page = client.get("/").content.decode()
    for words in (
        "2026 年度要完成多少",
        "<b>90</b>",
        "<b>30</b>",
        "<b>60</b>",
        "2026年12月31日",
        "暂按",
        "/policy/#A26",
    ):
        assert words in page
    for step in ("申报", "单位审核", "主管部门审核", "备案", "证书"):
        assert f"<h3>{step}</h3>" in page


def test_the_review_limits_are_those_of_the_years_rule_or_not_told_in_figures(client: Client, regulation: None) -> None:
    figures = RuleValue.objects.filter(rule_set__area_code="410000")
    figures.filter(field="review_days_employer").update(value="3")
    figures.filter(field="review_days_authority").update(value="7")
    page = client.get("/").content.decode()
    assert "用人单位逐件查看材料，3 个工作日内办结。" in page
    assert "行业主管部门再审核，7 个工作日内办结。" in page
    assert " 个工作日" not in client.get("/help/").content.decode()
    RuleSet.objects.all().delete()
    page = client.get("/").content.decode()
    assert "用人单位逐件查看材料。" in page
    assert "个工作日" not in page


def test_a_year_with_a_document_names_it(client: Client, regulation: None) -> None:
    with time_machine.travel("2025-11-20T10:00:00+08:00", tick=False):
        page = client.get("/").content.decode()
    assert "有文件依据" in page
    assert "/policy/#S4-02" in page


def test_the_front_page_stands_without_any_regulation(client: Client) -> None:
    assert "尚未登记" in client.get("/").content.decode()


def test_who_is_signed_in_is_not_asked_to_register(client: Client, employer_reviewer: User) -> None:
    client.force_login(employer_reviewer)
    page = client.get("/").content.decode()
    assert "进入我的首页" in page
    assert "首次使用，先注册" not in page


def test_the_policy_page_shows_every_number_with_its_source(
    client: Client, regulation: None, city: Area, django_assert_max_num_queries: Any
) -> None:
    with django_assert_max_num_queries(3):
        page = client.get("/policy/").content.decode()
    assert "2012—2015 年" in page
    assert 'href="/policy/#S1-06"' in page
    assert "440000" not in page


def test_the_policy_page_stands_without_any_regulation(client: Client) -> None:
    assert "规则尚未登记" in client.get("/policy/").content.decode()


def test_every_clause_told_is_one_of_a_document_and_told_once() -> None:
    told = [clause.ref for document in documents() for clause in document.clauses]
    assert len(told) == len(set(told))
    assert all(clause.place for document in documents() for clause in document.clauses if document.key in PLACES)
    assert all(ref.startswith(document.key) for document in documents() for ref in (c.ref for c in document.clauses))


@pytest.mark.parametrize("path", ["/", "/policy/", "/help/"])
def test_public_pages_are_read_only(client: Client, path: str) -> None:
    assert client.post(path).status_code == 405


def test_help_has_a_section_for_every_role(client: Client) -> None:
    page = client.get("/help/").content.decode()
    for role in ("person", "employer", "authority", "bureau", "anyone", "trouble"):
        assert f'id="{role}"' in page
        assert f'href="#{role}"' in page


@pytest.mark.parametrize("guide", guides(), ids=lambda guide: guide.key)
def test_a_guide_shows_each_step_with_the_picture_of_its_page(client: Client, guide: Guide) -> None:
    page = client.get(reverse("office:guide", args=[guide.key])).content.decode()
    assert f'href="{reverse("office:guide", args=[guide.key])}"' in client.get("/help/").content.decode()
    for step in guide.steps:
        assert f"<h2>{step.title}</h2>" in page
        assert step.words in page
        assert f'src="/static/{step.picture}"' in page
        assert f'srcset="/static/{step.phone_picture}"' in page
        assert step.follow or f'href="{reverse(step.url_name)}"' in page


@pytest.mark.django_db
def test_a_guide_leads_nobody_where_they_are_not_let_in(client: Client, county_bureau: Organization) -> None:
    """Judging what is steered and filing months belong to other duties than this clerk's."""
    client.force_login(make.give(make.user("只看总体的经办人"), county_bureau, Duty.OVERSEE))
    page = client.get(reverse("office:guide", args=["bureau"])).content.decode()
    assert 'href="/admin/reviews/steering/"' not in page
    assert "您目前没有这项职责" in page
    assert 'href="/overview/"' in page


def test_every_picture_of_help_belongs_to_a_step_and_is_as_large_as_it_is_shown() -> None:
    folder = settings.BASE_DIR / "static"
    shown = {str(path.relative_to(folder)) for path in (folder / "office" / "help").iterdir()}
    steps = [step for guide in guides() for step in guide.steps]
    sizes = {step.picture: DESK for step in steps} | {step.phone_picture: PHONE for step in steps}
    assert shown == sizes.keys()
    for name, size in sizes.items():
        with Image.open(folder / name) as picture:
            assert picture.size == size


def test_nothing_of_a_city_or_of_a_former_year_is_called_a_ground_in_force(client: Client) -> None:
    """Who is nobody's reader reads by the province: of the notices only what stands without an end binds them now."""
    with time_machine.travel("2026-11-20T10:00:00+08:00", tick=False):
        pages = [client.get(reverse(name)).content.decode() for name in ("office:front", "office:help")]
    for page in pages:
        assert "依据：</span>" not in page
        assert ">参照" in page
