"""Files that arrive in pieces: from where it stopped, for the owner alone, once, and nothing of it left behind."""

import os
import resource
import signal
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from accounts.models import User
from ceportal.kernel.models import PartialUpload, StoredFile
from ceportal.kernel.rules.refusal import Refused
from ceportal.kernel.services.receiving import announce, finish, forget_uploads, receive
from tests import factories as make
from tests.kernel import zoo
from tests.kernel.keeping import files_kept, path_of
from tests.races import settled

pytestmark = pytest.mark.django_db
DOOR = "/uploads/"


@pytest.fixture(autouse=True)
def small_pieces(settings: Any) -> None:
    settings.UPLOAD_PIECE_BYTES = 1000


@pytest.fixture
def signed_in(client: Client, owner: User) -> Client:
    client.force_login(owner)
    return client


def announced(client: Client, data: bytes, **changes: Any) -> dict[str, Any]:
    answer = client.post(DOOR, {"name": "证书.png", "type": "image/png", "size": len(data)} | changes)
    assert answer.status_code == 201, answer.content
    assert answer["Location"] == answer.json()["address"]
    return dict(answer.json())


def send(client: Client, address: str, offset: object, piece: bytes) -> Any:
    return client.post(address, piece, "application/octet-stream", headers={"Upload-Offset": str(offset)})


def parts(settings: Any) -> list[Path]:
    return list((settings.DATA_DIR / "uploads").glob("*"))


