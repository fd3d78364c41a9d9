"""What is said of a class once it was held: its documents, its people's points, its units' words."""

from typing import Any

from django import forms

from bases.enums import ClassPaperKind, Effect
from bases.forms.fields import ShownForm, words
from bases.forms.plans import PaperForm
from bases.rules import archive as rules

_POINTS = [("5", "5 很好"), ("4", "4 好"), ("3", "3 一般"), ("2", "2 较差"), ("1", "1 很差")]


class KeepClassPaperForm(PaperForm):
    kind = forms.ChoiceField(label="材料的种类", choices=[("", "请选择"), *ClassPaperKind.choices])
    label = words("材料名称", rules.LABEL_LIMIT, help_text="例如：课程表、第一天签到表。")
    field_order = ("kind", "label", "document")


class JudgeForm(ShownForm):
    """Points for each thing that is asked."""

    words = words("意见和建议（选填）", rules.WORDS_LIMIT, lines=3, required=False, help_text="基地看不到是谁写的。")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, label in rules.ASKED.items():
            self.fields[name] = forms.TypedChoiceField(
                label=label, choices=_POINTS, coerce=int, widget=forms.RadioSelect,
                error_messages={"required": f"请为“{label}”打分。", "invalid_choice": f"请为“{label}”打分。"},
            )  # fmt: skip
        self.order_fields([*rules.ASKED, "words"])

    def points(self) -> dict[str, int]:
        return {name: self.cleaned_data[name] for name in rules.ASKED}


class FollowUpForm(ShownForm):
    effect = forms.ChoiceField(label="培训效果", choices=Effect.choices, widget=forms.RadioSelect)
    words = words("具体情况", rules.WORDS_LIMIT, lines=3, help_text="学到的东西用在了哪里，有什么不足。")
