"""A unit's officer and headcount; a training of officers."""

from typing import Any

from django import forms

from ceportal.office.forms.fields import ToldForm, day, line, unit, words
from ceportal.office.rules.officers import CONTENT_LIMIT, OFFICE_LIMIT, PHONE_LIMIT, PLACE_LIMIT, TITLE_LIMIT


class OfficerForm(ToldForm):
    name = line("姓名", 50)
    office = line("所在部门", OFFICE_LIMIT, help_text="例如“人事科”“继续教育中心”。")
    phone = line("办公电话", PHONE_LIMIT, required=False)
    is_full_time = forms.BooleanField(label="专职（只做继续教育工作）", required=False)


class HeadcountForm(ToldForm):
    obliged = forms.IntegerField(
        label="应参加继续教育的专业技术人员", widget=forms.TextInput({"inputmode": "numeric", "autocomplete": "off"}),
        help_text="在职的专业技术人员总数，包括还没有在平台注册的。",
        error_messages={"required": "请填写人数。", "invalid": "请填写整数。"},
    )  # fmt: skip


class OfficerTrainingForm(ToldForm):
    office = unit("以哪个单位的名义")
    title = line("培训名称", TITLE_LIMIT)
    started_on = day("开始日期")
    ended_on = day("结束日期")
    place = line("地点", PLACE_LIMIT, required=False)
    content = words("培训内容", CONTENT_LIMIT, widget=forms.Textarea({"rows": 4}))
    hours = forms.DecimalField(
        label="学时", max_digits=4, decimal_places=1, widget=forms.TextInput({"inputmode": "decimal"}),
        error_messages={
            "required": "请填写学时。", "invalid": "请用数字填写学时，例如 8 或 8.5。",
            "max_digits": "学时太多，请核对。", "max_decimal_places": "学时以 0.5 为单位。",
            "max_whole_digits": "学时太多，请核对。",
        },
    )  # fmt: skip

    def __init__(self, *args: Any, offices: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.offer("office", offices)
