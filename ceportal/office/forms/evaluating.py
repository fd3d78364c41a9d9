"""What an office says of a unit's year."""

from django import forms

from ceportal.kernel.web.shown import ShownForm, words
from ceportal.office.enums import Grade
from ceportal.office.rules.evaluating import POINTS, WORDS_LIMIT


def _grade(name: str) -> forms.ChoiceField:
    return forms.ChoiceField(label=POINTS[name], choices=Grade.choices, widget=forms.RadioSelect)


class EvaluationForm(ShownForm):
    plan, work, content, effect = (_grade(name) for name in POINTS)
    words = words(
        "评估意见", WORDS_LIMIT, lines=4, required=False, help_text="做得好的、要改进的。有一项“需要改进”时必须填写。"
    )
