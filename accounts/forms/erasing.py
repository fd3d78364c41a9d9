"""Who is chosen from the list of those whose term is over, and what for."""

from typing import Any
from uuid import UUID

from django import forms

MOST = 100


class ErasureForm(forms.Form):
    """`person` several times, each the ref of somebody; `act` one of three."""

    act = forms.ChoiceField(choices=[("ask", "提出清除"), ("confirm", "确认清除"), ("keep", "暂不清除")])
    person = forms.Field(required=False)

    def clean_person(self) -> list[UUID]:
        data: Any = self.data
        try:
            chosen = [UUID(each) for each in data.getlist("person")[: MOST + 1]]
        except ValueError as error:
            raise forms.ValidationError("请重新选择人员。") from error
        if not chosen:
            raise forms.ValidationError("请先勾选人员。")
        if len(chosen) > MOST:
            raise forms.ValidationError(f"一次最多 {MOST} 人。")
        return chosen
