"""`manage.py load_demo`: units, people and hours to try the portal with, and `DATA_DIR/demo.json` that names them.

Only where demo is on. A second run finds the demo in the database and only writes the file again (address, and new
passwords when the file was lost).
"""

import json
import os
import secrets
from datetime import datetime
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import transaction
from django.utils import timezone

from accounts.fields import phone_indexes
from accounts.models import ApiClient, Organization, User
from accounts.rules.clients import COURSE_SCOPE, PLATFORM_SCOPES, REVIEW_SCOPES
from accounts.services.accounts import change_password
from accounts.services.clients import make_client, revoke_client
from ceportal.office.demo.cast import BUSY, CLERKS, FRESH, PLATFORM, PROFESSIONAL, UNITS, Person
from ceportal.office.demo.stage import Stage
from ceportal.office.demo.story import join_sandbox, play, recognise_platform

FILE, CALLS = "demo.json", ApiClient.GRANT_CLIENT_CREDENTIALS
_WORDS = "abcdefghjkmnpqrstuvwxyz23456789"


class Command(BaseCommand):
    help = "Load the demo data once and write DATA_DIR/demo.json."

    def handle(self, *args: Any, **options: Any) -> None:
        if not (settings.DEMO or settings.TESTING):
            raise CommandError("演示数据只能在演示环境中载入（CEPORTAL_DEMO=1）。")
        now, path = timezone.now(), Path(settings.DATA_DIR) / FILE
        password = _known_password(path) or "demo-" + "".join(secrets.choice(_WORDS) for _ in range(10))
        if not _is_loaded():
            with transaction.atomic():
                play(Stage(now=now, password=password), lambda act: self._say(act, options))
        elif not path.exists():
            for phone in _logins():
                user = User.objects.get(phone_index__in=phone_indexes(phone))
                change_password(user, password, by=user, now=now)
        recognise_platform(timezone.localdate(now))
        if settings.SANDBOX:
            with transaction.atomic():
                join_sandbox(Stage(now=now, password=password))
        _write(path, _facts(password) | {"api": _machine(path, now)})

    def _say(self, act: str, options: dict[str, Any]) -> None:
        if options["verbosity"] > 1:
            self.stdout.write(f"demo: {act}")


def _is_loaded() -> bool:
    return User.objects.filter(phone_index__in=phone_indexes(PROFESSIONAL.phone)).exists()


def _known_password(path: Path) -> str | None:
    """The password of an earlier run, so that what people wrote down stays true."""
    if not path.exists():
        return None
    return json.loads(path.read_text(encoding="utf-8"))["accounts"][0]["password"]


def _machine(path: Path, now: datetime) -> dict[str, str]:
    """The demo platform's key, of the sandbox where this is one. Its secret stands in the file alone: with that lost,
    a new key takes its place.
    """
    platform = Organization.objects.get(name=PLATFORM)
    known = json.loads(path.read_text(encoding="utf-8")).get("api", {}) if path.exists() else {}
    live = platform.api_clients.filter(revoked_at__isnull=True, authorization_grant_type=CALLS)
    scopes = tuple(dict.fromkeys((*PLATFORM_SCOPES, COURSE_SCOPE, *REVIEW_SCOPES)))
    ours = live.filter(client_id=known.get("client_id", ""))
    if ours.update(is_sandbox=settings.SANDBOX, allowed_scopes=" ".join(scopes)):
        return known
    for lost in live:
        revoke_client(lost, by=None, now=now)
    client, secret = make_client(
        platform, name=PLATFORM, scopes=scopes, by=None, now=now, released_at=now, is_sandbox=settings.SANDBOX
    )
    return {"client_id": client.client_id, "client_secret": secret, "platform": PLATFORM}


def _logins() -> list[str]:
    people = [person.phone for person in (PROFESSIONAL, *FRESH, *BUSY)]
    return [*people, *(unit.phone for unit in UNITS), *(clerk.phone for clerk in CLERKS)]


def _facts(password: str) -> dict[str, Any]:
    def account(role: str, login: str, name: str, organization: str) -> dict[str, str]:
        return {"role": role, "login": login, "password": password, "name": name, "organization": organization}

    first: list[dict[str, str]] = []
    more: list[dict[str, str]] = []
    roles: set[str] = set()
    professional = account("professional", PROFESSIONAL.phone, PROFESSIONAL.name, UNITS[PROFESSIONAL.unit].name)
    employers = [account("employer", unit.phone, unit.admin, unit.name) for unit in UNITS]
    clerks = [account(clerk.role, clerk.phone, clerk.name, clerk.organization) for clerk in CLERKS]
    for entry in [professional, *employers, *clerks]:
        (more if entry["role"] in roles else first).append(entry)
        roles.add(entry["role"])
    return {
        "url": settings.PUBLIC_URL,
        "accounts": first,
        "more_accounts": more,
        "people": [_person(person) for person in (*FRESH, *BUSY, PROFESSIONAL)],
    }


def _person(person: Person) -> dict[str, str]:
    return {
        "id_number": person.id_number,
        "name": person.name,
        "employer": UNITS[person.unit].name,
        "login": person.phone,
    }


def _write(path: Path, facts: dict[str, Any]) -> None:
    """Whole or not at all, readable by its owner alone."""
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    path.parent.mkdir(parents=True, exist_ok=True)
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        json.dump(facts, file, ensure_ascii=False, indent=2)
        file.flush()
        os.fsync(file.fileno())
    draft.replace(path)
