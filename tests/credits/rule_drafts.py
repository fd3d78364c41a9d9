"""A bureau with two regulators, and drafts in whatever state a test wants."""

from datetime import date, timedelta
from typing import Any

from accounts.enums import Duty
from accounts.models import User
from credits.models import RuleDraft, RuleSet
from credits.services.rule_drafts import (
    approve_draft,
    draft_change,
    draft_next,
    put_rules_in_force,
    save_draft,
    submit_draft,
)
from credits.services.rule_runs import work_on_rule_runs
from tests import factories as make
from tests.credits.factories import NOW


def regulator(name: str, place: str = "410200") -> User:
    """Keeps the rules at the bureau of a place."""
    return make.give(make.user(name), make.bureau(place), Duty.REGULATE)


def change(rule_set: RuleSet, by: User, **said: Any) -> RuleDraft:
    """A draft that changes a set's figures as named (`total="100"`), and says why."""
    draft = draft_change(rule_set, effective_on=NOW.date(), by=by, now=NOW)
    return fill(draft, by, **said)


def next_set(rule_set: RuleSet, by: User, *, year: int, place: str, **said: Any) -> RuleDraft:
    area, day = make.area(place), max(NOW.date(), date(year, 1, 1))
    return fill(draft_next(rule_set, area=area, year=year, effective_on=day, by=by, now=NOW), by, **said)


def fill(draft: RuleDraft, by: User, **said: Any) -> RuleDraft:
    columns = {
        name: said.pop(name)
        for name in (
            "name",
            "year_from",
            "year_to",
            "document",
            "reason",
            "past_reason",
            "effective_on",
            "levels",
            "trade",
        )
        if name in said
    }
    figures = draft.figures | {field: [text, "测试文件 第一条", "verified"] for field, text in said.items()}
    content = {"reason": "收到新的文件", "document": "测试文件〔2026〕1号", "figures": figures} | columns
    return save_draft(draft, version=draft.version, content=content, by=by, now=NOW)


def submitted(draft: RuleDraft, by: User) -> RuleDraft:
    """Handed in, its preview counted to the end."""
    draft = submit_draft(draft, version=draft.version, by=by, now=NOW)
    work_on_rule_runs(now=NOW + timedelta(minutes=1))
    return draft


def approved(draft: RuleDraft, by: User, approver: User) -> RuleDraft:
    draft = submitted(draft, by)
    return approve_draft(draft, version=draft.version, by=approver, now=NOW)


def in_force(draft: RuleDraft, by: User, approver: User) -> RuleDraft:
    """Written into the regulation; what it touches is not judged yet."""
    draft = approved(draft, by, approver)
    put_rules_in_force(now=NOW)
    draft.refresh_from_db()
    return draft
