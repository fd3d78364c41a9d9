"""What is asked about a person: going to another unit, another title, what they were registered under."""

from datetime import date
from typing import Any

from django import forms

from accounts.enums import CorrectionKind, IdKind, Move, TitleLevel, TransferKind
from accounts.forms.reasoned import SLACK, ReasonedForm
from accounts.forms.stationing import ReasonAndPaper
from accounts.models import TitleSeries
from accounts.rules.registration import NO_TITLE_SERIES
from ceportal.kernel.web.hidden import CountField

_KINDS = {
    TransferKind.MOVE: "调入：离开现在的主要单位",
    TransferKind.JOIN: "增加任职单位：现在的主要单位不变",
    TransferKind.LEAD: "改为主要单位：以后的学时先由它审核",
}


_ASKED = {
    CorrectionKind.NAME: {"name"},
    CorrectionKind.ID_NUMBER: {"id_kind", "number"},
    CorrectionKind.PHONE: {"number"},
}


class TransferForm(ReasonAndPaper):
    """The unit stands in the address."""

    kind = forms.ChoiceField(label="办理事项", choices=())
    field_order = ("kind", "reason", "document")

    def __init__(self, *args: Any, kinds: list[TransferKind], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choice: Any = self.fields["kind"]
        choice.choices = [(kind.value, _KINDS[kind]) for kind in kinds]
        if len(kinds) == 1:
            choice.widget, choice.required, choice.initial = forms.HiddenInput(), False, kinds[0].value
        self.fields["document"].help_text = "例如调动通知、聘用合同、离职证明。照片或 PDF。"

    def wanted(self) -> TransferKind:
        return TransferKind(self.cleaned_data["kind"] or TransferKind.MOVE)


class TitleForm(ReasonAndPaper):
    title_series = forms.ModelChoiceField(
        label="职称系列", queryset=TitleSeries.objects.none(), empty_label=None,
        help_text="没有职称选“无”，找不到自己的系列选“其他”。",
    )  # fmt: skip
    title_level = forms.ChoiceField(label="职称级别", choices=TitleLevel.choices)
    title_since = forms.DateField(
        label="取得日期",
        required=False,
        input_formats=["%Y-%m-%d"],
        widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date", "autocomplete": "off"}),
        help_text="以证书或文件上的日期为准。学时要求按年末的职称级别计算。",
        error_messages={"invalid": "请填写正确的日期，例如 2024-09-01。"},
    )
    field_order = ("title_series", "title_level", "title_since", "reason", "document")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        series: Any = self.fields["title_series"]
        series.queryset = TitleSeries.objects.all()
        self.fields["title_since"].widget.attrs["required"] = True
        self.fields["document"].help_text = "职称证书或任职文件。照片或 PDF。"

    def said(self) -> dict[str, Any]:
        """As the service takes it."""
        series, since = self.cleaned_data["title_series"], self.cleaned_data["title_since"]
        found = None if series.code == NO_TITLE_SERIES else series
        return {"series": found, "level": TitleLevel(self.cleaned_data["title_level"]), "since": since}


def title_initial(series: TitleSeries | None, level: str, since: date | None) -> dict[str, Any]:
    return {"title_series": series.pk if series else NO_TITLE_SERIES, "title_level": level, "title_since": since}


class CorrectionForm(ReasonAndPaper):
    """Of one of the three: what does not belong to it is taken out."""

    name = forms.CharField(label="正确的姓名", max_length=SLACK, help_text="与证件上一致。")
    id_kind = forms.ChoiceField(label="证件种类", choices=IdKind.choices, initial=IdKind.RESIDENT)
    number = forms.CharField(
        label="正确的号码",
        max_length=SLACK,
        strip=False,
        help_text="号码加密保存，页面上只显示头尾几位。",
        widget=forms.TextInput({"autocomplete": "off", "spellcheck": "false"}),
    )
    field_order = ("name", "id_kind", "number", "reason", "document")

    def __init__(self, *args: Any, what: CorrectionKind, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for field in {"name", "id_kind", "number"} - _ASKED[what]:
            del self.fields[field]
        if "number" in self.fields:
            self.fields["number"].label = f"正确的{what.label}"
            self.fields["number"].error_messages["required"] = f"请填写正确的{what.label}。"
        self.fields["document"].help_text = "身份证件、户口簿或公安机关证明等，号码、姓名要清楚。照片或 PDF。"

    def said(self) -> dict[str, Any]:
        data = self.cleaned_data
        kind = IdKind(data["id_kind"]) if data.get("id_kind") else None
        return {"value": data.get("name") or data.get("number") or "", "id_kind": kind}


class MergeForm(ReasonAndPaper):
    """`kept` numbers are asked of a bureau alone: the person is in the account that goes on."""

    goes_on = forms.CharField(
        label="继续使用的账号",
        max_length=SLACK,
        strip=False,
        help_text="该账号的证件号码或手机号码。",
        widget=forms.TextInput({"autocomplete": "off", "spellcheck": "false"}),
    )
    number = forms.CharField(
        label="要停用的账号",
        max_length=SLACK,
        strip=False,
        help_text="另一个账号登录用的证件号码或手机号码。两个账号的姓名要相同。",
        widget=forms.TextInput({"autocomplete": "off", "spellcheck": "false"}),
    )
    field_order = ("goes_on", "number", "reason", "document")

    def __init__(self, *args: Any, by_bureau: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not by_bureau:
            del self.fields["goes_on"]
        self.fields["document"].help_text = "能证明两个账号是同一人的材料，例如身份证件。照片或 PDF。"


class MatterRulingForm(ReasonedForm):
    """`number` is what the paper says, for a correction of a number."""

    move = forms.ChoiceField(
        label="决定", choices=((Move.APPROVE, "同意"), (Move.RETURN, "退回补正"), (Move.REJECT, "不同意"))
    )
    number = forms.CharField(
        label="证明材料上的号码",
        max_length=SLACK,
        required=False,
        help_text="同意时，请对照证明材料完整输入一遍，与申请人填写的一致才能通过。",
        widget=forms.TextInput({"autocomplete": "off", "spellcheck": "false"}),
    )
    reason = forms.CharField(
        label="处理意见",
        max_length=SLACK,
        help_text="无论哪种结果都要写，申请人会看到。",
        widget=forms.Textarea({"rows": 3}),
    )
    round = CountField(error_messages={"required": "页面内容不完整，请刷新后重试。"})
    marks_optional = False

    def __init__(self, *args: Any, asks_number: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not asks_number:
            del self.fields["number"]
