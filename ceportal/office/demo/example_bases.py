"""Two made-up bases of the city's list: one assessed well, one to exit; nothing is said of bases that exist."""

from datetime import date, datetime, timedelta
from decimal import Decimal

from accounts.enums import Duty, UnitNature
from accounts.models import Area, Organization, User
from accounts.selectors.duties import holders_of
from bases.enums import AbsenceKind, AssessmentKind, RecognitionKind, RecognitionStatus
from bases.models import AssessmentRound, Recognition
from bases.selectors.sheets import suggested
from bases.services.assessing import open_round, publish_round, score
from bases.services.standing import remove
from ceportal.kernel.rules.text import comparable
from ceportal.office.demo.cast import CITY, CLERKS, COUNTY
from ceportal.office.demo.stage import Stage

_GOOD, _BAD = "兰考示例教师进修学校", "开封示例培训学校"
_DEMO = "演示数据"


def assess_examples(stage: Stage) -> None:
    """Last year's and this year's 考核 are published, the second one led to an exit; this year's 综合评估 goes on."""
    bureau = Organization.objects.get(area_id=CITY, is_bureau=True)
    officer, year = holders_of(bureau, Duty.REGULATE).order_by("pk").first(), stage.today.year
    if officer is None:
        return
    good, bad = _base(stage, _GOOD, COUNTY), _base(stage, _BAD, CITY)
    clerk = next(clerk for clerk in CLERKS if clerk.role == "authority")
    Organization.objects.filter(pk=good.pk).update(supervisor=Organization.objects.get(name=clerk.organization))
    for held, when in ((year - 1, stage.ago(300)), (year, stage.ago(60))):
        made = _opened(stage, bureau, AssessmentKind.YEARLY, held, officer, stage.at(when))
        for row in made.assessments.select_related("organization", "round"):
            is_good = row.organization == good
            points = [line.most * (Decimal("0.9") if is_good else Decimal("0.5")) for line in made.indicators]
            halves = [(each * 2).to_integral_value() / 2 for each in points]
            words = "制度健全，档案完整。" if is_good else "没有教学档案，培训后没有考核。"
            score(row, halves, words=words, by=officer, now=stage.at(when, 15))
        publish_round(made, by=officer, now=stage.at(when, 16))
    line = Recognition.objects.get(organization=bad, year=year)
    remove(
        line, AbsenceKind.EXITED, grounds=["failed_twice"], reason="连续两年考核不合格，整改后复查仍不合格。",
        document="示例文号 12 号", from_on=stage.ago(40), until_on=None, by=officer, now=stage.at(stage.ago(40)),
    )  # fmt: skip
    _opened(stage, bureau, AssessmentKind.FULL, year, officer, stage.at(stage.ago(3)))


def _opened(
    stage: Stage, bureau: Organization, kind: AssessmentKind, year: int, officer: User, when: datetime
) -> AssessmentRound:
    hint = suggested()
    return open_round(
        bureau, kind=kind, year=year, sheet=hint["sheet"], excellent_from=Decimal(hint["excellent_from"]),
        pass_from=Decimal(hint["pass_from"]), self_until=stage.today + timedelta(days=14), by=officer, now=when,
    )  # fmt: skip


def _base(stage: Stage, name: str, at: str) -> Organization:
    made = Organization.objects.create(
        name=name, name_key=comparable(name), area=Area.objects.get(pk=at), is_base=True,
        nature=UnitNature.INSTITUTION, registered_at=stage.at(date(stage.today.year - 1, 1, 4)),
    )  # fmt: skip
    for year in (stage.today.year - 1, stage.today.year):
        Recognition.objects.create(
            organization=made, kind=RecognitionKind.MUNICIPAL_BASE, year=year, area=Area.objects.get(pk=CITY),
            subjects=["public", "professional"], document=_DEMO, clause="A27", status=RecognitionStatus.ASSUMED,
        )  # fmt: skip
    return made
