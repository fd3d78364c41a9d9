"""What people and units say of themselves when they register. What may be is asked of the rules by the services."""

from datetime import date
from typing import Any

from django import forms

from accounts.enums import IdKind, TitleLevel, UnitNature
from accounts.forms.passwords import NewPasswordFields
from accounts.forms.reasoned import SLACK, ReasonedForm
from accounts.models import Area, Organization, TitleSeries, User
from accounts.rules.naming import is_code
from accounts.rules.proposing import Proposed, reasons_not_to_propose
from accounts.rules.registration import (
    NO_TITLE_SERIES,
    REASON_LIMIT,
    UNIT_NAME_LIMIT,
    PersonFacts,
    UnitFacts,
    reasons_not_to_register,
    reasons_not_to_register_unit,
)
from ceportal.kernel.rules.id_number import normalise, reasons_not_to_accept_phone
from ceportal.kernel.rules.text import NAME_LIMIT, person_name, reasons_not_to_accept


class AreaChoice(forms.ModelChoiceField):
    def label_from_instance(self, area: Area) -> str:  # type: ignore[override]
        return area.name


class PlaceForm(forms.Form):
    """City, then county; both in the address, so that a link to the list can be kept."""

    city = AreaChoice(label="市（或省直）", queryset=Area.objects.none(), required=False, empty_label="请选择")
    county = AreaChoice(label="县（市、区）", queryset=Area.objects.none(), required=False, empty_label="市本级")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        cities: Any = self.fields["city"]
        cities.queryset = Area.objects.filter(parent__isnull=True) | Area.objects.filter(parent__parent__isnull=True)
        counties: Any = self.fields["county"]
        if is_code(city := self.data.get("city", "")):
            counties.queryset = Area.objects.filter(parent=city, parent__parent__isnull=False)

    def place(self) -> Area | None:
        """The place chosen, the nearest one first; None while none is."""
        if not self.is_valid():
            return None
        return self.cleaned_data["county"] or self.cleaned_data["city"]


class FindUnitForm(PlaceForm):
    county = AreaChoice(label="县（市、区）", queryset=Area.objects.none(), required=False, empty_label="全市")
    text = forms.CharField(
        label="单位名称或统一社会信用代码",
        max_length=100,
        required=False,
        help_text="写名称中的几个字就可以。",
        widget=forms.TextInput(attrs={"type": "search", "autocomplete": "organization"}),
    )


