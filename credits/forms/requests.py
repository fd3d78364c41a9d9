"""What a person asks a bureau for, and what the bureau says to it: the shape and wording of both."""

from collections.abc import Iterable, Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from django import forms

from accounts.enums import Move
from accounts.rules.requesting import REASON_LIMIT, reasons_not_to_ask
from ceportal.kernel.rules.id_number import hide_numbers
from ceportal.kernel.rules.refusal import Refusal
from ceportal.kernel.web.hidden import CountField, KeepsFile
from credits.enums import EasingGround, ObligationKind
from credits.forms.fields import DayField, HoursField, TextField
from credits.models import ObligationRequest, OutsideHours
from credits.rules.easing_requests import LESS, Asked
from credits.rules.outside import CLAIMED, ISSUER_LIMIT, NUMBER_LIMIT, RECOGNISED, Transcript
from credits.rules.provinces import PROVINCES
from credits.rules.requirements import ZERO
from credits.rules.typed import narrow

DOCUMENT_NO_LIMIT = 80
_NONE = frozenset({"", "0", "0.0"})


class HoursOrNoneField(HoursField):
    """Hours, where none at all is an answer too: empty and 0 are the same."""

    def clean(self, value: Any) -> Decimal:
        return ZERO if narrow(str(value or "")) in _NONE else super().clean(value) or ZERO


class ToldForm(forms.Form):
    """A form beside whose fields the rules' reasons are shown."""

    def clean_reason(self) -> str:
        """Words are kept as they are typed: a number in them stands masked."""
        return hide_numbers(self.cleaned_data["reason"])

    def tell(self, reasons: Iterable[Refusal]) -> None:
        """Each beside its field; what the field says itself is enough."""
        for reason in reasons:
            name = reason.field if reason.field in self.fields else None
            if name is None or name not in self.errors:
                self.add_error(name, reason.message)


class RequestForm(KeepsFile, ToldForm):
    """The reason, the document, and of which round this page was drawn: 1 before it was ever sent.

    `kept` is the file of an earlier try of the same page, so that it need not be chosen again.
    """

    reason = TextField(label="情况说明", limit=REASON_LIMIT, lines=4)
    document = forms.FileField(
        label="证明材料",
        required=False,
        allow_empty_file=True,
        help_text="一份照片或 PDF，例如医院证明、单位文件。几页纸请合成一个 PDF。",
        widget=forms.FileInput({"accept": "image/jpeg,image/png,application/pdf,image/*"}),
    )
    round = CountField(required=False)
    marks_optional = False

    def ask_for_words(self, *, has_document: bool) -> None:
        """Where something else is wrong already: tell of the words and the paper too, all at once."""
        self.tell(reasons_not_to_ask(self.cleaned_data.get("reason", ""), has_document=has_document))


