"""“我的学时没到”: what a person asks, what a platform answers."""

from datetime import date
from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from accounts.models import Organization
from ceportal.kernel.rules.text import TITLE_LIMIT
from credits.enums import MissingAnswer
from credits.forms.fields import DayField, ShownForm, TextField
from credits.rules.missing import NOTE_LIMIT
from credits.rules.records import RECORD_ID_LIMIT


class MissingForm(ShownForm):
    platform = forms.ModelChoiceField(
        label="学习平台", queryset=Organization.objects.none(), empty_label="请选择",
        error_messages={"required": "请选择学习平台。", "invalid_choice": "请从列表中选择学习平台。"},
    )  # fmt: skip
    title = TextField(label="课程名称", required=True, limit=TITLE_LIMIT, help_text="写平台上显示的名称，方便查找。")
    learned_on = DayField(label="学完的日期", required=True, error_messages={"required": "请填写学完的日期。"})
    note = TextField(
        label="补充说明（可不填）", limit=NOTE_LIMIT, lines=2,
        help_text="例如“考核 86 分，平台上显示已完成”。平台会看到，请不要写身份证号码和电话。",
    )  # fmt: skip

    def __init__(self, *args: Any, platforms: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choice: Any = self.fields["platform"]
        choice.queryset = platforms

    def clean_learned_on(self) -> date:
        day: date | None = self.cleaned_data["learned_on"]
        if day is None:
            raise ValidationError("请填写学完的日期。")
        return day


class AnswerForm(ShownForm):
    answer = forms.ChoiceField(
        label="答复",
        choices=(
            (MissingAnswer.SENT, "已经报送（补报后也选这一项）"),
            (MissingAnswer.NOT_COMPLETED, "没有学完或考核未通过"),
            (MissingAnswer.UNKNOWN_PERSON, "本平台没有这位学员"),
        ),
        widget=forms.RadioSelect,
        error_messages={"required": "请选择一项答复。", "invalid_choice": "请选择一项答复。"},
    )
    record_id = TextField(
        label="报送的编号（record_id）", limit=RECORD_ID_LIMIT, help_text="选“已经报送”时填写，系统会核对。"
    )
    note = TextField(
        label="说明", limit=NOTE_LIMIT, lines=2,
        help_text="本人会看到。选“没有学完或考核未通过”时请写明还差什么。",
    )  # fmt: skip
