"""Of which year a sample is drawn, and how many."""

from collections.abc import Iterable
from typing import Any

from django import forms

from ceportal.office.forms.fields import ToldForm
from ceportal.office.rules.sampling import LEAST, MOST


class SampleForm(ToldForm):
    year = forms.TypedChoiceField(
        label="年度", coerce=int, error_messages={"required": "请选择年度。", "invalid_choice": "请从列表中选择年度。"}
    )
    size = forms.IntegerField(
        label="样本人数", initial=400, widget=forms.TextInput({"inputmode": "numeric", "autocomplete": "off"}),
        help_text=f"{LEAST} 至 {MOST} 人。400 人时，比例的误差一般不超过 5 个百分点。",
        error_messages={"required": "请填写样本人数。", "invalid": "请填写整数。"},
    )  # fmt: skip

    def __init__(self, *args: Any, years: Iterable[int], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["year"].choices = [(year, f"{year} 年度") for year in years]  # type: ignore[attr-defined]
