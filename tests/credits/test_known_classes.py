"""What a teaching unit has told of its classes, each once, whichever way it told."""

from datetime import date, timedelta

import pytest

from accounts.models import Organization, User
from bases.enums import ClassState
from bases.models import TrainingClass
from credits.selectors.known_classes import classes_told_of
from tests.bases import teaching
from tests.credits import factories as make
from tests.credits import rosters as make_roster

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("henan_2026")]
DAYS = {"started_on": date(2026, 11, 12), "ended_on": date(2026, 11, 13)}
BEFORE = make.NOW - timedelta(days=10)


def test_a_class_and_its_roster_are_one(base: Organization, base_teacher: User) -> None:
    make_roster.recognise(base)
    made = teaching.opened(base, base_teacher, now=BEFORE, **DAYS)
    told = classes_told_of(base.name, year=made.year, subject=made.subject)
    assert [(known.title, known.span) for known in told] == [(made.title, (made.started_on, made.ended_on))]
    for title in (made.title, "另一期"):
        make_roster.roster(base, base_teacher, title=title, subject=made.subject, **DAYS)
    assert len(classes_told_of(base.name, year=made.year, subject=made.subject)) == 2
    TrainingClass.objects.filter(pk=made.pk).update(state=ClassState.CANCELLED, end_reason="场地不足")
    assert len(classes_told_of(base.name, year=made.year, subject=made.subject)) == 2
    assert classes_told_of("没有这个基地", year=made.year, subject=made.subject) == []
