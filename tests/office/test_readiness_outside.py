"""`manage.py doctor` tries what carries texts and keeps files, and reads the time zone, the disks and the journal."""

from collections.abc import Iterator
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import DEFAULT_DB_ALIAS, connection, connections
from django.utils import timezone
from django.utils.module_loading import import_string

from accounts.services.gateways import must_be_whole
from ceportal.kernel.shelves import bucket
from ceportal.kernel.shelves.bucket import BucketShelf
from ceportal.kernel.shelves.kinds import ShelfAway
from ceportal.office.rules.readiness import Finding
from ceportal.office.selectors import disks
from ceportal.office.services import readiness_outside as outside
from ceportal.office.services import readiness_place as place
from tests.accounts.mail_server import mail_server_in_use
from tests.accounts.sms_server import Gateway, gateway_in_use
from tests.buckets import BUCKET, bucket_server, client
from tests.portals import ROOT, free_port

NOW = timezone.now()
PHONE = "13912345679"


def one(ask: Any) -> Finding:
    (found,) = ask(NOW)
    return found  # type: ignore[no-any-return]


@pytest.fixture
def gateway(settings: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Gateway]:
    settings.DEMO = False
    with gateway_in_use(settings, tmp_path, monkeypatch) as found:
        yield found


def test_a_gateway_is_asked_and_sent_nothing(gateway: Gateway, settings: Any) -> None:
    gateway.status = 405
    assert not one(outside.texts).is_missing
    assert [(method, body) for method, _, _, body in gateway.heard] == [("OPTIONS", b"")], "and nothing else"
    gateway.status = 501
    assert not one(outside.texts).is_missing
    gateway.status = 503
    assert one(outside.texts).is_missing
    gateway.status, settings.SMS_GATEWAY_TOKEN = 200, "of yesterday"
    refused = one(outside.texts)
    assert refused.is_missing
    assert "SMS_GATEWAY_TOKEN" in refused.remedy
    settings.OUTGOING_NETWORKS = []
    away = one(outside.texts)
    assert away.is_missing
    assert "OUTGOING_NETWORKS" in away.remedy
    assert gateway.carried == {}


def test_a_text_that_is_written_into_a_file_is_no_text(settings: Any) -> None:
    settings.SMS_GATEWAY, settings.DEMO = "local", False
    assert one(outside.texts).is_missing
    settings.DEMO = True
    assert one(outside.texts).remedy
    settings.SMS_GATEWAY, settings.DEMO = "none", False
    without = one(outside.texts)
    assert not without.is_missing
    assert without.remedy


def test_a_class_of_ones_own_is_asked_too(settings: Any) -> None:
    settings.SMS_GATEWAY = "tests.accounts.test_gateways.OnesOwn"
    must_be_whole(import_string)
    found = one(outside.texts)
    assert found.is_missing
    assert "line down" in found.text


@pytest.mark.django_db
def test_one_text_is_sent_to_a_number_that_is_typed(gateway: Gateway, monkeypatch: pytest.MonkeyPatch) -> None:
    def send() -> str:
        out = StringIO()
        call_command("doctor", "--send-test-sms", stdout=out)
        return out.getvalue()

    monkeypatch.setattr("builtins.input", lambda prompt: PHONE)
    assert "已接受" in send()
    ((phone, text),) = gateway.carried.values()
    assert phone == PHONE
    assert "测试短信" in text
    gateway.status = 500
    with pytest.raises(CommandError, match="没有发出"):
        send()
    monkeypatch.setattr("builtins.input", lambda prompt: "139")
    with pytest.raises(CommandError, match="11 位"):
        send()


