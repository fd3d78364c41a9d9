"""Each fault put in names its part and its alarm, on the operator's page and in /metrics."""

import json
import logging
import shutil
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.http import HttpResponse
from django.test import Client, RequestFactory
from django.urls import resolve
from django.utils import timezone

from accounts.enums import NoticeEvent
from accounts.models import Notice, User
from ceportal.kernel.enums import FileState
from ceportal.kernel.middleware import RequestFacts
from ceportal.kernel.models import MAX_ATTEMPTS, Attempt, CalendarNotice, Heartbeat, Job, StoredFile
from ceportal.kernel.services.slow_queries import forget_slow_queries, slow_queries
from ceportal.kernel.services.trail import record
from ceportal.kernel.web.logs import JsonLines, RequestId
from ceportal.office.rules.alarms import ringing
from ceportal.office.selectors.disks import Place
from ceportal.office.services import backing_up, figures
from ceportal.office.services.beginnings import note_beginnings
from ceportal.office.services.figures import readings
from certificates.services.sealing import key_file
from credits.models import ChangedAccount, YearAccount
from tests import factories as make

pytestmark = pytest.mark.django_db


def told() -> set[tuple[str, str]]:
    return {(each.alarm.code, each.part) for each in ringing(readings(now=timezone.now()))}


def _old_notice(**more: Any) -> Notice:
    then = timezone.now() - timedelta(hours=1)
    return Notice.objects.create(
        to=make.user(), event=NoticeEvent.values[0], key=str(more), text="x", created_at=then, **more
    )


