"""What a unit says when it asks to be recognised, and what offices say of it."""

from typing import Any, cast

from django import forms

from accounts.enums import Move
from accounts.models import Organization
from bases.enums import RecognitionKind
from bases.forms.fields import ShownForm, words
from bases.rules import recognising as rules
from bases.rules.classes import SUBJECTS
from ceportal.kernel.rules.id_number import hide_numbers
from ceportal.kernel.web.hidden import CountField, KeepsFile


class ApplicationForm(KeepsFile, ShownForm):
    """`kept` is the file of an earlier try of the same page; no `units`: sent anew by the same unit."""

    organization = forms.ModelChoiceField(label="单位", queryset=Organization.objects.none(), empty_label="请选择")
    kind = forms.ChoiceField(label="申请认定为", choices=[("", "请选择"), *RecognitionKind.choices])
    year = forms.TypedChoiceField(label="年度", coerce=int)
    subjects = forms.MultipleChoiceField(label="科目", choices=[*SUBJECTS.items()], widget=forms.CheckboxSelectMultiple)
    trade = words("行业", rules.TRADE_LIMIT, required=False, help_text="行业基地填写，例如：卫生健康。")
    site_name = words("平台名称", rules.SITE_LIMIT, required=False, help_text="平台填写。")
    url = words("平台网址", rules.URL_LIMIT, required=False, help_text="平台填写，例如 https://xuexi.example.cn/。")
    reason = words(
        "基本条件",
        500,
        lines=5,
        help_text="师资、场地和设施、办过的培训、管理制度、收费标准；平台写明课件来源和审核情况。",
    )
    document = forms.FileField(
        label="盖章的申请表或推荐函", required=False, allow_empty_file=True, help_text="PDF 或照片，不超过 20 MB。",
        widget=forms.FileInput({"accept": "image/jpeg,image/png,application/pdf,image/*"}),
    )  # fmt: skip

    def __init__(self, *args: Any, units: list[Organization] | None, this_year: int, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        year = cast(Any, self.fields["year"])
        year.choices = [(each, f"{each} 年度") for each in (this_year, this_year + 1)]
        if units is None:
            del self.fields["organization"]
            return
        choice = cast(Any, self.fields["organization"])
        choice.queryset = Organization.objects.filter(pk__in=[unit.pk for unit in units])
        if len(units) == 1:
            choice.widget, choice.initial = forms.HiddenInput(), units[0].pk

    def clean_reason(self) -> str:
        return hide_numbers(self.cleaned_data["reason"])

    def said(self) -> dict[str, Any]:
        names = ("kind", "year", "subjects", "trade", "site_name", "url")
        return {name: self.cleaned_data[name] for name in names}


class RecognitionRulingForm(ShownForm):
    move = forms.ChoiceField(
        label="决定", choices=((Move.APPROVE, "同意"), (Move.RETURN, "退回补正"), (Move.REJECT, "不同意"))
    )
    reason = words("意见", 500, lines=3, help_text="无论哪种结果都要写，申请单位会看到。")
    round = CountField(error_messages={"required": "页面内容不完整，请刷新后重试。"})


class AnnounceForm(ShownForm):
    document = words("公布文件", rules.DOCUMENT_LIMIT, help_text="文件名称和文号，例如 豫人社函〔2026〕88号。")
