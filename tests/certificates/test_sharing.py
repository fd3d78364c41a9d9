"""A certificate shown whole by a link that ends."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from accounts.models import Professional
from ceportal.kernel.models import AuditEvent
from certificates.models import Certificate, ShareLink
from certificates.rules.sharing import MOST_LINKS, reasons_not_to_share
from certificates.services import shelf
from certificates.services.issuing import settle_changed_accounts
from tests.certificates import factories as make
from tests.certificates.factories import NOW


@pytest.fixture
def certificate(declarant: Professional, tmp_path: Path, settings: Any) -> Certificate:
    settings.DATA_DIR = tmp_path
    return make.issued(declarant)


def test_what_may_be_shared() -> None:
    def codes(**said: Any) -> list[str]:
        return [reason.code for reason in reasons_not_to_share(**said)]

    assert codes(is_valid=True, links=MOST_LINKS - 1) == []
    assert codes(is_valid=True, links=MOST_LINKS) == ["too_many_links"]
    assert codes(is_valid=False, links=0) == ["not_valid"]


@pytest.mark.django_db
def test_a_link_shows_it_whole_until_it_runs_out_or_is_ended(
    client: Client, declarant: Professional, other_declarant: Professional, certificate: Certificate
) -> None:
    page, stranger = reverse("certificates:share", args=[certificate.ref]), Client()
    with time_machine.travel(NOW, tick=False):
        client.force_login(other_declarant.user)
        assert client.post(page, {"days": "7"}).status_code == 404
        client.force_login(declarant.user)
        assert client.post(page, {"days": "8"}).status_code == 422
        assert [client.post(page, {"days": days}).status_code for days in ("7", "90")] == [302, 302]
        short, long = ShareLink.objects.order_by("expires_at")
        assert short.expires_at == NOW + timedelta(days=7)
        place = reverse("certificates:shared", args=[short.token])
        assert place in client.get(page).content.decode()
        answer = stranger.get(place)
        text = answer.content.decode()
        assert [words in text for words in (declarant.name, "数字素养提升培训", "有效")] == [True] * 3
        assert declarant.id_mask not in text
        assert (answer["Cache-Control"], answer["Referrer-Policy"]) == ("no-store", "no-referrer")
        assert stranger.get(f"{place}pdf/").content == shelf.take(certificate.pdf_digest)
        assert "打开过 1 次" in client.get(page).content.decode()
    with time_machine.travel(NOW + timedelta(days=8), tick=False):
        over = stranger.get(place)
        made_up = stranger.get(reverse("certificates:shared", args=["x" * 27]))
        assert (over.status_code, over.content) == (404, made_up.content)
        assert stranger.get(f"{place}pdf/").status_code == 404
        client.force_login(declarant.user)
        other = reverse("certificates:shared", args=[long.token])
        assert stranger.get(other).status_code == 200
        assert client.post(reverse("certificates:end_link", args=[long.ref])).status_code == 302
        assert stranger.get(other).status_code == 404
    assert AuditEvent.objects.filter(action__in=["certificate.share", "certificate.unshare"]).count() == 3


@pytest.mark.django_db
def test_one_that_ended_says_so_and_is_not_handed_out(
    client: Client, declarant: Professional, tmp_path: Path, settings: Any
) -> None:
    settings.DATA_DIR = tmp_path
    entries = make.meet(declarant)
    certificate = make.issued_now(declarant)
    client.force_login(declarant.user)
    page = reverse("certificates:share", args=[certificate.ref])
    client.post(page, {"days": "30"})
    make.take_back(entries[0])
    assert client.post(page, {"days": "30"}).status_code == 409, "under review"
    settle_changed_accounts(now=make.later(2))
    place = reverse("certificates:shared", args=[ShareLink.objects.get().token])
    text = Client().get(place).content.decode()
    assert ("已撤销" in text, f"{place}pdf/" in text) == (True, False)
    assert Client().get(f"{place}pdf/").status_code == 404
