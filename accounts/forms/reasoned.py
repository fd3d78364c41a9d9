"""Forms that show what a rule says beside the field it is about."""

from collections.abc import Iterable
from typing import Any

from django import forms

from ceportal.kernel.rules.id_number import hide_numbers
from ceportal.kernel.rules.refusal import Refusal

# A field takes a little more than the rules allow, so that the rule answers in its own words.
SLACK = 1000


class ReasonedForm(forms.Form):
    """A form beside whose fields the refusals of a service are shown."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            field.error_messages |= {
                "required": f"请填写{field.label}。",
                "invalid_choice": f"请从列表中选择{field.label}。",
                "max_length": f"{field.label}太长，请核对。",
                "null_characters_not_allowed": f"{field.label}中有无法显示的字符，请重新输入。",
            }

    def clean_reason(self) -> str:
        """Words are kept as they are typed: a number in them stands masked."""
        return hide_numbers(self.cleaned_data["reason"])

    def show(self, reasons: Iterable[Refusal]) -> None:
        """Each beside its field; where the field already says what is wrong with it, that is enough."""
        for reason in reasons:
            field = reason.field if reason.field in self.fields else None
            if field not in self.errors:
                self.add_error(field, reason.message)
