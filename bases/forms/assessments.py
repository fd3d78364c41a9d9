"""How a round of assessment is opened, and how points are given in it."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any, cast

from django import forms
from django.utils import timezone

from accounts.models import Organization
from bases.enums import AssessmentKind
from bases.forms.fields import ShownForm, TypedDay, words
from bases.rules import assessment as rules
from bases.rules.assessment import Indicator
from ceportal.kernel.web.hidden import KeepsFile


class PointsTyped(forms.CharField):
    """Points in halves; what is none is worded here, what is too much by the rule."""

    widget = forms.TextInput({"inputmode": "decimal", "autocomplete": "off", "maxlength": "5"})

    def clean(self, value: Any) -> Any:
        found = rules.points_in(str(super().clean(value)).strip())
        if found is None:
            raise forms.ValidationError("请填写 0 到 100 的分数，以 0.5 为一档。")
        return found


class RoundForm(ShownForm):
    organization = forms.ModelChoiceField(label="考核单位", queryset=Organization.objects.none(), empty_label=None)
    kind = forms.ChoiceField(label="种类", choices=[("", "请选择"), *AssessmentKind.choices])
    year = forms.TypedChoiceField(label="年度", coerce=int)
    self_until = TypedDay(label="自评截止日期")
    excellent_from = PointsTyped(label="优秀线（分）")
    pass_from = PointsTyped(label="合格线（分）")
    sheet = words(
        "指标", 8000, lines=12,
        help_text="一行一项：内容 | 指标 | 分值 | 佐证材料。内容是“基地自身建设情况”“继续教育工作开展情况”"
        "“基地所属管理部门评价情况”之一，分值合计 100。",
    )  # fmt: skip

    def __init__(self, *args: Any, bureaus: list[Organization], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        bureau, year = cast(Any, self.fields["organization"]), cast(Any, self.fields["year"])
        bureau.queryset = Organization.objects.filter(pk__in=[unit.pk for unit in bureaus])
        if len(bureaus) == 1:
            bureau.widget, bureau.initial = forms.HiddenInput(), bureaus[0].pk
        this_year = timezone.localdate().year
        year.choices = [(each, f"{each} 年度") for each in (this_year, this_year - 1)]


class PointsForm(KeepsFile, ShownForm):
    """Points for each indicator of a sheet, in words why."""

    words_label = "专家评语"

    def __init__(self, *args: Any, sheet: Sequence[Indicator], given: Sequence[str] = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.size = len(sheet)
        for number, line in enumerate(sheet):
            label = f"{line.title}（满分 {line.most.normalize():f}）"
            field = PointsTyped(label=label, help_text=f"{line.group}。佐证：{line.evidence}")
            field.error_messages["required"] = "请填写分数。"
            if number < len(given):
                field.initial = f"{Decimal(given[number]).normalize():f}"
            self.fields[f"point_{number}"] = field
        self.fields["words"] = words(self.words_label, rules.WORDS_LIMIT, lines=3)
        self.fields["words"].error_messages["required"] = f"请填写{self.words_label}。"

    def points(self) -> list[Decimal]:
        return [self.cleaned_data[f"point_{number}"] for number in range(self.size)]


class SelfForm(PointsForm):
    words_label = "自评说明"

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["document"] = forms.FileField(
            label="佐证材料（合成一个 PDF）", required=False, allow_empty_file=True, help_text="不超过 20 MB。"
        )


class OpinionForm(ShownForm):
    words = words("评价意见", rules.WORDS_LIMIT, lines=4, help_text="人社部门和这个基地会看到。")
