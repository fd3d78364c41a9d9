"""What a unit says of its funding of a year, in yuan."""

from decimal import Decimal
from typing import Any

from django import forms

from ceportal.kernel.rules.refusal import Refused
from ceportal.office.rules.funding import MOST, RATES

_TOO_MUCH = "金额太大，请核对单位是不是“元”。"


def _yuan(label: str, *, required: bool = True, help_text: str = "") -> forms.DecimalField:
    messages = {
        "required": f"请填写{label}。", "invalid": "请填写数字，例如 120000 或 120000.50。",
        "min_value": "不能小于 0。", "max_value": _TOO_MUCH, "max_digits": _TOO_MUCH,
        "max_whole_digits": _TOO_MUCH, "max_decimal_places": "最多到分（两位小数）。",
    }  # fmt: skip
    return forms.DecimalField(
        label=f"{label}（元）", min_value=Decimal(0), max_value=MOST, max_digits=14, decimal_places=2,
        required=required, help_text=help_text, error_messages=messages,
        widget=forms.TextInput({"inputmode": "decimal", "autocomplete": "off"}),
    )  # fmt: skip


class FundingForm(forms.Form):
    year = forms.TypedChoiceField(label="年度", coerce=int, error_messages={"invalid_choice": "请从列表中选择年度。"})
    rate = forms.ChoiceField(
        label="提取比例", choices=[(rate, f"工资总额的 {rate}%") for rate in RATES],
        help_text="一般按 1.5%；培训要求高、效益好的按 2.5%。",
        error_messages={"invalid_choice": "请从列表中选择比例。", "required": "请选择比例。"},
    )  # fmt: skip
    payroll = _yuan("全年工资总额")
    set_aside = _yuan("已提取的教育经费")
    spent = _yuan("已使用的教育经费")
    carried_in = _yuan("往年结转", required=False, help_text="往年超过 8%、还没有扣除的部分。没有可不填。")

    def __init__(self, *args: Any, years: list[int], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["year"].choices = [(year, f"{year} 年度") for year in years]  # type: ignore[attr-defined]

    def clean_carried_in(self) -> Decimal:
        return self.cleaned_data["carried_in"] or Decimal(0)

    def show(self, refused: Refused) -> None:
        for reason in refused.reasons:
            self.add_error(reason.field if reason.field in self.fields else None, reason.message)
