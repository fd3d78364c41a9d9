"""Asking that a unit answer to another bureau: in the name of the unit, or of the bureau."""

from typing import Any

from django import forms

from accounts.enums import Move
from accounts.forms.reasoned import SLACK, ReasonedForm
from accounts.models import Organization
from accounts.rules.requesting import REASON_LIMIT
from ceportal.kernel.web.hidden import CountField, KeepsFile


class ReasonAndPaper(KeepsFile, ReasonedForm):
    """`kept` is the file of an earlier try of the same page, so that it need not be chosen again."""

    reason = forms.CharField(
        label="情况说明", max_length=SLACK, help_text=f"最多 {REASON_LIMIT} 个字。", widget=forms.Textarea({"rows": 3})
    )
    document = forms.FileField(
        label="证明文件",
        required=False,
        allow_empty_file=True,
        help_text="例如职称评审归属的文件。照片或 PDF。",
        widget=forms.FileInput({"accept": "image/jpeg,image/png,application/pdf,image/*"}),
    )
    round = CountField(required=False)
    marks_optional = False


class AskToAnswerForm(ReasonAndPaper):
    """By the unit: which unit, to which bureau."""

    organization = forms.ModelChoiceField(label="单位", queryset=Organization.objects.none(), empty_label=None)
    bureau = forms.ModelChoiceField(
        label="职称评审归哪里管理", queryset=Organization.objects.none(), empty_label="请选择",
        help_text="单位人员在哪个地方参加职称评审，就选哪里的人社部门。要恢复由单位所在地管理的，选所在地的人社部门。",
    )  # fmt: skip
    field_order = ("organization", "bureau", "reason", "document")

    def __init__(self, *args: Any, units: Any, bureaus: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, rows in (("organization", units), ("bureau", bureaus)):
            choice: Any = self.fields[name]
            choice.queryset = rows


class ProposeForm(ReasonAndPaper):
    """By the bureau: in whose name, and which unit by its credit code."""

    bureau = forms.ModelChoiceField(label="人社部门", queryset=Organization.objects.none(), empty_label=None)
    organization = forms.CharField(
        label="单位的统一社会信用代码",
        max_length=SLACK,
        help_text="18 位。单位确认后生效。",
        widget=forms.TextInput({"autocomplete": "off", "spellcheck": "false"}),
    )
    field_order = ("bureau", "organization", "reason", "document")

    def __init__(self, *args: Any, bureaus: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choice: Any = self.fields["bureau"]
        choice.queryset = bureaus


class StationingRulingForm(ReasonedForm):
    move = forms.ChoiceField(
        label="决定", choices=((Move.APPROVE, "同意"), (Move.RETURN, "退回补正"), (Move.REJECT, "不同意"))
    )
    reason = forms.CharField(
        label="处理意见",
        max_length=SLACK,
        help_text="无论哪种结果都要写，对方会看到。",
        widget=forms.Textarea({"rows": 3}),
    )
    round = CountField(error_messages={"required": "页面内容不完整，请刷新后重试。"})
    marks_optional = False
