"""`manage.py prepare`: all of it at first, none of it again, what is lost made anew."""

from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.db import OperationalError

from accounts.models import Area
from ceportal.kernel.models import Heartbeat
from ceportal.office.management.commands import prepare
from credits.models import RuleSet

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def an_empty_folder(settings: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(prepare, "OUR_APPS", ("deploy",))
    settings.DATA_DIR, settings.STATIC_ROOT, settings.DEMO = tmp_path, tmp_path / "static", False
    backend = "django.contrib.staticfiles.storage.ManifestStaticFilesStorage"
    settings.STORAGES = settings.STORAGES | {"staticfiles": {"BACKEND": backend}}


def _prepare(**options: Any) -> list[str]:
    """What was done, in order."""
    out = StringIO()
    call_command("prepare", stdout=out, **options)
    return [line.split(" … ")[0] for line in out.getvalue().splitlines()]


def test_once_is_enough(settings: Any) -> None:
    assert _prepare() == ["reference data", "regulation", "static files"]
    assert Area.objects.exists()
    assert RuleSet.objects.exists()
    assert _prepare() == []


def test_each_start_notes_what_can_happen_from_now_on_and_leaves_the_rest_its_day(settings: Any) -> None:
    _prepare(without_static=True)
    marks = Heartbeat.objects.filter(name__startswith="begun.")
    first = dict(marks.values_list("name", "at"))
    assert {"begun.office.backup", "begun.check.books", "begun.kernel.seal_trail"} < set(first)
    marks.filter(name="begun.kernel.seal_trail").delete()
    _prepare(without_static=True)
    again = dict(marks.values_list("name", "at"))
    assert again.pop("begun.kernel.seal_trail") > first.pop("begun.kernel.seal_trail")
    assert again == first


def test_what_is_lost_is_made_anew(settings: Any) -> None:
    _prepare()
    (Path(settings.STATIC_ROOT) / "staticfiles.json").unlink()
    assert _prepare() == ["static files"]
    assert _prepare() == []


def test_a_newer_portal_is_loaded_over_the_older_one_and_keeps_ids(settings: Any) -> None:
    _prepare(without_static=True)
    before = dict(Area.objects.values_list("code", "pk"))
    Heartbeat.objects.filter(name="prepared.reference data").update(note="an older digest")
    assert _prepare(without_static=True) == ["reference data"]
    assert dict(Area.objects.values_list("code", "pk")) == before


def test_an_image_keeps_its_own_static_files(settings: Any) -> None:
    assert "static files" not in _prepare(without_static=True)
    assert not Path(settings.STATIC_ROOT).exists()


def test_it_waits_for_a_database_that_is_still_starting(monkeypatch: pytest.MonkeyPatch) -> None:
    answers = [False, False, True]
    monkeypatch.setattr(prepare, "A_LOOK", 0)
    monkeypatch.setattr(prepare, "database_answers", lambda: answers.pop(0))
    assert "static files" in _prepare(wait=60)
    assert answers == []


def _away() -> bool:
    raise OperationalError


def test_one_that_stays_away_is_not_waited_for_for_ever(monkeypatch: pytest.MonkeyPatch) -> None:
    looks: list[bool] = []
    monkeypatch.setattr(prepare, "A_LOOK", 0.3)
    monkeypatch.setattr(prepare, "database_answers", lambda: looks.append(False))
    monkeypatch.setattr(prepare, "_migrations_wait", _away)
    with pytest.raises(OperationalError):
        _prepare(wait=1)
    assert len(looks) > 1
