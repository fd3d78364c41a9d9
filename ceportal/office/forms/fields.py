"""Fields and forms that answer in the words of the rules."""

from typing import Any

from django import forms

from ceportal.kernel.rules.refusal import Refused

_SLACK = 1000


def words(label: str, limit: int, **options: Any) -> forms.CharField:
    """A field takes a little more than the rules allow, so that the rule answers in its own words."""
    messages = {
        "required": f"请填写{label}。", "max_length": f"{label}太长，请核对。",
        "null_characters_not_allowed": f"{label}中有无法显示的字符，请重新输入。",
    }  # fmt: skip
    return forms.CharField(label=label, max_length=limit + _SLACK, error_messages=messages, **options)


def line(label: str, limit: int, **options: Any) -> forms.CharField:
    """One line that the browser does not complete."""
    return words(label, limit, widget=forms.TextInput({"autocomplete": "off"}), **options)


def day(label: str, **options: Any) -> forms.DateField:
    messages = {"required": f"请填写{label}。", "invalid": "日期请按“年-月-日”填写，例如 2026-03-09。"}
    widget = forms.DateInput({"type": "date"}, format="%Y-%m-%d")
    return forms.DateField(label=label, input_formats=["%Y-%m-%d"], widget=widget, error_messages=messages, **options)


def unit(label: str) -> forms.ModelChoiceField:
    """One of the reader's units; `offer` says which."""
    messages = {"required": "请选择。", "invalid_choice": "请从列表中选择。"}
    return forms.ModelChoiceField(label=label, queryset=None, empty_label=None, error_messages=messages)


class ToldForm(forms.Form):
    """What the service refuses is shown beside its field."""

    def show(self, refused: Refused) -> None:
        for reason in refused.reasons:
            self.add_error(reason.field if reason.field in self.fields else None, reason.message)

    def offer(self, name: str, units: Any) -> None:
        """Let choose among `units`; of one there is nothing to choose."""
        self.fields[name].queryset = units  # type: ignore[attr-defined]
        some = list(units[:2])
        if len(some) == 1:
            self.fields[name].widget = forms.HiddenInput()
            self.initial.setdefault(name, some[0].pk)
