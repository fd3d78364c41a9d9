"""What somebody complains of, and what the bureau answers."""

from typing import Any, cast

from django import forms

from accounts.enums import Move
from accounts.models import Area, Organization
from bases.enums import ComplaintKind
from bases.forms.fields import ShownForm, words
from bases.rules import complaints as rules
from ceportal.kernel.rules.id_number import hide_numbers
from ceportal.kernel.web.hidden import CountField, KeepsFile


class MoreForm(KeepsFile, ShownForm):
    """What is said of it, with a file or without."""

    reason = words("情况说明", rules.WORDS_LIMIT, lines=6, help_text="什么时候、什么事、收了多少钱、谁通知的。")
    document = forms.FileField(
        label="材料（没有可不传）", required=False, allow_empty_file=True,
        help_text="收费单、通知、聊天截图等。PDF 或照片，不超过 20 MB。",
        widget=forms.FileInput({"accept": "image/jpeg,image/png,application/pdf,image/*"}),
    )  # fmt: skip

    def clean_reason(self) -> str:
        return hide_numbers(self.cleaned_data["reason"])


class ComplaintForm(MoreForm):
    kind = forms.ChoiceField(label="投诉什么", choices=[("", "请选择"), *ComplaintKind.choices])
    about = forms.ModelChoiceField(
        label="投诉哪个单位", queryset=Organization.objects.none(), required=False, empty_label="请选择；没有的写在下面"
    )
    named = words("列表中没有的，写出单位名称", rules.NAME_LIMIT, required=False)
    area = forms.ModelChoiceField(
        label="这个单位在哪里（列表中没有的填写）", queryset=Area.objects.none(), required=False, empty_label="请选择"
    )
    field_order = ("kind", "about", "named", "area", "reason", "document", "kept")

    def __init__(self, *args: Any, near: list[Organization], units: Any, places: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        about, area = cast(Any, self.fields["about"]), cast(Any, self.fields["area"])
        keys = [unit.pk for unit in near]
        others = [(unit.pk, unit.name) for unit in units if unit.pk not in keys]
        about.queryset = Organization.objects.filter(pk__in=[*keys, *(key for key, _ in others)])
        own = [("我的单位和主管部门", [(unit.pk, unit.name) for unit in near])] if near else []
        about.widget.choices = [("", about.empty_label), *own, ("施教机构", others)]
        area.queryset = places

    def said(self) -> dict[str, Any]:
        return {name: self.cleaned_data[name] for name in ("kind", "about", "named", "area", "reason")}


class ComplaintAnswerForm(ShownForm):
    move = forms.ChoiceField(
        label="结果",
        choices=((Move.APPROVE, "投诉属实"), (Move.REJECT, "未能认定属实"), (Move.RETURN, "请投诉人补充情况")),
    )
    reason = words("给投诉人的答复", 500, lines=4, help_text="查了什么、结果怎样、怎样处理。只有投诉人看得到。")
    public_words = words(
        "公开的结果（属实的填写）", rules.PUBLIC_LIMIT, lines=2, required=False,
        help_text="写入该单位的信用档案，任何人都能看到。不要写投诉人的情况。",
    )  # fmt: skip
    round = CountField(error_messages={"required": "页面内容不完整，请刷新后重试。"})

    def clean_public_words(self) -> str:
        return hide_numbers(self.cleaned_data["public_words"])
