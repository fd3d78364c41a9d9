"""What a unit says of its yearly plan, and what offices say of it."""

from typing import Any, cast

from django import forms

from accounts.enums import Move
from accounts.models import Organization
from bases.enums import ClassKind, Finding, Funding
from bases.forms.classes import HoursTyped, PeopleTyped
from bases.forms.fields import ShownForm, TypedDay, words
from bases.models import TrainingPlanItem
from bases.rules import plans as rules
from bases.rules.classes import SUBJECTS
from bases.rules.plans import PlannedTraining
from ceportal.kernel.rules.id_number import hide_numbers
from ceportal.kernel.rules.text import TITLE_LIMIT
from ceportal.kernel.web.hidden import CountField, KeepsFile

_FILES = forms.FileInput({"accept": "image/jpeg,image/png,application/pdf,image/*"})


class BudgetTyped(forms.CharField):
    """Whole yuan in ASCII digits, or nothing."""

    widget = forms.TextInput({"inputmode": "numeric", "autocomplete": "off", "maxlength": "10"})

    def clean(self, value: Any) -> Any:
        text = str(super().clean(value)).strip()
        if not text:
            return None
        if not (text.isascii() and text.isdigit() and len(text) <= 9 and int(text) <= rules.MOST_BUDGET):
            raise forms.ValidationError(f"经费预算请填写不超过 {rules.MOST_BUDGET} 的整数，单位是元。")
        return int(text)


class BeginForm(ShownForm):
    organization = forms.ModelChoiceField(label="单位", queryset=Organization.objects.none(), empty_label=None)
    year = forms.TypedChoiceField(label="年度", coerce=int)

    def __init__(self, *args: Any, units: list[Organization], years: tuple[int, ...], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        unit, year = cast(Any, self.fields["organization"]), cast(Any, self.fields["year"])
        unit.queryset = Organization.objects.filter(pk__in=[each.pk for each in units])
        year.choices = [(each, f"{each} 年度") for each in years]
        if len(units) == 1:
            unit.widget, unit.initial = forms.HiddenInput(), units[0].pk


class TrainingForm(ShownForm):
    title = words("培训名称", TITLE_LIMIT)
    kind = forms.ChoiceField(label="培训种类", choices=[("", "请选择"), *ClassKind.choices])
    subject = forms.ChoiceField(label="科目", choices=[("", "请选择"), *SUBJECTS.items()])
    content = words("培训内容", rules.CONTENT_LIMIT, lines=3, help_text="主要课程和安排。")
    hours = HoursTyped(label="每人学时")
    started_on = TypedDay(label="开始日期", help_text="报送须在培训开始之前。")
    ended_on = TypedDay(label="结束日期")
    place = words("培训地点", rules.PLACE_LIMIT)
    people = PeopleTyped(label="计划人数")
    funding = forms.ChoiceField(label="经费来源", choices=[("", "请选择"), *Funding.choices])
    budget = BudgetTyped(label="经费预算（元，没有可不填）", required=False)

    def training(self) -> PlannedTraining:
        return PlannedTraining(**{name: self.cleaned_data[name] for name in PlannedTraining.__dataclass_fields__})


def training_initial(item: TrainingPlanItem) -> dict[str, Any]:
    said = {name: getattr(item, name) for name in PlannedTraining.__dataclass_fields__}
    return said | {"hours": f"{item.hours.normalize():f}"}


class PaperForm(KeepsFile, ShownForm):
    """A file with words beside it; `kept` is that of an earlier try of the same page."""

    document = forms.FileField(
        label="文件", required=False, allow_empty_file=True, help_text="PDF 或照片，每个不超过 20 MB。", widget=_FILES
    )


class SendPlanForm(PaperForm):
    reason = words("说明", rules.WORDS_LIMIT, lines=3, help_text="计划的依据和重点；调整的写明改了什么、为什么。")
    field_order = ("reason", "document")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["document"].label = "盖章的计划文件"

    def clean_reason(self) -> str:
        return hide_numbers(self.cleaned_data["reason"])


class AttachForm(PaperForm):
    label = words("附件名称", rules.LABEL_LIMIT, help_text="例如：课程表、师资名单、经费预算。")
    field_order = ("label", "document")


class PlanRulingForm(ShownForm):
    move = forms.ChoiceField(
        label="决定", choices=((Move.APPROVE, "通过"), (Move.RETURN, "退回补正"), (Move.REJECT, "不予备案"))
    )
    reason = words("意见", rules.WORDS_LIMIT, lines=3, help_text="无论哪种结果都要写，报送单位会看到。")
    round = CountField(error_messages={"required": "页面内容不完整，请刷新后重试。"})


class InspectForm(ShownForm):
    finding = forms.ChoiceField(label="检查结论", choices=Finding.choices, widget=forms.RadioSelect)
    words = words("检查情况", rules.WORDS_LIMIT, lines=4, help_text="看了什么、发现什么，报送单位会看到。")
    mend_by = TypedDay(label="整改期限（要求整改的填写）", required=False)


class AnswerForm(ShownForm):
    answer = words("整改情况", rules.WORDS_LIMIT, lines=4, help_text="整改了什么、什么时候完成的。")
