"""What a bureau says about a line of the lists."""

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from django import forms

from accounts.models import Area, Organization
from bases.enums import CourseApproval, RecognitionKind
from bases.forms.fields import TypedDay
from bases.rules import courses
from bases.rules.classes import SUBJECTS
from ceportal.kernel.rules.refusal import Refusal
from ceportal.kernel.rules.text import TITLE_LIMIT, reasons_not_to_accept

_DOCUMENT = "文件名称和文号，例如 豫人社办〔2026〕1号。"
_DOCUMENT_LIMIT, _REASON_LIMIT = 120, 200


class LineField(forms.CharField):
    """One line that may be read aloud."""

    def __init__(self, *, limit: int, label: str, **options: Any) -> None:
        self.limit = limit
        super().__init__(label=label, error_messages={"required": f"请填写{label}。"}, **options)
        self.validators = []

    def clean(self, value: Any) -> str:
        text = str(super().clean(value)).strip()
        if faults := reasons_not_to_accept(text, field="", label=str(self.label), limit=self.limit):
            raise forms.ValidationError([fault.message for fault in faults])
        return text


class _Shown(forms.Form):
    marks_optional = False

    def show(self, reasons: Iterable[Refusal]) -> None:
        """Each beside its field."""
        for reason in reasons:
            self.add_error(reason.field if reason.field in self.fields else None, reason.message)


class ConfirmForm(_Shown):
    document = LineField(label="依据", limit=_DOCUMENT_LIMIT, help_text=_DOCUMENT)


class EndForm(_Shown):
    reason = LineField(label="终止原因", limit=_REASON_LIMIT)


