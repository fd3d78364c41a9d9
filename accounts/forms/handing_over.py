"""Asking that somebody look after a unit, and appointing them."""

from typing import Any

from django import forms

from accounts.forms.passwords import NewPasswordFields
from accounts.forms.reasoned import SLACK
from accounts.forms.registering import PhoneField
from accounts.forms.stationing import ReasonAndPaper, StationingRulingForm
from accounts.models import User
from ceportal.kernel.rules.id_number import reasons_not_to_accept_phone
from ceportal.kernel.rules.text import NAME_LIMIT, reasons_not_to_accept


class AccountForm(NewPasswordFields, PhoneField):
    """An account and nothing else: for somebody who will look after a unit and need not be a professional."""

    name = forms.CharField(label="姓名", max_length=SLACK, help_text="与证件上一致。")
    field_order = ("name", "phone", "password", "password_again")

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        self.show(reasons_not_to_accept(data.get("name", ""), field="name", label="姓名", limit=NAME_LIMIT))
        return data


class HandOverForm(ReasonAndPaper):
    """`names_another`: who asks cannot mean themself."""

    successor = forms.CharField(
        label="接任人的手机号码",
        max_length=SLACK,
        required=False,
        widget=forms.TextInput({"inputmode": "tel", "autocomplete": "off"}),
    )
    field_order = ("successor", "reason", "document")

    def __init__(self, *args: Any, names_another: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        successor, document = self.fields["successor"], self.fields["document"]
        successor.required = names_another
        mine = "" if names_another else "由您本人接任的，留空。"
        successor.help_text = f"{mine}接任人须是这个单位的人员，填写其登录用的手机号码。"
        self.fields["reason"].help_text = "写明原管理员是谁、何时离岗，由谁接任。"
        document.help_text = "盖有单位公章的任职或交接证明。照片或 PDF。"

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        if phone := data.get("successor", "").strip():
            self.show(reasons_not_to_accept_phone(phone, field="successor"))
        return data


class HandOverRulingForm(StationingRulingForm):
    """`leaving`: who of the unit has left."""

    leaving = forms.ModelMultipleChoiceField(
        label="已经离岗、不再承担本单位职责的人员",
        queryset=User.objects.none(),
        to_field_name="ref",
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )

    def __init__(self, *args: Any, here: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choice: Any = self.fields["leaving"]
        choice.queryset = here