class ExemptionForm(RequestForm):
    kind = forms.ChoiceField(
        label="申请什么",
        choices=(
            (ObligationKind.EXEMPT, "免修：这些年度不要求完成学时"),
            (ObligationKind.REDUCED, "减免：这些年度少完成一部分学时"),
        ),
        widget=forms.RadioSelect,
        error_messages={"required": "请选择免修还是减免。", "invalid_choice": "请选择免修还是减免。"},
    )
    ground = forms.ChoiceField(
        label="原因",
        choices=[("", "请选择"), *EasingGround.choices],
        error_messages={"required": "请选择原因。", "invalid_choice": "请从列表中选择原因。"},
    )
    year_from = forms.TypedChoiceField(label="从哪一年度", coerce=int)
    year_to = forms.TypedChoiceField(label="到哪一年度", coerce=int, help_text="只有一年的，两处选同一年度。")
    less_public = HoursOrNoneField(
        label="公需科目每年减免多少学时", most_words=LESS, help_text="选“减免”时填写，免修不填。"
    )
    less_professional = HoursOrNoneField(
        label="专业科目每年减免多少学时", most_words=LESS, help_text="选“减免”时填写，免修不填。"
    )
    field_order = (
        "kind", "ground", "year_from", "year_to", "less_public", "less_professional", "reason", "document",
    )  # fmt: skip

    def __init__(self, *args: Any, today: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in ("year_from", "year_to"):
            years: Any = self.fields[name]
            years.choices = [(year, f"{year} 年度") for year in range(today.year - 1, today.year + 5)]
            years.initial = today.year
            years.error_messages |= {"required": "请选择年度。", "invalid_choice": "请从列表中选择年度。"}
        self.fields["reason"].help_text = "写清楚什么时间、因为什么不能参加学习。单位和人社部门的经办人会看到。"

    def asked(self) -> Asked:
        return asked_in(self.cleaned_data)


class OutsideForm(RequestForm):
    province = forms.ChoiceField(
        label="在哪个省份取得",
        choices=[("", "请选择"), *PROVINCES.items()],
        error_messages={"required": "请选择省份。", "invalid_choice": "请从列表中选择省份。"},
    )
    issuer = TextField(label="出具学时证明的单位", limit=ISSUER_LIMIT, help_text="证明上盖章的单位。")
    transcript_no = TextField(label="证明编号", limit=NUMBER_LIMIT, help_text="证书编号或学时证明编号。")
    started_on = DayField(label="学习开始日期")
    ended_on = DayField(label="学习结束日期", help_text="学时计入结束日期所在的年度；跨年的请分开申请。")
    public_claimed = HoursOrNoneField(label="公需科目学时", most_words=CLAIMED, help_text="没有的填 0 或不填。")
    professional_claimed = HoursOrNoneField(label="专业科目学时", most_words=CLAIMED, help_text="没有的填 0 或不填。")
    field_order = (
        "province", "issuer", "transcript_no", "started_on", "ended_on", "public_claimed", "professional_claimed",
        "reason", "document",
    )  # fmt: skip

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["reason"].help_text = "例如：2026 年上半年在外省工作期间参加的学习。"
        self.fields["document"].label = "学时证明"
        self.fields["document"].help_text = "外省出具的证书或学时证明，照片或 PDF。几页纸请合成一个 PDF。"

    def transcript(self) -> Transcript:
        data = self.cleaned_data
        return Transcript(
            province=data["province"],
            started_on=data["started_on"],
            ended_on=data["ended_on"],
            issuer=data["issuer"],
            number=data["transcript_no"],
            public=data["public_claimed"],
            professional=data["professional_claimed"],
        )


class RulingForm(ToldForm):
    """One of three, why, and of which round the page was drawn."""

    move = forms.ChoiceField(
        label="您的决定",
        choices=((Move.APPROVE, "批准"), (Move.RETURN, "退回补正"), (Move.REJECT, "不予批准")),
        error_messages={
            "required": "请选择批准、退回补正或不予批准。",
            "invalid_choice": "请选择批准、退回补正或不予批准。",
        },
    )
    reason = TextField(label="处理意见", limit=REASON_LIMIT, lines=3, help_text="无论哪种结果都要写，申请人会看到。")
    round = CountField(error_messages={"required": "页面内容不完整，请刷新后重试。"})
    marks_optional = False


class EasingRulingForm(RulingForm):
    document_no = TextField(
        label="批准文号", limit=DOCUMENT_NO_LIMIT, help_text="批准时填写，例如“汴人社函〔2026〕18号”。"
    )
    less_public = HoursOrNoneField(
        label="公需科目每年减免", most_words=LESS, help_text="可以比申请的多或少，不减的填 0。"
    )
    less_professional = HoursOrNoneField(
        label="专业科目每年减免", most_words=LESS, help_text="可以比申请的多或少，不减的填 0。"
    )
    field_order = ("less_public", "less_professional", "document_no", "reason")

    def __init__(self, *args: Any, is_reduced: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not is_reduced:
            del self.fields["less_public"], self.fields["less_professional"]

    def granted(self, request: ObligationRequest) -> Asked:
        """What was asked, with the hours the bureau says."""
        data = self.cleaned_data
        return Asked(
            kind=request.kind,
            ground=request.ground,
            year_from=request.year_from,
            year_to=request.year_to,
            less_public=data.get("less_public", ZERO),
            less_professional=data.get("less_professional", ZERO),
        )


class RecognitionForm(RulingForm):
    public = HoursOrNoneField(label="认定公需科目学时", most_words=RECOGNISED, help_text="可以少于申报的学时，不能多。")
    professional = HoursOrNoneField(
        label="认定专业科目学时", most_words=RECOGNISED, help_text="可以少于申报的学时，不能多。"
    )
    field_order = ("public", "professional", "reason")


class EndingForm(ToldForm):
    """Ending what was granted, from a year on."""

    last_year = forms.TypedChoiceField(label="最后一个仍然有效的年度", coerce=int)
    end_reason = TextField(label="终止原因", limit=300, lines=2, help_text="当事人会看到。")
    marks_optional = False

    def __init__(self, *args: Any, first: int, last: int, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        years: Any = self.fields["last_year"]
        years.choices = [(first - 1, "自始不予减免")] + [(year, f"{year} 年度") for year in range(first, last)]
        years.error_messages |= {"required": "请选择年度。", "invalid_choice": "请从列表中选择年度。"}


def asked_in(data: Mapping[str, Any]) -> Asked:
    return Asked(**{name: data[name] for name in Asked.__dataclass_fields__})


def exemption_initial(request: ObligationRequest) -> dict[str, Any]:
    """A request as the form shows it."""
    names = ("kind", "ground", "year_from", "year_to", "reason", "round")
    return {name: getattr(request, name) for name in names} | {
        "less_public": _plain(request.less_public),
        "less_professional": _plain(request.less_professional),
    }


def outside_initial(claimed: OutsideHours) -> dict[str, Any]:
    names = ("province", "issuer", "transcript_no", "reason", "round")
    return {name: getattr(claimed, name) for name in names} | {
        "started_on": claimed.started_on.isoformat(),
        "ended_on": claimed.ended_on.isoformat(),
        "public_claimed": _plain(claimed.public_claimed),
        "professional_claimed": _plain(claimed.professional_claimed),
    }


def _plain(hours: Decimal) -> str:
    return f"{hours.normalize():f}" if hours else ""
