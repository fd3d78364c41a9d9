"""What the matrix asks for of a class that is held: the declarant's place in it, a paper of its archive."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from accounts.models import Organization, Professional
from bases.models import ClassPaper, TrainingClass
from bases.services.archive import keep_paper
from bases.services.enrolling import enrol
from ceportal.kernel.models import StoredFile

OPEN = "MX-1"


def given() -> dict[str, Callable[[Any], Mapping[str, Any]]]:
    return {
        **{
            f"bases:{name}": lambda _: {"ref": _class().ref}
            for name in ("enrol_people", "judge_class", "class_archive")
        },
        "bases:class_paper": lambda _: {"ref": _class().ref, "paper": ClassPaper.objects.get().ref},
        "bases:follow_class_up": lambda town: {"ref": _class().ref, "unit": _employer(town).ref},
    }


def begin(people: Mapping[str, Any], document: StoredFile, *, now: datetime) -> None:
    enrol(_class(), [Professional.objects.get(user=people["declarant"])], by=people["declarant"], now=now)
    keep_paper(_class(), "schedule", "课程表", document, by=people["base"], now=now)


def _class() -> TrainingClass:
    return TrainingClass.objects.get(code=OPEN)


def _employer(town: Any) -> Organization:
    return town.submitted.organization  # type: ignore[no-any-return]
