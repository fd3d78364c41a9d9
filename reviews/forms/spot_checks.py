"""What a bureau, an inspector and those they ask write down in a spot check. What may be done is the rules' affair."""

from collections.abc import Iterable
from typing import Any, cast

from django import forms
from django.db.models import QuerySet

from accounts.models import Organization, User
from ceportal.kernel.rules.refusal import Refusal
from reviews.enums import REASON_LIMIT, Asked, Finding, ReversalCode
from reviews.rules.drawing import NAME_LIMIT

# A field takes a little more than the rules allow, so that the rule answers in its own words.
SLACK = 1000


class SaidForm(forms.Form):
    """A form beside whose fields the refusals of a service are shown."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            field.error_messages |= {
                "required": f"请填写{field.label}。",
                "invalid_choice": f"请从列表中选择{field.label}。",
                "max_length": f"{field.label}太长，请核对。",
                "null_characters_not_allowed": f"{field.label}中有无法显示的字符，请重新输入。",
            }

    def show(self, reasons: Iterable[Refusal]) -> None:
        for reason in reasons:
            self.add_error(reason.field if reason.field in self.fields else None, reason.message)


class DayField(forms.DateField):
    """A day, with words for what is wrong with it."""

    widget = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")

    def __init__(self, label: str) -> None:
        wrong = f"请填写{label}，例如 2026-10-31。"
        super().__init__(label=label, input_formats=["%Y-%m-%d"], error_messages={"required": wrong, "invalid": wrong})


class CampaignForm(SaidForm):
    """What a bureau wants to check, and how many of it."""

    name = forms.CharField(label="名称", max_length=NAME_LIMIT + SLACK, help_text="例如：2026年第三季度学时抽查。")
    bureau = forms.ModelChoiceField(Organization.objects.none(), label="范围", empty_label=None, to_field_name="ref")
    decided_from = DayField("审核日期从")
    decided_until = DayField("审核日期到")
    rate = forms.IntegerField(
        label="抽取比例（%）",
        required=False,
        help_text="每位审核人员的审核都按这个比例抽取，不足一件的抽一件。比例和件数只填一个。",
        error_messages={"invalid": "比例请填整数。"},
    )
    number = forms.IntegerField(label="或抽取件数", required=False, error_messages={"invalid": "件数请填整数。"})

    def __init__(self, *args: Any, bureaus: QuerySet[Organization], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = cast(forms.ModelChoiceField, self.fields["bureau"])
        field.queryset = bureaus
        field.label_from_instance = lambda obj: f"{obj.area.name}（{obj.name}）"  # type: ignore[method-assign, assignment]


_TEXT: dict[str, Any] = {"max_length": REASON_LIMIT + SLACK, "widget": forms.Textarea(attrs={"rows": 3})}


class AskForm(SaidForm):
    of = forms.ChoiceField(label="由谁补充", choices=Asked.choices, initial=Asked.PERSON)
    text = forms.CharField(label="需要补充什么", help_text="对方会看到这段话，五个工作日内答复。", **_TEXT)


class AssignForm(SaidForm):
    to = forms.ModelChoiceField(
        User.objects.none(), label="改由谁核查", empty_label="请选择", to_field_name="ref",
        help_text="只列出有核查职责、没有参与过这项申报和审核的人员。",
    )  # fmt: skip

    def __init__(self, *args: Any, inspectors: QuerySet[User], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = cast(forms.ModelChoiceField, self.fields["to"])
        field.queryset = inspectors
        field.label_from_instance = lambda obj: obj.name  # type: ignore[method-assign, assignment]


class FindingForm(SaidForm):
    finding = forms.ChoiceField(label="核查结论", choices=[("", "请选择"), *Finding.choices])
    reversal_code = forms.ChoiceField(
        label="撤销原因", choices=[("", "结论为有问题时选择"), *ReversalCode.choices], required=False
    )
    text = forms.CharField(
        label="查明的情况", help_text="本人会看到。写明依据什么查实，不要写身份证号码或电话。", **_TEXT
    )


class IntendForm(FindingForm):
    """An adverse finding: what would be taken back, and why."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["finding"].label = "拟作的结论"
        self.fields["reversal_code"].required = True


class AnswerForm(SaidForm):
    text = forms.CharField(label="说明", **_TEXT)
    document = forms.FileField(
        label="补充材料",
        required=False,
        allow_empty_file=True,
        help_text="一份照片或 PDF。几页纸请合成一个 PDF。",
        widget=forms.FileInput({"accept": "image/jpeg,image/png,application/pdf,image/*"}),
    )
