"""What people type, read strictly: a line of text, hours in halves, a day."""

from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from ceportal.kernel.rules.refusal import Refusal
from ceportal.kernel.rules.text import reasons_not_to_accept
from credits.rules.details import Detail, Shape, detail_in, plain, reasons_not_to_read_detail
from credits.rules.typed import OF_ONE_TRAINING, narrow, reasons_not_to_read_day, reasons_not_to_read_hours


class ShownForm(forms.Form):
    """A form beside whose fields the refusals of a service are shown. Nothing marks what may be left out."""

    marks_optional = False

    def show(self, reasons: Iterable[Refusal]) -> None:
        for reason in reasons:
            self.add_error(reason.field if reason.field in self.fields else None, reason.message)


def as_errors(reasons: Iterable[Refusal]) -> list[ValidationError]:
    return [ValidationError(reason.message, code=reason.code) for reason in reasons]


class TextField(forms.CharField):
    """One line, or several, of what may be read aloud: no invisible characters; the limit is told with the count."""

    def __init__(self, *, limit: int, lines: int = 1, **options: Any) -> None:
        self.limit, self.lines = limit, lines
        if lines > 1:
            options["widget"] = forms.Textarea({"rows": lines})
        super().__init__(**({"required": False} | options))
        self.error_messages["required"] = (options.get("error_messages") or {}).get(
            "required", f"请填写{self.plain_label}。"
        )
        self.validators = []
        self.widget.attrs["maxlength"] = str(limit)

    def clean(self, value: Any) -> str:
        text = str(value or "").strip()
        if self.required and not text:
            raise ValidationError(self.error_messages["required"], code="required")
        flat = text.replace("\r", " ").replace("\n", " ") if self.lines > 1 else text
        if flat and (reasons := reasons_not_to_accept(flat, field="", label=self.plain_label, limit=self.limit)):
            raise ValidationError(as_errors(reasons))
        return text.replace("\r\n", "\n")

    @property
    def plain_label(self) -> str:
        return str(self.label or "").partition("（")[0]


class HoursField(forms.CharField):
    """Hours in steps of 0.5. Full-width digits are read, every other way of writing a number is not (inputs.md A)."""

    widget = forms.TextInput({"inputmode": "decimal", "autocomplete": "off", "maxlength": "8"})

    def __init__(self, *, most_words: str = OF_ONE_TRAINING, **options: Any) -> None:
        """`most_words` says what may not be more, where the number is told."""
        self.most_words = most_words
        super().__init__(**options)

    def clean(self, value: Any) -> Decimal | None:
        text = narrow(str(value or ""))
        if not text:
            return None
        if reasons := reasons_not_to_read_hours(text, most_words=self.most_words):
            raise ValidationError(as_errors(reasons))
        return Decimal(text)


class DayField(forms.CharField):
    """A day as browsers send it, YYYY-MM-DD, and nothing else (inputs.md B)."""

    widget = forms.TextInput({"type": "date", "autocomplete": "off", "maxlength": "10"})

    def clean(self, value: Any) -> date | None:
        text = str(value or "").strip(" ")
        if not text:
            return None
        if reasons := reasons_not_to_read_day(text, field=""):
            raise ValidationError(as_errors(reasons))
        return date.fromisoformat(text)


class DetailField(forms.CharField):
    """A text or a count that an activity asks for, read by the rule of its detail."""

    def __init__(self, detail: Detail, **options: Any) -> None:
        self.detail = detail
        attrs = {"maxlength": "120", "autocomplete": "off"}
        if detail.shape is Shape.COUNT:
            attrs = {"maxlength": "8", "inputmode": "numeric", "autocomplete": "off", "class": "short"}
        super().__init__(required=False, widget=forms.TextInput(attrs), **options)

    def clean(self, value: Any) -> str | int | None:  # type: ignore[override]
        text = str(value or "").strip()
        if reasons := reasons_not_to_read_detail(self.detail, text, label=plain(str(self.label))):
            raise ValidationError(as_errors(reasons))
        return detail_in(self.detail, text)


def field_of(detail: Detail, label: str) -> forms.Field:
    """The field of one question of an activity."""
    if detail.shape is not Shape.CHOICE:
        return DetailField(detail, label=label, help_text=detail.help)
    return forms.ChoiceField(
        label=label,
        required=False,
        choices=detail.choices,
        widget=forms.RadioSelect,
        help_text=detail.help,
        error_messages={"invalid_choice": f"请从列表中选择{plain(label)}。"},
    )
