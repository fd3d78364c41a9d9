"""Held in the demo: a class from its enrolment to what people said of it; a training that a unit ran for its own."""

from datetime import date, timedelta
from decimal import Decimal

from accounts.models import Organization, Professional
from bases.enums import ClassPaperKind, Effect, Result
from bases.models import Enrolment, TrainingPlanItem
from bases.rules.classes import DISCLOSED, ClassPlan
from bases.services.archive import follow_up, judge, keep_paper
from bases.services.classes import open_class, plan, start_class
from bases.services.enrolling import assess, attend, enrol_people
from ceportal.kernel.rules.sheets import Cell
from ceportal.kernel.services.files import store
from ceportal.office.demo import papers
from ceportal.office.demo.cast import BUSY, CLERKS, FRESH, PROFESSIONAL, Person
from ceportal.office.demo.stage import Stage
from credits.enums import PaperKind
from credits.rules.rosters import ID_NUMBER, NAME, PASSED, RESULT, read_line
from credits.selectors.rosters import facts_of
from credits.services import unit_trainings
from credits.services.roster_checks import keep_rows

_FIRST_ROW = 2
# Whoever was in the class and thought what of it: content, teaching, service.
_SAID = (
    (PROFESSIONAL, (5, 5, 4), "案例贴近学校，希望增加演练。"),
    (BUSY[0], (5, 4, 4), ""),
    (FRESH[0], (4, 5, 5), "讲义发得早，方便预习。"),
    (FRESH[1], (4, 4, 4), ""),
)


def is_early(stage: Stage) -> bool:
    """In the first weeks of a year nothing of it can have been held."""
    return stage.today < date(stage.today.year, 1, 25)


def hold_a_class(stage: Stage) -> None:
    """Ended last week: assessed, judged by its people, followed up by their unit; its roster is still to be made."""
    if is_early(stage):
        return
    teacher = next(clerk for clerk in CLERKS if clerk.role == "base")
    base, by = Organization.objects.get(name=teacher.organization), stage.users[teacher.phone]
    day, before, after = stage.ago(6), stage.at(stage.ago(14)), stage.at(stage.ago(5))
    title, hours = "校园安全与应急处置面授班", Decimal(6)
    item = plan(
        base, year=day.year, title=title, subject="public", months=f"{day.month} 月", hours=hours, people=40, by=by,
        now=before,
    )  # fmt: skip
    told = {name: f"{label}（示例）" for name, (label, _) in DISCLOSED.items()} | {"fees": "每人 60 元，含资料"}
    content = ClassPlan(title, "KF-00", "public", day, day, hours, 40, told)
    flags = {"is_free": False, "is_urgent": False, "is_for_public_benefit": False}
    said = {"kind": "public", "form": "face", "public_kind": "", "trade": None, **flags}
    held = open_class(start_class(item, content, said, by=by, now=before), by=by, now=before)
    people = [_person(stage, person) for person, *_ in _SAID]
    enrol_people(held, people, unit=stage.units[0].name, by=stage.reviewers[0], now=before)
    places = {each.professional_id: each for each in Enrolment.objects.filter(training_class=held)}
    for enrolment in places.values():
        attend(enrolment, day, code=None, by=by, now=stage.at(day, 18))
    assess(held, {enrolment.pk: Result.PASSED for enrolment in places.values()}, by=by, now=after)
    # Who tries the portal out first has still to say it.
    for person, points, words in _SAID[1:]:
        enrolment = Enrolment.objects.select_related("training_class").get(pk=places[_person(stage, person).pk].pk)
        given = dict(zip(("content", "teaching", "service"), points, strict=True))
        judge(enrolment, given, words, by=stage.users[person.phone], now=after + timedelta(hours=3))
    for kind in (ClassPaperKind.SCHEDULE, ClassPaperKind.ATTENDANCE, ClassPaperKind.PICTURE):
        label = str(kind.label)
        paper = store(papers.document(label, base.name, title), owner=by, now=after)
        keep_paper(held, kind, label, paper, by=by, now=after)
    words = "返校后组织了两次疏散演练，修订了应急预案。"
    follow_up(held, stage.units[0], effect=Effect.CLEAR, words=words, by=stage.reviewers[0], now=stage.now)


def run_a_training(stage: Stage, title: str) -> None:
    """Under a line of the first unit's plan, held last week: it waits with the authority."""
    item = TrainingPlanItem.objects.filter(plan__organization=stage.units[0], title=title).first()
    if item is None:
        return
    unit, by, now = stage.units[0], stage.reviewers[0], stage.at(stage.ago(2))
    training = unit_trainings.start_training(
        unit, item, started_on=item.started_on, ended_on=item.ended_on, hours=item.hours, public_kind="", place="",
        assessment="课堂展示和互评", by=by, now=now,
    )  # fmt: skip
    facts = facts_of(training.roster)
    lines = [
        read_line(
            number, {ID_NUMBER: Cell(person.id_number), NAME: Cell(person.name), RESULT: Cell(PASSED)}, facts,
            today=stage.today,
        )
        for number, person in enumerate((BUSY[0], FRESH[1]), _FIRST_ROW)
    ]  # fmt: skip
    keep_rows(training.roster, [lines], remarks=[], by=by, now=now)
    for kind, label in ((PaperKind.COURSEWARE, "课件"), (PaperKind.PICTURE, "现场照片")):
        paper = store(papers.document(label, unit.name, title), owner=by, now=now)
        unit_trainings.keep_paper(training, kind, paper, by=by, now=now)
    notice = store(papers.document("培训通知", unit.name, title), owner=by, now=now)
    words = "半天专题报告，半天听课评课，全员参加并考核。"
    unit_trainings.send_training(training, reason=words, document=notice, by=by, now=now)


def _person(stage: Stage, person: Person) -> Professional:
    return Professional.objects.get(user=stage.users[person.phone])
