"""While the portal is worked on: plain words, 503 and Retry-After for machines, a clock that rests or goes on."""

from datetime import timedelta
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from celery.exceptions import Ignore
from django.core.management import CommandError, call_command
from django.db import InternalError, OperationalError
from django.test import Client
from django.utils import timezone

from accounts.models import User
from ceportal.celery import app
from ceportal.kernel.models import Heartbeat
from ceportal.office.rules.alarms import ringing
from ceportal.office.services.clock import run_all
from ceportal.office.services.figures import readings
from ceportal.office.views import health


@pytest.fixture
def folder(settings: Any, tmp_path: Path) -> Path:
    app.loader.import_default_modules()
    settings.DATA_DIR = tmp_path
    return tmp_path


def said(*arguments: str) -> str:
    out = StringIO()
    call_command("maintenance", *arguments, stdout=out)
    return out.getvalue()


@pytest.mark.django_db
def test_closed_and_open_again(client: Client, operator: User, folder: Path) -> None:
    client.force_login(operator)
    with pytest.raises(CommandError, match="不是时间"):
        said("closed", "--until", "soon")
    assert "照常" in said()
    assert "已关闭" in said("closed", "--until", "2099-12-01T06:00")
    answer = client.get("/operation/")
    page = answer.content.decode()
    assert (answer.status_code, answer["Cache-Control"]) == (503, "no-store")
    assert int(answer["Retry-After"]) > 3600
    assert "系统正在维护" in page
    assert "2099年12月1日 06:00" in page
    told = client.post("/api/v1/hour-batches", {}, content_type="application/json")
    assert (told.status_code, told.json()["code"]) == (503, "maintenance")
    assert int(told["Retry-After"]) > 3600
    assert [client.get(path).status_code for path in ("/healthz", "/readyz", "/metrics")] == [200, 200, 404]
    with pytest.raises(Ignore):
        app.tasks["accounts.deliver_notices"]()
    app.tasks["office.heartbeat"]()
    assert Heartbeat.objects.get().name == "office.heartbeat"
    assert list(run_all(now=timezone.now())) == ["kernel.seal_trail"]
    assert "照常" in said("off")
    assert "现在只能查看" not in client.get("/operation/").content.decode()


@pytest.mark.django_db
def test_read_only_people_look_and_the_clock_goes_on(client: Client, operator: User, folder: Path) -> None:
    assert "只读" in said("read-only")
    client.force_login(operator)
    looked = client.get("/operation/")
    assert looked.status_code == 200
    assert "现在只能查看，暂时不能提交" in looked.content.decode()
    refused = client.post("/operation/retry/", {"kind": "notices"})
    assert (refused.status_code, refused["Retry-After"]) == (503, "600")
    assert "现在只能查看" in refused.content.decode()
    app.tasks["accounts.deliver_notices"]()
    since = timezone.now() + timedelta(hours=5)
    assert "maintenance_lasts" in {each.alarm.code for each in ringing(readings(now=since))}


class NoWrites(Exception):
    pgcode = "25006"


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("error", "status"),
    [(OperationalError("disk full"), 503), (InternalError("read-only"), 503), (InternalError("x"), 500)],
    ids=["full", "takes no writes", "a fault of ours"],
)
def test_a_database_that_cannot_is_busy_and_not_broken(
    error: Exception, status: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    if str(error) == "read-only":
        error.__cause__ = NoWrites()

    def fail(**_: object) -> None:
        raise error

    monkeypatch.setattr(health, "health", fail)
    answer = Client(raise_request_exception=False).get("/readyz")
    assert answer.status_code == status
    assert ("系统繁忙" in answer.content.decode()) == (status == 503)
    assert answer.headers.get("Retry-After") == ("5" if status == 503 else None)
