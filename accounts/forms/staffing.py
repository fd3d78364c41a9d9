"""A unit's list of people, as a file."""

from typing import Any

from django import forms
from django.db.models import QuerySet

from accounts.forms.reasoned import ReasonedForm
from accounts.models import Organization
from accounts.rules.staffing import MOST_LINES


class StaffListForm(ReasonedForm):
    """Of one unit there is nothing to choose."""

    unit = forms.ModelChoiceField(label="邀请加入哪个单位", queryset=Organization.objects.none(), empty_label=None)
    file = forms.FileField(
        label="填好的名单", allow_empty_file=True,
        help_text=f"Excel（.xlsx）或 CSV，最大 20 MB、{MOST_LINES:,} 人。上传后先核对，不会马上邀请。",
        widget=forms.FileInput({"accept": ".xlsx,.csv"}),
    )  # fmt: skip

    def __init__(self, *args: Any, units: QuerySet[Organization], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["unit"].queryset = units  # type: ignore[attr-defined]
        self.fields["file"].error_messages["required"] = "请选择填好的名单。"
        some = list(units[:2])
        if len(some) == 1:
            self.fields["unit"].widget = forms.HiddenInput()
            self.initial.setdefault("unit", some[0].pk)
