"""A server answers for static files that a newer version collected after this one started."""

from contextlib import closing
from pathlib import Path

import pytest
from django.conf import LazySettings
from django.http import FileResponse, HttpRequest, HttpResponse
from django.test import RequestFactory
from whitenoise.middleware import WhiteNoiseMiddleware

from ceportal.kernel.middleware import StaticFiles


def nobody(request: HttpRequest) -> HttpResponse:
    return HttpResponse(status=404)


@pytest.fixture
def collected(tmp_path: Path, settings: LazySettings) -> Path:
    folder = tmp_path / "static"
    (folder / "css").mkdir(parents=True)
    (folder / "css" / "of-before.1.css").write_text("before", encoding="utf-8")
    (tmp_path / "static-key").write_text("secret", encoding="utf-8")
    settings.STATIC_ROOT = folder
    return folder


def told(server: WhiteNoiseMiddleware, path: str) -> tuple[int, bytes]:
    answer = server(RequestFactory().get(path))
    if not isinstance(answer, FileResponse):
        return answer.status_code, answer.content
    with closing(answer.file_to_stream):
        return answer.status_code, b"".join(answer)


def test_what_is_collected_later_is_there_beside_what_was(collected: Path) -> None:
    server = StaticFiles(nobody)
    plain = WhiteNoiseMiddleware(nobody)
    assert told(server, "/static/css/of-now.2.css")[0] == 404
    (collected / "css" / "of-now.2.css").write_text("now", encoding="utf-8")
    assert told(server, "/static/css/of-now.2.css") == (200, b"now")
    assert told(server, "/static/css/of-before.1.css") == (200, b"before")
    assert told(plain, "/static/css/of-now.2.css")[0] == 404, "needed no more"


@pytest.mark.parametrize(
    "path",
    ["/static/../static-key", "/static//css/of-before.1.css", "/static/css", "/static/css/", "/static/%00", "/css"],
)
def test_nothing_else_is(collected: Path, path: str) -> None:
    assert told(StaticFiles(nobody), path)[0] == 404
