"""How the portal speaks to its database (docs/decisions/0071)."""

import os
import runpy
import subprocess
import sys
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.serialization import load_pem_private_key
from django.db import connection

from ceportal import env
from ceportal.settings.base import database
from tests.portals import ROOT

ADDRESS = "postgresql://portal@localhost/portal"


@pytest.mark.django_db
@pytest.mark.skipif("DATABASE_URL" not in os.environ, reason="is about PostgreSQL")
def test_postgresql_plans_what_a_cursor_reads_for_all_of_its_rows() -> None:
    with connection.cursor() as asked:
        asked.execute("SHOW cursor_tuple_fraction")
        assert asked.fetchone() == ("1",)


def test_an_address_with_options_of_its_own_has_its_own_and_what_else_it_asks() -> None:
    ours = database(ADDRESS)["OPTIONS"]
    assert ours["options"].startswith("-c cursor_tuple_fraction=1 ")
    assert database(f"{ADDRESS}?sslmode=require")["OPTIONS"] == {**ours, "sslmode": "require"}
    own = "options=-c%20work_mem%3D8MB&connect_timeout=3"
    assert database(f"{ADDRESS}?{own}")["OPTIONS"] == {**ours, "options": "-c work_mem=8MB", "connect_timeout": 3}


def test_behind_a_pool_of_transactions_no_cursor_outlives_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    assert not database(ADDRESS)["DISABLE_SERVER_SIDE_CURSORS"]
    monkeypatch.setenv("DISABLE_SERVER_SIDE_CURSORS", "1")
    assert database(ADDRESS)["DISABLE_SERVER_SIDE_CURSORS"]


def test_what_stands_in_the_environment_reaches_celery(tmp_path: Path) -> None:
    """A broker's address as a secret in a file, with how TLS is checked; and how many processes a worker has."""
    address = "rediss://:password@broker:6380/0?ssl_cert_reqs=required"
    (tmp_path / "redis").write_text(f"{address}\n", encoding="ascii")
    given = {name: value for name, value in os.environ.items() if name != "REDIS_URL"}
    given |= {"DJANGO_SETTINGS_MODULE": "ceportal.settings.dev", "DATA_DIR": str(tmp_path)}
    given |= {"REDIS_URL_FILE": str(tmp_path / "redis"), "WORKER_PROCESSES": "3"}
    asked = "from ceportal.celery import app; print(app.conf.worker_concurrency, app.conf.broker_url)"
    told = subprocess.run(
        [sys.executable, "-c", asked], env=given, cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert told.stdout.split() == ["3", address]


def test_a_number_that_is_left_empty_is_the_default(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("UPLOAD_HOURS", " ")
    assert env.number("UPLOAD_HOURS", 24) == 24
    monkeypatch.setenv("UPLOAD_HOURS", "4")
    assert env.number("UPLOAD_HOURS", 24) == 4
    told = dict.fromkeys(("WEB_WORKERS", "WEB_THREADS", "WEB_GRACEFUL_SECONDS"), "")
    for given, expected in ((told, (2, 3, 60)), (dict.fromkeys(told, "7"), (7, 7, 7))):
        for name, value in given.items():
            monkeypatch.setenv(name, value)
        server = runpy.run_path(str(ROOT / "deploy" / "gunicorn.conf.py"))
        assert (server["workers"], server["threads"], server["graceful_timeout"]) == expected


def test_the_key_of_the_entry_to_platforms_may_come_as_a_file(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """One machine makes its own; several are given the same."""
    for name in ("CEPORTAL_ENTRY_KEY", "CEPORTAL_ENTRY_KEY_FILE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("DATA_DIR", str(tmp_path / "data"))
    made = env.rsa_key("entry_key", "entry.pem")
    assert load_pem_private_key(made.encode(), None).key_size == 2048  # type: ignore[union-attr]
    assert env.rsa_key("entry_key", "entry.pem") == made
    monkeypatch.setenv("DATA_DIR", str(tmp_path / "another"))
    given = tmp_path / "entry_key"
    given.write_text(made, encoding="ascii")
    monkeypatch.setenv("CEPORTAL_ENTRY_KEY_FILE", str(given))
    assert env.rsa_key("entry_key", "entry.pem") == made.strip()
    assert not (tmp_path / "another").exists()
    given.write_text("a1b2c3d4", encoding="ascii")
    with pytest.raises(env.MissingSetting, match="CEPORTAL_ENTRY_KEY"):
        env.rsa_key("entry_key", "entry.pem")


def test_the_portal_signs_entries_by_the_key_it_is_given(tmp_path: Path) -> None:
    pem = env.rsa_key("entry_key", "entry.pem").strip()
    (tmp_path / "entry_key").write_text(f"{pem}\n", encoding="ascii")
    given = os.environ | {"DJANGO_SETTINGS_MODULE": "ceportal.settings.dev", "DATA_DIR": str(tmp_path / "data")}
    given["CEPORTAL_ENTRY_KEY_FILE"] = str(tmp_path / "entry_key")
    asked = "from django.conf import settings; print(settings.OAUTH2_PROVIDER['OIDC_RSA_PRIVATE_KEY'])"
    told = subprocess.run(
        [sys.executable, "-c", asked], env=given, cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert told.stdout.strip() == pem
    assert not (tmp_path / "data" / "keys" / "entry.pem").exists()
