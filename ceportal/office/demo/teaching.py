"""The teaching side in the demo: a complaint that was upheld, one that waits."""

from datetime import timedelta

from accounts.enums import Move
from accounts.models import Organization
from accounts.selectors.requests import who_can_decide
from bases.enums import ComplaintKind
from bases.services.complaining import answer, complain
from ceportal.office.demo.cast import BUSY, PLATFORM, PROFESSIONAL
from ceportal.office.demo.stage import Stage

_BASE = "开封大学"


def complain_of_them(stage: Stage) -> None:
    """About the demo's platform, upheld by the bureau of its place; about the base, waiting with the city."""
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
        kind=ComplaintKind.FEES, about=Organization.objects.get(name=_BASE), named="", area=None,
        reason="报名时公布免费，开班当天要求另交资料费 80 元。", document=None, by=stage.users[PROFESSIONAL.phone],
        now=stage.at(stage.ago(1)),
    )  # fmt: skip
