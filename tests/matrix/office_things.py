"""What the city here keeps of its own: a file that is taken over, a letter to the declarant, a list, a training."""

from collections.abc import Callable, Mapping
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from django.utils import timezone

from accounts.enums import Duty
from accounts.models import Mandate, Organization, Professional, User
from accounts.selectors.duties import holders_of
from accounts.selectors.people import employer_of
from accounts.services.mandates import give_mandate
from ceportal.office.enums import LetterKind, RollKind, TakenKind
from ceportal.office.models import Letter, OfficerTraining, Roll, TakeOver
from ceportal.office.rules.taking_over import TakenLine
from ceportal.office.selectors.addressees import Meant
from ceportal.office.services.letters import send_letter, sheet_of
from ceportal.office.services.officers import hold_training, name_officer
from ceportal.office.services.rolls import add_name, write_roll
from ceportal.office.services.taking_over import keep_file
from credits.models import Declaration
from tests.reviews.factories import submitted, turned_down

RETURNED = "退回补正的培训"
_TAKE_OVERS = ("take_over", "take_over_progress", "take_over_problems", "act_on_take_over")


def given() -> dict[str, Callable[[Any], Mapping[str, Any]]]:
    """What to ask for at each address, by the key of its line in the table."""
    return {
        "office:take_over_template": lambda _: {"kind": "units"},
        **{f"office:{name}": lambda _: {"ref": TakeOver.objects.get().ref} for name in _TAKE_OVERS},
        **{f"office:{name}": lambda _: {"ref": Letter.objects.get().ref} for name in ("letter", "letter_sheet")},
        "office:letter_about_return": lambda _: {"ref": Declaration.objects.get(title=RETURNED).ref},
        "office:letter_about_reversal": lambda town: {"ref": town.claim.ref},
        **{f"admin:accounts_mandate_{name}": lambda _: {"ref": Mandate.objects.get().ref} for name in ("one", "end")},
        "office:roll": lambda _: {"ref": Roll.objects.get().ref},
        "office:officer_training": lambda _: {"ref": OfficerTraining.objects.get().ref},
    }


def begin(person: Professional, city: Organization, officer: User, *, now: datetime) -> None:
    unit = employer_of(person)
    assert unit is not None
    by: dict[str, Any] = {"by": officer, "now": now}
    reviewer = holders_of(unit, Duty.REVIEW_HOURS).earliest("pk")
    turned_down(submitted(person, title=RETURNED, now=now), reviewer, now=now)
    said = {
        "统一社会信用代码": "91410200MA9K00001U", "单位名称": "原系统里的单位", "单位性质": "institution",
        "所在地区": "410203", "主管部门": "", "联系人": "人事科", "联系电话": "0371-22000001",
    }  # fmt: skip
    give_mandate(city, since=timezone.localdate(now), until=None, reason="试点", **by)
    keep_file(TakenKind.UNITS, [[TakenLine(2, said)]], bureau=city, source="原系统", remarks=[], **by)
    letter = send_letter(
        city, LetterKind.CORRECTION, Meant(person=person), title="材料补正通知书", body="请补正材料。", **by
    )
    sheet_of(letter, now=now)
    roll = write_roll(
        city,
        {"kind": RollKind.COMMEND, "title": "先进单位", "document_no": "汴人社〔2026〕9号", "words": "",
         "decided_on": timezone.localdate(now), "shown_until": timezone.localdate(now) + timedelta(days=30)},
        **by,
    )  # fmt: skip
    add_name(roll, Meant(unit=unit), reason="组织有力", **by)
    name_officer(unit, name="负责继续教育的人", office="人事科", phone="", is_full_time=True, **by)
    training = {
        "title": "管理人员培训班", "place": "", "content": "政策和操作", "started_on": date(2026, 5, 6),
        "ended_on": date(2026, 5, 7), "hours": Decimal(8),
    }  # fmt: skip
    hold_training(city, training, **by)
