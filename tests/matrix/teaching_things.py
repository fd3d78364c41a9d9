"""What the matrix asks for of the teaching side: the base's public page, its classes, what it asked; plans of units."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from accounts.models import Organization, User
from bases.models import ClassConsent, PlanInspection, TrainingClass, TrainingPlan
from bases.services.consenting import ask_for_consent
from bases.services.inspecting import inspect_plan
from bases.services.plans import amend_plan, attach_paper
from ceportal.kernel.models import StoredFile
from tests.bases import planning, teaching

OPEN, PAPER, ASKED = "MX-1", "MX-2", "MX-3"
ANYBODYS = ("class", "enrol", "leave")
FILED = ("training_plan", "training_plan_document", "inspect_training_plan")
DRAFTED = ("send_training_plan", "attach_to_plan", "new_planned_training")
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
        **{f"bases:{name}": lambda _: {"ref": _plan(1).ref} for name in FILED},
        **{f"bases:{name}": lambda _: {"ref": _plan(2).ref} for name in DRAFTED},
        "bases:planned_training": lambda _: {"ref": _plan(2).ref, "item": _plan(2).items.get().ref},
        "bases:plan_paper": lambda _: {"ref": _plan(2).ref, "paper": _plan(2).papers.get().ref},
        "bases:answer_inspection": lambda _: {"ref": PlanInspection.objects.get().ref},
        "credits:roster_of_class": lambda _: {"ref": _class(PAPER).ref},
    }


def _plan(version: int) -> TrainingPlan:
    return TrainingPlan.objects.get(version=version)


def _class(code: str) -> TrainingClass:
    return TrainingClass.objects.get(code=code)


def begin(base: Organization, teacher: User, authority: Organization, document: StoredFile, *, now: datetime) -> None:
    """One open, one on paper, one for which the authority's word is asked."""
    teaching.opened(base, teacher, now=now, code=OPEN, title="矩阵公需面授班")
    teaching.on_paper(base, teacher, now=now, code=PAPER, title="矩阵筹备班")
    asked = teaching.on_paper(base, teacher, now=now, code=ASKED, title="矩阵专业班", subject="professional")
    ask_for_consent(asked, authority, reason="本年度专业培训", document=document, by=teacher, now=now)


def file_plans(
    units: Mapping[str, Organization], people: Mapping[str, Any], document: StoredFile, *, now: datetime
) -> None:
    """The employer's plan of the year, filed and inspected; its amendment, a draft with a paper."""
    plan = planning.filed(units["employer"], people["employer"], now=now, title="矩阵计划的培训")
    inspect_plan(plan, units["city"], finding="advice", words="可以更细", mend_by=None, by=people["city"], now=now)
    amendment = amend_plan(plan, by=people["employer"], now=now)
    attach_paper(amendment, "课程表", document, by=people["employer"], now=now)
