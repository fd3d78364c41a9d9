"""What people and units of the town ask of their bureaus, and the addresses of each."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from accounts.enums import CorrectionKind, Duty, IdKind, TitleLevel, UnitChangeKind
from accounts.fields import phone_in_clear
from accounts.models import Organization, Professional, Stationing, Transfer, UnitProposal, User
from accounts.rules.proposing import Proposed
from accounts.services.handing_over import ask_to_hand_over
from accounts.services.inviting import invite
from accounts.services.people import register_person
from accounts.services.requests import hand_in
from accounts.services.stationing import ask_to_answer
from accounts.services.unit_changes import WantedChange, ask_for_change
from tests import factories as make
from tests.accounts import moving
from tests.credits import asking
from tests.matrix import staff_things

PAGES = {
    "credits": {
        "exemption": ("exemption", "edit_exemption", "decide_exemption", "end_exemption", "withdraw_exemption",
                      "exemption_document"),
        "outside": ("outside_hours", "edit_outside_hours", "decide_outside_hours", "withdraw_outside_hours",
                    "outside_hours_document"),
    },
    "accounts": {
        "stationing": ("stationing", "edit_stationing", "withdraw_stationing", "stationing_document"),
        "unit_change": (
            "unit_change", "decide_unit_change", "edit_unit_change", "withdraw_unit_change", "unit_change_document",
        ),
        "held": ("held_person",),
        "invitation": ("withdraw_invitation", "answer_invitation"),
        "hand_over": ("hand_over", "decide_hand_over", "edit_hand_over", "withdraw_hand_over", "hand_over_document"),
        "transfer": ("transfer", "edit_transfer", "withdraw_transfer", "transfer_document"),
        "title_change": ("title_change", "edit_title_change", "withdraw_title_change", "title_change_document"),
        "correction": ("correction", "edit_correction", "withdraw_correction", "correction_document"),
        "merge": ("merge", "edit_merge", "withdraw_merge", "merge_document"),
    },
}  # fmt: skip


def addresses() -> dict[str, Callable[[Any], Mapping[str, Any]]]:
    """By the key of the table, what of the town to ask for."""
    found: dict[str, Callable[[Any], Mapping[str, Any]]] = {
        "credits:new_exemption_for": lambda town: {"person": town.exemption.professional.ref},
        "accounts:unmask": lambda town: {"ref": town.registration.professional.ref},
        "accounts:record_leaving": lambda town: {"ref": town.exemption.professional.ref},
        "accounts:undo_leaving": lambda town: {"ref": town.exemption.professional.ref},
        "credits:person_hours": lambda town: {"ref": town.exemption.professional.ref},
        "accounts:new_transfer_for": lambda town: {"person": town.exemption.professional.ref},
        "accounts:find_target_for": lambda town: {"person": town.exemption.professional.ref},
    }
    found |= staff_things.given()
    for room, things in PAGES.items():
        for thing, pages in things.items():
            found |= {f"{room}:{page}": _ref_of(thing) for page in pages}
    return found


def ask(town: Any, person: Professional, units: Mapping[str, Organization], *, now: datetime) -> None:
    """An exemption that waits with the county, outside hours that wait with the employer, a unit that wants away."""
    town.exemption, town.outside = asking.easing(person, now=now), asking.outside(person, now=now)
    town.transfer = _transfer(person, units, now=now)
    town.title_change, town.correction = (
        moving.title(person, now=now), moving.correction(person, CorrectionKind.NAME, "申报人乙", now=now),
    )  # fmt: skip
    number = make.phone()
    make.professional(person.name, works_at=units["employer"], account=make.user(person.name, number=number))
    town.merge = moving.merge(person, number, now=now)
    town.stationing = _station(town.people["employer"], units, now=now)
    colleague = town.people["colleague"]
    town.hand_over = ask_to_hand_over(
        units["employer"], phone="", reason="原管理员已退休。", document=asking.paper(colleague, now=now), by=colleague,
        now=now,
    )  # fmt: skip
    neighbour = town.people["neighbour"]
    town.unit_change = ask_for_change(
        units["neighbour"], WantedChange(UnitChangeKind.RENAME, new_name="开封市第二高级中学"), reason="见批复。",
        document=asking.paper(neighbour, now=now), by=neighbour, now=now,
    )  # fmt: skip
    town.held = _held(now=now)
    staff_things.begin(town.people["employer"], now=now)
    elsewhere = Professional.objects.get(user=town.people["foreign_declarant"])
    staff_things.invite(units["employer"], elsewhere, town.people["employer"], now=now)
    town.invitation = invite(
        units["employer"], name=person.name, phone=phone_in_clear(person.user.phone_sealed, ref=person.user.ref),
        duties=[Duty.REVIEW_HOURS], by=town.people["employer"], now=now,
    )  # fmt: skip


def _held(*, now: datetime) -> UnitProposal:
    """Somebody whom the bureau elsewhere holds."""
    place = make.area("410402")
    registration = register_person(
        id_number=make.id_number(), name="单位还没有注册的人", phone=make.phone(), password=make.PASSWORD,
        organization=None, area=place, title_series=make.title_series(), title_level=TitleLevel.MIDDLE,
        id_kind=IdKind.RESIDENT, proposed=Proposed("还没有注册的公司"), now=now,
    )  # fmt: skip
    return registration.proposal


def _ref_of(thing: str) -> Callable[[Any], Mapping[str, Any]]:
    return lambda town: {"ref": getattr(town, thing).ref}


def _station(by: User, units: Mapping[str, Organization], *, now: datetime) -> Stationing:
    return ask_to_answer(
        units["employer"], units["foreign_city"], by_bureau=False, reason="本单位人员在平顶山市参加职称评审。",
        document=asking.paper(by, now=now), by=by, now=now,
    )  # fmt: skip


def _transfer(person: Professional, units: Mapping[str, Organization], *, now: datetime) -> Transfer:
    """Other things of theirs wait, so that it could not be asked: the row alone, to go on without an employer."""
    made = Transfer.objects.create(
        professional=person, organization=units["employer"], target=units["county"], declarant=person.user,
        asked_by=person.user, reason="因工作调动。", document=asking.paper(person.user, now=now), made_at=now,
    )  # fmt: skip
    hand_in(made, to=made.target, duty=Duty.APPROVE_PEOPLE, by=person.user, now=now)
    return made
