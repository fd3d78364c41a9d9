"""Asking for an exception and ruling on it, as it is typed. What may stand is the rules' affair."""

from collections.abc import Iterable
from typing import Any

from django import forms

from accounts.rules.requesting import REASON_LIMIT
from ceportal.kernel.rules.refusal import Refusal
from ceportal.kernel.web.hidden import CountField
from credits.forms.fields import DayField, TextField
from credits.rules.exceptions import DOCUMENT_LIMIT, ClosedYear


class _Shown(forms.Form):
    """A form beside whose fields the reasons of a rule are shown."""

    marks_optional = False

    def show(self, reasons: Iterable[Refusal]) -> None:
        for reason in reasons:
            field = reason.field if reason.field in self.fields else None
            if field not in self.errors:
                self.add_error(field, reason.message)


class AskForm(_Shown):
    """Which years, why, and the paper that shows it. A file that came once is not asked for again."""

    years = forms.MultipleChoiceField(
        label="补报的年度",
        required=False,
        widget=forms.CheckboxSelectMultiple,
        error_messages={"invalid_choice": "请从列表中选择年度。"},
    )
    reason = TextField(
        label="特殊原因",
        limit=REASON_LIMIT,
        lines=5,
        help_text="写明当年为什么没有按时申报，例如援外、长期病休。人社部门两位经办人会看到，请不要写身份证号码和电话。",
    )
    document = forms.FileField(
        label="证明材料",
        required=False,
        help_text="能证明上述原因的文件，PDF、JPG 或 PNG，不超过 20 MB。多页请合成一份 PDF。",
        widget=forms.ClearableFileInput({"accept": ".pdf,.jpg,.jpeg,.png"}),
        error_messages={"empty": "这个文件是空的，请重新选择。"},
    )
    # A file that was taken in although something else was wrong.
    kept = forms.UUIDField(required=False, widget=forms.HiddenInput, error_messages={"invalid": "请重新选择文件。"})

    def __init__(self, *args: Any, closed: Iterable[ClosedYear], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        open_to_ask = [(str(each.year), f"{each.year} 年度") for each in closed if not each.reasons]
        self.fields["years"].choices = open_to_ask  # type: ignore[attr-defined]

    def chosen(self) -> list[int]:
        return [int(year) for year in self.cleaned_data.get("years", [])]


class RuleForm(_Shown):
    """What an officer of the bureau decides on what they saw."""

    move = forms.ChoiceField(
        label="处理",
        widget=forms.RadioSelect,
        error_messages={"required": "请选择一种处理。", "invalid_choice": "请选择一种处理。"},
    )
    reason = TextField(label="处理意见", limit=REASON_LIMIT, lines=3, help_text="申请人会看到这段话。")
    seen_round = CountField()
    seen_stage = CountField()

    CHOICES = (("approve", "同意，送另一位经办人核准"), ("return", "退回补正"), ("reject", "不予批准"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["move"].choices = self.CHOICES  # type: ignore[attr-defined]


class GrantForm(RuleForm):
    """The second hand's: a grant has a document number and a last day."""

    document_no = TextField(label="批准文号", limit=DOCUMENT_LIMIT, help_text="批准时填写，例如“汴人社补〔2026〕3号”。")
    valid_until = DayField(label="补报截止日期", help_text="批准时填写；到这一天为止，本人可以申报上述年度，最长一年。")
    field_order = ("move", "document_no", "valid_until", "reason")

    CHOICES = (("approve", "批准补报"), ("return", "退回补正"), ("reject", "不予批准"))
