"""What a stranger types in, or hands over, to check certificates; what officers say about them."""

from collections.abc import Iterable
from typing import Any

from django import forms
from django.db.models import QuerySet

from accounts.models import Organization
from ceportal.kernel.rules.id_number import hide_numbers
from ceportal.kernel.rules.refusal import Refusal, Refused
from ceportal.kernel.rules.text import reasons_not_to_accept
from certificates.enums import SuspicionFinding
from certificates.rules.checking import MOST_BYTES, MOST_LINES, Line, lines_in, reasons_not_to_take
from certificates.rules.eligibility import MOST_FILES, Numbered, numbers_in
from certificates.rules.numbers import LONGEST_TYPED, read_number


class LookUpForm(forms.Form):
    number = forms.CharField(
        label="证书编号",
        help_text="印在证书右上角，例如 410100-2026-0000000-B；横线和空格可以不输。",
        max_length=LONGEST_TYPED,
        error_messages={"required": "请填写证书编号。", "max_length": "证书编号没有这么长，请核对。"},
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false", "inputmode": "text"}),
    )
    name = forms.CharField(
        label="持证人姓名",
        max_length=50,
        error_messages={"required": "请填写证书上的姓名。", "max_length": "姓名最多 50 个字。"},
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )

    def clean_number(self) -> str:
        """Only the check character is judged here: it tells a slip of the finger from an unknown number."""
        typed = self.cleaned_data["number"]
        if read_number(typed) is None:
            raise forms.ValidationError("证书编号不正确：最后一位与前面的字符不符，或位数不对。请对照证书再输一次。")
        return typed


class FileForm(forms.Form):
    file = forms.FileField(
        label="电子证书文件",
        help_text=f"从平台下载的 PDF 原件，不超过 {MOST_BYTES // 1024 // 1024} MB。拍照、截图或另存过的不行。",
        error_messages={
            "required": "请选择要核对的 PDF 文件。",
            "missing": "请选择要核对的 PDF 文件。",
            "invalid": "请选择要核对的 PDF 文件。",
            "empty": "文件是空的，请重新选择。",
        },
        widget=forms.ClearableFileInput(attrs={"accept": "application/pdf,.pdf"}),
    )

    def clean_file(self) -> bytes:
        """The bytes themselves: what a file calls itself is not asked."""
        file = self.cleaned_data["file"]
        for reason in reasons_not_to_take(file.size):
            raise forms.ValidationError(reason.message)
        return bytes(file.read())


class ListForm(forms.Form):
    """Rows as they are copied from a table: a number and a name each."""

    lines = forms.CharField(
        label="编号和姓名",
        help_text=f"每行一份：先写编号，空一格，再写姓名；可以从表格里直接复制。一次最多 {MOST_LINES} 行。",
        max_length=MOST_LINES * 120,
        error_messages={"required": "请填写要查验的编号和姓名。", "max_length": "内容太长，请分几次查验。"},
        widget=forms.Textarea(attrs={"rows": 8, "autocomplete": "off", "spellcheck": "false"}),
    )

    def clean_lines(self) -> list[Line]:
        try:
            return lines_in(self.cleaned_data["lines"])
        except Refused as refused:
            raise forms.ValidationError(str(refused)) from refused


class NumbersForm(forms.Form):
    """Numbers as they are copied from a table, a row each."""

    numbers = forms.CharField(
        label="证书编号",
        help_text=f"每行一个，可以从表格里直接复制，编号后面带姓名也可以。一次最多 {MOST_FILES} 份。",
        max_length=MOST_FILES * 60,
        error_messages={"required": "请填写要打包的证书编号。", "max_length": "内容太长，请分几次打包。"},
        widget=forms.Textarea(attrs={"rows": 10, "autocomplete": "off", "spellcheck": "false"}),
    )

    def clean_numbers(self) -> list[Numbered]:
        try:
            return numbers_in(self.cleaned_data["numbers"])
        except Refused as refused:
            raise forms.ValidationError(str(refused)) from refused


_SAYS = 500


def _read_aloud(text: str, label: str) -> str:
    """Several lines without invisible characters; says what is wrong beside the field."""
    flat = text.replace("\r", " ").replace("\n", " ")
    if reasons := list(reasons_not_to_accept(flat, field="", label=label, limit=_SAYS)):
        raise forms.ValidationError([reason.message for reason in reasons])
    return text.replace("\r\n", "\n")


