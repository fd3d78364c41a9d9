"""运行状态: every part of the clock in words, and nothing that is not one."""

import pytest
from django.conf import settings
from django.test import Client
from django.utils import timezone

from accounts.models import User
from ceportal.kernel.models import Heartbeat
from ceportal.office.rules.parts import PARTS
from ceportal.office.selectors.operation import signs_of_life

pytestmark = pytest.mark.django_db


def test_every_part_of_the_clock_has_words() -> None:
    assert set(PARTS) == set(settings.CELERY_BEAT_SCHEDULE)


def test_what_prepared_the_database_is_no_part_of_the_clock() -> None:
    Heartbeat.objects.create(name="prepared.reference data", note="0" * 64, at=timezone.now())
    Heartbeat.objects.create(name="accounts.deliver_notices", at=timezone.now())
    Heartbeat.objects.create(name="office.heartbeat", at=timezone.now())
    assert [sign.label for sign in signs_of_life()] == ["定时器", "消息和短信的送出"]


def test_the_page_shows_words_only(client: Client, operator: User) -> None:
    Heartbeat.objects.create(name="prepared.reference data", note="0" * 64, at=timezone.now())
    Heartbeat.objects.create(name="certificates.make_sheets", at=timezone.now())
    client.force_login(operator)
    page = client.get("/operation/").content.decode()
    assert "证书制作" in page
    assert "prepared" not in page
    assert "make_sheets" not in page
    assert "0000" not in page
