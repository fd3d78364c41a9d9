"""The demo platform's key: in demo.json alone, the same at every start, new when the file was lost."""

import json
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.test import Client
from django.utils import timezone

from accounts.fields import id_in_clear
from accounts.models import ApiClient, Professional
from ceportal.office.demo.cast import TRIED_ON
from credits.models import HourEntry


def key(folder: Path) -> dict[str, str]:
    call_command("load_demo", verbosity=0)
    return json.loads((folder / "demo.json").read_text(encoding="utf-8"))


@pytest.fixture
def folder(tmp_path: Path, settings: Any) -> Path:
    settings.DATA_DIR = tmp_path
    for command in ("load_reference", "load_regulation"):
        call_command(command, verbosity=0)
    return tmp_path


@pytest.mark.django_db
def test_the_demo_platform_can_report_hours_at_every_start(folder: Path, settings: Any) -> None:
    demo = key(folder)
    api = demo["api"]
    assert api.keys() == {"client_id", "client_secret", "platform"}
    assert key(folder)["api"] == api
    assert api["client_secret"] not in str(list(ApiClient.objects.values()))
    grant = {"grant_type": "client_credentials", "client_id": api["client_id"], "client_secret": api["client_secret"]}
    token = Client().post("/api/oauth/token", grant).json()
    assert len(token["scope"].split()) == 5
    person, today = demo["people"][0], timezone.localdate().isoformat()
    before = HourEntry.objects.count()
    record = {
        "record_id": "first-1", "id_number": person["id_number"], "name": person["name"], "subject": "public",
        "title": "数字技术与知识更新", "hours": "2.0", "started_on": today, "completed_on": today,
    }  # fmt: skip
    answer = Client().post(
        "/api/v1/hour-batches",
        {"records": [record, record | {"record_id": "first-2", "subject": "professional", "title": "专业课"}]},
        content_type="application/json",
        headers={"Authorization": f"Bearer {token['access_token']}"},
    )
    assert answer.json()["counts"]["accepted"] == 2
    assert HourEntry.objects.count() == before + 2
    (folder / "demo.json").unlink()
    assert key(folder)["api"]["client_secret"] != api["client_secret"]
    assert Client().post("/api/oauth/token", grant).status_code == 401
    settings.SANDBOX = True
    for _ in range(2):
        assert key(folder)["people"] == demo["people"]
    tried = Professional.objects.filter(name__in=[person.name for person in TRIED_ON], approved_at__isnull=False)
    assert {id_in_clear(each.id_sealed, ref=each.ref) for each in tried} == {each.id_number for each in TRIED_ON}
