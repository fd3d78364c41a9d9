"""What an announcement says, and to whom."""

from typing import Any, cast

from django import forms

from accounts.models import Area
from ceportal.kernel.rules.id_number import hide_numbers
from ceportal.office.enums import AnnouncementKind, Audience
from ceportal.office.forms.fields import ToldForm, words
from ceportal.office.rules.announcing import BODY_LIMIT, NUMBER_LIMIT, REASON_LIMIT, TITLE_LIMIT


class AnnouncementForm(ToldForm):
    kind = forms.ChoiceField(label="种类", choices=AnnouncementKind.choices)
    title = words("标题", TITLE_LIMIT, widget=forms.TextInput({"autocomplete": "off"}))
    document_no = words("文号", NUMBER_LIMIT, required=False)
    body = words(
        "正文", BODY_LIMIT, widget=forms.Textarea({"rows": 12}), help_text="空一行就是另起一段。附件在保存以后添加。"
    )
    audience = forms.ChoiceField(label="给谁看", choices=Audience.choices)
    area = forms.ModelChoiceField(label="哪个地区（含下级）", queryset=Area.objects.none(), empty_label=None)
    is_pinned = forms.BooleanField(label="置顶", required=False)

    def __init__(self, *args: Any, places: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        cast(Any, self.fields["area"]).queryset = places
        for name in ("kind", "audience", "area"):
            self.fields[name].error_messages |= {
                "required": "请选择。", "invalid_choice": "请从列表中选择。"
            }  # fmt: skip

    def clean_body(self) -> str:
        return hide_numbers(self.cleaned_data["body"])


class WithdrawalForm(forms.Form):
    reason = words("为什么撤下", REASON_LIMIT, widget=forms.TextInput({"autocomplete": "off"}))


class AttachmentForm(forms.Form):
    document = forms.FileField(
        label="附件", allow_empty_file=True, help_text="PDF 或图片，不超过 20 MB，最多 5 个。",
        widget=forms.FileInput({"accept": "application/pdf,image/jpeg,image/png"}),
        error_messages={"required": "请选择文件。"},
    )  # fmt: skip
