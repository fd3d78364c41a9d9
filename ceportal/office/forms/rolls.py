"""What a list of the commended or sanctioned says, and whom it names."""

from typing import Any

from django import forms

from ceportal.office.enums import RollKind
from ceportal.office.forms.fields import ToldForm, day, line, unit, words
from ceportal.office.rules.rolls import NUMBER_LIMIT, REASON_LIMIT, TITLE_LIMIT, WORDS_LIMIT


class RollForm(ToldForm):
    office = unit("以哪个单位的名义")
    kind = forms.ChoiceField(
        label="种类", choices=RollKind.choices,
        error_messages={"required": "请选择。", "invalid_choice": "请从列表中选择。"},
    )  # fmt: skip
    title = line("标题", TITLE_LIMIT)
    document_no = line("文号", NUMBER_LIMIT)
    decided_on = day("决定日期")
    words = words("说明", WORDS_LIMIT, required=False, widget=forms.Textarea({"rows": 5}))
    shown_until = day("公示到哪一天", required=False, help_text="通报处理必须填写，到期自动撤下；表彰可以不填。")

    def __init__(self, *args: Any, offices: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.offer("office", offices)


class NameForm(ToldForm):
    to = line("人员或单位", 120, help_text="人员填证件号码，单位填统一社会信用代码或全称。")
    reason = line("事由", REASON_LIMIT)


class RollEndForm(ToldForm):
    reason = line("撤下的原因", 300)