def begun(owner: User, data: bytes, *, whole: bool = True) -> PartialUpload:
    upload = announce(name="a.png", content_type="image/png", size=len(data), owner=owner, now=timezone.now())
    return receive(upload, offset=0, piece=data if whole else data[: len(data) // 2])


def test_a_file_in_pieces_becomes_a_file(signed_in: Client, owner: User, settings: Any) -> None:
    data = zoo.png(90, 90, compress_level=0)
    told = announced(signed_in, data)
    assert (told["offset"], told["size"], told["piece"]) == (0, len(data), 1000)
    offset = 0
    while offset < len(data):
        answer = send(signed_in, told["address"], offset, data[offset : offset + 1000])
        assert answer.status_code == 200
        offset = answer.json()["offset"]
    stored = finish(PartialUpload.objects.get(ref=told["ref"]), owner=owner, now=timezone.now())
    assert stored.size == len(data)
    assert stored.name == "证书.png"
    assert files_kept() == [path_of(stored)]
    assert parts(settings) == []


def test_a_piece_takes_few_queries(signed_in: Client, django_assert_max_num_queries: Any) -> None:
    """Of a file of 20 MB there are forty."""
    address = announced(signed_in, b"x" * 2000)["address"]
    with django_assert_max_num_queries(8):
        assert send(signed_in, address, 0, b"x" * 1000).status_code == 200
    with django_assert_max_num_queries(5):
        assert signed_in.get(address).status_code == 200


def test_after_a_break_it_goes_on_where_it_stopped(signed_in: Client) -> None:
    data = zoo.png(90, 90, compress_level=0)
    address = announced(signed_in, data)["address"]
    send(signed_in, address, 0, data[:700])
    for wrong in (0, 699, 701, 5000):
        refused = send(signed_in, address, wrong, data[:10])
        assert refused.status_code == 409
        assert refused.json()["code"] == "wrong_offset"
    assert signed_in.get(address).json()["offset"] == 700
    assert send(signed_in, address, 700, data[700:1500]).json()["offset"] == 1500


def test_what_was_written_and_not_counted_is_written_again(owner: User, settings: Any) -> None:
    """A worker that dies between the bytes and their count."""
    data = zoo.png(90, 90, compress_level=0)
    upload = begun(owner, data, whole=False)
    with parts(settings)[0].open("ab") as part:
        part.write(b"rubbish" * 5000)
    receive(upload, offset=upload.received, piece=data[upload.received :])
    assert finish(upload, owner=owner, now=timezone.now()).size == len(data)


def test_asked_again_it_is_the_same_file(owner: User) -> None:
    upload = begun(owner, zoo.png())
    first = finish(upload, owner=owner, now=timezone.now())
    assert finish(upload, owner=owner, now=timezone.now()) == first
    assert StoredFile.objects.count() == 1


def test_half_a_file_is_no_file(owner: User, settings: Any) -> None:
    upload = begun(owner, zoo.png(), whole=False)
    with pytest.raises(Refused, match="没有传完"):
        finish(upload, owner=owner, now=timezone.now())
    assert len(parts(settings)) == 1
    assert not StoredFile.objects.exists()


def test_a_hostile_file_in_pieces_is_refused_as_a_whole_one(owner: User, settings: Any) -> None:
    upload = begun(owner, b"MZ\x90\0" + bytes(60))
    with pytest.raises(Refused, match="只能上传"):
        finish(upload, owner=owner, now=timezone.now())
    assert parts(settings) == []
    assert files_kept() == []
    assert not PartialUpload.objects.exists()


@pytest.mark.parametrize(
    ("size", "status", "says"),
    [
        (0, 400, "0 字节"), (20 * 1024 * 1024 + 1, 413, "20 MB"), ("", 422, "大小"), ("-1", 422, "大小"),
        ("1e3", 422, "大小"), ("１００", 422, "大小"), ("9" * 5000, 422, "大小"), ("999999999999", 413, "20 MB"),
    ],
)  # fmt: skip
def test_a_size_that_is_none(signed_in: Client, size: object, status: int, says: str) -> None:
    answer = signed_in.post(DOOR, {"name": "a", "size": size})
    assert answer.status_code == status
    assert says in answer.json()["problems"][0]
    assert not PartialUpload.objects.exists()


@pytest.mark.parametrize(
    ("offset", "piece", "status"),
    [
        ("", b"x", 422), ("-1", b"x", 422), ("٣", b"x", 422), ("0 ", b"", 422), ("0", b"", 422),
        ("0", b"x" * 1001, 413), ("0", b"x" * 101, 422), ("9" * 400, b"x", 422), ("999999999999", b"x", 409),
    ],
)  # fmt: skip
def test_a_piece_that_is_none(signed_in: Client, offset: str, piece: bytes, status: int) -> None:
    address = announced(signed_in, b"x" * 100)["address"]
    answer = send(signed_in, address, offset, piece)
    assert answer.status_code == status
    assert answer.json()["problems"]
    assert signed_in.get(address).json()["offset"] == 0


def test_it_exists_for_its_owner_alone(signed_in: Client) -> None:
    address = announced(signed_in, b"x" * 100)["address"]
    stranger = Client()
    stranger.force_login(make.user("另一人"))
    absent = "/uploads/00000000-0000-4000-8000-000000000000/"
    for ask in (lambda to: stranger.get(to), lambda to: send(stranger, to, 0, b"x"), lambda to: stranger.delete(to)):
        assert ask(address).status_code == ask(absent).status_code == 404
    assert Client().get(address).status_code == 302
    assert signed_in.get(address).json()["offset"] == 0


def test_it_can_be_given_up(signed_in: Client, settings: Any) -> None:
    address = announced(signed_in, b"x" * 100)["address"]
    send(signed_in, address, 0, b"x")
    assert signed_in.delete(address).status_code == 204
    assert signed_in.get(address).status_code == 404
    assert parts(settings) == []


def test_a_form_of_another_site_begins_nothing(owner: User) -> None:
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(owner)
    assert strict.post(DOOR, {"size": 5}).status_code == 403
    assert not PartialUpload.objects.exists()


@pytest.mark.asvs("v5.0.0-5.2.4")
def test_only_so_many_at_once_and_so_often(signed_in: Client, settings: Any) -> None:
    settings.UPLOADS_AT_ONCE = 2
    for _ in range(2):
        announced(signed_in, b"x" * 100)
    refused = signed_in.post(DOOR, {"name": "a", "size": 5})
    assert refused.status_code == 429
    assert "没有传完" in refused.json()["problems"][0]
    settings.UPLOAD_RATE = "1 per hour"
    settings.UPLOADS_AT_ONCE = 10
    announced(signed_in, b"x" * 100)
    often = signed_in.post(DOOR, {"name": "a", "size": 5}, headers={"Accept": "application/json"})
    assert often.status_code == 429
    assert 0 < int(often["Retry-After"]) <= 3600
    assert "后再试" in often.json()["problems"][0]
    assert often.json()["code"] == "too_often"
    page = signed_in.post(DOOR, {"name": "a", "size": 5}, headers={"Accept": "text/html"})
    assert "操作过于频繁" in page.content.decode()


def test_no_number_stands_in_its_name(owner: User) -> None:
    name = "张三410203198503120011_13812345678.jpg"
    upload = announce(name=name, content_type="x" * 500, size=5, owner=owner, now=timezone.now())
    assert upload.name == "张三410203********0011_138****5678.jpg"
    assert len(upload.content_type) == 60


def test_what_nobody_finishes_goes(owner: User, settings: Any) -> None:
    now = timezone.now()
    kept, expired = begun(owner, zoo.png(), whole=False), begun(owner, zoo.png(), whole=False)
    PartialUpload.objects.filter(pk=expired.pk).update(expires_at=now)
    lost = settings.DATA_DIR / "uploads" / f"{'0' * 32}.part"
    lost.write_bytes(b"x")
    for path in parts(settings):
        os.utime(path, (0, 0))
    assert forget_uploads(now=now) == 2
    assert [path.stem for path in parts(settings)] == [kept.ref.hex]
    assert list(PartialUpload.objects.all()) == [kept]
    with pytest.raises(Refused, match="已被清除"):
        receive(expired, offset=expired.received, piece=b"x")
    assert [path.stem for path in parts(settings)] == [kept.ref.hex]
    assert forget_uploads(now=now + timedelta(hours=settings.UPLOAD_HOURS, minutes=1)) == 1
    assert parts(settings) == []


@pytest.mark.django_db(transaction=True)
def test_of_many_hands_with_one_piece_one_is_counted(owner: User) -> None:
    data = zoo.png(90, 90, compress_level=0)
    upload = announce(name="a", content_type="", size=len(data), owner=owner, now=timezone.now())

    def hand() -> PartialUpload:
        return receive(PartialUpload.objects.get(pk=upload.pk), offset=0, piece=data[:500])

    ends = settled([hand] * 6)
    assert sum(isinstance(end, PartialUpload) for end in ends) == 1
    assert all(isinstance(end, PartialUpload | Refused) for end in ends)
    upload.refresh_from_db()
    assert upload.received == 500
    receive(upload, offset=500, piece=data[500:])
    assert finish(upload, owner=owner, now=timezone.now()).size == len(data)


def test_a_full_disk_keeps_what_was_there(owner: User, settings: Any) -> None:
    data = zoo.png(90, 90, compress_level=0)
    upload = receive(
        announce(name="a", content_type="", size=len(data), owner=owner, now=timezone.now()), offset=0, piece=data[:400]
    )
    path = parts(settings)[0]
    before, handler = resource.getrlimit(resource.RLIMIT_FSIZE), signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (1024, before[1]))
    try:
        with pytest.raises(Refused) as refused:
            receive(upload, offset=400, piece=data[400:])
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
        signal.signal(signal.SIGXFSZ, handler)
    assert refused.value.reasons[0].code == "disk_full"
    assert path.read_bytes()[:400] == data[:400]
    upload.refresh_from_db()
    assert upload.received == 400
