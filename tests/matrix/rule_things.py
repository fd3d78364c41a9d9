"""What the matrix asks for at the desks of the regulation: a city has begun to change its rules."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from django.utils import timezone

from accounts.models import User
from credits.models import RuleSet
from credits.services.rule_drafts import draft_change
from credits.services.rule_runs import preview_draft

SET_PAGES = ("show", "draft_change", "draft_next")
DRAFT_PAGES = ("show", "edit", "preview")
RUN_PAGES = ("show", "progress", "people", "csv")


def given() -> dict[str, Callable[[Any], Mapping[str, Any]]]:
    """What to ask for at each address, by the key of its line in the table."""
    return {
        **{f"admin:credits_ruleset_{name}": lambda town: {"ref": town.rule_set.ref} for name in SET_PAGES},
        **{f"admin:credits_ruledraft_{name}": lambda town: {"ref": town.rule_draft.ref} for name in DRAFT_PAGES},
        "admin:credits_ruledraft_act": lambda town: {"ref": town.rule_draft.ref, "act": "submit"},
        **{f"admin:credits_rulerun_{name}": lambda town: {"ref": town.rule_run.ref} for name in RUN_PAGES},
    }


def begin(town: Any, drafter: User | None, *, now: datetime) -> None:
    assert drafter is not None
    town.rule_set = RuleSet.objects.get(code="kaifeng-2022")
    town.rule_draft = draft_change(town.rule_set, effective_on=timezone.localdate(now), by=drafter, now=now)
    town.rule_run = preview_draft(town.rule_draft, year=now.year, by=drafter, now=now)
