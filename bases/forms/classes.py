"""What a base says of a line of its plan, of a class, and of who was there."""

from typing import Any, cast

from django import forms

from accounts.enums import Move
from accounts.models import Organization, TitleSeries
from bases.enums import ClassForm, ClassKind
from bases.forms.fields import ShownForm, TypedDay, words
from bases.models import PlanItem, TrainingClass
from bases.rules import classes as rules
from bases.rules.classes import ClassPlan, hours_in
from ceportal.kernel.rules.id_number import hide_numbers
from ceportal.kernel.rules.text import TITLE_LIMIT
from ceportal.kernel.web.hidden import CountField, KeepsFile

_SUBJECTS = [(value, label) for value, label in rules.SUBJECTS.items()]
_HELP = {
    "scope": "面向哪些人员，有没有条件。",
    "content": "课程和学时安排。",
    "lecturers": "姓名、单位、职称或专长。",
    "place": "写到楼和教室；网上直播的写平台名称。",
    "facilities": "教室、实训、食宿条件。",
    "fees": "逐项写明；不收费的写“免费”。",
    "contact": "办公电话和联系时间。",
}


class HoursTyped(forms.CharField):
    """Hours in halves; what cannot be read becomes None, which the rule words."""

    widget = forms.TextInput({"inputmode": "decimal", "autocomplete": "off", "maxlength": "6"})

    def clean(self, value: Any) -> Any:
        text = str(super().clean(value)).strip()
        found = hours_in(text)
        if found is None:
            message = f"学时请填写大于 0、不超过 {rules.MOST_HOURS} 的数，以 0.5 为一档，例如 8 或 7.5。"
            raise forms.ValidationError(message)
        return found


class PeopleTyped(forms.CharField):
    """A number of people, in ASCII digits."""

    widget = forms.TextInput({"inputmode": "numeric", "autocomplete": "off", "maxlength": "6"})

    def clean(self, value: Any) -> Any:
        text = str(super().clean(value)).strip()
        if not (text.isascii() and text.isdigit() and len(text) <= 6 and 0 < int(text) <= rules.MOST_PEOPLE):
            raise forms.ValidationError(f"人数请填写 1 到 {rules.MOST_PEOPLE} 的整数。")
        return int(text)


