"""What a unit writes down of its own standard for an activity."""

from collections.abc import Iterable
from datetime import date
from typing import Any

from django import forms

from ceportal.kernel.rules.refusal import Refusal
from ceportal.kernel.web.hidden import CountField
from credits.forms.fields import DayField, HoursField, TextField
from credits.models import UnitStandard
from credits.rules.standards import EVIDENCE_LIMIT, MOST_EVIDENCE, WORDING_LIMIT


class StandardForm(forms.Form):
    """The next version of a standard. `seen` counts the versions the page was drawn with, and one more."""

    marks_optional = False

    seen = CountField()
    amount = HoursField(label="最多认定的学时（可不填）", help_text="比规定更严才填，以 0.5 为单位。")
    yearly_cap = HoursField(label="每人每年最多（可不填）", help_text="一个年度里这种学习方式合计最多认定的学时。")
    evidence = TextField(
        label="另需提供的材料（可不填）",
        limit=(EVIDENCE_LIMIT + 1) * MOST_EVIDENCE,
        help_text="规定的材料之外还要的，几种之间用顿号分开，例如“学习心得、考核成绩单”。",
    )
    wording = TextField(
        label="文字说明（可不填）", limit=WORDING_LIMIT, lines=3, help_text="本单位人员申报时会看到这段话。"
    )
    valid_from = DayField(label="开始执行的日期", help_text="从这一天或以后开始的学习按新标准，此前的不受影响。")

    def __init__(self, *args: Any, per: str, unit: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["amount"].label = f"每{per}最多认定的{unit}（可不填）"

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        if "valid_from" in data and data["valid_from"] is None:
            self.add_error("valid_from", "请填写开始执行的日期。")
        return data

    def content(self) -> dict[str, Any]:
        """As the service takes it."""
        data = dict(self.cleaned_data)
        evidence = data["evidence"].replace("，", "、").replace(",", "、").split("、")
        return data | {"evidence": evidence, "seen": data["seen"] - 1}

    def show(self, reasons: Iterable[Refusal]) -> None:
        """Put what the rules said beside the fields it is about."""
        for reason in reasons:
            self.add_error(reason.field if reason.field in self.fields else None, reason.message)


def standard_initial(row: UnitStandard | None, *, count: int, today: date) -> dict[str, Any]:
    """The form as the newest version would fill it."""
    first = {"seen": count + 1, "valid_from": today.isoformat()}
    if row is None or row.is_lifted:
        return first
    return first | {
        "amount": f"{row.amount.normalize():f}" if row.amount is not None else "",
        "yearly_cap": f"{row.yearly_cap.normalize():f}" if row.yearly_cap is not None else "",
        "evidence": "、".join(row.evidence),
        "wording": row.wording,
    }