class WhereForm(_Shown):
    """For whom courses are filed."""

    organization = forms.ModelChoiceField(label="平台", queryset=Organization.objects.none(), empty_label="请选择")
    year = forms.ChoiceField(label="年度")
    area = forms.ModelChoiceField(label="适用地区", queryset=Area.objects.none(), empty_label=None)
    valid_until = TypedDay(label="有效期至", required=False, help_text="全年有效的不用填。")

    def __init__(self, *args: Any, units: Any, places: Any, years: list[int], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        unit, place, year = (self.fields[name] for name in ("organization", "area", "year"))
        unit.queryset, place.queryset = units, places  # type: ignore[attr-defined]
        year.choices = [(str(each), f"{each} 年度") for each in years]  # type: ignore[attr-defined]
        for field in self.fields.values():
            is_chosen = isinstance(field, (forms.ChoiceField, forms.ModelChoiceField, forms.FileField))
            field.error_messages["required"] = f"请{'选择' if is_chosen else '填写'}{field.label}。"
            field.error_messages["invalid_choice"] = f"请从列表中选择{field.label}。"
        self.order_fields([name for name in self.fields if name != "valid_until"] + ["valid_until"])


class MarksForm(_Shown):
    is_selected = forms.BooleanField(label="国家遴选的课件", required=False)
    is_shared = forms.BooleanField(label="全省共享", required=False)
    is_model = forms.BooleanField(label="品牌课程", required=False)


class TextbookForm(_Shown):
    title = LineField(label="教材名称", limit=TITLE_LIMIT)
    author = LineField(label="编者", limit=60)
    publisher = LineField(label="出版单位", limit=60)
    subject = forms.ChoiceField(label="科目", choices=[*SUBJECTS.items()])
    audience = LineField(label="适用人员", limit=120, help_text="例如：全体专业技术人员；中小学教师。")
    area = forms.ModelChoiceField(label="适用地区", queryset=Area.objects.none(), empty_label=None)
    is_selected = forms.BooleanField(label="国家遴选的教材", required=False)

    def __init__(self, *args: Any, places: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        place: Any = self.fields["area"]
        place.queryset = places
        for field in self.fields.values():
            field.error_messages["required"] = f"请填写{field.label}。"
            field.error_messages["invalid_choice"] = f"请从列表中选择{field.label}。"


class CourseForm(WhereForm):
    code = LineField(label="课程编号", limit=courses.CODE_LIMIT, help_text="与平台报送学时时的 course_code 一致。")
    title = LineField(label="课程名称", limit=TITLE_LIMIT)
    subject = forms.ChoiceField(label="科目", choices=[("公需", "公需科目"), ("专业", "专业科目")])
    hours = LineField(label="学时", limit=5, help_text="课程的长度，以 0.5 为一档，例如 2 或 1.5。")
    lecturer = LineField(label="授课人简介", limit=courses.LECTURER_LIMIT)
    approval = forms.ChoiceField(
        label="审核方式", choices=[(label, label) for label in CourseApproval.labels], help_text="三种方式之一即可。"
    )
    document = LineField(label="审核或推荐文号", limit=courses.DOCUMENT_LIMIT)

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        if all(name in data for name in courses.COLUMNS):
            self.show(courses.reasons_not_to_file(data))
        return data


class CourseFileForm(WhereForm):
    file = forms.FileField(
        label="课程表", help_text="用模板填写的 .xlsx，或 UTF-8、GBK 编码的 CSV。", allow_empty_file=True
    )


class _Refs(forms.TypedMultipleChoiceField):
    """Rows by their `ref`; whether the reader may decide on them, the service says."""

    def valid_value(self, value: Any) -> bool:
        return True


class SentForm(_Shown):
    """Which of the courses that platforms have sent, and what becomes of them."""

    chosen = _Refs(label="课程", coerce=UUID, required=False, error_messages={"invalid_choice": "请从列表中勾选课程。"})
    act = forms.ChoiceField(
        label="处理", choices=(("file", "同意备案"), ("refuse", "不予备案，退回平台")), widget=forms.RadioSelect,
        error_messages={"required": "请选择处理方式。", "invalid_choice": "请选择处理方式。"},
    )  # fmt: skip
    reason = forms.CharField(
        label="理由", required=False, help_text="不予备案的必填，平台会看到。例如：审核文号查不到，请核对后再报。",
        widget=forms.Textarea({"rows": 2}),
    )  # fmt: skip

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        if not data.get("chosen") and "chosen" not in self.errors:
            self.add_error(None, "请先勾选课程。")
        if data.get("act") == "refuse":
            faults = reasons_not_to_accept(data.get("reason", ""), field="", label="理由", limit=_REASON_LIMIT)
            for fault in faults:
                self.add_error("reason", fault.message)
        return data


class AddForm(_Shown):
    organization = forms.ModelChoiceField(label="单位", queryset=Organization.objects.none(), empty_label="请选择")
    kind = forms.ChoiceField(label="种类", choices=RecognitionKind.choices)
    year = forms.ChoiceField(label="年度")
    area = forms.ModelChoiceField(label="适用地区", queryset=Area.objects.none(), empty_label=None)
    subjects = forms.MultipleChoiceField(
        label="科目",
        choices=(("public", "公需科目"), ("professional", "专业科目")),
        widget=forms.CheckboxSelectMultiple,
    )
    trade = forms.ChoiceField(
        label="行业", required=False, choices=(("", "不限"), ("会计", "会计（会计专区）")),
        help_text="选会计的，只对会计人员有效。",
    )  # fmt: skip
    document = LineField(label="依据", limit=_DOCUMENT_LIMIT, help_text=_DOCUMENT)

    def __init__(self, *args: Any, units: Any, places: Any, years: list[int], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        unit, place, year = (self.fields[name] for name in ("organization", "area", "year"))
        unit.queryset, place.queryset = units, places  # type: ignore[attr-defined]
        year.choices = [(str(each), f"{each} 年度") for each in years]  # type: ignore[attr-defined]
        for field in self.fields.values():
            field.error_messages["required"] = f"请填写{field.label}。"
            field.error_messages["invalid_choice"] = f"请从列表中选择{field.label}。"
        self.order_fields(("organization", "kind", "year", "area", "subjects", "trade", "document"))
