"""What a letter says, and to whom."""

from typing import Any

from django import forms

from ceportal.office.forms.fields import ToldForm, line, unit, words
from ceportal.office.rules.letters import BODY_LIMIT, REASON_LIMIT, TITLE_LIMIT


class LetterForm(ToldForm):
    office = unit("发文单位")
    to = line(
        "发给谁", 120, help_text="人员填证件号码，单位填统一社会信用代码或全称。只能发给本地区、本行业的人员和单位。"
    )
    title = line("标题", TITLE_LIMIT)
    body = words(
        "正文", BODY_LIMIT, widget=forms.Textarea({"rows": 14}),
        help_text="每段一行，开头自动空两格。抬头、编号、落款和日期由平台填写。",
    )  # fmt: skip

    def __init__(self, *args: Any, offices: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.offer("office", offices)


class LetterAboutForm(LetterForm):
    """About something of one person: to whom it goes is settled."""

    to = None  # type: ignore[assignment]


class TakeBackForm(ToldForm):
    reason = line("为什么收回", REASON_LIMIT)
