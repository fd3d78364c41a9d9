"""What a bureau says about held hours: let them count, or not, and why."""

from django import forms

from credits.forms.fields import ShownForm, TextField
from credits.rules.holding import HELD_FOR, REASON_LIMIT

_YEAR_LIMIT, _TITLE_LIMIT = 4, 60


class WhyForm(ShownForm):
    """A reason, beside which the refusals of a service are shown."""

    reason = TextField(
        label="理由", required=True, limit=REASON_LIMIT, lines=2,
        help_text=f"本人和报送单位会看到，最多 {REASON_LIMIT} 个字，请不要写身份证号码和电话。",
    )  # fmt: skip


class RuleHeldForm(WhyForm):
    act = forms.ChoiceField(
        label="处理",
        choices=(("release", "核实无误，计入学时"), ("refuse", "不予计入")),
        widget=forms.RadioSelect,
        error_messages={"required": "请选择计入或不予计入。", "invalid_choice": "请选择计入或不予计入。"},
    )
    field_order = ("act", "reason")


class RuleAllForm(RuleHeldForm):
    """The filter travels with it, so that what is ruled on is what was on the screen."""

    code = forms.ChoiceField(required=False, choices=[("", ""), *HELD_FOR.items()], widget=forms.HiddenInput)
    source = forms.CharField(required=False, max_length=60, widget=forms.HiddenInput)
    year = forms.CharField(required=False, max_length=_YEAR_LIMIT, widget=forms.HiddenInput)
    title = forms.CharField(required=False, max_length=_TITLE_LIMIT, widget=forms.HiddenInput)


class NotMineForm(WhyForm):
    """What the person knows of it; the bureau reads it."""

    reason = TextField(
        label="您了解的情况", required=True, limit=100, lines=2,
        help_text="例如“我没有在这个平台注册过”。人社部门会看到。",
    )  # fmt: skip
