"""How often something may be tried: the same in Redis, shared by all processes, and without it."""

import signal
import socket
import time

import pytest

from ceportal.kernel.web import limits

RATE = "3 per 15 minutes"


@pytest.fixture
def shared(running_broker, settings):
    settings.CELERY_BROKER_URL = running_broker.url
    limits._shared.cache_clear()
    limits.forget_all()
    yield
    limits.forget_all()
    limits._shared.cache_clear()


def tries_until_used_up(*key):
    for number in range(10):
        if limits.is_used_up(RATE, *key):
            return number
        limits.count_one(RATE, *key)
    return None


def test_without_a_broker_this_process_counts():
    assert tries_until_used_up("here", "one") == 3
    assert not limits.is_used_up(RATE, "here", "two")


def test_with_a_broker_all_processes_count_together(shared):
    assert tries_until_used_up("there", "one") == 3
    limits._shared.cache_clear()
    limits.forget_all()
    assert limits.is_used_up(RATE, "there", "one"), "another process sees the same"
    assert not limits.is_used_up(RATE, "there", "two")


def test_a_broker_that_does_not_answer_is_waited_for_once(shared, running_broker):
    limits.count_one(RATE, "silent", "one")
    running_broker.process.send_signal(signal.SIGSTOP)
    try:
        began = time.monotonic()
        for _ in range(20):
            limits.take("1000 per hour", "silent")
        assert time.monotonic() - began < 5 * limits.ANSWER_SECONDS
        assert tries_until_used_up("silent", "one") == 3, "counted here meanwhile"
    finally:
        running_broker.process.send_signal(signal.SIGCONT)


def test_a_broker_that_is_back_is_asked_again(shared):
    limits.count_one(RATE, "back")
    limits._silence["ends"] = time.monotonic() + limits.SILENCE_SECONDS
    assert tries_until_used_up("back") == 3
    limits._silence["ends"] = time.monotonic()
    assert tries_until_used_up("back") == 2


def test_a_broker_that_accepts_and_never_answers_is_waited_for_once(settings):
    with socket.create_server(("127.0.0.1", 0)) as hole:
        settings.CELERY_BROKER_URL = f"redis://127.0.0.1:{hole.getsockname()[1]}/0"
        limits._shared.cache_clear()
        limits.forget_all()
        began = time.monotonic()
        assert tries_until_used_up("hole") == 3
        assert time.monotonic() - began < 3 * limits.ANSWER_SECONDS
    limits._shared.cache_clear()
    limits.forget_all()


def test_how_tls_is_checked_is_passed_on(settings, monkeypatch):
    """Left out, limits would trust no certificate of ones own, or any."""
    asked = []
    monkeypatch.setattr(limits, "storage_from_string", lambda url, **_: asked.append(url))
    limits._shared.cache_clear()
    settings.CELERY_BROKER_URL = "rediss://:password@broker:6380/0?ssl_cert_reqs=required&ssl_ca_certs=/etc/ca.pem"
    limits._shared()
    limits._shared.cache_clear()
    assert asked == [settings.CELERY_BROKER_URL]
