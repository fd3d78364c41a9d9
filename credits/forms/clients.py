"""Keys of machines, as their keepers type: what for, from where, how many records, the report of a test."""

import json
from datetime import datetime
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone

from accounts.models import Organization
from accounts.rules.clients import CEILING_LIMIT, NAME_LIMIT, URL_LIMIT
from ceportal.kernel.rules.moments import moment_in
from credits.forms.fields import ShownForm, TextField
from credits.forms.holding import WhyForm

REPORT_BYTES = 200_000
_FILES_COURSES = "也用来报送课程备案"
_COURSES_WAIT = (
    "勾选后，这个密钥还可以把本平台的课程报给人社部门备案（权限 courses:file）。报来的课程经人社部门同意后生效。"
)
_LIST_LIMIT = 2000


class NewKeyForm(ShownForm):
    """For which platform, of which kind, what for."""

    organization = forms.ModelChoiceField(
        label="平台", queryset=Organization.objects.none(), empty_label=None,
        error_messages={"required": "请选择平台。", "invalid_choice": "请从列表中选择平台。"},
    )  # fmt: skip
    kind = forms.ChoiceField(
        label="种类",
        choices=(
            ("sandbox", "沙箱密钥：立即可用，报送只试算、不计入，用来调试"),
            ("earnest", "正式密钥：一致性测试通过、人社部门启用后才能用"),
        ),
        widget=forms.RadioSelect,
        error_messages={"required": "请选择种类。", "invalid_choice": "请从列表中选择种类。"},
    )
    name = TextField(label="用途", required=True, limit=NAME_LIMIT, help_text="例如“学习平台正式环境”，方便以后辨认。")
    files_courses = forms.BooleanField(label=_FILES_COURSES, required=False, help_text=_COURSES_WAIT)

    def __init__(self, *args: Any, units: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choice: Any = self.fields["organization"]
        choice.queryset = units
        if len(units) == 1:
            choice.initial, choice.widget = units[0], forms.HiddenInput()


class EntryForm(ShownForm):
    """Where people come in by the portal's sign-in, and where they are sent back to with a code."""

    organization = forms.ModelChoiceField(
        label="平台", queryset=Organization.objects.none(), empty_label=None,
        error_messages={"required": "请选择平台。", "invalid_choice": "请从列表中选择平台。"},
    )  # fmt: skip
    entry_url = TextField(
        label="入口网址", required=True, limit=URL_LIMIT,
        help_text="学员在“学习入口”点“进入学习”时打开，由平台从这里发起登录。例如 https://study.example.com/login。",
    )  # fmt: skip
    back_url = TextField(
        label="回调网址（redirect_uri）", required=True, limit=URL_LIMIT,
        help_text="登录后带着授权码回到这里，必须与请求中的完全一致。例如 https://study.example.com/callback。",
    )  # fmt: skip

    def __init__(self, *args: Any, units: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choice: Any = self.fields["organization"]
        choice.queryset = units
        if len(units) == 1:
            choice.initial, choice.widget = units[0], forms.HiddenInput()


class ReviewSystemForm(ShownForm):
    """A bureau's own system that asks who has met what."""

    organization = forms.ModelChoiceField(
        label="人社部门", queryset=Organization.objects.none(), empty_label=None,
        error_messages={"required": "请选择人社部门。", "invalid_choice": "请从列表中选择人社部门。"},
    )  # fmt: skip
    name = TextField(label="系统名称", required=True, limit=NAME_LIMIT, help_text="例如“职称评审系统”。")

    def __init__(self, *args: Any, units: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choice: Any = self.fields["organization"]
        choice.queryset = units


class BoundsForm(ShownForm):
    addresses = TextField(
        label="允许的 IP 地址", limit=_LIST_LIMIT, lines=3,
        help_text="每行一个地址或网段，例如 203.0.113.7 或 10.1.0.0/16。留空不限制。",
    )  # fmt: skip
    ceiling = forms.CharField(
        label="每日最多记录数", required=False,
        help_text="一天内最多报送多少条，超过的请求会被拒绝。留空不另设上限。",
        widget=forms.TextInput({"inputmode": "numeric", "autocomplete": "off", "maxlength": "9"}),
    )  # fmt: skip

    def clean_ceiling(self) -> int:
        text = str(self.cleaned_data["ceiling"] or "").strip()
        if text and not (text.isascii() and text.isdigit() and int(text[:12]) <= CEILING_LIMIT):
            raise ValidationError(f"请填写 0 至 {CEILING_LIMIT} 之间的整数。")
        return int(text or 0)


class OwnBoundsForm(BoundsForm):
    """As its own platform sets them: also what else the key may do."""

    files_courses = forms.BooleanField(label=_FILES_COURSES, required=False, help_text=_COURSES_WAIT)

    def __init__(self, *args: Any, is_entry: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if is_entry:
            del self.fields["files_courses"]


class ReportForm(ShownForm):
    report = forms.FileField(
        label="一致性测试报告", allow_empty_file=True,
        help_text="scripts/conformance.py 用 --report 写出的 JSON 文件。",
        widget=forms.FileInput({"accept": ".json,application/json"}),
        error_messages={"required": "请选择报告文件。", "invalid": "请选择报告文件。"},
    )  # fmt: skip

    def clean_report(self) -> Any:
        given = self.cleaned_data["report"]
        if given.size > REPORT_BYTES:
            raise ValidationError("文件太大，不是测试报告。")
        try:
            return json.loads(given.read().decode())
        except (ValueError, RecursionError) as error:
            raise ValidationError("读不出这个文件，请选择测试程序写出的 JSON 文件。") from error


class LeakForm(WhyForm):
    """Since when a key may have been in wrong hands."""

    since = forms.CharField(
        label="从什么时候起",
        help_text=(
            "这个时间以后用这个密钥报送的学时都先暂停计入；90 天以前的报送查不到密钥，按平台全部暂停。"
            "例如 2026-11-20 08:00。"
        ),
        widget=forms.TextInput({"autocomplete": "off", "maxlength": "25"}),
        error_messages={"required": "请填写时间。"},
    )
    field_order = ("since", "reason")

    def clean_since(self) -> datetime:
        moment = moment_in(str(self.cleaned_data["since"]).strip())
        if moment is None or not 2000 <= moment.year <= 9000:
            raise ValidationError("请写成 2026-11-20 08:00。")
        return moment if moment.tzinfo else timezone.make_aware(moment)
