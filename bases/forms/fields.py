"""Forms of the teaching side: days as browsers send them, units as people name them."""

from datetime import date
from typing import Any

from django import forms
from django.db.models import Q, QuerySet

from accounts.models import Organization
from ceportal.kernel.rules.dated import is_year
from ceportal.kernel.rules.id_number import normalise
from ceportal.kernel.rules.text import comparable
from ceportal.kernel.web.shown import SLACK, ShownForm, words

__all__ = ["SLACK", "ShownForm", "TypedDay", "UnitTyped", "words"]


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


class UnitTyped(forms.CharField):
    """One of `units` by its whole name or its code: nobody reads through a list of a hundred thousand."""

    units: QuerySet[Organization]

    def __init__(self, **options: Any) -> None:
        super().__init__(help_text="填写登记的全称，或统一社会信用代码。", **options)
        self.error_messages["required"] = f"请填写{self.label}。"
        self.units = Organization.objects.none()

    def clean(self, value: Any) -> Organization:
        text = super().clean(value)
        found = list(self.units.filter(Q(name_key=comparable(text)) | Q(uscc=normalise(text)))[:2])
        if not found:
            raise forms.ValidationError(f"没有找到这个{self.label}，请核对全称，或改填统一社会信用代码。")
        if len(found) > 1:
            raise forms.ValidationError("有几个同名的单位，请改填统一社会信用代码。")
        return found[0]
