"""What a transcript (学时证明) says: a person's years as they stand, met or not, for whoever asks to see them."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from django.conf import settings
from django.utils import timezone

from accounts.models import Professional
from accounts.selectors.people import employer_of
from certificates.rules.entitlement import plain
from certificates.selectors import claims_counted
from certificates.services.contents import NO_AUTHORITY, item_of, line_of
from credits.enums import ObligationKind
from credits.models import Claim, YearAccount
from credits.rules.requirements import Requirements, is_met, thresholds
from credits.selectors.accounts import standing_of, years_of
from credits.selectors.bench import Bench
from credits.selectors.regulation import rule_book

NAME = "专业技术人员继续教育学时证明"


def years_offered(person: Professional, *, now: datetime) -> list[int]:
    """Those with entries and the running one, the latest first."""
    return sorted({timezone.localdate(now).year, *years_of(person)}, reverse=True)


def transcript_of(person: Professional, years: Sequence[int], *, now: datetime) -> dict[str, Any]:
    """All that is printed, JSON values only; a fixed number of queries however many years and entries."""
    bench, today = Bench(rule_book(), now), timezone.localdate(now)
    rows = YearAccount.objects.filter(professional=person, year__in=years)
    accounts = {account.year: account for account in rows}
    claims = _by_year(claims_counted(person.pk, years))
    employer = employer_of(person)
    return {
        "name": NAME,
        "person": {"name": person.name, "id_mask": person.id_mask},
        "employer": employer.name if employer else "—",
        "title": {
            "series": person.title_series.name if person.title_series else "—",
            "level": person.title_level,
        },
        "area": person.area.name,
        "years": [
            _year(year, bench.asked_of(person, year), accounts.get(year), claims[year], today_year=today.year)
            for year in sorted(years)
        ],
        "authority": settings.CERTIFICATE_AUTHORITY or NO_AUTHORITY,
        "is_sample": not settings.CERTIFICATE_AUTHORITY,
        "issued_on_text": f"{today.year}年{today.month}月{today.day}日",
        "lookup_url": f"{settings.PUBLIC_URL}/verify/",
    }


def _by_year(claims: Iterable[Claim]) -> dict[int, list[Claim]]:
    found: dict[int, list[Claim]] = defaultdict(list)
    for claim in claims:
        found[claim.year].append(claim)
    return found


def _year(
    year: int, asked: Requirements | None, account: YearAccount | None, claims: list[Claim], *, today_year: int
) -> dict[str, Any]:
    standing = standing_of(account)
    met = asked is not None and is_met(asked, standing)
    return {
        "year": year,
        "unit": asked.unit if asked else "学时",
        "rule_set": {"name": asked.name, "document": asked.document} if asked else {"name": "", "document": ""},
        "hours": {
            "total": plain(standing.total),
            "public": plain(standing.public),
            "professional": plain(standing.professional),
            "elective": plain(standing.elective),
        },
        "held": plain(account.held) if account and account.held else "",
        "thresholds": [line_of(line) | {"is_met": line.is_met} for line in thresholds(asked, standing)]
        if asked
        else [],
        "items": [item_of(claim) for claim in claims],
        "mark": _mark(asked, met=met),
        "result": _result(asked, met=met, is_running=year >= today_year),
    }


def _mark(asked: Requirements | None, *, met: bool) -> str:
    """How the year stands, in a word: no page of it passes for a certificate (A14)."""
    if asked is None:
        return ""
    return "达标" if met else "未达标" if asked.is_obliged else "不要求"


def _result(asked: Requirements | None, *, met: bool, is_running: bool) -> str:
    """How the year stands, in a sentence. A transcript is shown to strangers: why somebody is eased it does not say."""
    if asked is None:
        return "本年度没有学时要求。"
    ground = asked.ground
    eased = "，".join(filter(None, (ObligationKind(ground.kind).label, ground.document))) if ground else ""
    if met:
        return f"已达到本年度要求{f'（{eased}）' if eased else ''}。"
    if not asked.is_obliged:
        return f"本年度不要求完成学时（{eased}）。"
    return f"{'尚未' if is_running else '未'}达到本年度要求{f'（{eased}）' if eased else ''}。"
