"""What a person types into a declaration: read strictly, kept as far as it can be read, worded by the rules."""

from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from accounts.models import Organization
from ceportal.kernel.rules.refusal import Refusal
from ceportal.kernel.rules.text import TITLE_LIMIT, reasons_not_to_accept
from credits.enums import DeclarationState, Payer, PublicKind, Subject
from credits.models import Activity, Declaration, Roster
from credits.rules import rosters
from credits.rules.declaring import CERTIFICATE_NO_LIMIT, REMARK_LIMIT
from credits.rules.rosters import ClassFacts
from credits.rules.typed import narrow, reasons_not_to_read_day, reasons_not_to_read_hours
from credits.selectors.regulation import activities

PASSED = (("yes", "考核合格，或已取得结业证书"), ("no", "未合格，或还没有结果"))


def as_errors(reasons: Iterable[Refusal]) -> list[ValidationError]:
    return [ValidationError(reason.message, code=reason.code) for reason in reasons]


class TextField(forms.CharField):
    """One line, or several, of what may be read aloud: no invisible characters; the limit is told with the count."""

    def __init__(self, *, limit: int, lines: int = 1, **options: Any) -> None:
        self.limit, self.lines = limit, lines
        if lines > 1:
            options["widget"] = forms.Textarea({"rows": lines})
        super().__init__(required=False, **options)
        self.validators = []
        self.widget.attrs["maxlength"] = str(limit)

    def clean(self, value: Any) -> str:
        text = str(value or "").strip()
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

    def clean(self, value: Any) -> Decimal | None:
        text = narrow(str(value or ""))
        if not text:
            return None
        if reasons := reasons_not_to_read_hours(text):
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


class DeclarationForm(forms.Form):
    """The content of a draft. Everything may be empty: what is missing is told before the button, by the rules."""

    marks_optional = False

    activity = forms.ChoiceField(
        label="学习方式",
        required=False,
        error_messages={"invalid_choice": "请从列表中选择学习方式。"},
    )
    subject = forms.ChoiceField(
        label="科目",
        required=False,
        choices=Subject.choices,
        widget=forms.RadioSelect,
        error_messages={"invalid_choice": "请选择公需科目或专业科目。"},
    )
    public_kind = forms.ChoiceField(
        label="公需科目的类别",
        required=False,
        choices=PublicKind.choices,
        widget=forms.RadioSelect,
        help_text="只有公需科目需要选择。您所在地方对必修课的学时有单独要求。",
        error_messages={"invalid_choice": "请选择必修课或选修课。"},
    )
    title = TextField(
        label="学习内容或名称",
        limit=TITLE_LIMIT,
        help_text="与证书或通知上的写法一致，例如“2026 年中学数学骨干教师研修班”。",
    )
    organiser = TextField(label="主办单位", limit=TITLE_LIMIT, help_text="证书或通知上盖章的单位。")
    certificate_no = TextField(label="证书编号（没有可不填）", limit=CERTIFICATE_NO_LIMIT)
    started_on = DayField(label="开始日期")
    ended_on = DayField(label="结束日期")
    hours_claimed = HoursField(label="学时", help_text="以 0.5 为单位，例如 8 或 8.5。")
    was_passed = forms.ChoiceField(
        label="考核结果",
        required=False,
        choices=PASSED,
        widget=forms.RadioSelect,
        help_text="培训合格后才能计入学时。",
        error_messages={"invalid_choice": "请选择是否考核合格。"},
    )
    payer = forms.ChoiceField(
        label="费用由谁承担",
        required=False,
        choices=Payer.choices,
        widget=forms.RadioSelect,
        error_messages={"invalid_choice": "请选择费用由谁承担。"},
    )
    remark = TextField(label="补充说明（没有可不填）", limit=REMARK_LIMIT, lines=3)

    def __init__(self, *args: Any, asks_kind: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.ways = {way.code: way for way in activities()}
        choices = [("", "请选择"), *((way.code, way.name) for way in self.ways.values())]
        self.fields["activity"].choices = choices  # type: ignore[attr-defined]
        if not asks_kind:
            del self.fields["public_kind"]

    def clean_activity(self) -> Activity | None:
        return self.ways.get(self.cleaned_data["activity"])

    def clean_was_passed(self) -> bool | None:
        return {"yes": True, "no": False}.get(self.cleaned_data["was_passed"])

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        start, end = data.get("started_on"), data.get("ended_on")
        if start and end and end < start:
            self.add_error("ended_on", "结束日期早于开始日期，请核对。")
        return data

    def readable(self) -> dict[str, Any]:
        """What of a bound form can be kept although something else cannot be read."""
        data = dict(self.cleaned_data)
        if "ended_on" in self.errors:
            data.pop("started_on", None)
        return data


def initial_of(declaration: Declaration) -> dict[str, Any]:
    """A declaration as the form shows it."""
    hours = declaration.hours_claimed
    return {
        "activity": declaration.activity_id or "",
        "subject": declaration.subject,
        "public_kind": declaration.public_kind,
        "title": declaration.title,
        "organiser": declaration.organiser,
        "certificate_no": declaration.certificate_no,
        "started_on": declaration.started_on.isoformat() if declaration.started_on else "",
        "ended_on": declaration.ended_on.isoformat() if declaration.ended_on else "",
        "hours_claimed": f"{hours.normalize():f}" if hours is not None else "",
        "was_passed": "" if declaration.was_passed is None else "yes" if declaration.was_passed else "no",
        "payer": declaration.payer,
        "remark": declaration.remark,
    }


class DeclarationFilter(forms.Form):
    """Which of one's own declarations to show. What it cannot read it does not filter by."""

    year = forms.TypedChoiceField(label="年度", required=False, coerce=int, empty_value=None)
    state = forms.ChoiceField(label="状态", required=False, choices=[("", "全部"), *DeclarationState.choices])

    def __init__(self, *args: Any, years: Iterable[int], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = [("", "全部"), *((str(year), f"{year} 年度") for year in years)]
        self.fields["year"].choices = choices  # type: ignore[attr-defined]

    def chosen(self) -> dict[str, Any]:
        self.is_valid()
        return {name: value for name, value in self.cleaned_data.items() if value}


class ClassForm(forms.Form):
    """A class of a base as its roster needs it. The rules word what is wrong; what may be empty says so."""

    organization = forms.ModelChoiceField(label="基地", queryset=Organization.objects.none(), empty_label=None)
    title = TextField(
        label="培训班名称", limit=TITLE_LIMIT, help_text="与结业证书上的写法一致，学员会在学时明细中看到。"
    )
    subject = forms.ChoiceField(
        label="科目",
        choices=Subject.choices,
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
