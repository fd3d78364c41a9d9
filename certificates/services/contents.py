"""What a certificate says, gathered once and frozen: everything printed, nothing else."""

from datetime import date, datetime
from typing import Any

from django.conf import settings
from django.utils import timezone

from accounts.models import Professional
from accounts.selectors.history import series_of
from accounts.selectors.mandates import mandate_over
from ceportal.kernel.rules.citations import citation, first_id, place_of
from ceportal.kernel.rules.text import comparable
from certificates.rules.entitlement import plain
from certificates.rules.numbers import licence_id
from certificates.rules.snapshots import SCHEMA
from certificates.selectors import counted_claims
from credits.enums import Door, FieldStatus, Subject
from credits.models import Claim, YearAccount
from credits.rules.requirements import Requirements, Threshold, thresholds
from credits.selectors.accounts import standing_of

# Where the regulation of the place does not say otherwise (S4-11).
NAME = "专业技术人员继续教育证书"
NO_AUTHORITY = "（签发机关尚未配置）"
_SUBJECTS = {Subject.PUBLIC: "公需", Subject.PROFESSIONAL: "专业", Subject.ELECTIVE: "选修"}


def content_of(
    account: YearAccount, asked: Requirements, *, number: str, edition: int, token: str, now: datetime
) -> dict[str, Any]:
    """The snapshot of `account` as it stands, for the certificate of that number. JSON values only, all as printed."""
    person, standing = account.professional, standing_of(account)
    issued_on = timezone.localdate(now)
    series = series_of(person, account.year, today=issued_on)
    return {
        "schema": SCHEMA,
        "number": number,
        "edition": edition,
        "licence_id": _licence_id(number, edition),
        "year": account.year,
        "person": person_on_sheet(person),
        "employer": account.organization.name if account.organization else "—",
        "area": account.area.name,
        "title": {"series": series or "—", "level": account.level},
        "name": asked.settings["certificate_name"].value if "certificate_name" in asked.settings else NAME,
        "unit": asked.unit or "学时",
        "rule_set": {"code": asked.rule_set, "name": asked.name, "document": asked.document},
        "hours": {
            "total": plain(standing.total),
            "public": plain(standing.public),
            "professional": plain(standing.professional),
            **({"elective": plain(standing.elective)} if asked.elective else {}),
        },
        "thresholds": [line_of(line) for line in thresholds(asked, standing)],
        "items": [item_of(claim) for claim in counted_claims(account.professional_id, account.year)],
        **_issued_by(account, issued_on),
        "is_sample": not settings.CERTIFICATE_AUTHORITY,
        "supervised_by": _supervised_by(asked),
        "issued_on": issued_on.isoformat(),
        "issued_on_text": f"{issued_on.year}年{issued_on.month}月{issued_on.day}日",
        "verify_url": f"{settings.PUBLIC_URL}/v/{token}/",
        "lookup_url": f"{settings.PUBLIC_URL}/verify/",
    }


def person_on_sheet(person: Professional) -> dict[str, str]:
    """As sheets name somebody."""
    return {"name": person.name, "id_mask": person.id_mask}


def _issued_by(account: YearAccount, issued_on: date) -> dict[str, str]:
    """发证机关: whoever is mandated for this person on the day, and by whom (S1-13). A sample names nobody."""
    configured = settings.CERTIFICATE_AUTHORITY
    mandate = mandate_over(account.area, account.organization, today=issued_on) if configured else None
    if mandate is None:
        return {"authority": configured or NO_AUTHORITY}
    return {"authority": mandate.organization.name, "mandated_by": configured}


def _supervised_by(asked: Requirements) -> str:
    """监制, as the rule set has it (S4-11). A sample names nobody."""
    said = asked.settings.get("certificate_supervised_by")
    return said.value if said and settings.CERTIFICATE_AUTHORITY else ""


def _licence_id(number: str, edition: int) -> str:
    """A sample is no licence."""
    codes = {"type_code": settings.CERTIFICATE_TYPE_CODE, "issuer_code": settings.CERTIFICATE_ISSUER_CODE}
    return licence_id(**codes, number=number, edition=edition) if settings.CERTIFICATE_AUTHORITY else ""


def line_of(line: Threshold) -> dict[str, str]:
    """A threshold as sheets print it."""
    return {
        "kind": line.kind,
        "label": line.label,
        "have": plain(line.have),
        "need": plain(line.need),
        "source": _source(line),
    }


def _source(line: Threshold) -> str:
    """The document and the place in it, in words; a figure without a document of its own says so (A26)."""
    where = place_of(first_id(line.clause)) if line.document else citation(line.clause)
    named = bool(line.document) and comparable(line.document) in comparable(line.clause)
    text = citation(line.clause) if named else f"{line.document} {where}".strip()
    is_said = line.status == FieldStatus.VERIFIED or text.startswith("暂按")
    return text if is_said else f"{text}（{FieldStatus(line.status).label}）"


def item_of(claim: Claim) -> dict[str, str]:
    """What was learned as sheets print it."""
    declaration = claim.declaration
    activity = declaration.activity if declaration else None
    return {
        "ref": str(claim.ref),
        "title": claim.title,
        "kind": activity.name if activity else Door(claim.door).label,
        "subject": _SUBJECTS[Subject(claim.subject)],
        "since": claim.started_on.isoformat(),
        "until": _until(claim.started_on, claim.ended_on),
        "result": "合格" if declaration is None or declaration.was_passed else "—",
        "hours": plain(claim.hours),
    }


def _until(first: date, last: date) -> str:
    """The last day as it stands beside the first: nothing for one day, without the year when it is the same."""
    if last == first:
        return ""
    return f"{last:%m-%d}" if last.year == first.year else last.isoformat()
