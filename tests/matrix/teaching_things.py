"""What the matrix asks for of the teaching side: the base's public page, its classes, what it asked the authority."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from accounts.models import Organization, User
from bases.models import ClassConsent, TrainingClass
from bases.services.consenting import ask_for_consent
from ceportal.kernel.models import StoredFile
from tests.bases import teaching

OPEN, PAPER, ASKED = "MX-1", "MX-2", "MX-3"
ANYBODYS = ("class", "enrol", "leave")
DESKS = ("class_desk", "edit_class", "ask_consent", "attendance", "class_results")


def given() -> dict[str, Callable[[Any], Mapping[str, Any]]]:
    """What to ask for at each address, by the key of its line in the table."""
    return {
        "bases:institution": lambda town: {"ref": town.roster.organization.ref},
        "bases:edit_disclosure": lambda town: {"ref": town.roster.organization.ref},
        **{f"bases:{name}": lambda _: {"ref": _class(OPEN).ref} for name in ANYBODYS},
        "bases:sign_in_class": lambda _: {"ref": _class(OPEN).ref, "code": "0000"},
        **{f"bases:{name}": lambda _: {"ref": _class(PAPER).ref} for name in DESKS},
        "bases:consent": lambda _: {"ref": ClassConsent.objects.get().ref},
        "bases:consent_document": lambda _: {"ref": ClassConsent.objects.get().ref},
        "credits:roster_of_class": lambda _: {"ref": _class(PAPER).ref},
    }


def _class(code: str) -> TrainingClass:
    return TrainingClass.objects.get(code=code)


def begin(base: Organization, teacher: User, authority: Organization, document: StoredFile, *, now: datetime) -> None:
    """One open, one on paper, one for which the authority's word is asked."""
    teaching.opened(base, teacher, now=now, code=OPEN, title="矩阵公需面授班")
    teaching.on_paper(base, teacher, now=now, code=PAPER, title="矩阵筹备班")
    asked = teaching.on_paper(base, teacher, now=now, code=ASKED, title="矩阵专业班", subject="professional")
    ask_for_consent(asked, authority, reason="本年度专业培训", document=document, by=teacher, now=now)
