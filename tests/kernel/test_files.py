"""The file zoo (inputs.md D, reliability T18, X15): what is kept, what is refused, and what a browser is told."""

import io
import resource
import signal
import subprocess
import sys
import threading
from urllib.parse import unquote

import pytest
from django.conf import settings
from django.db import connection
from django.test import override_settings
from django.utils import timezone
from PIL import Image

from accounts.models import User
from ceportal.kernel.models import StoredFile
from ceportal.kernel.rules.files import Kind, display_name
from ceportal.kernel.rules.refusal import Refused
from ceportal.kernel.services.files import store
from ceportal.kernel.web.serving import serve, status_of
from ceportal.kernel.web.uploads import BoundedUploads
from tests import factories as make
from tests.kernel import zoo
from tests.kernel.keeping import files_kept, keep, path_of, upload

pytestmark = pytest.mark.django_db


@pytest.mark.asvs("v5.0.0-14.2.8")
def test_a_picture_keeps_its_pixels_and_nothing_else(owner: User) -> None:
    stored = keep(zoo.phone_photo() + zoo.SCRIPT, owner)
    shown = path_of(stored).read_bytes()
    assert b"<script>" not in shown
    assert b"hidden note" not in shown
    assert b"PhoneMaker" not in shown
    assert b"Exif" not in shown
    with Image.open(io.BytesIO(shown)) as picture:
        assert picture.size == (60, 80)


def test_a_heic_photograph_is_shown_as_a_jpeg_upright_and_bare(owner: User) -> None:
    """The place where it was taken stands in it too."""
    exif = Image.Exif()
    exif[0x010F] = "PhoneMaker"
    exif[0x0112] = 6
    exif.get_ifd(0x8825)[2] = (34.0, 47.0, 50.0)
    stored = keep(zoo.heic(80, 60, exif=exif.tobytes()), owner, name="IMG_0001.HEIC", claimed="image/heic")
    assert (stored.content_type, stored.name) == ("image/jpeg", "IMG_0001.jpg")
    shown = path_of(stored).read_bytes()
    assert shown.startswith(b"\xff\xd8\xff")
    assert b"PhoneMaker" not in shown
    assert b"Exif" not in shown
    with Image.open(io.BytesIO(shown)) as picture:
        assert picture.size == (60, 80)
    assert stored.digest != stored.shown_digest


def test_what_is_appended_to_a_png_does_not_survive(owner: User) -> None:
    stored = keep(zoo.png() + zoo.SCRIPT, owner, claimed="image/png")
    assert b"<script>" not in path_of(stored).read_bytes()


def test_a_transparent_picture_lies_on_white(owner: User) -> None:
    out = io.BytesIO()
    Image.new("RGBA", (4, 4), (0, 0, 0, 0)).save(out, "PNG")
    with Image.open(path_of(keep(out.getvalue(), owner))) as picture:
        assert picture.getpixel((1, 1)) == (255, 255, 255)


def test_the_same_file_twice_is_one_row(owner: User) -> None:
    data = zoo.pdf()
    assert keep(data, owner).pk == keep(data, owner, name="另一个名字.pdf").pk
    assert StoredFile.objects.count() == 1


def test_the_same_file_of_another_owner_is_another_row_over_the_same_bytes(owner: User) -> None:
    data = zoo.pdf()
    one, other = keep(data, owner), keep(data, make.user("另一人"))
    assert one.pk != other.pk
    assert files_kept() == [path_of(one)]


def test_a_lost_file_comes_back_when_handed_in_again(owner: User) -> None:
    data = zoo.pdf()
    stored = keep(data, owner)
    path_of(stored).unlink()
    assert keep(data, owner).pk == stored.pk
    assert path_of(stored).exists()


@pytest.mark.django_db(transaction=True)
def test_the_same_file_from_many_hands_at_once_is_one_row(owner: User) -> None:
    data, found = zoo.png(), []
    hands = [threading.Thread(target=lambda: found.append(_keep_and_close(data, owner))) for _ in range(6)]
    for hand in hands:
        hand.start()
    for hand in hands:
        hand.join()
    assert len(found) == 6
    assert len(set(found)) == 1
    assert len(files_kept()) == 1


def _keep_and_close(data: bytes, owner: User) -> int:
    try:
        return keep(data, owner).pk
    finally:
        connection.close()


@pytest.mark.asvs("v5.0.0-5.3.2")
@pytest.mark.parametrize(
    ("given", "shown"),
    [
        ("../../etc/passwd", "passwd.pdf"),
        ("C:\\Users\\me\\结业证书.pdf", "结业证书.pdf"),
        ("结业证书.PDF", "结业证书.pdf"),
        ("a\r\nSet-Cookie: x=1.pdf", "a Set-Cookie: x=1.pdf"),
        ("证\u202eexe.fdp", "证 exe.pdf"),
        ("410203198503120011.jpg", "410203********0011.pdf"),
        ("张三４１０２０３１９８５０３１２００１Ｘ.jpg", "张三410203********001X.pdf"),
        ("13812345678 证书.jpg", "138****5678 证书.pdf"),
        ("", "材料.pdf"),
        ("...", "材料.pdf"),
        ("长" * 400 + ".pdf", "长" * 100 + ".pdf"),
        ("第1.2版说明文字", "第1.2版说明文字.pdf"),
    ],
)
def test_a_name_is_for_reading_only(given: str, shown: str) -> None:
    assert display_name(given, Kind.PDF) == shown


