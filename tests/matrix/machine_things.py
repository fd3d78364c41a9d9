"""What the matrix asks for of the interface: a platform's key, a batch it sent, held hours of the declarant."""

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any

from accounts.models import Organization, Professional
from accounts.services.clients import make_client
from bases.models import Course, Recognition
from credits.enums import ClaimState, Door
from credits.models import Claim, HourBatch, MissingHours
from credits.services.batches import post_batch
from credits.services.missing import ask
from credits.services.weighing import Speaker
from tests.credits.machines import posted

OWN_PAGES = ("client", "bound_client", "rotate_client", "revoke_client", "leaked_client", "ask_client")
DESK_PAGES = ("show", "release", "refuse", "rotate", "revoke", "leak", "bounds", "restore", "undo")


def given() -> dict[str, Callable[[Any], Mapping[str, Any]]]:
    """What to ask for at each address, by the key of its line in the table."""
    return {
        **{f"credits:{name}": lambda town: {"client_id": town.key.client_id} for name in OWN_PAGES},
        "credits:client_call": lambda town: {
            "client_id": town.key.client_id,
            "ref": HourBatch.objects.get(client=town.key).ref,
        },
        **{f"admin:accounts_apiclient_{name}": lambda town: {"client_id": town.key.client_id} for name in DESK_PAGES},
        **{f"certificates_api:{name}": lambda town: {"ref": str(town.claim.ref)} for name in ("bundle", "bundle_file")},
        "credits:withdraw_missing": lambda _: {"ref": MissingHours.objects.get().ref},
        "credits:answer_missing": lambda _: {"ref": MissingHours.objects.get().ref},
        "credits:contest": lambda _: {"ref": _doubted().ref},
        "admin:bases_recognition_rule": lambda _: {"ref": _listed().ref},
        "admin:bases_recognition_remove": lambda _: {"ref": _listed().ref},
        "credits_api:course": lambda _: {"code": "GX-1"},
        "admin:bases_course_one": lambda _: {"ref": Course.objects.get().ref},
        "admin:credits_heldhours_rule": lambda _: {"ref": _doubted().ref},
    }


def _doubted() -> Claim:
    """What the platform says of the declarant."""
    return Claim.objects.get(external_id="held-1", state=ClaimState.HELD)


def _listed() -> Recognition:
    """Of the province's list."""
    return Recognition.objects.filter(area="410000").latest("id")


def begin(town: Any, person: Professional, platform: Organization, *, now: datetime) -> None:
    """The platform is on no list: what it says of the declarant is held. A course of it is filed for the province."""
    Course.objects.create(
        organization=platform, area_id="410000", year=now.year, subject="public", code="GX-1", course_key="k",
        title="课", hours=2, lecturer="李老师", approval="press", document="豫新广审〔2026〕1号", filed_at=now,
    )  # fmt: skip
    town.key, _ = make_client(platform, name="矩阵平台", scopes=("hours:write",), by=None, now=now, released_at=now)
    post_batch(
        [posted(person, "held-1", title="平台待核实的课程")], speaker=Speaker(Door.PLATFORM, platform), digest="0" * 64,
        now=now, client=town.key,
    )  # fmt: skip
    learned_on = (now - timedelta(days=3)).date()
    ask(person, platform, title="没有到的课程", learned_on=learned_on, now=now)
