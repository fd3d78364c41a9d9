"""Exceptions for closed years as they are asked for and granted: through the services, by two people."""

from datetime import date, datetime
from typing import Any

from accounts.enums import Duty
from accounts.models import Organization, Professional, User
from credits.models import BackYearRequest
from credits.services.exceptions import ask_for_back_years, grant_back_years, recommend
from tests import factories as people
from tests.credits import drafts
from tests.credits.factories import NOW

REASON = "2024 年 3 月至 12 月在新疆哈密援教，期间无法登录平台申报。"
DOCUMENT_NO = "平人社补〔2026〕3号"


def officers(bureau: Organization, *names: str) -> list[User]:
    """Who grants exceptions at a bureau."""
    return [people.give(people.user(name), bureau, Duty.GRANT_EXCEPTIONS) for name in names]


def asked(person: Professional, *years: int, now: datetime = NOW, by: User | None = None) -> BackYearRequest:
    document = drafts.stored(person, now=now)
    return ask_for_back_years(person, years or (2024,), reason=REASON, document=document, by=by or person.user, now=now)


def recommended(person: Professional, first: User, *years: int, now: datetime = NOW) -> BackYearRequest:
    made = asked(person, *years, now=now)
    return recommend(made, seen_round=made.round, reason="情况属实", by=first, now=now)


def granted(
    person: Professional, first: User, second: User, *years: int, now: datetime = NOW, **said: Any
) -> BackYearRequest:
    made = recommended(person, first, *years, now=now)
    paper = {"document_no": DOCUMENT_NO, "valid_until": date(2026, 12, 31)} | said
    return grant_back_years(made, seen_round=made.round, reason="同意补报", by=second, now=now, **paper)
