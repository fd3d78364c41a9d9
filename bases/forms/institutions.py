"""What institutions disclose, and how bureaus suspend and remove them."""

from typing import Any

from django import forms

from bases.enums import AbsenceKind
from bases.forms.fields import ShownForm, TypedDay, words
from bases.rules.directory import DISCLOSED
from bases.rules.standing import DOCUMENT_LIMIT, GROUNDS, REASON_LIMIT
from ceportal.kernel.rules.citations import citation

_HELP = {
    "scope": "面向哪些地区、行业和人员。",
    "content": "主要的培训科目和课程。",
    "fees": "逐项写明收费项目和标准；不收费的写“免费”。",
    "teachers": "主要授课教师及其专业、职称，专职和兼职各多少。",
    "places": "面授地点；只在网上学习的写“网上”。",
    "facilities": "教室、实训场所、住宿等。",
    "contact": "电话，工作时间。请填办公电话，不要填个人手机号。",
}


class DisclosureForm(ShownForm):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, (label, limit) in DISCLOSED.items():
            field = words(label, limit, lines=1 if name == "contact" else 3, help_text=_HELP[name])
            field.error_messages["required"] = f"请填写{label}。"
            self.fields[name] = field


class RemovalForm(ShownForm):
    kind = forms.ChoiceField(
        label="处理",
        choices=[
            (AbsenceKind.SUSPENDED, "暂停资格：到期或恢复之前，结束的培训班不登记学时"),
            (AbsenceKind.EXITED, "取消资格：退出名单，不再沿用到以后年度"),
        ],
        widget=forms.RadioSelect,
    )
    grounds = forms.MultipleChoiceField(
        label="情形",
        choices=[(ground.code, f"{ground.words}（{citation(ground.clause)}）") for ground in GROUNDS],
        widget=forms.CheckboxSelectMultiple,
    )
    reason = words("事实和理由", REASON_LIMIT, lines=3, help_text="写清事实。对方会看到，选“其他情形”的会公开。")
    document = words("决定的文号", DOCUMENT_LIMIT, required=False, help_text="有文件的填写文件名称和文号。")
    from_on = TypedDay(label="生效日期", help_text="从这一天起结束的培训班、学完的课程不再按已认定计。")
    until_on = TypedDay(label="暂停到哪一天", required=False, help_text="不填就是到恢复为止。取消资格不填。")


class ReturnForm(ShownForm):
    lift_reason = words("恢复的理由", REASON_LIMIT, lines=2, help_text="例如整改合格的复查结论。")
