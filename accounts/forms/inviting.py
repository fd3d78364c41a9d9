"""Asking somebody to act for a unit."""

from collections.abc import Iterable
from typing import Any

from django import forms

from accounts.enums import Duty
from accounts.forms.reasoned import SLACK
from accounts.forms.registering import PhoneField
from accounts.models import Organization
from accounts.rules.duties import DUTIES


class InvitationForm(PhoneField):
    """Only the duties that can be held at `unit`, each with what it lets a person do."""

    name = forms.CharField(label="姓名", max_length=SLACK, help_text="与对方账号上的姓名一致。")
    duties = forms.MultipleChoiceField(label="承担的职责", widget=forms.CheckboxSelectMultiple)
    field_order = ("name", "phone", "duties")

    def __init__(self, *args: Any, unit: Organization, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["phone"].help_text = "对方登录用的手机号码。还没有账号的，请对方先用这个号码建立账号。"
        choice: Any = self.fields["duties"]
        choice.choices = list(_choices(duty for duty, rule in DUTIES.items() if rule.held_at & set(unit.kinds)))
        choice.error_messages["required"] = "请至少选择一项职责。"

    def clean_duties(self) -> list[Duty]:
        return [Duty(value) for value in self.cleaned_data["duties"]]


def _choices(duties: Iterable[Duty]) -> Iterable[tuple[str, str]]:
    for duty in duties:
        yield duty.value, f"{duty.label}：{DUTIES[duty].lets}"
