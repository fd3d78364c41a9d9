"""Forms beside whose fields the refusals of a service stand."""

from collections.abc import Iterable
from typing import Any

from django import forms

from ceportal.kernel.rules.refusal import Refusal

# A field takes a little more than the rules allow, so that the rule answers in its own words.
SLACK = 1000


class ShownForm(forms.Form):
    """A form beside whose fields the refusals of a service are shown."""

    marks_optional = False

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            is_chosen = isinstance(field, (forms.ChoiceField, forms.ModelChoiceField, forms.FileField))
            field.error_messages |= {
                "required": f"请{'选择' if is_chosen else '填写'}{field.label}。",
                "invalid_choice": f"请从列表中选择{field.label}。",
                "max_length": f"{field.label}太长，请核对。",
                "null_characters_not_allowed": f"{field.label}中有无法显示的字符，请重新输入。",
            }

    def show(self, reasons: Iterable[Refusal]) -> None:
        """Each beside its field; where the field already says what is wrong with it, that is enough."""
        for reason in reasons:
            field = reason.field if reason.field in self.fields else None
            if field not in self.errors:
                self.add_error(field, reason.message)


def words(label: str, limit: int, *, lines: int = 1, help_text: str = "", required: bool = True) -> forms.CharField:
    """One line, or several."""
    widget = forms.Textarea({"rows": lines}) if lines > 1 else forms.TextInput({"autocomplete": "off"})
    return forms.CharField(label=label, max_length=limit + SLACK, widget=widget, help_text=help_text, required=required)