def test_a_mail_server_is_signed_in_at_and_sent_nothing(
    settings: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with mail_server_in_use(settings, tmp_path, monkeypatch) as server:
        assert not one(outside.mail).is_missing
        settings.EMAIL_HOST_PASSWORD = "of yesterday"
        assert "EMAIL_HOST_PASSWORD" in one(outside.mail).remedy
        with monkeypatch.context() as patch:
            patch.delenv("SSL_CERT_FILE")
            assert "证书不被信任" in one(outside.mail).text
        settings.EMAIL_PORT = free_port()
        assert "EMAIL_PORT" in one(outside.mail).remedy
        settings.DEFAULT_FROM_EMAIL = settings.NOBODYS_ADDRESS
        sender, away = outside.mail(NOW)
        assert (sender.part, sender.is_missing, away.is_missing) == ("发件人", True, True)
    assert server.taken == []


def test_one_letter_is_sent_to_an_address_that_is_typed(
    settings: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("builtins.input", lambda prompt: "zhang@example.com")
    with mail_server_in_use(settings, tmp_path, monkeypatch) as server:
        call_command("doctor", "--send-test-mail", stdout=StringIO())
        (letter,) = server.taken
        assert letter["To"] == "zhang@example.com"
        assert "测试邮件" in letter["Subject"]
        server.says = "550 no such mailbox"
        with pytest.raises(CommandError, match="没有发出"):
            call_command("doctor", "--send-test-mail")
        monkeypatch.setattr("builtins.input", lambda prompt: "zhang")
        with pytest.raises(CommandError, match="不是一个邮箱地址"):
            call_command("doctor", "--send-test-mail")
    assert len(server.taken) == 1


@pytest.fixture(scope="module")
def server() -> Iterator[dict[str, str]]:
    with bucket_server() as found:
        yield found


@pytest.fixture
def in_bucket(server: dict[str, str], settings: Any) -> Iterator[dict[str, str]]:
    for name, value in server.items():
        setattr(settings, name, value)
    bucket.bucket_shelf.cache_clear()
    yield server
    bucket.bucket_shelf.cache_clear()
    store = client(server["FILES_ENDPOINT"])
    for left in store.list_objects_v2(Bucket=BUCKET).get("Contents", []):
        store.delete_object(Bucket=BUCKET, Key=left["Key"])


def test_a_bucket_is_written_to_read_and_left_as_it_was(in_bucket: dict[str, str]) -> None:
    found = one(outside.files)
    assert (found.is_missing, found.remedy) == (False, "")
    assert "Contents" not in client(in_bucket["FILES_ENDPOINT"]).list_objects_v2(Bucket=BUCKET)


def test_a_bucket_that_is_not_there_or_does_not_answer_is_named(in_bucket: dict[str, str], settings: Any) -> None:
    settings.FILES_BUCKET = "of-somebody-else"
    found = one(outside.files)
    assert found.is_missing
    assert "NoSuchBucket" in found.text
    settings.FILES_BUCKET, settings.FILES_ENDPOINT = BUCKET, f"http://127.0.0.1:{free_port()}"
    bucket.bucket_shelf.cache_clear()
    away = one(outside.files)
    assert away.is_missing
    assert "FILES_ENDPOINT" in away.remedy


def test_a_bucket_that_keeps_what_it_shall_let_go_of_or_other_bytes_is_named(
    in_bucket: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    drop = BucketShelf.drop

    def refuse(shelf: BucketShelf, key: str) -> None:
        raise ShelfAway("AccessDenied")

    with monkeypatch.context() as patch:
        patch.setattr(BucketShelf, "drop", lambda shelf, key: None)
        assert "删不掉" in one(outside.files).text
        patch.setattr(BucketShelf, "drop", refuse)
        assert one(outside.files).is_missing
        patch.setattr(BucketShelf, "drop", drop)
        patch.setattr(outside, "read", lambda shelf, key: b"other bytes")
        assert "内容不对" in one(outside.files).text


def test_without_a_bucket_nothing_is_asked(settings: Any) -> None:
    settings.FILES_BUCKET = ""
    assert list(outside.files(NOW)) == []


@pytest.mark.django_db
def test_the_zone_of_the_portal_and_those_of_others(
    settings: Any, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "zoneinfo" / "Europe").mkdir(parents=True)
    (tmp_path / "zoneinfo" / "Europe" / "Paris").touch()
    (tmp_path / "localtime").symlink_to(tmp_path / "zoneinfo" / "Europe" / "Paris")
    monkeypatch.setattr(place, "LOCALTIME", tmp_path / "localtime")
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT reset_val FROM pg_settings WHERE name = 'TimeZone'")
            (of_server,) = cursor.fetchone()
        assert f"数据库 {of_server}" in one(place.zone).text or of_server == "Asia/Shanghai"
    found = one(place.zone)
    assert "本机 Europe/Paris" in found.text
    assert not found.is_missing
    settings.CELERY_TIMEZONE = "UTC"
    assert one(place.zone).is_missing


@pytest.mark.django_db
def test_each_disk_is_named_once_and_what_is_not_mounted_too(
    settings: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(disks, "POSTGRESQL", tmp_path)
    settings.DATA_DIR, settings.BACKUP_DIR, settings.DISKS = tmp_path, str(tmp_path / "backup"), []
    (found, missing) = place.disks(NOW)
    assert found.part == "数据的磁盘"
    assert (missing.part, missing.is_missing) == ("备份的磁盘", True)
    (tmp_path / "backup").mkdir()
    (found, same) = place.disks(NOW)
    assert (same.part, same.is_missing) == ("备份的磁盘", False)
    assert "同一块磁盘" in same.text
    shared = Path("/dev/shm")
    if shared.exists() and shared.stat().st_dev != tmp_path.stat().st_dev:
        settings.BACKUP_DIR, settings.DISKS = str(shared), [str(tmp_path), str(shared)]
        assert [each.part for each in place.disks(NOW) if "GB" in each.text] == ["数据的磁盘", "备份的磁盘"]


def test_a_database_elsewhere_has_its_disk_elsewhere(settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(disks, "POSTGRESQL", Path("/"))
    # The wrapper: after a test of the browser a teardown has a loop running, and there the proxy stands for another.
    monkeypatch.setattr(connections[DEFAULT_DB_ALIAS], "vendor", "postgresql")
    for host, is_here in {"": True, "/var/run/postgresql": True, "127.0.0.1": True, "10.1.2.3": False}.items():
        monkeypatch.setitem(connections[DEFAULT_DB_ALIAS].settings_dict, "HOST", host)
        assert ("disk.database" in [each.code for each in disks.named_places()]) is is_here


def test_a_journal_that_nobody_told_to_keep_is_named(
    settings: Any, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(place, "SYSTEMD", tmp_path)
    monkeypatch.setattr(place, "JOURNAL", tmp_path / "journald@ceportal.conf")
    settings.DEMO = False
    assert "journal.conf" in one(place.journal).remedy
    place.JOURNAL.write_bytes((ROOT / "deploy" / "systemd" / "journal.conf").read_bytes())
    assert one(place.journal).remedy == ""
    more = tmp_path / "journald@ceportal.conf.d"
    more.mkdir()
    (more / "short.conf").write_text("[Journal]\nMaxRetentionSec=2week\n")
    assert "MaxRetentionSec" in one(place.journal).text
    monkeypatch.setattr(place, "SYSTEMD", tmp_path / "none")
    assert list(place.journal(NOW)) == [], "a container's log is its host's"