class TitleFields(ReasonedForm):
    """What a professional says of themself, wherever they work."""

    name = forms.CharField(label="姓名", max_length=SLACK, help_text="与证件上一致。", required=True)
    id_kind = forms.ChoiceField(label="证件种类", choices=IdKind.choices, initial=IdKind.RESIDENT)
    id_number = forms.CharField(
        label="证件号码",
        max_length=SLACK,
        strip=False,
        help_text="号码加密保存，页面上只显示头尾几位。",
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )
    area = AreaChoice(label="工作地", queryset=Area.objects.none(), empty_label=None)
    title_series = forms.ModelChoiceField(
        label="职称系列",
        queryset=TitleSeries.objects.none(),
        initial=NO_TITLE_SERIES,
        empty_label=None,
        help_text="没有职称选“无”，找不到自己的系列选“其他”。",
    )
    title_level = forms.ChoiceField(label="职称级别", choices=TitleLevel.choices, initial=TitleLevel.NONE)
    title_since = forms.DateField(
        label="职称取得日期",
        required=False,
        input_formats=["%Y-%m-%d"],
        widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date", "autocomplete": "off"}),
        help_text="以证书上的日期为准。会计人员从首次取得会计职称的下一年起计算学时，请填写首次取得的日期。",
        error_messages={"invalid": "请填写正确的日期，例如 2024-09-01。"},
    )

    def __init__(self, *args: Any, around: Area, today: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.today = today
        series: Any = self.fields["title_series"]
        series.queryset = TitleSeries.objects.all()
        places: Any = self.fields["area"]
        places.queryset = _near(around)
        places.initial = around.pk

    def clean(self) -> dict[str, Any]:
        """Ask the rule here already, so that all that is wrong is shown at once."""
        data = super().clean() or self.cleaned_data
        if not {"id_kind", "title_series", "title_level"} <= data.keys():
            return data
        facts = PersonFacts(
            id_kind=IdKind(data["id_kind"]),
            id_number=normalise(data.get("id_number", "")),
            name=person_name(data.get("name", "")),
            title_series=data["title_series"].code,
            title_level=TitleLevel(data["title_level"]),
            title_since=data.get("title_since"),
        )
        reasons = reasons_not_to_register(facts, today=self.today)
        self.show(reason for reason in reasons if reason.field != "id_number" or self.says_number())
        return data

    def says_number(self) -> bool:
        return self.fields["id_number"].required or bool(self.cleaned_data.get("id_number"))


class ProposedUnitFields(ReasonedForm):
    """For somebody who registers with the bureau: where they work, if that is a unit which has not registered yet."""

    unit_name = forms.CharField(
        label="工作单位（还没有在本系统注册的）",
        max_length=SLACK,
        required=False,
        help_text="没有工作单位的不填。单位注册后，您会自动转入该单位。",
        widget=forms.TextInput(attrs={"autocomplete": "organization"}),
    )
    unit_uscc = forms.CharField(
        label="单位的统一社会信用代码",
        max_length=SLACK,
        required=False,
        help_text="18 位。不知道的可以不填，按单位名称和工作地对应。",
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.order_fields(("unit_name", "unit_uscc"))

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        if proposed := self.proposed():
            self.show(reasons_not_to_propose(proposed, is_registered=False))
        return data

    def proposed(self) -> Proposed:
        data = self.cleaned_data
        return Proposed(data.get("unit_name", "").strip(), normalise(data.get("unit_uscc", "")))


def _near(area: Area) -> Any:
    """The places one can work at for a unit of `area`: the city's own and its counties, or the cities of a province."""
    above = area.parent if area.parent and area.parent.parent_id else area
    return Area.objects.filter(parent=above) | Area.objects.filter(pk=above.pk)


class PhoneField(ReasonedForm):
    phone = forms.CharField(
        label="手机号码",
        max_length=SLACK,
        help_text="用来登录和接收提醒。",
        widget=forms.TextInput(attrs={"inputmode": "tel", "autocomplete": "tel"}),
    )

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        self.show(reasons_not_to_accept_phone(data.get("phone", "")))
        return data


class PersonForm(NewPasswordFields, PhoneField, TitleFields):
    """A person who has no account yet."""

    field_order = (
        "name", "id_kind", "id_number", "area", "title_series", "title_level", "title_since",
        "phone", "password", "password_again",
    )  # fmt: skip


class ApplyAgainForm(TitleFields):
    """A person with an account, who applies again or becomes a professional too."""

    def __init__(self, *args: Any, keeps_number: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if keeps_number:
            self.fields["id_number"].required = False
            self.fields["id_number"].help_text = "不改就留空。"


class PersonWithoutUnitForm(ProposedUnitFields, PersonForm):
    """A person who has no account yet and whom the bureau holds."""


class ApplyAgainWithoutUnitForm(ProposedUnitFields, ApplyAgainForm):
    """The same of a person with an account."""


class UnitFields(ReasonedForm):
    """What a unit says of itself."""

    name = forms.CharField(
        label="单位名称",
        max_length=SLACK,
        help_text=f"与证照上的全称一致，最多 {UNIT_NAME_LIMIT} 个字。",
        widget=forms.TextInput(attrs={"autocomplete": "organization"}),
    )
    uscc = forms.CharField(
        label="统一社会信用代码",
        max_length=SLACK,
        strip=False,
        help_text="18 位，在营业执照或法人证书上。",
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )
    nature = forms.ChoiceField(label="单位性质", choices=UnitNature.choices, initial=UnitNature.INSTITUTION)
    supervisor = forms.ModelChoiceField(
        label="主管部门",
        queryset=Organization.objects.none(),
        required=False,
        empty_label="无主管部门（由所在地人社部门核准）",
    )
    contact_name = forms.CharField(label="联系人或科室", max_length=SLACK, help_text="本单位人员会看到，例如“人事科”。")
    contact_phone = forms.CharField(
        label="联系电话",
        max_length=SLACK,
        help_text="请填办公电话，例如 0371-23456789；没有座机的填手机号码，加密保存，只给在您单位办事的人看。",
        widget=forms.TextInput(attrs={"inputmode": "tel"}),
    )

    def __init__(self, *args: Any, supervisors: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choice: Any = self.fields["supervisor"]
        choice.queryset = supervisors

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        facts = UnitFacts(
            name=data.get("name", ""),
            uscc=normalise(data.get("uscc", "")),
            contact_name=data.get("contact_name", ""),
            contact_phone=data.get("contact_phone", ""),
        )
        self.show(reasons_not_to_register_unit(facts))
        return data


class NewUnitForm(NewPasswordFields, PhoneField, UnitFields):
    """A unit together with the account of whoever will look after it."""

    applicant_name = forms.CharField(label="管理员姓名", max_length=SLACK)
    field_order = (
        "name", "uscc", "nature", "supervisor", "contact_name", "contact_phone", "applicant_name", "phone", "password",
        "password_again",
    )  # fmt: skip

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["phone"].label = "管理员手机号码"

    def whose(self) -> User:
        return User(name=self.cleaned_data.get("applicant_name", ""))

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        name = data.get("applicant_name", "")
        self.show(reasons_not_to_accept(name, field="applicant_name", label="姓名", limit=NAME_LIMIT))
        return data


class MatchUnitForm(ReasonedForm):
    """Which registered unit is meant by what people have called theirs."""

    uscc = forms.CharField(
        label="已注册单位的统一社会信用代码",
        max_length=SLACK,
        help_text="18 位。单位注册时用了别的名称的，在这里指明。",
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )


class RulingForm(ReasonedForm):
    move = forms.ChoiceField(label="核准或不予核准", choices=(("approve", "核准"), ("refuse", "不予核准")))
    reason = forms.CharField(
        label="不予核准的原因",
        required=False,
        max_length=20 * SLACK,
        help_text=f"不予核准时必须写明，申请人会看到。最多 {REASON_LIMIT} 个字。",
        widget=forms.Textarea(attrs={"rows": 3}),
    )
