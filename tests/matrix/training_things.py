"""What the matrix asks for of applications for recognition, courses, textbooks, teachers and seminars."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from accounts.models import Organization, User
from bases.models import Course, RecognitionRequest, Seminar, Teacher, Textbook, TrainingClass
from bases.services.recognising import apply
from bases.services.seminars import close_seminar, plan_seminar
from bases.services.teachers import keep_teacher
from bases.services.textbooks import name_textbook
from ceportal.kernel.models import StoredFile
from tests import factories as make
from tests.bases.recognising import SAID, SEMINAR, TEACHER

PAGES = ("recognition_request", "mend_recognition_request", "recognition_request_document")

OF_SEMINARS = ("seminar", "seminar_desk", "seminar_paper")


def given() -> dict[str, Callable[[Any], Mapping[str, Any]]]:
    return {
        **{f"bases:{name}": lambda _: {"ref": RecognitionRequest.objects.get().ref} for name in PAGES},
        "bases:teacher": lambda _: {"ref": Teacher.objects.get().ref},
        "bases:edit_teacher": lambda _: {"ref": Teacher.objects.get().ref},
        "bases:class_teachers": lambda _: {"ref": TrainingClass.objects.get(code="MX-2").ref},
        **{f"bases:{name}": lambda _: {"ref": Seminar.objects.get().ref} for name in OF_SEMINARS},
        "bases:course": lambda _: {"ref": Course.objects.get().ref},
        "admin:bases_textbook_one": lambda _: {"ref": Textbook.objects.get().ref},
    }


def begin(base: Organization, teacher: User, officer: User, document: StoredFile, *, now: datetime) -> None:
    """The base applies to the city; the textbook is named by the province, not by a city."""
    apply(base, SAID | {"year": now.year}, reason="有师资和场地", document=document, by=teacher, now=now)
    name_textbook(
        area=make.area("410000"), title="矩阵教材", author="编写组", publisher="示例出版社", subject="public",
        audience="全体", is_selected=False, by=officer, now=now,
    )  # fmt: skip
    keep_teacher(base, TEACHER, by=teacher, now=now)
    plan = replace(SEMINAR, year=now.year)
    seminar = plan_seminar(make.bureau("410000"), base, plan, trade=None, by=officer, now=now)
    close_seminar(seminar, summary="如期举办", people=40, paper=document, by=teacher, now=now)
