"""Asking for a number in full."""

from django import forms

from accounts.forms.reasoned import SLACK, ReasonedForm
from accounts.rules.privacy import PURPOSES


class UnmaskForm(ReasonedForm):
    purpose = forms.ChoiceField(label="用途", choices=[("", "请选择"), *PURPOSES.items()])
    why = forms.CharField(label="事由", max_length=SLACK, help_text="写明办理什么事，4 至 100 个字。本人可以看到。")