class ReportForm(forms.Form):
    """No name and no telephone is asked for."""

    number = forms.CharField(
        label="证书编号",
        help_text="照证书上印的写；看不清或没有编号可以不填。",
        required=False,
        max_length=LONGEST_TYPED,
        error_messages={"max_length": "证书编号没有这么长，请核对。"},
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )
    says = forms.CharField(
        label="可疑之处",
        help_text=f"在哪里见到、哪里不对，最多 {_SAYS} 个字。请不要写身份证号码和电话。",
        max_length=_SAYS,
        error_messages={"required": "请写明哪里可疑。", "max_length": f"可疑之处最多 {_SAYS} 个字。"},
        widget=forms.Textarea(attrs={"rows": 5}),
    )

    def clean_says(self) -> str:
        return _read_aloud(self.cleaned_data["says"], "可疑之处")


class FindingForm(forms.Form):
    finding = forms.ChoiceField(
        label="核实结果",
        choices=SuspicionFinding.choices,
        widget=forms.RadioSelect,
        error_messages={"required": "请选择核实结果。", "invalid_choice": "请选择列出的结果。"},
    )
    because = forms.CharField(
        label="依据和去向",
        help_text="怎样核实的，是否已撤销学时或移交。只供人社部门查看。",
        max_length=_SAYS,
        error_messages={"required": "请写明依据。", "max_length": f"依据最多 {_SAYS} 个字。"},
        widget=forms.Textarea(attrs={"rows": 4}),
    )

    def clean_finding(self) -> SuspicionFinding:
        return SuspicionFinding(self.cleaned_data["finding"])

    def clean_because(self) -> str:
        return _read_aloud(self.cleaned_data["because"], "依据和去向")


_REASON = 200


class DayField(forms.DateField):
    def __init__(self, **options: Any) -> None:
        widget = forms.DateInput(format="%Y-%m-%d", attrs={"type": "date", "autocomplete": "off"})
        said = {"required": "请填写日期。", "invalid": "请填写正确的日期，例如 2026-09-01。"}
        super().__init__(input_formats=["%Y-%m-%d"], widget=widget, error_messages=said, **options)


class ReasonField(forms.CharField):
    """Several lines that may be read aloud; numbers of people stand masked."""

    def __init__(self, label: str, **options: Any) -> None:
        said = {"required": f"请填写{label}。", "max_length": f"{label}最多 {_REASON} 个字。"}
        widget = forms.Textarea(attrs={"rows": 3})
        super().__init__(label=label, max_length=_REASON, error_messages=said, widget=widget, **options)

    def clean(self, value: Any) -> str:
        return hide_numbers(_read_aloud(str(super().clean(value)), str(self.label)))


class _UnitField(forms.ModelChoiceField):
    def to_python(self, value: Any) -> Any:
        """What is no ref at all is told as one that is not on the list."""
        try:
            return super().to_python(value)
        except forms.ValidationError as error:
            raise forms.ValidationError(self.error_messages["invalid_choice"], code="invalid_choice") from error

    def label_from_instance(self, unit: Organization) -> str:
        return f"{unit.name}（{f'{unit.area.name}及以下' if unit.is_bureau else '所属单位'}）"


class MandateForm(forms.Form):
    """To whom managing and issuing certificates is given, from when until when, and why."""

    marks_optional = True

    organization = _UnitField(
        label="受委托部门",
        queryset=Organization.objects.none(),
        to_field_name="ref",
        empty_label="请选择",
        help_text="人社部门管理本地区人员的证书，省级行业主管部门管理所属单位人员的证书。",
        error_messages={"required": "请选择受委托部门。", "invalid_choice": "请从列表中选择受委托部门。"},
    )
    since = DayField(label="从哪一天起", help_text="从这一天起新发的证书，签发机关印受委托部门的名称。")
    until = DayField(label="到哪一天为止", required=False, help_text="不填的，到终止时为止。")
    reason = ReasonField("委托原因", help_text="例如委托文件的名称和文号。")

    def __init__(self, *args: Any, units: QuerySet[Organization], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["organization"].queryset = units  # type: ignore[attr-defined]

    def show(self, reasons: Iterable[Refusal]) -> None:
        """Each beside its field."""
        for reason in reasons:
            self.add_error(reason.field or None, reason.message)


class EndMandateForm(forms.Form):
    reason = ReasonField("终止原因", help_text="终止后新发的证书由省级人社部门发放；以前发放的证书不变。")
