"""What a base says of a teacher, a bureau of a project, and a host of how it went."""

from typing import Any, cast

from django import forms

from accounts.models import Organization, TitleSeries
from accounts.rules.registration import UNIT_NAME_LIMIT
from bases.enums import SeminarFunding, SeminarLevel
from bases.forms.classes import HoursTyped, PeopleTyped
from bases.forms.fields import ShownForm, UnitTyped, words
from bases.models import Seminar, TrainingClass
from bases.rules import teachers as rules
from bases.rules.classes import MONTHS_LIMIT
from bases.rules.teachers import KEPT, SeminarPlan
from ceportal.kernel.rules.id_number import hide_numbers
from ceportal.kernel.rules.text import TITLE_LIMIT
from ceportal.kernel.web.hidden import KeepsFile

_HELP = {
    "institution": "现在工作的单位。",
    "fields": "能讲什么，例如：课程标准、课堂评价。",
}


class TeacherForm(ShownForm):
    """No `units`: of one that is kept already."""

    organization = forms.ModelChoiceField(label="基地", queryset=Organization.objects.none(), empty_label=None)
    trade = forms.ModelChoiceField(
        label="所属职称系列", queryset=TitleSeries.objects.none(), required=False, empty_label="不限"
    )
    is_full_time = forms.TypedChoiceField(
        label="专职还是兼职", choices=[("", "请选择"), ("1", "专职"), ("0", "兼职")], coerce=lambda value: value == "1"
    )
    is_shared = forms.BooleanField(label="全省共享，其他基地也可以选用", required=False)
    has_agreed = forms.BooleanField(label="本人同意列入师资库，内容随培训班公开", required=False)

    def __init__(self, *args: Any, units: list[Organization] | None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, (label, limit) in KEPT.items():
            self.fields[name] = words(label, limit, help_text=_HELP.get(name, ""))
            self.fields[name].error_messages["required"] = f"请填写{label}。"
        trade = cast(Any, self.fields["trade"])
        trade.queryset = TitleSeries.objects.all()
        self.order_fields(("organization", *KEPT, "trade", "is_full_time", "is_shared", "has_agreed"))
        if units is None:
            del self.fields["organization"]
            return
        choice = cast(Any, self.fields["organization"])
        choice.queryset = Organization.objects.filter(pk__in=[unit.pk for unit in units])
        if len(units) == 1:
            choice.widget, choice.initial = forms.HiddenInput(), units[0].pk

    def said(self) -> dict[str, Any]:
        names = (*KEPT, "trade", "is_full_time", "is_shared", "has_agreed")
        return {name: self.cleaned_data[name] for name in names}


class NameTeacherForm(ShownForm):
    teacher = forms.UUIDField(widget=forms.HiddenInput)
    teaches = words("讲授内容", rules.TEACHES_LIMIT)


class SeminarForm(ShownForm):
    title = words("项目名称", TITLE_LIMIT)
    level = forms.ChoiceField(label="级别", choices=[("", "请选择"), *SeminarLevel.choices])
    year = forms.TypedChoiceField(label="年度", coerce=int)
    host = UnitTyped(label="承办单位", max_length=UNIT_NAME_LIMIT)
    trade = forms.ModelChoiceField(
        label="面向的职称系列", queryset=TitleSeries.objects.none(), required=False, empty_label="不限"
    )
    funding = forms.ChoiceField(label="经费来源", choices=[("", "请选择"), *SeminarFunding.choices])
    quota = PeopleTyped(label="人数")
    hours = HoursTyped(label="每人学时")
    months = words("时间", MONTHS_LIMIT, help_text="例如：5 月，6 天。")
    document = words("下达文件", rules.DOCUMENT_LIMIT, help_text="文件名称和文号，例如 豫人社函〔2026〕66号。")

    def __init__(self, *args: Any, hosts: Any, this_year: int, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        host, trade, year = (cast(Any, self.fields[name]) for name in ("host", "trade", "year"))
        host.units, trade.queryset = hosts, TitleSeries.objects.all()
        year.choices = [(each, f"{each} 年度") for each in (this_year, this_year + 1)]

    def plan(self) -> SeminarPlan:
        return SeminarPlan(**{name: self.cleaned_data[name] for name in SeminarPlan.__dataclass_fields__})


class HoldForm(ShownForm):
    training_class = forms.ModelChoiceField(
        label="培训班", queryset=TrainingClass.objects.none(), empty_label="请选择",
        help_text="贵单位种类为“高级研修班”的班，学时、人数与项目一致；报名、签到、考核和学时都在这个班里办。",
    )  # fmt: skip

    def __init__(self, *args: Any, classes: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        cast(Any, self.fields["training_class"]).queryset = classes


class CloseForm(KeepsFile, ShownForm):
    """`kept` is the file of an earlier try of the same page. Who passed a class is known, not typed."""

    people = PeopleTyped(label="结业人数")
    summary = words("结项总结", rules.SUMMARY_LIMIT, lines=5, help_text="研修内容、授课专家、效果和经费使用，会公开。")
    document = forms.FileField(
        label="盖章的结项报告", required=False, allow_empty_file=True, help_text="PDF 或照片，不超过 20 MB，不公开。",
        widget=forms.FileInput({"accept": "image/jpeg,image/png,application/pdf,image/*"}),
    )  # fmt: skip

    def __init__(self, *args: Any, seminar: Seminar, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if seminar.training_class_id:
            del self.fields["people"]

    def clean_summary(self) -> str:
        return hide_numbers(self.cleaned_data["summary"])
