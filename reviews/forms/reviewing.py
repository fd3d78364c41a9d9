"""How a reviewer's three acts are written down. What may be decided is the rules' affair."""

from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import Any

from django import forms

from accounts.enums import Move
from accounts.models import Membership, User
from ceportal.kernel.rules.citations import citation
from ceportal.kernel.rules.refusal import Refusal
from ceportal.kernel.web.hidden import CountField
from credits.enums import CorrectionAction, Subject
from credits.rules.typed import narrow, reasons_not_to_read_hours
from reviews.enums import REASON_CLAUSES, REASON_LIMIT, ReasonCode, ReversalCode, Share
from reviews.rules import reversing
from reviews.selectors.sharing import Narrowing

_TOO_LONG = f"理由最多 {REASON_LIMIT} 个字。"


def _with_ground(code: ReasonCode) -> str:
    """佐证材料不全（平顶山市2023年通知 四（一）3）."""
    ground = citation(REASON_CLAUSES.get(code, ""))
    return f"{code.label}（{ground}）" if ground else str(code.label)


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
        choices=[("", "请选择"), *((code.value, _with_ground(code)) for code in ReasonCode)],
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


class KeepForm(forms.Form):
    """What stands half-written in an act's form, right or wrong."""

    move = forms.ChoiceField(choices=[(move, move) for move in FORMS])
    version = CountField()
    hours = forms.CharField(required=False, max_length=100)
    reason_code = forms.CharField(required=False, max_length=40)
    reason = forms.CharField(required=False, max_length=10_000, strip=False)


class NarrowForm(forms.Form):
    """What of a desk is looked for. What cannot be read narrows nothing."""

    share = forms.ChoiceField(label="分工", required=False, choices=[("", "全部"), *Share.choices])
    subject = forms.ChoiceField(label="科目", required=False, choices=[("", "全部科目"), *Subject.choices])
    place = forms.CharField(label="地区", required=False, max_length=6)
    unit = forms.CharField(label="申报人单位", required=False, max_length=100)
    department = forms.CharField(label="部门", required=False, max_length=60)
    name = forms.CharField(label="申报人姓名", required=False, max_length=50)
    year = CountField(
        label="所属年度", required=False, widget=forms.TextInput(attrs={"inputmode": "numeric", "size": 6})
    )

    def __init__(self, data: Any) -> None:
        super().__init__(data)
        for field in self.fields.values():
            is_choice = isinstance(field, forms.ChoiceField)
            field.widget.attrs["class"] = "form-select" if is_choice else "form-control"

    def narrowing(self) -> Narrowing:
        """The fields that could be read."""
        self.is_valid()
        return Narrowing(**{name: value for name, value in self.cleaned_data.items() if value})


class DeputyForm(forms.Form):
    """Who is away, who stands in, until when."""

    place = forms.ChoiceField(label="谁不在岗")
    name = forms.CharField(
        label="请谁代审",
        help_text="填写本单位同事的姓名，对方须已有平台账号。",
        max_length=50,
        error_messages={"required": "请填写同事的姓名。", "max_length": "姓名过长，请核对。"},
    )
    until = forms.DateField(
        label="到哪一天为止（含当日）",
        widget=forms.DateInput(attrs={"type": "date"}),
        error_messages={"required": "请选择日期。", "invalid": "请选择日期。"},
    )

    def __init__(self, data: Any, *, places: Sequence[Membership], user: User) -> None:
        super().__init__(data)
        self.places = {str(place.pk): place for place in places}
        self.fields["place"].choices = [  # type: ignore[attr-defined]
            (key, f"{'本人' if place.user == user else place.user.name}（{place.organization.name}）")
            for key, place in self.places.items()
        ]

    def clean_place(self) -> Membership:
        """The duty that is looked after meanwhile."""
        return self.places[self.cleaned_data["place"]]


class ToldForm(forms.Form):
    """Beside whose fields the refusals of a service are shown."""

    def tell(self, reasons: Iterable[Refusal]) -> None:
        """Each beside its field, or above the form."""
        for reason in reasons:
            self.add_error(reason.field if reason.field in self.fields else None, reason.message)


class AppealForm(ToldForm):
    """Why somebody thinks that the decision was wrong, and a paper if there is another one."""

    reason = forms.CharField(
        label="申诉理由",
        help_text="请写明原决定哪里不对、依据是什么。不要写身份证号码或电话。",
        max_length=REASON_LIMIT,
        error_messages={"required": "请写明申诉理由。", "max_length": f"申诉理由最多 {REASON_LIMIT} 个字。"},
        widget=forms.Textarea(attrs={"rows": 5}),
    )
    document = forms.FileField(
        label="补充材料",
        required=False,
        help_text="照片或 PDF，可以不传：原来的佐证材料会一并转给上一级。",
        error_messages={"empty": "这个文件是空的，请重新选择。"},
    )


class AnswerForm(ToldForm):
    """The level above answers, with reasons."""

    reason = forms.CharField(
        label="答复理由",
        help_text="无论哪种结果都要写，申诉人会看到。",
        max_length=REASON_LIMIT,
        error_messages={
            "required": "请写明答复理由，申诉人会看到。",
            "max_length": f"答复理由最多 {REASON_LIMIT} 个字。",
        },
        widget=forms.Textarea(attrs={"rows": 4}),
    )
    round = CountField()
    move = forms.ChoiceField(
        choices=[(Move.APPROVE, "撤销原决定"), (Move.REJECT, "维持原决定")],
        error_messages={"required": "请选择撤销或维持原决定。", "invalid_choice": "请选择撤销或维持原决定。"},
    )


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


class DeclineForm(forms.Form):
    """Why what a platform asks to take back stays; the hidden ones are what was on the screen."""

    correction = forms.UUIDField(widget=forms.HiddenInput())
    action = forms.ChoiceField(choices=CorrectionAction.choices, widget=forms.HiddenInput())
    asked_at = forms.CharField(max_length=40, widget=forms.HiddenInput())
    reason = forms.CharField(
        label="不同意的原因",
        help_text="平台会看到这段话，可以改正后重新提出。",
        max_length=reversing.REASON_LIMIT,
        error_messages={
            "required": "请写明为什么不同意。",
            "max_length": f"情况说明最多 {reversing.REASON_LIMIT} 个字。",
        },
        widget=forms.Textarea(attrs={"rows": 2}),
    )


class FindPersonForm(forms.Form):
    """An ID number travels in a POST only, never in an address."""

    id_number = forms.CharField(
        label="身份证号码",
        max_length=30,
        error_messages={"required": "请填写身份证号码。", "max_length": "号码过长，请核对。"},
        widget=forms.TextInput(attrs={"autocomplete": "off", "inputmode": "text"}),
    )