def test_nothing_rings_at_a_whole_portal_and_each_fault_is_named(
    whole: None, settings: Any, client: Client, operator: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert told() == set()
    now, long_ago = timezone.now(), timezone.now() - timedelta(days=2)
    client.force_login(operator)
    assert "一切正常" in client.get("/operation/").content.decode()

    _old_notice()
    Heartbeat.objects.create(name="certificates.make_sheets", at=long_ago)
    Attempt.objects.create(job="overdue:x", row_id=1, begun_at=now, attempts=MAX_ATTEMPTS)
    Attempt.objects.create(job="overdue:x", row_id=2, begun_at=now, attempts=1, claimed_until=long_ago)
    Job.objects.create(kind="rules.judge", created_at=long_ago)
    StoredFile.objects.create(
        digest="0" * 64, shown_digest="0" * 64, size=1, shown_size=1, state=FileState.QUARANTINED, stored_at=long_ago
    )
    account = YearAccount.objects.create(
        professional=make.professional(),
        year=now.year,
        area_id="410203",
        level="中级",
        rule_set="x",
        changed_at=long_ago,
    )
    ChangedAccount.objects.create(account=account, version=1, changed_at=long_ago)
    record("x.y", make.user(), by=None, now=long_ago)
    key_file().unlink()
    CalendarNotice.objects.update(year=now.year - 1)
    monkeypatch.setattr(shutil, "disk_usage", lambda path: shutil._ntuple_diskusage(100, 90, 10))  # type: ignore[attr-defined]
    settings.SLOW_QUERY_MS = -1
    with connection.cursor() as cursor:
        for _ in range(51):
            cursor.execute("SELECT %s", ["41010519900307123X"])
    settings.SLOW_QUERY_MS = 10_000
    expected = {
        ("outbox_old", "notices"), ("outbox_old", "quarantine"), ("outbox_old", "settling"),
        ("job_late", "certificates.make_sheets"),
        ("dead_letters", "attempts"), ("claims_expired", "attempts"), ("work_old", "jobs"), ("trail_unsealed", ""),
        ("signing_key_ends", ""), ("calendar_ends", ""), ("disk_filling", "disk.data"), ("slow_queries", ""),
    }  # fmt: skip
    assert told() == expected
    page = client.get("/operation/").content.decode()
    for code, _ in expected:
        assert f"<code>{code}</code>" in page
    assert "证书制作" in page
    assert "SELECT %s" in page
    assert "41010519900307123X" not in page

    settings.CELERY_BROKER_URL = "redis://127.0.0.1:9/0"
    assert told() - expected == {("part_silent", "broker")}
    assert "消息中间件没有应答" in client.get("/operation/").content.decode()


def test_what_never_happened_rings_from_the_day_on_which_it_could_have(whole: None, settings: Any) -> None:
    """A backup, a check or a job that fails from the first day on leaves no mark that could grow old."""
    now = timezone.now()
    note_beginnings(now=now - timedelta(minutes=14))
    assert told() == set()
    Heartbeat.objects.filter(name__startswith="begun.").delete()
    note_beginnings(now=now - timedelta(days=2))
    note_beginnings(now=now)
    late = {("job_late", job) for job in settings.CLOCK_JOBS}
    assert told() == {("backup_old", ""), ("check_late", "")} | late
    for name in (backing_up.SIGN, *settings.CLOCK_JOBS):
        Heartbeat.objects.create(name=name, at=now)
    assert told() == {("check_late", "")}


def test_the_disk_that_fills_is_named(
    whole: None, settings: Any, client: Client, operator: User, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """The backups' own disk, and one that the operator named besides; that of the data is nearly empty."""
    places = [Place("disk.data", tmp_path), Place("disk.backup", Path("/backup")), Place("disk./wal", Path("/wal"))]
    monkeypatch.setattr(figures, "watched_places", lambda: places)
    usage = shutil._ntuple_diskusage  # type: ignore[attr-defined]
    monkeypatch.setattr(
        shutil, "disk_usage", lambda path: usage(100, 10, 90) if path == tmp_path else usage(100, 90, 10)
    )
    assert told() == {("disk_filling", "disk.backup"), ("disk_filling", "disk./wal")}
    client.force_login(operator)
    page = client.get("/operation/").content.decode()
    assert "备份的磁盘已用" in page
    assert 'data-label="在哪里">磁盘 /wal<' in page
    assert '"在哪里">数据的磁盘' not in page


def test_many_that_fail_ring_and_one_does_not(whole: None) -> None:
    for number in range(20):
        _old_notice(last_error=f"OSError {number}")
    assert ("delivery_failing", "notices") not in told()
    _old_notice(last_error="OSError")
    assert ("delivery_failing", "notices") in told()


def test_metrics_are_for_those_admitted_alone(whole: None, client: Client, settings: Any) -> None:
    assert client.get("/metrics").status_code == 404
    settings.METRICS_TOKEN = "t0ken-of-the-watcher"
    assert client.get("/metrics").status_code == 404
    assert client.get("/metrics", headers={"Authorization": "Bearer t0ken"}).status_code == 404
    assert client.get("/metrics", headers={"Authorization": "Basic t0ken-of-the-watcher"}).status_code == 404
    settings.METRICS_ADDRESSES = ["10.0.0.0/8"]
    assert client.get("/metrics").status_code == 404
    assert client.get("/metrics", REMOTE_ADDR="10.1.2.3").status_code == 200
    _old_notice()
    answer = client.get("/metrics", headers={"Authorization": "Bearer t0ken-of-the-watcher"})
    lines = answer.content.decode().splitlines()
    assert answer["Content-Type"].startswith("text/plain")
    assert 'ceportal_up{part="worker"} 1.0' in lines
    assert 'ceportal_waiting{part="notices"} 1.0' in lines
    assert 'ceportal_alarm{code="outbox_old",part="notices"} 1.0' in lines


@pytest.mark.django_db(transaction=True)
def test_without_a_database_the_figures_say_so(whole: None, monkeypatch: pytest.MonkeyPatch) -> None:
    connection.close()
    monkeypatch.setitem(connection.settings_dict, "NAME", "/nowhere/at/all")
    found = told()
    monkeypatch.undo()
    connection.close()
    assert ("part_silent", "database") in found


def test_notes_on_slow_queries_are_bounded_and_forgotten(whole: None, settings: Any, tmp_path: Path) -> None:
    settings.SLOW_QUERY_MS = -1
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT 1 {'+ 1 ' * 500}")
    settings.SLOW_QUERY_MS = 10_000
    now = timezone.now()
    (query,) = slow_queries(since=now - timedelta(hours=1))
    assert (query.count, len(query.text)) == (1, 500)
    (file,) = (tmp_path / "slow-queries").iterdir()
    file.write_text(file.read_text() + "torn", encoding="utf-8")
    assert len(slow_queries(since=now - timedelta(hours=1))) == 1
    assert forget_slow_queries(now=now) == 0
    assert forget_slow_queries(now=now + timedelta(days=16)) == 1
    (tmp_path / "slow-queries").rmdir()
    (tmp_path / "slow-queries").write_text("no folder", encoding="utf-8")
    settings.SLOW_QUERY_MS = -1
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    settings.SLOW_QUERY_MS = 10_000
    assert slow_queries(since=now - timedelta(hours=1)) == []


def _written(record: logging.LogRecord) -> dict[str, Any]:
    RequestId().filter(record)
    return dict(json.loads(JsonLines().format(record)))


def test_a_line_of_the_log_is_json_and_says_nothing_about_anybody(rf: RequestFactory) -> None:
    log = logging.getLogger("tests")
    try:
        raise ValueError("张三 41010519900307123X")
    except ValueError as error:
        record = log.makeRecord(
            "x", logging.ERROR, "f", 1, "of %s", ("13812345678",), (ValueError, error, error.__traceback__)
        )
    line = _written(record)
    assert line["error"] == "ValueError"
    assert line["where"][-1].startswith("tests/office/test_alarms.py:")
    assert line["message"] == "of 138****5678"
    assert not any(word in json.dumps(line, ensure_ascii=False) for word in ("张三", "4101051990"))

    request = rf.get("/v/a-secret-token/")
    request.resolver_match = resolve("/v/a-secret-token/")
    response = RequestFacts(lambda request: HttpResponse(status=500))(request)
    record = log.makeRecord("django.request", logging.ERROR, "f", 1, "%s: %s", ("Error", request.path), None)
    record.__dict__ |= {"request": request, "status_code": 500}
    line = _written(record)
    assert line["request_id"] == response["X-Request-Id"]
    assert (line["status"], line["message"]) == (500, f"GET {request.resolver_match.route}")
    assert "a-secret-token" not in json.dumps(line)
    del request.resolver_match
    request.resolver_match = None
    assert _written(record)["message"] == "GET ?"