class PlanItemForm(ShownForm):
    organization = forms.ModelChoiceField(label="基地", queryset=Organization.objects.none(), empty_label=None)
    title = words("培训名称", TITLE_LIMIT)
    subject = forms.ChoiceField(label="科目", choices=_SUBJECTS)
    months = words("时间", rules.MONTHS_LIMIT, help_text="例如：4 月、10 月各一期。")
    hours = HoursTyped(label="每期学时")
    people = PeopleTyped(label="计划人数")

    def __init__(self, *args: Any, units: list[Organization], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choice: Any = self.fields["organization"]
        choice.queryset = Organization.objects.filter(pk__in=[unit.pk for unit in units])
        if len(units) == 1:
            choice.widget, choice.initial = forms.HiddenInput(), units[0].pk


class TrainingClassForm(ShownForm):
    plan_item = forms.ModelChoiceField(
        label="年度计划中的哪一项", queryset=PlanItem.objects.none(), empty_label="请选择"
    )
    title = words("培训班名称", TITLE_LIMIT, help_text="与结业证书上的写法一致。")
    code = words("班次编号", rules.CODE_LIMIT, help_text="贵单位自己的编号，当年不重复。")
    kind = forms.ChoiceField(label="办班种类", choices=ClassKind.choices)
    form = forms.ChoiceField(label="形式", choices=ClassForm.choices)
    subject = forms.ChoiceField(label="科目", choices=_SUBJECTS)
    public_kind = forms.ChoiceField(
        label="公需科目的类别", required=False,
        choices=[("", "不分，或专业科目"), ("compulsory", "必修课"), ("elective", "选修课")],
    )  # fmt: skip
    trade = forms.ModelChoiceField(
        label="面向的职称系列", queryset=TitleSeries.objects.none(), required=False, empty_label="不限"
    )
    started_on = TypedDay(label="开始日期")
    ended_on = TypedDay(label="结束日期")
    hours = HoursTyped(label="每人学时")
    capacity = PeopleTyped(label="招收人数")
    is_free = forms.BooleanField(label="免费", required=False)
    is_urgent = forms.BooleanField(label="急需紧缺人才培训", required=False)
    is_for_public_benefit = forms.BooleanField(label="公益培训", required=False)

    def __init__(self, *args: Any, items: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, (label, limit) in rules.DISCLOSED.items():
            lines = 1 if name in {"place", "contact"} else 3
            self.fields[name] = words(label, limit, lines=lines, help_text=_HELP[name])
            self.fields[name].error_messages["required"] = f"请填写{label}。"
        item, trade = cast(Any, self.fields["plan_item"]), cast(Any, self.fields["trade"])
        item.queryset, trade.queryset = items, TitleSeries.objects.all()
        item.label_from_instance = lambda row: f"{row.year} 年度：{row.title}"

    def content(self) -> ClassPlan:
        """What the rules ask about."""
        data = self.cleaned_data
        plain = ("title", "code", "subject", "started_on", "ended_on", "hours", "capacity")
        disclosed = {name: data[name] for name in rules.DISCLOSED}
        return ClassPlan(**{name: data[name] for name in plain}, disclosed=disclosed)

    def said(self) -> dict[str, Any]:
        """What no rule asks about."""
        names = ("kind", "form", "public_kind", "trade", "is_free", "is_urgent", "is_for_public_benefit")
        return {name: self.cleaned_data[name] for name in names}


def class_initial(training_class: TrainingClass) -> dict[str, Any]:
    names = (
        "title", "code", "kind", "form", "subject", "public_kind", "capacity", "is_free", "is_urgent",
        "is_for_public_benefit", "started_on", "ended_on", *rules.DISCLOSED,
    )  # fmt: skip
    said = {name: getattr(training_class, name) for name in names}
    hours = f"{training_class.hours.normalize():f}"
    return said | {"plan_item": training_class.plan_item_id, "trade": training_class.trade_id, "hours": hours}


class MoveForm(ShownForm):
    started_on = TypedDay(label="开始日期")
    ended_on = TypedDay(label="结束日期")
    place = words("培训地点", rules.DISCLOSED["place"][1])
    reason = words("调整的原因", rules.REASON_LIMIT, lines=2, help_text="报名的人员都会收到消息。")


class CancelForm(ShownForm):
    reason = words("取消的原因", rules.REASON_LIMIT, lines=2, help_text="报名的人员都会收到消息，页面上也会显示。")


class ConsentForm(KeepsFile, ShownForm):
    """`kept` is the file of an earlier try of the same page, so that it need not be chosen again."""

    authority = forms.ModelChoiceField(label="行业主管部门", queryset=Organization.objects.none(), empty_label="请选择")
    reason = words("办班的必要性和安排", 500, lines=4)
    document = forms.FileField(
        label="办班方案", required=False, allow_empty_file=True, help_text="教学计划、师资、收费依据等。PDF 或照片。",
        widget=forms.FileInput({"accept": "image/jpeg,image/png,application/pdf,image/*"}),
    )  # fmt: skip

    def __init__(self, *args: Any, authorities: list[Organization] | None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if authorities is None:
            del self.fields["authority"]
        else:
            choice: Any = self.fields["authority"]
            choice.queryset = Organization.objects.filter(pk__in=[unit.pk for unit in authorities])

    def clean_reason(self) -> str:
        return hide_numbers(self.cleaned_data["reason"])


class ConsentRulingForm(ShownForm):
    move = forms.ChoiceField(
        label="决定", choices=((Move.APPROVE, "同意"), (Move.RETURN, "退回补正"), (Move.REJECT, "不同意"))
    )
    reason = words("意见", 500, lines=3, help_text="无论哪种结果都要写，基地会看到。")
    round = CountField(error_messages={"required": "页面内容不完整，请刷新后重试。"})
