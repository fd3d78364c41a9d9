"""Forms of the teaching side: days as browsers send them."""

from datetime import date
from typing import Any

from django import forms

from ceportal.kernel.rules.dated import is_year
from ceportal.kernel.web.shown import SLACK, ShownForm, words

__all__ = ["SLACK", "ShownForm", "TypedDay", "words"]


class TypedDay(forms.DateField):
    """YYYY-MM-DD, of a year that can be meant."""

    widget = forms.DateInput(format="%Y-%m-%d", attrs={"type": "date", "autocomplete": "off"})

    def __init__(self, **options: Any) -> None:
        super().__init__(input_formats=["%Y-%m-%d"], **options)
        self.error_messages["invalid"] = "请填写正确的日期，例如 2026-09-01。"

    def clean(self, value: Any) -> date | None:
        day: date | None = super().clean(value.strip(" ") if isinstance(value, str) else value)
        if day is not None and not is_year(day.year):
            raise forms.ValidationError(self.error_messages["invalid"])
        return day
