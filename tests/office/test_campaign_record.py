"""A whole spot check on one page: what was drawn, said and found, and what became of hours, certificates and people."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from accounts.enums import Duty
from accounts.models import Organization, Professional, User
from ceportal.office.enums import LetterKind
from ceportal.office.models import Letter
from certificates.services.issuing import settle_changed_accounts
from credits.enums import Subject
from reviews.enums import Finding
from reviews.models import Campaign, Inspection
from reviews.services.inspecting import answer, find, intend
from reviews.services.spot_checks import draw_campaign, publish_campaign
from tests import factories as people
from tests.certificates import factories as make
from tests.reviews.factories import MONDAY, approved, look_into, submitted

pytestmark = pytest.mark.django_db
NOW = MONDAY + timedelta(days=4)


@pytest.fixture
def campaign(
    city_bureau: Organization, city_officer: User, declarant: Professional, employer_reviewer: User,
    authority_reviewer: User,
) -> Campaign:  # fmt: skip
    """Of two approvals of 24 hours each; with them the year is met."""
    make.rule_set()
    for _ in range(2):
        approved(submitted(declarant), employer_reviewer, authority_reviewer)
    make.credit(declarant, "30", subject=Subject.PUBLIC, title="公需科目网络学习")
    make.credit(declarant, "20", title="单元整体教学研修")
    return publish_campaign(
        city_bureau, name="四季度抽查", decided_from=MONDAY.date(), decided_until=NOW.date(), rate=100, number=None,
        by=city_officer, now=NOW,
    )  # fmt: skip


def page_of(campaign: Campaign) -> str:
    return reverse("office:campaign_record", args=[campaign.ref])


@pytest.mark.clause("S2-07", "S3-10")
def test_everything_stands_on_one_page_from_the_seed_to_the_revoked_certificate(
    client: Client, campaign: Campaign, city_bureau: Organization, city_officer: User, declarant: Professional,
    employer_reviewer: User, django_assert_max_num_queries: Any,
) -> None:  # fmt: skip
    certificate = make.issued_now(declarant, now=NOW)
    client.force_login(city_officer)
    assert "还没有抽取" in client.get(page_of(campaign)).content.decode()
    people.give(people.user("核查人"), city_bureau, Duty.REVERSE_HOURS)
    draw_campaign(campaign, by=city_officer, now=NOW)
    first, second = Inspection.objects.select_related("campaign__bureau", "declaration__declarant", "inspector")
    said = {"finding": Finding.FALSE, "by": city_officer, "now": NOW}
    intend(first, reversal_code="false", text="发证单位没有办过", **said)
    answer(first, text="愿意接受处理", file=None, by=declarant.user, now=NOW)
    find(first, text="本人承认没有参加", **said)
    look_into(second, city_officer, now=NOW)
    find(second, finding=Finding.SOUND, text="原件已核", by=city_officer, now=NOW)
    assert f"{certificate.number}：正在复核" in client.get(page_of(campaign)).content.decode()
    settle_changed_accounts(now=NOW + timedelta(minutes=1))
    client.get(page_of(campaign))
    with django_assert_max_num_queries(28):
        text = client.get(page_of(campaign)).content.decode()
    campaign.refresh_from_db()
    for words in (
        campaign.frame_digest, campaign.seed_digest, campaign.seed, f"manage.py redraw {campaign.ref}", "名册 2 件",
        employer_reviewer.name, "发证单位没有办过", "愿意接受处理", "本人承认没有参加", "原件已核", "弄虚作假", "属实",
        "撤销 24 学时", f"2026 年度 {certificate.number}", "已撤销", f"{declarant.name}：通报", "警示", "全部办结",
    ):  # fmt: skip
        assert words in text, words
    assert text.count("没有证书列有这项学时") == 0
    assert declarant.id_mask in text
    desk = client.get(reverse("admin:reviews_campaign_show", args=[campaign.ref])).content.decode()
    assert page_of(campaign) in desk
    link = f"/letters/about/check/{first.ref}/?unit={employer_reviewer.memberships.first().organization.ref}"
    assert f'href="{link}"' in text
    said = {"office": str(city_bureau.pk), "title": "关于抽查情况的通报", "body": "现将有关情况通报如下。"}
    circular = client.get(link).content.decode()
    for words in ("四季度抽查", "学时2项：属实1项，认定有误0项，弄虚作假1项", "严格审核佐证材料"):
        assert words in circular, words
    assert declarant.name not in circular
    assert client.post(link, said).status_code == 302
    letter = Letter.objects.get()
    assert (letter.kind, letter.to_unit) == (LetterKind.CIRCULAR, employer_reviewer.memberships.first().organization)
    assert letter.number in client.get(link).content.decode()
    other = f"/letters/about/check/{first.ref}/"
    assert letter.number not in client.get(other).content.decode()
    assert client.get(f"{other}?unit={city_bureau.ref}").status_code == 404


def test_an_end_for_another_reason_is_no_consequence(
    client: Client, campaign: Campaign, city_officer: User, declarant: Professional
) -> None:
    """Wrong hours of which no certificate knew."""
    draw_campaign(campaign, by=city_officer, now=NOW)
    first = Inspection.objects.select_related("campaign__bureau", "declaration__declarant", "inspector").first()
    assert first is not None
    said = {"finding": Finding.WRONG, "by": city_officer, "now": NOW}
    intend(first, reversal_code="false", text="多算了", **said)
    answer(first, text="同意", file=None, by=declarant.user, now=NOW)
    find(first, text="多算了一天", **said)
    client.force_login(city_officer)
    assert "没有证书列有这项学时" in client.get(page_of(campaign)).content.decode()


def test_another_bureaus_campaign_is_not_found(
    client: Client, campaign: Campaign, county_officer: User, employer_reviewer: User
) -> None:
    client.force_login(county_officer)
    assert client.get(page_of(campaign)).status_code == 404
    client.force_login(employer_reviewer)
    assert client.get(page_of(campaign)).status_code == 403
