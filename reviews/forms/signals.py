"""What somebody of the bureau writes down about a sign of fraud. What may be said is the rules' affair."""

from django import forms

from reviews.enums import REASON_LIMIT, Verdict
from reviews.forms.spot_checks import SLACK, SaidForm


class JudgeForm(SaidForm):
    verdict = forms.ChoiceField(label="认定结果", choices=[("", "请选择"), *Verdict.choices])
    reason = forms.CharField(
        label="核实的情况",
        max_length=REASON_LIMIT + SLACK,
        help_text="写明向谁核实、依据什么。审核人员会看到，不要写身份证号码或电话。",
        widget=forms.Textarea(attrs={"rows": 3}),
    )
