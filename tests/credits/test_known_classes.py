"""What a teaching unit has told of its classes, each once, whichever way it told."""

from datetime import date, timedelta
from decimal import Decimal

import pytest

from accounts.models import Organization, Professional, User
from bases.enums import AbsenceKind, ClassState
from bases.models import Absence, TrainingClass
from ceportal.kernel.rules.refusal import Refused
from credits.selectors.editing import edit_sheet
from credits.selectors.known_classes import classes_told_of
from credits.services.declaring import submit_declaration
from tests.bases import teaching
from tests.credits import drafts
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


@pytest.mark.clause("S0-18", "A27")
def test_a_training_of_a_base_that_is_gone_is_not_handed_in(base: Organization, declarant: Professional) -> None:
    """What ended before it left is; another kind of training is left to the reviewers."""
    row = make_roster.recognise(base)
    Absence.objects.create(
        organization=base, list_kind=row.kind, area=row.area, kind=AbsenceKind.EXITED, grounds=["chaotic"],
        reason="没有考勤记录", from_on=date(2026, 10, 14), made_at=make.NOW,
    )  # fmt: skip
    of_a_base = drafts.way("base_training", name="基地培训")
    late = drafts.draft(declarant, organiser=base.name, activity=of_a_base)
    (reason,) = edit_sheet(late, today=make.NOW.date()).reasons
    assert (reason.code, reason.field) == ("base_has_left", "organiser")
    with pytest.raises(Refused, match=r"被取消资格，原因：教学管理混乱.*不能申报"):
        submit_declaration(late, by=declarant.user, now=make.NOW)
    before = {"title": "前一期", "ended_on": date(2026, 10, 13), "hours_claimed": Decimal(16)}
    early = drafts.draft(declarant, organiser=base.name, activity=of_a_base, **before)
    submit_declaration(early, by=declarant.user, now=make.NOW)
    drafts.handed_in(declarant, organiser=base.name, title="另一种培训")
