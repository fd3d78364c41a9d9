"""A year's holiday notice as it is typed or pasted."""

from collections.abc import Iterable
from datetime import date
from typing import Any

from django import forms
from django.core.validators import URLValidator

from ceportal.kernel.rules.dated import FIRST_YEAR
from ceportal.kernel.rules.holiday_notice import (
    TEXT_LIMIT,
    HolidayNotice,
    read_dates,
    read_sentences,
    reasons_not_to_import,
    reasons_not_to_publish,
)
from ceportal.kernel.rules.refusal import Refusal
from ceportal.kernel.rules.text import strange_character
from ceportal.kernel.web.hidden import CountField
from credits.forms.fields import TextField

_AHEAD = 2


class PastedField(forms.CharField):
    """Several lines from elsewhere: invisible characters that came along are left out."""

    def __init__(self, *, rows: int, **options: Any) -> None:
        widget = forms.Textarea({"rows": rows, "maxlength": str(TEXT_LIMIT)})
        super().__init__(required=False, widget=widget, **options)
        self.validators = []

    def clean(self, value: Any) -> str:
        text = str(value or "").replace("\r\n", "\n").replace("\t", " ")
        if len(text) > TEXT_LIMIT:
            raise forms.ValidationError(f"最多 {TEXT_LIMIT} 个字，现在有 {len(text)} 个字。")
        return "".join(sign for sign in text if sign == "\n" or strange_character(sign) is None)


class NoticeForm(forms.Form):
    """The notice in its own sentences, or as dates, or both; read into `notice` when all of it can be."""

    year = forms.TypedChoiceField(
        label="年度",
        coerce=int,
        error_messages={"required": "请选择年度。", "invalid_choice": "请从列表中选择年度。"},
    )
    document = TextField(
        label="文件名称和文号", limit=200, help_text="例如“国务院办公厅关于2027年部分节假日安排的通知”。"
    )
    source_url = forms.CharField(
        label="公布网址",
        required=False,
        max_length=300,
        validators=[
            URLValidator(schemes=["http", "https"], message="网址应以 https:// 或 http:// 开头，请从浏览器地址栏复制。")
        ],
        error_messages={"max_length": "网址最多 300 个字符。"},
        widget=forms.TextInput({"inputmode": "url", "autocomplete": "off"}),
    )
    text = PastedField(
        label="通知正文",
        rows=9,
        help_text="把通知中“一、元旦：……”到“国庆节：……”各条粘贴在这里，放假和调休上班的日期会自动读出。",
    )
    rest = PastedField(
        label="放假的日期", rows=3, help_text="没有正文时填写，例如 1月1日至3日、2月5日。周末在内的全部放假日期都要写。"
    )
    worked = PastedField(label="调休上班的日期", rows=2, help_text="例如 1月31日、2月14日。")
    # The calendar that the preview was drawn from; without it only a preview is asked for.
    seen_version = CountField(required=False)

    def __init__(self, *args: Any, today: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        years = range(today.year + _AHEAD, FIRST_YEAR, -1)
        self.fields["year"].choices = [(str(year), f"{year} 年") for year in years]  # type: ignore[attr-defined]
        self.fields["document"].required = True
        self.fields["document"].error_messages["required"] = "请填写文件名称，期限的依据会指向它。"
        self.notice = HolidayNotice()

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        if not self.errors:
            self._read(data["year"], data)
        return data

    def _read(self, year: int, data: dict[str, Any]) -> None:
        notice = read_sentences(data["text"], year)
        for name, days in (("rest", notice.rest), ("worked", notice.worked)):
            typed, faults = read_dates(data[name], year, name=name)
            days += typed
            notice.faults += faults
        if not notice.faults:
            notice.faults += reasons_not_to_import(year, notice.rest, notice.worked)
            notice.faults += reasons_not_to_publish(notice.rest, year)
        self.notice = notice
        self.show(notice.faults)

    def show(self, reasons: Iterable[Refusal]) -> None:
        for reason in reasons:
            self.add_error(reason.field if reason.field in self.fields else None, reason.message)
