"""The bureaus' register of certificates: read only, of the people of their place and below."""

from typing import Any, cast

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString

from accounts.models import User
from ceportal.kernel.web.desks import Column, Register
from certificates.models import Certificate
from certificates.selectors import certificates_overseen_by, oversees_certificates


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
        return oversees_certificates(cast(User, request.user))

    def rows(self, request: HttpRequest) -> QuerySet[Any]:
        return certificates_overseen_by(cast(User, request.user))
