"""What the matrix asks for of the teaching side: the base's public page, its classes, what it asked; plans of units."""

from collections.abc import Callable, Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from accounts.models import Organization, Professional, User
from bases.models import ClassConsent, PlanInspection, TrainingClass, TrainingPlan
from bases.services.consenting import ask_for_consent
from bases.services.inspecting import inspect_plan
from bases.services.plans import amend_plan, attach_paper
from ceportal.kernel.models import StoredFile
from ceportal.kernel.services.files import store
from credits.enums import PaperKind
from credits.models import UnitTraining
from credits.rules.rosters import RosterLine
from credits.services.roster_checks import keep_rows
from credits.services.unit_trainings import keep_paper, send_training, start_training
from tests.bases import planning, teaching
from tests.credits.drafts import photo
from tests.credits.platforms import number_of
from tests.matrix import archive_things, complaint_things, training_things

OPEN, PAPER, ASKED = "MX-1", "MX-2", "MX-3"
ANYBODYS = ("class", "enrol", "leave")
FILED = ("training_plan", "training_plan_document", "inspect_training_plan")
TRAINING = ("unit_training", "send_unit_training", "keep_unit_paper")
DRAFTED = ("send_training_plan", "attach_to_plan", "new_planned_training")
ROSTER_ROWS = ("type_roster", "roster_of_enrolled", "another_roster", "cancel_check")
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
        **{f"credits:{name}": lambda _: {"ref": UnitTraining.objects.get().ref} for name in TRAINING},
        "credits:unit_paper": lambda _: _kept_paper(),
        "bases:planned_training": lambda _: {"ref": _plan(2).ref, "item": _plan(2).items.get().ref},
        "bases:plan_paper": lambda _: {"ref": _plan(2).ref, "paper": _plan(2).papers.get().ref},
        "bases:answer_inspection": lambda _: {"ref": PlanInspection.objects.get().ref},
        "credits:roster_of_class": lambda _: {"ref": _class(PAPER).ref},
        **{f"credits:{name}": lambda town: {"ref": town.roster.ref} for name in ROSTER_ROWS},
        "credits:correct_row": lambda town: {"ref": town.done.ref, "number": 2},
        **archive_things.given(),
        **complaint_things.given(),
        **training_things.given(),
    }


def _kept_paper() -> dict[str, Any]:
    training = UnitTraining.objects.get()
    return {"ref": training.ref, "paper": training.papers.filter(kind=PaperKind.PICTURE).get().ref}


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
    days = {"started_on": date(now.year, 11, 3), "ended_on": date(now.year, 11, 4)}
    plan = planning.filed(units["employer"], people["employer"], now=now.replace(day=2), title="矩阵计划的培训", **days)
    inspect_plan(plan, units["city"], finding="advice", words="可以更细", mend_by=None, by=people["city"], now=now)
    archive_things.begin(people, document, now=now)
    complaint_things.begin(units["base"], people["declarant"], document, now=now)
    complaint_things.assess(units["base"], people["province"], people["base"], document, now=now)
    training_things.begin(units["base"], people["base"], people["province"], document, now=now)
    _run_a_training(plan, Professional.objects.get(user=people["declarant"]), people["employer"], document, now=now)
    amendment = amend_plan(plan, by=people["employer"], now=now)
    attach_paper(amendment, "课程表", document, by=people["employer"], now=now)


def _run_a_training(plan: TrainingPlan, person: Professional, by: User, document: StoredFile, *, now: datetime) -> None:
    """Ran by the employer, with the declarant on its roster, waiting with the authority."""
    item = plan.items.get()
    made = start_training(
        plan.organization, item, started_on=item.started_on, ended_on=item.ended_on, hours=Decimal(8), public_kind="",
        place="", assessment="闭卷考试", by=by, now=now,
    )  # fmt: skip
    line = RosterLine(2, number_of(person), person.name, Decimal(8), was_passed=True)
    keep_rows(made.roster, [[line]], remarks=[], by=by, now=now)
    for kind in PaperKind.COURSEWARE, PaperKind.PICTURE:
        keep_paper(made, kind, store(photo(), owner=by, now=now), by=by, now=now)
    send_training(made, reason="按计划组织", document=document, by=by, now=now)
