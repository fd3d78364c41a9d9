"""Who has waited too long is told to come back: machines first, what was handed in last; nginx alone is believed."""

import time
from typing import Any

import pytest
from django.test import Client

from ceportal.kernel.rules.shedding import patience, waited


@pytest.mark.parametrize(
    ("header", "milliseconds"),
    [
        ("t=1700000000.250", 1750), ("t=1700000002.000", 0), ("t=1700000003.000", 0), ("t=1699999000.000", 0),
        ("", 0), ("t=", 0), ("1700000000", 0), ("t=1700000000x", 0), ("t=inf", 0), ("t=١٧٠٠٠٠٠٠٠٠", 0),
    ],
)  # fmt: skip
def test_how_long_it_waited(header: str, milliseconds: int) -> None:
    assert waited(header, 1700000002000) == milliseconds


def test_bulk_work_gives_way_first() -> None:
    turns = ["POST /api/v1/hour-batches", "POST /sign-in/", "GET /my-year/", "POST /declare/", "GET /readyz"]
    asked = [turn.split() for turn in turns]
    bounds = [patience(method, path) for method, path in asked]
    assert bounds == sorted(bounds)
    assert len(set(bounds)) == len(bounds)


def _ask(method: str, path: str, ago: float) -> Any:
    headers = {"X-Request-Start": f"t={time.time() - ago:.3f}"}
    return getattr(Client(), method)(path, headers=headers)


@pytest.mark.django_db
def test_behind_nginx_who_waited_too_long_is_answered_at_once(settings: Any) -> None:
    settings.TRUSTED_PROXY_COUNT = 1
    page = _ask("get", "/policy/", 2)
    assert (page.status_code, page["Retry-After"]) == (503, "5")
    assert "系统繁忙" in page.content.decode()
    call = _ask("post", "/api/v1/hour-batches", 1)
    assert (call.status_code, call["Retry-After"], call.json()["code"]) == (503, "5", "busy")
    assert _ask("get", "/policy/", 0.2).status_code == 200
    assert _ask("get", "/healthz", 60).status_code == 200
    assert _ask("post", "/sign-in/", 2).status_code == 503
    assert _ask("post", "/sign-in/", 0.2).status_code == 422
    settings.TRUSTED_PROXY_COUNT = 0
    assert _ask("get", "/policy/", 60).status_code == 200
