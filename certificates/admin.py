"""The register of certificates, read only; the desk for those reported as suspicious; who keeps them (S1-13)."""

from typing import Any, cast
from uuid import UUID

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.views.decorators.http import require_safe

from accounts.access import recently_proved
from accounts.enums import Level
from accounts.models import Mandate, User
from accounts.rules.policy import Act
from accounts.selectors.duties import units_for
from accounts.selectors.mandates import (
    mandatable_units,
    mandates_held_by,
    mandates_seen_by,
    mandating_bureaus,
    people_overseen_by,
)
from accounts.services.mandates import end_mandate, give_mandate
from ceportal.kernel.rules.refusal import MovedOn, Refusal, Refused
from ceportal.kernel.web.desks import Column, Filter, Register, years_back
from certificates.enums import CertificateState, SuspicionFinding
from certificates.forms import EndMandateForm, FindingForm, MandateForm
from certificates.models import Certificate, RefusedCheck, Suspicion
from certificates.selectors import certificates_overseen_by, oversees_certificates
from certificates.services.suspicions import rule_on, suspicions_for


def _unbroken(text: str) -> SafeString:
    return format_html('<span class="nowrap">{}</span>', text)


def _issued_on(certificate: Certificate) -> SafeString:
    return _unbroken(f"{timezone.localdate(certificate.issued_at):%Y-%m-%d}" if certificate.issued_at else "—")


def _remark(certificate: Certificate) -> str:
    """Why it ended, or what it waits for."""
    return certificate.ended_because or certificate.last_error or "—"


@admin.register(Certificate)
class CertificateRegister(Register):
    lead = "辖区内人员的继续教育证书，最近的在最前。证书由系统自动签发、换发和撤销，这里只能查看。"
    filters = (
        Filter("name", "姓名", "professional__name__startswith", owner="professional"),
        Filter("number", "证书编号", "number__startswith"),
        Filter("year", "年度", "year", years_back, int),
        Filter("state", "状态", "state", tuple(CertificateState.choices)),
    )
    nothing = ("辖区内还没有证书", "有人的年度学时达到要求后，证书会自动出现在这里。")
    columns = (
        Column("证书编号", lambda certificate: _unbroken(certificate.number)),
        Column("姓名", lambda certificate: _unbroken(certificate.snapshot["person"]["name"])),
        Column("单位", lambda certificate: certificate.snapshot["employer"]),
        Column("年度", "year", is_number=True),
        Column("学时", lambda certificate: certificate.snapshot["hours"]["total"], is_number=True),
        Column("状态", "get_state_display"),
        Column("签发日期", _issued_on),
        Column("说明", _remark),
    )

    def allows(self, request: HttpRequest) -> bool:
        return oversees_certificates(cast(User, request.user), today=timezone.localdate())

    def rows(self, request: HttpRequest) -> QuerySet[Any]:
        return certificates_overseen_by(cast(User, request.user), today=timezone.localdate())

    def by_owners(self, request: HttpRequest, path: str) -> tuple[QuerySet[Any], QuerySet[Any]]:
        """Whose they are alone decides."""
        return Certificate.objects.all(), people_overseen_by(cast(User, request.user), today=timezone.localdate())


def _made_on(suspicion: Suspicion) -> SafeString:
    return _unbroken(f"{timezone.localtime(suspicion.made_at):%Y-%m-%d %H:%M}")


@admin.register(Suspicion)
class SuspicionDesk(Register):
    """可疑证书举报: what strangers reported, ruled on by the bureau of the place (S3-10)."""

    lead = "任何人都可以不登录举报可疑证书。请核实后记下结果；学时不实的，另在“学时撤销”中撤销。"
    nothing = ("没有举报", "有人举报辖区内的证书时，会出现在这里，并给您发一条消息。")
    link_label = "查看"
    filters = (Filter("state", "结果", "finding", tuple(SuspicionFinding.choices)),)
    order = ("finding", "-id")
    columns = (
        Column("证书编号", lambda suspicion: _unbroken(suspicion.number or "—")),
        Column("可疑之处", lambda suspicion: suspicion.says[:60]),
        Column("地区", lambda suspicion: suspicion.area.name, is_short=True),
        Column("收到时间", _made_on),
        Column("结果", lambda suspicion: suspicion.get_finding_display() or "待核实", is_short=True),
    )

    def allows(self, request: HttpRequest) -> bool:
        user = cast(User, request.user)
        is_bureau = units_for(user, Act.RULE_ON_SUSPICIONS).exists()
        return is_bureau or bool(mandates_held_by(user, today=timezone.localdate()))

    def rows(self, request: HttpRequest) -> QuerySet[Any]:
        return suspicions_for(cast(User, request.user), today=timezone.localdate())

    def queue(self, request: HttpRequest) -> QuerySet[Any]:
        return self.rows(request).filter(finding="")

    def link(self, row: Suspicion) -> str:
        return reverse("admin:certificates_suspicion_item", args=[row.ref])

    def pages(self) -> list[URLPattern]:
        return [path("<uuid:ref>/", self.door(self.item), name=self.address("item"))]

    def item(self, request: HttpRequest, ref: UUID) -> HttpResponse:
        """What was said and what the portal knows; on POST what was found."""
        suspicion = get_object_or_404(self.rows(request), ref=ref)
        form = FindingForm(request.POST if request.method == "POST" else None)
        reasons: list[Refusal] = []
        if form.is_bound and form.is_valid():
            try:
                rule_on(suspicion, by=cast(User, request.user), now=timezone.now(), **form.cleaned_data)
            except Refused as refused:
                reasons = refused.reasons
            else:
                messages.success(request, "已记下核实结果。")
                return redirect("admin:certificates_suspicion_changelist")
        context = {"title": "核实举报", "suspicion": suspicion, "form": form, "reasons": reasons}
        status = 409 if reasons else 422 if form.is_bound else 200
        return render(request, "certificates/admin/suspicion.html", context, status=status)


