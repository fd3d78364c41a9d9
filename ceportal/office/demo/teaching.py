"""The teaching side in the demo: a complaint that was upheld, one that waits; a round of assessment under way."""

from datetime import timedelta
from decimal import Decimal

from accounts.enums import Duty, Move
from accounts.models import Area, Organization
from accounts.selectors.duties import holders_of
from accounts.selectors.requests import who_can_decide
from bases.enums import AssessmentKind, ComplaintKind
from bases.selectors.sheets import suggested
from bases.services.assessing import assess_oneself, open_round
from bases.services.complaining import answer, complain
from ceportal.office.demo.cast import BUSY, CITY, PLATFORM, PROFESSIONAL, PROVINCE
from ceportal.office.demo.stage import Stage

_BASE = "开封大学"


def complain_of_them(stage: Stage) -> None:
    """About the demo's platform, upheld; about a company of no list, waiting with the city."""
    asked, when = stage.users[BUSY[0].phone], stage.at(stage.ago(20))
    first = complain(
        kind=ComplaintKind.SECRET, about=Organization.objects.get(name=PLATFORM), named="", area=None,
        reason="付费后才看得到课程由谁讲、共多少学时。", document=None, by=asked, now=when,
    )  # fmt: skip
    if officer := who_can_decide(first).first():
        answer(
            first, Move.APPROVE, seen_round=first.round, reason="经核实，该平台当时没有公开授课教师，已补充公开。",
            public_words="课程介绍没有写明授课教师，已责令补充公开。", by=officer, now=when + timedelta(days=2),
        )  # fmt: skip
    complain(
        kind=ComplaintKind.CLASSES, about=None, named="某某培训公司（示例）", area=Area.objects.get(pk=CITY),
        reason="不在名单上，却说由他们发结业证书就能算学时，还要交资料费 80 元。", document=None,
        by=stage.users[PROFESSIONAL.phone], now=stage.at(stage.ago(1)),
    )  # fmt: skip


def assess_bases(stage: Stage) -> None:
    """The province has begun this year's round; the demo's base has assessed itself."""
    bureau, when, hint = Organization.objects.get(area_id=PROVINCE, is_bureau=True), stage.at(stage.ago(6)), suggested()
    officer = holders_of(bureau, Duty.REGULATE).order_by("pk").first()
    teacher = holders_of(Organization.objects.get(name=_BASE), Duty.TEACH).order_by("pk").first()
    if officer is None or teacher is None:
        return
    made = open_round(
        bureau, kind=AssessmentKind.YEARLY, year=stage.today.year, sheet=hint["sheet"],
        excellent_from=Decimal(hint["excellent_from"]), pass_from=Decimal(hint["pass_from"]),
        self_until=stage.today + timedelta(days=14), by=officer, now=when,
    )  # fmt: skip
    row = made.assessments.filter(organization__name=_BASE).select_related("round").first()
    if row is not None:
        points = [line.most - 1 for line in made.indicators]
        words = "计划、师资和教学档案齐全；信息化设备明年更新。"
        assess_oneself(row, points, words=words, document=None, by=teacher, now=when + timedelta(days=1))