@pytest.mark.asvs("v5.0.0-5.3.2")
def test_a_file_lies_under_its_digest_for_us_alone(owner: User) -> None:
    stored = keep(zoo.pdf(), owner, name="../../etc/passwd")
    path = path_of(stored)
    assert path == settings.DATA_DIR / "files" / stored.digest[:2] / stored.digest
    assert path.stat().st_mode & 0o077 == 0


def test_a_full_disk_leaves_nothing_behind(owner: User) -> None:
    data = zoo.png(900, 900, "RGB", compress_level=0)
    size = settings.DATA_DIR / "files"
    size.mkdir(parents=True, exist_ok=True)
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    handler = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (1024, before[1]))
    try:
        with pytest.raises(Refused) as refused:
            store(upload(data), owner=_Nobody(), now=timezone.now())
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
        signal.signal(signal.SIGXFSZ, handler)
    assert refused.value.reasons[0].code == "disk_full"
    assert status_of("disk_full") == 507
    assert files_kept() == []
    assert not StoredFile.objects.exists()


class _Nobody:
    """An owner whose refusals need no row: the database file is bounded too while the disk is full."""

    pk = None
    label = "无"
    ref = "-"
    _meta = None


def test_a_killed_writer_leaves_no_file_under_its_name(owner: User) -> None:
    """The name appears only with the whole content: what a writer leaves half-done is called .part."""
    code = (
        "import sys, os; sys.path.insert(0, '.'); os.environ['DJANGO_SETTINGS_MODULE']='ceportal.settings.test';"
        f"os.environ['TEST_DATA_DIR']={str(settings.DATA_DIR)!r};"
        "import django; django.setup(); from ceportal.kernel.services import file_shelf as files;"
        "os.fsync = lambda handle: os.kill(os.getpid(), 9);"
        "files.put(b'x' * 9999, 'aa11')"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=settings.BASE_DIR, check=False)
    assert done.returncode == -signal.SIGKILL
    assert [path.suffix for path in files_kept()] == [".part"]


@pytest.mark.asvs("v5.0.0-3.2.1", "v5.0.0-5.4.1", "v5.0.0-5.4.2")
def test_serving_tells_the_browser_to_show_and_do_nothing(owner: User) -> None:
    for data in (zoo.pdf(), zoo.png(), zoo.jpeg()):
        response = serve(keep(data, owner, name="410203198503120011.pdf"))
        assert response["X-Content-Type-Options"] == "nosniff"
        assert "default-src 'none'" in response["Content-Security-Policy"]
        assert response["Content-Security-Policy"].endswith("frame-ancestors 'self'; sandbox")
        assert "script-src" not in response["Content-Security-Policy"]
        assert response["Cache-Control"] == "private, no-store"
        assert response["Content-Disposition"].startswith('inline; filename="evidence-')
        assert "0011" not in response["Content-Disposition"]
        response.file_to_stream.close()
        name = response["Content-Disposition"].rpartition("filename*=UTF-8''")[2]
        assert unquote(name).startswith("佐证材料-")
        assert response["Referrer-Policy"] == "no-referrer"
    download = serve(keep(zoo.pdf(), owner), inline=False)
    assert download["Content-Disposition"].startswith("attachment")
    download.file_to_stream.close()


def test_bytes_that_are_not_there_are_told_and_no_fault_of_ours(owner: User, caplog: pytest.LogCaptureFixture) -> None:
    stored = keep(zoo.pdf(), owner)
    path_of(stored).unlink()
    with pytest.raises(Refused, match="暂时读不到"):
        serve(stored)
    assert str(stored.ref) in caplog.text


def test_a_refusal_is_logged_without_name_or_content(owner: User, caplog: pytest.LogCaptureFixture) -> None:
    with pytest.raises(Refused):
        keep(b"<html>410203198503120011", owner, name="410203198503120011.html")
    assert "file_kind" in caplog.text
    assert "410203198503120011" not in caplog.text


@override_settings(EVIDENCE_MAX_BYTES=1000)
def test_uploads_stay_in_memory_and_within_bounds() -> None:
    handler = BoundedUploads()
    handler.new_file("files", "a.pdf", "application/pdf", 0)
    for _ in range(50):
        assert handler.receive_data_chunk(b"x" * 100, 0) is None
    received = handler.file_complete(5000)
    assert received.size == 5000
    assert received.read() == b""
    handler.new_file("files", "b.pdf", "application/pdf", 0)
    handler.receive_data_chunk(b"x" * 100, 0)
    assert handler.file_complete(100).size > 1000
