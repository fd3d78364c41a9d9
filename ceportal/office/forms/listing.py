"""Which people's year is asked for, as an address or a form says it; what an export is for."""

from collections.abc import Iterable
from datetime import date
from uuid import UUID

from django import forms
from django.http import QueryDict

from accounts.enums import TitleLevel
from ceportal.kernel.rules.dated import year_in
from ceportal.kernel.rules.refusal import Refusal
from ceportal.office.enums import ExportKind
from ceportal.office.rules.exporting import PURPOSE_LIMIT
from ceportal.office.rules.staff import SHOW, Asked

_LONGEST = 60
# The field takes a little more than the rule allows, so that the rule answers in its own words.
_SLACK = 1000


def asked_in(said: QueryDict, *, today: date) -> Asked:
    """What cannot be read narrows nothing; the year is this one."""
    show, level = said.get("show", ""), said.get("level", "")
    return Asked(
        year=year_in(said.get("year", "")) or today.year,
        name=_text(said.get("name", "")),
        unit=_text(said.get("unit", "")),
        department=_text(said.get("department", "")),
        level=level if level in TitleLevel.values else "",
        show=show if show in SHOW else "",
        organization=_ref(said.get("organization", "")),
    )


def kind_in(said: QueryDict) -> ExportKind:
    kind = said.get("kind", "")
    return ExportKind(kind) if kind in ExportKind.values else ExportKind.STAFF


def query_of(asked: Asked) -> str:
    """The same as an address says it."""
    query = QueryDict(mutable=True)
    query.update({name: str(value) for name, value in vars(asked).items() if value})
    return query.urlencode()


def _ref(typed: str) -> str:
    """As it is written; nothing where it is no ref."""
    try:
        return str(UUID(typed))
    except ValueError:
        return ""


def _text(typed: str) -> str:
    return typed.replace("\0", "").strip()[:_LONGEST]


class ExportForm(forms.Form):
    """What the rule says of it stands beside its field."""

    purpose = forms.CharField(
        label="导出用途",
        help_text="例如：2026 年度考核。用途会留下记录，并印在文件上。",
        max_length=PURPOSE_LIMIT + _SLACK,
        error_messages={
            "required": "请填写导出用途。",
            "max_length": "导出用途太长，请核对。",
            "null_characters_not_allowed": "导出用途中有无法显示的字符，请重新输入。",
        },
    )

    def show(self, reasons: Iterable[Refusal]) -> None:
        for reason in reasons:
            self.add_error(reason.field if reason.field in self.fields else None, reason.message)
