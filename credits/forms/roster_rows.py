"""Rows of a roster that are typed on the page, and the correction of one that was registered."""

from collections.abc import Mapping
from typing import Any

from django import forms

from credits.forms.fields import HoursField, TextField
from credits.forms.requests import ToldForm
from credits.rules.roster_rows import MOST_TYPED, TYPED, WHY_LIMIT
from credits.rules.rosters import FAILED, PASSED, RosterLine

FIRST_ROWS, MORE_ROWS = 5, 5
TAKE_BACK, OTHER_HOURS = "take_back", "other_hours"


class TypedRowForm(forms.Form):
    """One person as a base types them; the rules of the file's rows word what is wrong."""

    id_number = forms.CharField(
        label="证件号码", required=False, widget=forms.TextInput({"autocomplete": "off", "maxlength": "30"})
    )
    name = forms.CharField(label="姓名", required=False, widget=forms.TextInput({"autocomplete": "off"}))
    hours = forms.CharField(
        label="学时", required=False, widget=forms.TextInput({"inputmode": "decimal", "autocomplete": "off"})
    )
    result = forms.ChoiceField(
        label="考核结果", required=False, initial=PASSED, choices=[(PASSED, PASSED), (FAILED, FAILED)]
    )
    remark = forms.CharField(label="备注", required=False)
    # What would become of this person, once the page was sent.
    state, why = "", ""

    def tell(self, line: RosterLine) -> None:
        """Each problem beside the field it is of, once."""
        names = set(TYPED.values())
        for problem in line.problems:
            name = TYPED.get(problem.column, "")
            if name in names and name not in self.errors:
                self.add_error(name, problem.message)


class TypedSheet:
    """The rows of the page, by their numbers from 1 on."""

    def __init__(self, data: Mapping[str, Any] | None, count: int) -> None:
        self.forms = [TypedRowForm(data, prefix=f"row{number}") for number in range(1, count + 1)]

    def typed(self) -> list[dict[str, str]]:
        """As it was sent, before any field has looked at it."""
        return [{name: str(form.data.get(form.add_prefix(name), "")) for name in TYPED.values()} for form in self.forms]


def rows_in(said: str) -> int:
    """How many rows a page says it has."""
    count = int(said) if said.isascii() and said.isdigit() and len(said) < 4 else FIRST_ROWS
    return max(1, min(count, MOST_TYPED))


class CorrectRowForm(ToldForm):
    """What is wrong about a registered row."""

    act = forms.ChoiceField(
        label="怎样更正", widget=forms.RadioSelect,
        choices=((OTHER_HOURS, "学时填错了，改为正确的学时"), (TAKE_BACK, "不该登记这个人，撤销这一行")),
        error_messages={"required": "请选择怎样更正。", "invalid_choice": "请选择怎样更正。"},
    )  # fmt: skip
    hours = HoursField(label="正确的学时", required=False, help_text="只在改学时的时候填写，以 0.5 为单位。")
    reason = TextField(label="更正的原因", limit=WHY_LIMIT, help_text="本人会看到，例如“请假一天，实际 8 学时”。")
    marks_optional = False

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        if data.get("act") == OTHER_HOURS and "hours" in data and data["hours"] is None:
            self.add_error("hours", "请填写正确的学时。")
        return data
