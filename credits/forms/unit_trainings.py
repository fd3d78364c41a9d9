"""What a unit says of a training that it ran, and what its reviewer says."""

from typing import Any, cast

from django import forms

from accounts.enums import Move
from accounts.models import Organization
from bases.models import TrainingPlanItem
from ceportal.kernel.web.hidden import CountField, KeepsFile
from credits.enums import PaperKind, PublicKind
from credits.forms.fields import DayField, HoursField, TextField
from credits.forms.requests import ToldForm
from credits.rules.rosters import PLACE_LIMIT
from credits.rules.unit_trainings import ASSESSMENT_LIMIT
from credits.selectors.planned import plan_words

_WORDS_LIMIT = 500
_FILES = forms.FileInput({"accept": "image/jpeg,image/png,application/pdf,image/*"})


class NewTrainingForm(ToldForm):
    plan_item = forms.ModelChoiceField(
        label="已备案计划中的哪一项", queryset=TrainingPlanItem.objects.none(), empty_label="请选择",
        error_messages={"required": "请选择计划中的培训。", "invalid_choice": "请从列表中选择计划中的培训。"},
    )  # fmt: skip
    started_on = DayField(label="开始日期", help_text="实际举办的日期。")
    ended_on = DayField(label="结束日期")
    hours = HoursField(label="每人学时", help_text="以 0.5 为单位，不超过计划的学时。")
    public_kind = forms.ChoiceField(
        label="公需科目的类别", required=False, choices=[("", "不分，或专业科目"), *PublicKind.choices],
        error_messages={"invalid_choice": "请选择必修课或选修课。"},
    )  # fmt: skip
    place = TextField(label="培训地点（与计划相同可不填）", limit=PLACE_LIMIT)
    assessment = TextField(label="考核方式", limit=ASSESSMENT_LIMIT, help_text="例如：闭卷考试、实操考核。")
    marks_optional = False

    def __init__(self, *args: Any, items: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choice = cast(Any, self.fields["plan_item"])
        choice.queryset, choice.label_from_instance = items, plan_words

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        for name in ("started_on", "ended_on", "hours"):
            if name in data and not data[name]:
                self.add_error(name, f"请填写{self.fields[name].label}。")
        return data

    def unit(self) -> Organization:
        item: TrainingPlanItem = self.cleaned_data["plan_item"]
        return item.plan.organization


class KeptForm(KeepsFile, ToldForm):
    """A file with words beside it; `kept` is that of an earlier try of the same page."""

    document = forms.FileField(
        label="文件", required=False, allow_empty_file=True, help_text="PDF 或照片，每个不超过 20 MB。", widget=_FILES
    )
    marks_optional = False


class KeepPaperForm(KeptForm):
    kind = forms.ChoiceField(
        label="材料的种类", choices=[("", "请选择"), *PaperKind.choices],
        error_messages={"required": "请选择材料的种类。", "invalid_choice": "请从列表中选择材料的种类。"},
    )  # fmt: skip
    field_order = ("kind", "document")


class SendTrainingForm(KeptForm):
    reason = TextField(label="培训情况", limit=_WORDS_LIMIT, lines=3, help_text="内容、组织和考核情况。")
    field_order = ("reason", "document")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["document"].label = "培训通知"


class TrainingRulingForm(ToldForm):
    move = forms.ChoiceField(
        label="您的决定", choices=((Move.APPROVE, "通过"), (Move.RETURN, "退回补正"), (Move.REJECT, "不予通过")),
        error_messages={"required": "请选择决定。", "invalid_choice": "请选择通过、退回补正或不予通过。"},
    )  # fmt: skip
    reason = TextField(label="处理意见", limit=_WORDS_LIMIT, lines=3, help_text="无论哪种结果都要写，单位会看到。")
    round = CountField(error_messages={"required": "页面内容不完整，请刷新后重试。"})
    marks_optional = False