@admin.register(RefusedCheck)
class RefusedCheckRegister(Register):
    """Who looks up what does not exist, how often: guessing and scraping show here."""

    order = ("-day", "-times", "-id")
    lead = "查验时没有查到、文件不符或过于频繁的次数，按日期和网络地址合计。次数异常多的地址，可能在试探编号或抓取。"
    nothing = ("没有查验异常", "有人查验不存在的证书时，次数会记在这里。")
    columns = (
        Column("日期", lambda line: f"{line.day:%Y-%m-%d}", is_short=True),
        Column("情形", "get_why_display", is_short=True),
        Column("网络地址", "address"),
        Column("次数", "times", is_number=True),
    )

    def allows(self, request: HttpRequest) -> bool:
        return units_for(cast(User, request.user), Act.READ_TRAIL).filter(level=Level.PROVINCE).exists()

    def rows(self, request: HttpRequest) -> QuerySet[Any]:
        return RefusedCheck.objects.all()


def _days(mandate: Mandate) -> SafeString:
    return _unbroken(f"{mandate.since:%Y-%m-%d} 至 {f'{mandate.until:%Y-%m-%d}' if mandate.until else '终止时'}")


@admin.register(Mandate)
class MandateDesk(Register):
    """证书委托: the province lets a bureau or an authority manage and issue certificates, and ends it (S1-13)."""

    lead = "省级人社部门统一管理、发放证书，可以委托市、县人社部门或省级行业主管部门办理。以前发放的证书不变。"
    nothing = ("没有委托", "现在的证书都由省级人社部门管理、发放。")
    link_label = "查看"
    list_template = "certificates/admin/mandates.html"
    columns = (
        Column("受委托部门", lambda mandate: mandate.organization.name),
        Column("范围", "whose"),
        Column("期限", _days),
        Column("状态", lambda mandate: mandate.state_on(timezone.localdate()).label, is_short=True),
        Column("委托原因", "reason"),
    )

    def allows(self, request: HttpRequest) -> bool:
        """Who gives them, and who holds or held one."""
        user = cast(User, request.user)
        return mandating_bureaus(user).exists() or mandates_seen_by(user).exists()

    def rows(self, request: HttpRequest) -> QuerySet[Any]:
        return mandates_seen_by(cast(User, request.user))

    def link(self, row: Mandate) -> str:
        return reverse("admin:accounts_mandate_one", args=[row.ref])

    def more(self, request: HttpRequest) -> dict[str, Any]:
        return {"may_give": mandating_bureaus(cast(User, request.user)).exists()}

    def pages(self) -> list[URLPattern]:
        return [
            path("new/", self.door(recently_proved(self.give)), name=self.address("new")),
            path("<uuid:ref>/", require_safe(self.door(self.show)), name=self.address("one")),
            path("<uuid:ref>/end/", self.door(recently_proved(self.end)), name=self.address("end")),
        ]

    def give(self, request: HttpRequest) -> HttpResponse:
        user = self._giver(request)
        form = MandateForm(request.POST if request.method == "POST" else None, units=mandatable_units())
        if form.is_bound and form.is_valid():
            try:
                made = give_mandate(**form.cleaned_data, by=user, now=timezone.now())
            except Refused as refused:
                form.show(refused.reasons)
            else:
                messages.success(request, f"已委托{made.organization.name}，已通知对方。")
                return redirect("admin:accounts_mandate_one", made.ref)
        context = {"title": "委托管理、发放证书", "form": form}
        return render(request, "certificates/admin/mandate_new.html", context, status=422 if form.is_bound else 200)

    def show(self, request: HttpRequest, ref: UUID) -> HttpResponse:
        mandate = get_object_or_404(self.rows(request), ref=ref)
        may_end = mandate.ended_at is None and mandating_bureaus(cast(User, request.user)).exists()
        return self._one(request, mandate, EndMandateForm() if may_end else None)

    def end(self, request: HttpRequest, ref: UUID) -> HttpResponse:
        """Only what is sent ends it; whoever asks is led to its page."""
        user = self._giver(request)
        mandate = get_object_or_404(self.rows(request), ref=ref)
        if request.method != "POST":
            return redirect("admin:accounts_mandate_one", ref)
        form = EndMandateForm(request.POST)
        if not form.is_valid():
            return self._one(request, mandate, form, status=422)
        try:
            end_mandate(mandate, **form.cleaned_data, by=user, now=timezone.now())
        except MovedOn as refused:
            messages.warning(request, str(refused))
        else:
            messages.success(request, "已终止委托，已通知对方。以前发放的证书不变。")
        return redirect("admin:accounts_mandate_one", ref)

    def _giver(self, request: HttpRequest) -> User:
        user = cast(User, request.user)
        if not mandating_bureaus(user).exists():
            raise PermissionDenied("委托由省级人社部门维护规则的人员办理。")
        return user

    def _one(
        self, request: HttpRequest, mandate: Mandate, form: EndMandateForm | None, *, status: int = 200
    ) -> HttpResponse:
        state = mandate.state_on(timezone.localdate())
        sees = oversees_certificates(cast(User, request.user), today=timezone.localdate())
        context = {"title": mandate.organization.name, "mandate": mandate, "state": state, "form": form, "sees": sees}
        return render(request, "certificates/admin/mandate.html", context, status=status)
