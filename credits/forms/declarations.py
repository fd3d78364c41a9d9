"""What a person types into a declaration: read strictly, kept as far as it can be read, worded by the rules."""

from collections.abc import Callable, Iterable
from typing import Any

from django import forms

from bases.models import TrainingPlanItem
from ceportal.kernel.rules.text import TITLE_LIMIT
from credits.enums import REPORTED, DeclarationState, Payer, PublicKind, Subject
from credits.forms.fields import DayField, HoursField, TextField, field_of
from credits.models import Activity, Declaration
from credits.rules.declaring import CERTIFICATE_NO_LIMIT, REMARK_LIMIT, Limits
from credits.rules.details import asked, reasons_not_to_keep_details
from credits.rules.planned import PLANNED, WHY_LIMIT
from credits.selectors.planned import plan_words
from credits.selectors.regulation import activities

PASSED = (("yes", "考核合格，或已取得结业证书"), ("no", "未合格，或还没有结果"))


# Beside a field that an activity calls by another name.
_HELP = {"title": "与原件上的写法一致。", "organiser": "", "certificate_no": ""}


class DeclarationForm(forms.Form):
    """The content of a draft, as its activity asks for it: other names, further questions, nothing without meaning.

    Everything may be empty: what is missing is told before the button, by the rules. The activity is the one that was
    sent; on a page not yet sent, `activity`.
    """

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
    plan_item = forms.ChoiceField(
        label="是已备案计划中的哪一项",
        required=False,
        help_text="本单位和主管部门已备案的年度计划。没有列入计划的，在下面写明原因。",
        error_messages={"invalid_choice": "请从列表中选择计划中的培训。"},
    )
    unplanned = TextField(label="没有列入计划的原因（已选计划的不填）", limit=WHY_LIMIT, lines=2)
    payer = forms.ChoiceField(
        label="费用由谁承担",
        required=False,
        choices=Payer.choices,
        widget=forms.RadioSelect,
        error_messages={"invalid_choice": "请选择费用由谁承担。"},
    )
    remark = TextField(label="补充说明（没有可不填）", limit=REMARK_LIMIT, lines=3)

    def __init__(
        self, *args: Any, activity: Activity | None = None, limits: Limits | None = None,
        planned: Callable[[], Iterable[TrainingPlanItem]] = tuple, **kwargs: Any,
    ) -> None:  # fmt: skip
        """`limits` of the year say whether kinds of public hours are told apart, and whether electives are asked;
        `planned` gives what a unit-run training can name.
        """
        super().__init__(*args, **kwargs)
        self.ways = {way.code: way for way in activities()}
        choices = [("", "请选择"), *((way.code, way.name) for way in self.ways.values())]
        self.fields["activity"].choices = choices  # type: ignore[attr-defined]
        if limits is None or not limits.asks_compulsory:
            del self.fields["public_kind"]
        if limits is None or not limits.asks_elective:
            offered = [(subject.value, subject.label) for subject in REPORTED]
            self.fields["subject"].choices = offered  # type: ignore[attr-defined]
        self.asked: list[str] = []
        way = self.ways.get(self.data.get("activity", "")) or activity
        self.plan_items = {str(item.ref): item for item in planned()} if way and way.code in PLANNED else {}
        if way and way.code in PLANNED:
            offered = [(ref, plan_words(item)) for ref, item in self.plan_items.items()]
            self.fields["plan_item"].choices = [("", "没有列入计划"), *offered]  # type: ignore[attr-defined]
        else:
            del self.fields["plan_item"], self.fields["unplanned"]
        if way:
            self._suit(way)

    def _suit(self, way: Activity) -> None:
        for name in way.leaves_out:
            del self.fields[name]
        for detail in asked(way.asks):
            self.fields[detail.name] = field_of(detail, detail.label)
            self.asked.append(detail.name)
        for name, label in way.labels.items():
            self.fields[name].label = label
            self.fields[name].help_text = _HELP.get(name, self.fields[name].help_text)

    def detail_fields(self) -> list[forms.BoundField]:
        """The questions of the activity itself, for the page."""
        return [self[name] for name in self.asked]

    def clean_activity(self) -> Activity | None:
        return self.ways.get(self.cleaned_data["activity"])

    def clean_plan_item(self) -> TrainingPlanItem | None:
        return self.plan_items.get(self.cleaned_data["plan_item"])

    def clean_was_passed(self) -> bool | None:
        return {"yes": True, "no": False}.get(self.cleaned_data["was_passed"])

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        start, end = data.get("started_on"), data.get("ended_on")
        if start and end and end < start:
            self.add_error("ended_on", "结束日期早于开始日期，请核对。")
        details = {name: value for name in self.asked if (value := data.pop(name, None)) not in (None, "")}
        for reason in reasons_not_to_keep_details(details):
            self.add_error(reason.field, reason.message)
        return data | {"details": details}

    def readable(self) -> dict[str, Any]:
        """What of a bound form can be kept although something else cannot be read."""
        data = dict(self.cleaned_data)
        if "ended_on" in self.errors:
            data.pop("started_on", None)
        data["details"] = {name: value for name, value in data["details"].items() if name not in self.errors}
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
        "plan_item": str(declaration.plan_item.ref) if declaration.plan_item else "",
        "unplanned": declaration.unplanned,
        **{name: str(value) for name, value in declaration.details.items()},
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
