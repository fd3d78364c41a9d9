"""What is taken over, from where, and the file."""

from typing import Any

from django import forms

from ceportal.office.enums import TakenKind
from ceportal.office.forms.fields import ToldForm, line, unit
from ceportal.office.rules.taking_over import SOURCE_LIMIT


class TakeOverForm(ToldForm):
    kind = forms.ChoiceField(
        label="接收什么", choices=TakenKind.choices, widget=forms.RadioSelect,
        error_messages={"required": "请选择接收什么。", "invalid_choice": "请选择接收什么。"},
    )  # fmt: skip
    bureau = unit("以哪个人社部门的名义")
    source = line(
        "数据来源", SOURCE_LIMIT,
        help_text="从哪个系统、哪份台账来的，例如“开封市专业技术人员管理服务平台 2026 年 11 月导出”。",
    )  # fmt: skip
    file = forms.FileField(
        label="填好的表格", allow_empty_file=True,
        help_text="Excel（.xlsx）或 CSV，最大 20 MB、20,000 行。上传后先核对，不会马上写入。",
        widget=forms.FileInput({"accept": ".xlsx,.csv"}), error_messages={"required": "请选择填好的表格。"},
    )  # fmt: skip

    def __init__(self, *args: Any, bureaus: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.offer("bureau", bureaus)
