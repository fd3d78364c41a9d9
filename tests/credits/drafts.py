"""Declarations as their declarants make them: through the services, with real files."""

from datetime import date, datetime
from decimal import Decimal
from itertools import count
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from accounts.models import Professional
from ceportal.kernel.models import StoredFile
from ceportal.kernel.services.files import store
from credits.enums import Payer, Subject
from credits.models import Activity, Declaration
from credits.services.declaring import add_evidence, save_draft, start_declaration, submit_declaration
from tests.credits.factories import NOW
from tests.kernel import zoo

_serial = count(1)
CONTENT: dict[str, Any] = {
    "subject": Subject.PROFESSIONAL,
    "title": "中学数学骨干教师研修班",
    "organiser": "河南省教育厅",
    "started_on": date(2026, 10, 12),
    "ended_on": date(2026, 10, 14),
    "hours_claimed": Decimal("24.0"),
    "was_passed": True,
    "payer": Payer.UNIT,
}
TYPED = {
    "activity": "training",
    "subject": "professional",
    "title": "中学数学骨干教师研修班",
    "organiser": "河南省教育厅",
    "certificate_no": "",
    "started_on": "2026-10-12",
    "ended_on": "2026-10-14",
    "hours_claimed": "24",
    "was_passed": "yes",
    "payer": "unit",
    "remark": "",
}


def way(code: str = "training", **changes: Any) -> Activity:
    defaults = {
        "name": "培训班、研修班",
        "explanation": "参加面授培训班，并考核合格。",
        "clause": "S3-03",
        "status": "verified",
        "evidence": ["培训通知", "结业证书"],
    }
    found, _ = Activity.objects.get_or_create(code=code, defaults=defaults | changes)
    return found


def photo(name: str = "结业证书.jpg") -> SimpleUploadedFile:
    """Another picture each time, sixty times: each is looked at once by every process of a run (`tests.pictures`)."""
    return SimpleUploadedFile(name, zoo.jpeg(40 + next(_serial) % 60, 30), "image/jpeg")


def stored(person: Professional, *, now: datetime = NOW) -> StoredFile:
    return store(photo(), owner=person.user, now=now)


def draft(person: Professional, *, files: int = 1, now: datetime = NOW, **changes: Any) -> Declaration:
    """A draft of three days in October 2026, complete unless said otherwise."""
    made = start_declaration(professional=person, by=person.user, now=now, activity=way())
    if files:
        add_evidence(made, stored=stored(person, now=now), label="结业证书", by=person.user, now=now)
    for _ in range(files - 1):
        add_evidence(made, stored=stored(person, now=now), label="培训通知", by=person.user, now=now)
    return save_draft(made, changes=CONTENT | changes, by=person.user, now=now)


def handed_in(person: Professional, *, now: datetime = NOW, **changes: Any) -> Declaration:
    return submit_declaration(draft(person, now=now, **changes), by=person.user, now=now)


def at(name: str, declaration: Declaration) -> str:
    return reverse(f"credits:{name}", args=[declaration.ref])


def post(page: Client, name: str, declaration: Declaration, **changes: Any) -> Any:
    """The whole page sent, as every button of it sends it."""
    return page.post(at(name, declaration), TYPED | changes)


def text_of(response: Any) -> str:
    return response.content.decode()
