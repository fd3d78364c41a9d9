"""Who runs the portal and answers for its data stands on every page, in the notice, and is missed by doctor."""

from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from accounts.models import Professional
from accounts.selectors.privacy import has_agreed
from accounts.services.privacy import agree
from ceportal.office.services.readiness import findings

pytestmark = pytest.mark.django_db
WHO, HOW, NUMBER = "某省继续教育<中心>", "0371-00000000", "豫ICP备00000000号"


def test_every_page_and_the_notice_say_who_and_how_they_are_reached(client: Client, settings: Any) -> None:
    before = client.get("/privacy/").content.decode()
    assert "个人信息处理者" not in before
    assert "主办" not in before
    assert "beian.miit.gov.cn" not in before
    settings.OPERATED_BY, settings.OPERATED_BY_CONTACT, settings.ICP_NUMBER = WHO, HOW, NUMBER
    notice, sign_in = (client.get(path).content.decode() for path in ("/privacy/", "/sign-in/"))
    assert "个人信息处理者：某省继续教育&lt;中心&gt;。联系方式：0371-00000000。" in notice
    for page in (notice, sign_in):
        assert "主办：某省继续教育&lt;中心&gt;（0371-00000000）" in page
        assert f'<a href="https://beian.miit.gov.cn/">{NUMBER}</a>' in page
        assert "beian.mps.gov.cn" not in page


def test_doctor_misses_it_until_it_is_said(settings: Any) -> None:
    def said() -> str:
        (one,) = (found for found in findings(now=timezone.now()) if found.part == "主办单位")
        return one.text

    settings.OPERATED_BY = WHO
    assert "没有设置" in said(), "nobody knows how to reach them"
    settings.OPERATED_BY_CONTACT = HOW
    assert said() == f"{WHO}，{HOW}"


def test_who_agreed_before_is_asked_anew(declarant: Professional, settings: Any) -> None:
    agree(declarant.user, now=timezone.now())
    assert has_agreed(declarant.user)
    settings.OPERATED_BY = WHO
    assert not has_agreed(declarant.user)
    agree(declarant.user, now=timezone.now())
    assert has_agreed(declarant.user)
