"""How a reviewer's three acts are written down. What may be decided is the rules' affair."""

from decimal import Decimal
from typing import Any

from django import forms

from accounts.enums import Move
from ceportal.kernel.rules.refusal import Refusal
from ceportal.kernel.web.hidden import CountField
from credits.rules.typed import narrow, reasons_not_to_read_hours
from reviews.enums import REASON_LIMIT, ReasonCode, ReversalCode
from reviews.rules import reversing

_TOO_LONG = f"理由最多 {REASON_LIMIT} 个字。"


class HoursField(forms.CharField):
    """Hours as people type them, full-width digits too; read strictly (inputs.md A)."""

    widget = forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off", "size": 6})

    def to_python(self, value: Any) -> Decimal | None:  # type: ignore[override]
        text = narrow(super().to_python(value) or "")
        if not text:
            return None
        if reasons := reasons_not_to_read_hours(text, field="hours"):
            raise forms.ValidationError([reason.message for reason in reasons])
        return Decimal(text)


class ActForm(forms.Form):
    """What every act carries: which version at which stage was on the screen."""

    version = CountField()
    stage = CountField()

    def show(self, reasons: list[Refusal]) -> None:
        """Put the reasons that belong to a field beside it."""
        for reason in reasons:
            if reason.field in self.fields:
                self.add_error(reason.field, reason.message)


class ApproveForm(ActForm):
    hours = HoursField(label="认定学时", error_messages={"required": "请填写认定的学时。"})
    reason = forms.CharField(
        label="学时有增减时的理由",
        required=False,
        max_length=REASON_LIMIT,
        error_messages={"max_length": _TOO_LONG, "required": "请写明按什么认定，申报人会看到。"},
        widget=forms.Textarea(attrs={"rows": 2}),
    )

    def ask_for_the_ground(self) -> None:
        """Where no rule counts the hours: whoever sets them says by what."""
        self.fields["reason"].label = "按什么认定"
        self.fields["reason"].help_text = "例如会议日程、课程学分、本单位的认定标准。申报人会看到。"
        self.fields["reason"].required = True


class TurnDownForm(ActForm):
    reason_code = forms.ChoiceField(
        label="原因",
        choices=[("", "请选择"), *ReasonCode.choices],
        error_messages={"required": "请从列表中选择原因。", "invalid_choice": "请从列表中选择原因。"},
    )
    reason = forms.CharField(
        label="理由",
        max_length=REASON_LIMIT,
        error_messages={"required": "请写明理由，申报人会看到。", "max_length": _TOO_LONG},
        widget=forms.Textarea(attrs={"rows": 3}),
    )


FORMS: dict[str, type[ActForm]] = {
    Move.APPROVE: ApproveForm,
    Move.RETURN: TurnDownForm,
    Move.REJECT: TurnDownForm,
}


class ReverseForm(forms.Form):
    """Why credited hours are taken back."""

    reason_code = forms.ChoiceField(
        label="撤销原因",
        choices=[("", "请选择"), *ReversalCode.choices],
        error_messages={"required": "请从列表中选择撤销原因。", "invalid_choice": "请从列表中选择撤销原因。"},
    )
    reason = forms.CharField(
        label="查实的情况",
        help_text="本人会看到这段话。请写明依据什么查实，不要写身份证号码或电话。",
        max_length=reversing.REASON_LIMIT,
        error_messages={
            "required": "请写明查实的情况。",
            "max_length": f"情况说明最多 {reversing.REASON_LIMIT} 个字。",
        },
        widget=forms.Textarea(attrs={"rows": 3}),
    )


class FindPersonForm(forms.Form):
    """An ID number travels in a POST only, never in an address."""

    id_number = forms.CharField(
        label="身份证号码",
        max_length=30,
        error_messages={"required": "请填写身份证号码。", "max_length": "号码过长，请核对。"},
        widget=forms.TextInput(attrs={"autocomplete": "off", "inputmode": "text"}),
    )
