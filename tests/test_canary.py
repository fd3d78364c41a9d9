"""Numbers planted through the doors are found nowhere: not in the database, logs, letters, files, broker, addresses.

The proof that the search works is below: one number in a place where it does not belong, and it is found.
"""

import logging
import uuid
from collections.abc import Iterable, Iterator
from typing import Any

import pytest
import time_machine
from django.contrib.sessions.backends.db import SessionStore
from django.core import mail
from django.core.cache import cache
from django.core.management import call_command

from accounts.models import Organization, Professional, User
from ceportal.celery import app as celery
from ceportal.kernel.models import AuditEvent
from ceportal.kernel.web.limits import forget_all
from certificates.enums import CertificateState
from certificates.models import Certificate
from tests.canary import places
from tests.canary.journey import NOW, PLANTED, Planted, travel_through
from tests.canary.permits import PERMITS, use_permits
from tests.databases.servers import Broker

pytestmark = pytest.mark.django_db
NUMBER = "410225198706059715"


@pytest.fixture
def shanghai() -> Iterator[None]:
    forget_all()
    with time_machine.travel(NOW, tick=False):
        yield
    forget_all()


@pytest.fixture
def reviewers(
    employer_reviewer: User,
    authority_reviewer: User,
    city_officer: User,
    province_officer: User,
    operator: User,
    base_teacher: User,
) -> dict[str, User]:
    return {
        "employer": employer_reviewer,
        "authority": authority_reviewer,
        "city": city_officer,
        "province": province_officer,
        "operator": operator,
        "base": base_teacher,
    }


def hits(found: Iterable[tuple[str, str | bytes]], numbers: list[str]) -> set[str]:
    return {f"{place}: {form}" for place, text in found for form in places.finds(text, numbers)}


def everywhere(log: str, broker: Broker | None = None) -> Iterator[tuple[str, Any]]:
    yield from places.tables()
    yield from places.sessions()
    yield from places.letters()
    yield from places.stored()
    yield from places.cached()
    yield "the log", log
    if broker:
        yield from places.queued(str(broker.socket))


@pytest.mark.asvs("v5.0.0-14.2.1", "v5.0.0-14.2.2", "v5.0.0-16.2.5")
def test_a_planted_number_is_found_nowhere(
    shanghai: None,
    employer: Organization,
    base: Organization,
    reviewers: dict[str, User],
    broker: Broker,
    caplog: pytest.LogCaptureFixture,
    settings: Any,
    django_capture_on_commit_callbacks: Any,
) -> None:
    settings.ROOT_URLCONF = "tests.canary.journey"
    settings.ADMINS = [("运维", "operator@example.org")]
    for command in ("load_reference", "load_regulation"):
        call_command(command, verbosity=0)
    caplog.set_level(logging.DEBUG)
    planted = Planted()
    with django_capture_on_commit_callbacks(execute=True):
        visitors = travel_through(planted, employer, base, reviewers)
        visitors += use_permits(planted, employer, reviewers["employer"])
    for name in {entry["task"] for entry in settings.CELERY_BEAT_SCHEDULE.values()}:
        celery.send_task(name)
    _assert_it_all_happened(planted, caplog.text)
    assert hits(everywhere(caplog.text, broker), planted.all) == set()
    shown = [each for visitor in visitors for each in visitor.shown]
    assert len(shown) > 150
    assert hits(shown, planted.secret) == set()
    assert hits(shown, planted.contacts) == {"page /units/registrations/…/: in clear"}


def _assert_it_all_happened(planted: Planted, log: str) -> None:
    """Nothing is proved by a journey that stopped half-way."""
    assert len(planted.ids) >= PLANTED
    assert len(planted.phones) >= PLANTED
    assert planted.contacts
    assert Professional.objects.count() == 3 + len(PERMITS)
    assert len(planted.permits) > len(PERMITS)
    assert Certificate.objects.filter(state=CertificateState.REVOKED).count() == 1
    assert AuditEvent.objects.count() > 30
    assert "RuntimeError: something is wrong with 18 characters" in log


# --- the search can fail


def plant_in_the_trail() -> None:
    AuditEvent.objects.create(
        at=NOW, actor_label="x", action="x.y", subject_kind="x", subject_ref=uuid.uuid4(), after={"typed": NUMBER}
    )


def plant_in_a_session() -> None:
    SessionStore().create()
    session = SessionStore()
    session["typed"] = NUMBER
    session.save()


def plant_in_a_letter() -> None:
    mail.send_mail("学时", f"您的号码 {NUMBER}", "a@example.org", ["b@example.org"])


def plant_in_the_log() -> None:
    logging.getLogger("ceportal").debug("sign-in of %s failed", NUMBER)


def plant_in_the_cache() -> None:
    cache.set(f"tries-of-{NUMBER}", 1)


def plant_in_a_file_name(settings: Any) -> None:
    folder = settings.DATA_DIR / "files" / "41"
    folder.mkdir(parents=True)
    (folder / f"{NUMBER}.pdf").touch()


@pytest.mark.parametrize(
    ("plant", "place"),
    [
        (plant_in_the_trail, "table kernel_auditevent.after"),
        (plant_in_a_session, "a session"),
        (plant_in_a_letter, "letter “学时”"),
        (plant_in_the_log, "the log"),
        (plant_in_the_cache, "cache"),
    ],
)
def test_a_number_in_a_wrong_place_is_found(plant: Any, place: str, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    assert hits(everywhere(caplog.text), [NUMBER]) == set()
    plant()
    found = hits(everywhere(caplog.text), [NUMBER])
    cache.clear()
    assert f"{place}: in clear" in found


def test_a_number_in_a_file_name_is_found(settings: Any) -> None:
    plant_in_a_file_name(settings)
    assert hits(places.stored(), [NUMBER]) != set()


def test_a_number_with_the_worker_is_found(broker: Broker) -> None:
    celery.send_task("accounts.deliver_notices", kwargs={"number": "13812345678"})
    assert hits(places.queued(str(broker.socket)), ["13812345678"]) >= {"broker message: in clear"}


def test_a_hash_without_a_key_is_as_good_as_clear() -> None:
    assert places.finds("e0e2a8f1", [NUMBER]) == []
    assert places.finds(places.disguises(NUMBER)["sha256 without a key"], [NUMBER]) == ["sha256 without a key"]
    assert places.finds("410225 19870605 9715", [NUMBER]) == ["with blanks"]
