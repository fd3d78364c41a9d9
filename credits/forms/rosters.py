"""What a base says of a class when it uploads its roster."""

from collections.abc import Iterable
from typing import Any

from django import forms

from accounts.models import Organization
from ceportal.kernel.rules.refusal import Refusal
from ceportal.kernel.rules.text import TITLE_LIMIT
from credits.enums import REPORTED, PublicKind
from credits.forms.fields import DayField, HoursField, TextField
from credits.models import Roster
from credits.rules import rosters
from credits.rules.rosters import ClassFacts


class ClassForm(forms.Form):
    """A class of a base as its roster needs it. The rules word what is wrong; what may be empty says so."""

    organization = forms.ModelChoiceField(label="基地", queryset=Organization.objects.none(), empty_label=None)
    title = TextField(
        label="培训班名称", limit=TITLE_LIMIT, help_text="与结业证书上的写法一致，学员会在学时明细中看到。"
    )
    subject = forms.ChoiceField(
        label="科目",
        choices=[(subject.value, subject.label) for subject in REPORTED],
        widget=forms.RadioSelect,
        error_messages={"required": "请选择公需科目或专业科目。", "invalid_choice": "请选择公需科目或专业科目。"},
    )
    public_kind = forms.ChoiceField(
        label="公需科目的类别",
        required=False,
        choices=[("", "不分，或专业科目"), *PublicKind.choices],
        widget=forms.RadioSelect,
        help_text="只有公需科目、且当地分必修课和选修课时才要选。",
        error_messages={"invalid_choice": "请选择必修课或选修课。"},
    )
    started_on = DayField(label="开始日期")
    ended_on = DayField(label="结束日期")
    hours = HoursField(label="每人学时", help_text="以 0.5 为单位，一天最多 8 学时。个别人较少的，可在名单中另填。")
    class_code = TextField(
        label="班次编号",
        limit=rosters.CODE_LIMIT,
        help_text="贵单位自己的编号。填写后，同一个班的学时对同一个人只计一次。",
    )
    place = TextField(label="培训地点", limit=rosters.PLACE_LIMIT)

    def __init__(self, *args: Any, bases: list[Organization], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["organization"].queryset = Organization.objects.filter(pk__in=[base.pk for base in bases])  # type: ignore[attr-defined]
        for name in ("title", "started_on", "ended_on", "hours"):
            self.fields[name].required = True
        if len(bases) == 1:
            self.fields["organization"].widget = forms.HiddenInput()
            self.initial.setdefault("organization", bases[0].pk)

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        for name, message in (
            ("title", "请填写培训班名称。"),
            ("started_on", "请填写开始日期。"),
            ("ended_on", "请填写结束日期。"),
            ("hours", "请填写每人学时。"),
        ):
            if name in data and not data[name]:
                self.add_error(name, message)
        return data

    def facts(self) -> ClassFacts:
        data = self.cleaned_data
        return ClassFacts(**{name: data[name] for name in self.fields if name != "organization"})

    def tell(self, reasons: Iterable[Refusal]) -> None:
        """Put what the rules said beside the fields it is about."""
        for reason in reasons:
            self.add_error(reason.field if reason.field in self.fields else None, reason.message)


def class_initial(roster: Roster) -> dict[str, Any]:
    """A roster's class as the form shows it."""
    return {
        "organization": roster.organization_id,
        "title": roster.title,
        "subject": roster.subject,
        "public_kind": roster.public_kind,
        "started_on": roster.started_on.isoformat(),
        "ended_on": roster.ended_on.isoformat(),
        "hours": f"{roster.hours.normalize():f}",
        "class_code": roster.class_code,
        "place": roster.place,
    }
