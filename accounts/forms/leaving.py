"""Recording that somebody is no longer at work."""

from django import forms

from accounts.enums import Leaving
from accounts.forms.reasoned import ReasonedForm


class LeavingForm(ReasonedForm):
    how = forms.ChoiceField(label="情况", choices=(("", "请选择"), *Leaving.choices))
    day = forms.DateField(
        label="最后在岗的日期",
        input_formats=["%Y-%m-%d"],
        widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date", "autocomplete": "off"}),
        error_messages={"invalid": "请填写正确的日期，例如 2026-09-01。"},
    )
