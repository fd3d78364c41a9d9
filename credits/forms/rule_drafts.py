"""A rule set as a bureau types it: each field with its clause and how sure it is."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.forms import BoundField

from ceportal.kernel.rules.dated import DatedFigure, year_in
from ceportal.kernel.rules.refusal import Refusal
from ceportal.kernel.web.hidden import CountField
from credits.forms.fields import DayField, TextField
from credits.models import RuleDraft
from credits.rules import rule_drafts as rules
from credits.rules.rule_fields import RULE_FIELDS, Group, Kind, RuleField
from credits.rules.rule_words import Line
from credits.rules.ruleset import LEVELS, TEXT_LIMIT, reasons_not_to_say
from credits.rules.typed import narrow

CLAUSE, STATUS = "__clause", "__status"
CLAUSE_LIMIT = 80
# What cancels a figure of a wider place; kept as an empty figure.
CANCELLED = "none"
_STATUSES = (
    ("", "这里不规定"),
    ("verified", "有文件依据"),
    ("assumed", "暂按执行"),
    ("candidate", "依据待核实"),
    (CANCELLED, "此处不适用"),
)
_LONG = frozenset({Kind.TEXT, Kind.LINK})


@dataclass(frozen=True)
class Row:
    """A field of the rule set in the form. `otherwise` is what holds where nothing is said here."""

    field: RuleField
    value: BoundField
    clause: BoundField
    status: BoundField
    otherwise: Line | None

    @property
    def errors(self) -> list[str]:
        return [*self.value.errors, *self.clause.errors, *self.status.errors]


class YearField(forms.CharField):
    """Four digits, full-width ones too."""

    widget = forms.TextInput({"inputmode": "numeric", "autocomplete": "off", "maxlength": "8", "class": "short"})

    def clean(self, value: Any) -> int | None:
        text = narrow(str(value or ""))
        if not text:
            if self.required:
                raise ValidationError("请填写年度，例如 2027。")
            return None
        year = year_in(text)
        if year is None:
            raise ValidationError("年度请写成四位数字，例如 2027。")
        return year


class RuleDraftForm(forms.Form):
    # A draft may be kept before everything is filled in.
    marks_optional = False

    version = CountField()
    name = TextField(label="名称", limit=rules.NAME_LIMIT, help_text="如：河南省 2027 年。")
    year_from = YearField(label="从哪一年度起")
    year_to = YearField(label="到哪一年度止", required=False, help_text="不填表示在有新的规则以前一直适用。")
    levels = forms.MultipleChoiceField(
        label="适用的职称级别",
        required=False,
        choices=[(level, level) for level in LEVELS],
        widget=forms.CheckboxSelectMultiple,
        help_text="都不选表示全部级别。",
        error_messages=dict.fromkeys(("invalid_choice", "invalid_list"), "请从列表中选择职称级别。"),
    )
    trade = TextField(label="适用的行业", limit=40, help_text="如：会计。不填表示全部行业。")
    document = TextField(label="文件名称和文号", limit=rules.DOCUMENT_LIMIT, help_text="没有文件、暂按往年执行的不填。")
    note = TextField(label="说明", limit=rules.NOTE_LIMIT, lines=2)
    effective_on = DayField(label="生效日期", help_text="核准后，从这一天起采用，并重新核算本年度涉及的人员。")
    reason = TextField(label="修改的理由", limit=rules.REASON_LIMIT, lines=2, help_text="核准人会看到。")
    past_reason = TextField(
        label="涉及往年的理由",
        limit=rules.REASON_LIMIT,
        lines=2,
        help_text="只有改动已结束年度的规则才填写。往年的结果不会因此自动改变。",
    )

    def __init__(self, *args: Any, otherwise: Mapping[str, Line], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.otherwise = otherwise
        for name, field in RULE_FIELDS.items():
            self.fields[name] = _value_field(field)
            self.fields[name + CLAUSE] = TextField(label=f"{field.label}的条款", limit=CLAUSE_LIMIT)
            self.fields[name + STATUS] = forms.ChoiceField(
                label=f"{field.label}的依据",
                required=False,
                choices=_STATUSES,
                error_messages={"invalid_choice": f"{field.label}的依据请从列表中选择。"},
            )

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        for name in RULE_FIELDS:
            self._check(name, data.get(name) or "", data.get(name + STATUS) or "")
        return data

    def _check(self, name: str, text: str, status: str) -> None:
        """A value says how sure it is; what is said here has a value, what is not has none."""
        if text and status in {"", CANCELLED} and name not in self.errors:
            self.add_error(name, "填写了内容，请在右边选择依据是否可靠；不规定的，请清空内容。")
        if not text and status not in {"", CANCELLED} and name not in self.errors:
            self.add_error(name, f"请填写{RULE_FIELDS[name].label}，或在右边选“这里不规定”。")
        if status and name not in self.errors:
            self.tell(list(reasons_not_to_say(name, DatedFigure(*_figure(self.cleaned_data, name)))))

    def sections(self) -> Iterator[tuple[Group, list[Row], list[Row]]]:
        """The fields by section: those said here, or wrong, and the others."""
        for group in Group:
            rows = [self._row(name, field) for name, field in RULE_FIELDS.items() if field.group == group]
            said = [row for row in rows if row.status.value() or row.errors]
            yield group, said, [row for row in rows if row not in said]

    def _row(self, name: str, field: RuleField) -> Row:
        return Row(field, self[name], self[name + CLAUSE], self[name + STATUS], self.otherwise.get(name))

    def content(self) -> dict[str, Any]:
        """The columns of a draft."""
        data = self.cleaned_data
        plain = ("name", "year_from", "year_to", "trade", "document", "effective_on")
        texts = ("note", "reason", "past_reason")
        figures = {name: _figure(data, name) for name in RULE_FIELDS if data[name + STATUS]}
        chosen = {name: data[name] for name in plain}
        said = {name: data[name].replace("\n", " ") for name in texts}
        levels = [level for level in LEVELS if level in data["levels"]]
        return {**chosen, **said, "levels": levels, "figures": figures}

    def tell(self, reasons: list[Refusal]) -> None:
        """Each reason beside its field, once."""
        for reason in reasons:
            field = reason.field if reason.field in self.fields else None
            if reason.message not in (self.errors.get(field or "__all__") or []):
                self.add_error(field, ValidationError(reason.message, code=reason.code))


def initial_of(draft: RuleDraft) -> dict[str, Any]:
    columns = (
        "version", "name", "year_from", "year_to", "levels", "trade", "document", "note", "reason", "past_reason",
    )  # fmt: skip
    initial = {name: getattr(draft, name) for name in columns}
    initial["effective_on"] = draft.effective_on.isoformat()
    for name, (text, clause, status) in draft.figures.items():
        initial |= {name: text, name + CLAUSE: clause, name + STATUS: status if text else CANCELLED}
    return initial


class NextForm(forms.Form):
    """From which year, and for which of their places, a new set is drafted."""

    year = YearField(label="从哪一年度起")
    area = forms.ChoiceField(label="地区", error_messages={"invalid_choice": "请从列表中选择地区。"})

    def __init__(self, *args: Any, areas: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["area"].choices = areas  # type: ignore[attr-defined]


class VersionForm(forms.Form):
    """Which words were on the screen."""

    version = CountField()


class ReasonForm(VersionForm):
    reason = forms.CharField(
        label="理由",
        max_length=rules.REASON_LIMIT,
        error_messages={"required": "请写明理由。", "max_length": f"理由最多 {rules.REASON_LIMIT} 个字。"},
        widget=forms.Textarea({"rows": 2}),
    )


class PastYearForm(forms.Form):
    """Judging a year that is over by the rules in force now: which, why, and that it is meant."""

    area = forms.ChoiceField(label="地区", error_messages={"invalid_choice": "请从列表中选择地区。"})
    year = YearField(label="已结束的年度")
    reason = TextField(
        label="理由",
        limit=rules.REASON_LIMIT,
        lines=3,
        required=True,
        error_messages={"required": "请写明为什么要按现行规则重新核算已结束的年度。"},
        help_text="写明依据。会记入操作记录。",
    )
    confirmed = forms.BooleanField(
        label="我确认：这一年度的结果会按现行规则重新核算，结果变动的人员会收到通知，证书会随之生成或撤销。",
        error_messages={"required": "请先确认。"},
    )

    def __init__(self, *args: Any, areas: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["area"].choices = areas  # type: ignore[attr-defined]


def _figure(data: Mapping[str, Any], name: str) -> list[str]:
    status = data[name + STATUS]
    return [data.get(name) or "", data.get(name + CLAUSE) or "", "assumed" if status == CANCELLED else status]


def _value_field(field: RuleField) -> forms.Field:
    if field.values:
        choices = [("", "—"), *field.values.items()]
        return forms.ChoiceField(
            label=field.label,
            required=False,
            choices=choices,
            help_text=field.help,
            error_messages={"invalid_choice": f"{field.label}请从列表中选择。"},
        )
    if field.kind in _LONG:
        lines = 2 if field.kind is Kind.TEXT else 1
        return TextField(label=field.label, limit=TEXT_LIMIT, lines=lines, help_text=field.help)
    return NarrowField(label=field.label, help_text=field.help, required=False)


class NarrowField(forms.CharField):
    """A number, a ratio or a day as it is written, full-width digits read as plain ones; the rules say if it stands."""

    widget = forms.TextInput({"autocomplete": "off", "maxlength": "12", "class": "short"})

    def clean(self, value: Any) -> str:
        return narrow(str(value or ""))[:20]
