"""A spot check in which something is asked of the declarant, and a sign of fraud about the same declaration."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from django.utils import timezone

from accounts.models import Organization, User
from credits.models import Declaration
from credits.selectors.bench import Bench
from reviews.models import Inspection, Signal, Steering
from reviews.services.inspecting import ask_for_evidence
from reviews.services.signals import look_into
from reviews.services.spot_checks import draw_campaign, publish_campaign

_PAGES = ("show", "draw")


def build(approved: Declaration, bureau: Organization, officer: User, *, now: datetime) -> Inspection:
    today = timezone.localdate(now)
    campaign = publish_campaign(
        bureau, name="抽查", decided_from=today, decided_until=today, rate=100, number=None, by=officer, now=now
    )
    draw_campaign(campaign, by=officer, now=now)
    inspection = Inspection.objects.select_related("campaign__bureau", "declaration").get(declaration=approved)
    ask_for_evidence(inspection, of="person", text="请补充原件", by=officer, now=now)
    return inspection


def sign(approved: Declaration, *, now: datetime) -> Signal:
    """Their paper is said to be another one's."""
    Steering.objects.create(
        organization=approved.organization, year=now.year, organiser_key="甲学院", organiser="甲学院", people=10,
        payers=10, found_at=now,
    )  # fmt: skip
    look_into(approved, {approved.evidence.get().file.digest: "是本平台签发给另一人员的证书。"}, bench=Bench((), now))
    return Signal.objects.get(declaration=approved)


def given() -> dict[str, Callable[[Any], Mapping[str, Any]]]:
    return {
        **{f"admin:reviews_campaign_{name}": _campaign for name in _PAGES},
        "office:campaign_record": _campaign,
        "office:letter_about_check": lambda town: {"ref": town.inspection.ref},
        "admin:reviews_campaign_inspect": _item,
        "admin:reviews_campaign_file": lambda town: {
            **_item(town), "file": town.inspection.declaration.evidence.get().file.ref
        },
        "reviews:published": _campaign,
        "admin:reviews_signal_judge": lambda town: {"ref": town.signal.ref},
        "admin:reviews_signal_file": lambda town: {
            "ref": town.signal.ref, "file": town.inspection.declaration.evidence.get().file.ref
        },
        "admin:reviews_steering_judge": lambda _: {"ref": Steering.objects.get().ref},
        "reviews:answer": lambda town: {"ref": town.inspection.ref},
    }  # fmt: skip


def _campaign(town: Any) -> dict[str, Any]:
    return {"ref": town.inspection.campaign.ref}


def _item(town: Any) -> dict[str, Any]:
    return {**_campaign(town), "position": town.inspection.position}
