"""What people and units ask about people: which kinds there are, who may see one, what is still under way."""

from collections.abc import Iterable
from typing import Any, TypeVar

from django.apps import apps
from django.db.models import Count, Exists, OuterRef, QuerySet, Value

from accounts.enums import RegistrationState, RequestState, TransferKind
from accounts.models import (
    Correction,
    Employment,
    Merge,
    Organization,
    PersonMatter,
    PersonRegistration,
    Professional,
    TitleChange,
    Transfer,
    Unsettled,
    User,
)
from accounts.rules.policy import Act, duties_for
from accounts.selectors.dues import routed_models
from accounts.selectors.duties import units_for
from accounts.selectors.requests import requests_seen_by, requests_waiting_for

Row = TypeVar("Row", bound=PersonMatter)
# By the word of the address.
KINDS: dict[str, type[PersonMatter]] = {
    "transfer": Transfer,
    "title": TitleChange,
    "correction": Correction,
    "merge": Merge,
}
OF_THE_UNIT = duties_for(Act.ACT_ON_PEOPLE)
OPEN = (RequestState.WAITING, RequestState.RETURNED)
_PENDING_SHOWN = 20


def matters_seen_by(user: User, model: type[Row]) -> QuerySet[Row]:
    """What of a kind `user` asked, is about them, is or was theirs to decide, or comes from their unit."""
    rows: QuerySet[Row] = model._default_manager.all()
    return _told(requests_seen_by(user, rows, duties=OF_THE_UNIT)).order_by("-id")


def matters_waiting_for(user: User, model: type[Row]) -> QuerySet[Row]:
    """The inbox of a kind."""
    rows: QuerySet[Row] = model._default_manager.all()
    return _told(requests_waiting_for(user, rows)).order_by("due_at", "id")


def how_many_wait(user: User, kinds: Iterable[str]) -> dict[str, int]:
    """How many of each kind wait for `user`, where any do: one query."""
    groups: list[QuerySet[Any, Any]] = []
    for kind in kinds:
        rows: QuerySet[Any] = KINDS[kind]._default_manager.all()
        named = requests_waiting_for(user, rows).order_by().annotate(of_kind=Value(kind))
        groups.append(named.values_list("of_kind").annotate(times=Count("pk")))
    return dict(groups[0].union(*groups[1:], all=True)) if groups else {}


def pending_of(person: Professional) -> list[Any]:
    """Everything about this person that waits with somebody to be decided, whichever room owns it; no transfer."""
    found: list[Any] = []
    for model in routed_models():
        if (
            model.holds_up
            and model is not Transfer
            and any(field.name == "professional" for field in model._meta.fields)
        ):
            rows: QuerySet[Any] = model._default_manager.all()
            waiting = rows.filter(professional=person, waiting_on__isnull=False)
            found += waiting.select_related("waiting_on")[:_PENDING_SHOWN]
    return found


def pending_words(person: Professional) -> list[str]:
    return [f"{row._meta.verbose_name}“{row}”（在{row.waiting_on.name}）" for row in pending_of(person)]


def unsettled_words(person: Professional) -> list[str]:
    """What others have asked about what is this person's, waiting outside our own courses."""
    found = [row for model in apps.get_models() if issubclass(model, Unsettled) for row in model.open_of(person)]
    return [f"{row._meta.verbose_name}“{row}”" for row in found[:_PENDING_SHOWN]]


def units_let_go_by(user: User) -> QuerySet[Organization]:
    """The units for whose people `user` acts: their employers."""
    return units_for(user, Act.ACT_ON_PEOPLE).filter(is_employer=True)


def people_employed_by(user: User) -> QuerySet[Professional]:
    """The people whose principal employer is one of the units `user` acts for; never themselves."""
    held = units_let_go_by(user).values("pk")
    jobs = Employment.objects.filter(
        professional=OuterRef("pk"), organization__in=held, is_principal=True, ended_on__isnull=True
    )
    people = Professional.objects.filter(Exists(jobs), approved_at__isnull=False, left_at__isnull=True)
    return people.exclude(user=user).select_related("area", "title_series", "user")


def jobs_of(person: Professional) -> QuerySet[Employment]:
    """Where the person works now, the principal employer first."""
    jobs = Employment.objects.filter(professional=person, ended_on__isnull=True)
    return jobs.select_related("organization__area").order_by("-is_principal", "started_on", "pk")


def came_to_bureaus(held: Any) -> QuerySet[Professional]:
    """People whom one of these bureaus took on because they have no employer: by registration or by transfer."""
    registered = PersonRegistration.objects.filter(organization__in=held, state=RegistrationState.APPROVED)
    moved = Transfer.objects.filter(target__in=held, state=RequestState.GRANTED, kind=TransferKind.MOVE)
    return Professional.objects.filter(
        pk__in=registered.order_by().values("professional").union(moved.order_by().values("professional"))
    )


def _told(rows: QuerySet[Row]) -> QuerySet[Row]:
    shown = ["professional__area", "professional__user", "organization", "waiting_on", "document", "asked_by"]
    names = {field.name for field in rows.model._meta.fields}
    return rows.select_related(*shown, *({"target", "title_series", "other"} & names))
