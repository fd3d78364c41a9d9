"""Whom a unit asked to belong to it, and by which units somebody is asked."""

from collections.abc import Collection
from datetime import datetime

from django.db.models import Count, Q, QuerySet

from accounts.enums import StaffState
from accounts.models import (
    Employment,
    Organization,
    PersonRegistration,
    Professional,
    StaffInvitation,
    StaffList,
    StaffRow,
    TitleSeries,
    User,
)
from accounts.rules.policy import Act
from accounts.selectors.duties import units_for
from ceportal.kernel.rules.text import comparable


def units_inviting(user: User) -> QuerySet[Organization]:
    """The units in whose name `user` asks people to belong to them."""
    return units_for(user, Act.INVITE_PEOPLE).select_related("area").order_by("name_key", "pk")


def lists_of(user: User) -> QuerySet[StaffList]:
    """Those that were read and not sent yet."""
    rows = StaffList.objects.filter(organization__in=units_inviting(user).values("pk"), settled_at__isnull=True)
    return rows.select_related("organization", "made_by").order_by("-id")


def rows_of(staff_list: StaffList) -> QuerySet[StaffRow]:
    return StaffRow.objects.filter(staff_list=staff_list).select_related("title_series")


def invitations_by(user: User) -> QuerySet[StaffInvitation]:
    """Of the units for which `user` asks."""
    rows = StaffInvitation.objects.filter(organization__in=units_inviting(user).values("pk"))
    return rows.select_related("organization", "title_series", "by")


def in_state(rows: QuerySet[StaffInvitation], state: str, *, now: datetime) -> QuerySet[StaffInvitation]:
    """What has run out counts as lapsed at once, whenever the clock comes to write it down."""
    out = Q(state=StaffState.WAITING, expires_at__lte=now)
    if state == StaffState.WAITING:
        return rows.filter(state=state, expires_at__gt=now)
    return rows.filter(Q(state=state) | out) if state == StaffState.LAPSED else rows.filter(state=state)


def how_many(user: User, *, now: datetime) -> dict[str, int]:
    """By state: one query."""
    out = Q(state=StaffState.WAITING, expires_at__lte=now)
    rows = StaffInvitation.objects.filter(organization__in=units_inviting(user).values("pk")).order_by()
    found = {state: (count, late) for state, count, late in rows.values_list("state").annotate(
        count=Count("pk"), late=Count("pk", filter=out)
    )}  # fmt: skip
    counts = {state: found.get(state, (0, 0))[0] for state in StaffState.values}
    late = found.get(StaffState.WAITING.value, (0, 0))[1]
    return counts | {
        StaffState.WAITING.value: counts[StaffState.WAITING] - late,
        StaffState.LAPSED.value: counts[StaffState.LAPSED] + late,
    }


def invitations_for(user: User, *, now: datetime) -> list[StaffInvitation]:
    """To the approved person who signs in with this account, by number and name, as long as they hold."""
    person = Professional.objects.filter(
        user=user, approved_at__isnull=False, merged_into__isnull=True
    ).first()  # fmt: skip
    return open_for(person, now=now) if person else []


def open_for(person: Professional, *, now: datetime) -> list[StaffInvitation]:
    indexes = {index for index in (person.id_index, person.id_index_before) if index}
    rows = StaffInvitation.objects.filter(id_index__in=indexes, state=StaffState.WAITING, expires_at__gt=now)
    asked = rows.select_related("organization__area", "title_series", "by").order_by("-id")
    return [row for row in asked if comparable(row.name) == comparable(person.name)]


def is_backed(invitation: StaffInvitation) -> bool:
    """Whether who sent it still may, and the unit is at work."""
    return units_inviting(invitation.by).filter(pk=invitation.organization_id).exists()


def at_work_in(unit: Organization, indexes: Collection[str]) -> set[str]:
    """Which of these numbers people of the unit have."""
    jobs = Employment.objects.filter(organization=unit, ended_on__isnull=True)
    return _numbers_of(Professional.objects.filter(pk__in=jobs.values("professional")), indexes)


def applying_to(unit: Organization, indexes: Collection[str]) -> set[str]:
    """Which of them wait to be approved by the unit: they came by themselves."""
    waiting = PersonRegistration.objects.filter(organization=unit, waiting_on__isnull=False)
    return _numbers_of(Professional.objects.filter(pk__in=waiting.values("professional")), indexes)


def asked_by(unit: Organization, indexes: Collection[str], *, now: datetime) -> set[str]:
    rows = StaffInvitation.objects.filter(organization=unit, id_index__in=indexes, state=StaffState.WAITING)
    return set(rows.filter(expires_at__gt=now).values_list("id_index", flat=True))


def accounts_with(indexes: Collection[str]) -> QuerySet[Professional]:
    """Approved people with one of these numbers, to be told of what they are asked."""
    found = Professional.objects.filter(Q(id_index__in=indexes) | Q(id_index_before__in=indexes))
    return found.filter(approved_at__isnull=False, merged_into__isnull=True).select_related("user")


def series_by_name() -> dict[str, str]:
    return {name: code for code, name in TitleSeries.objects.order_by("code").values_list("code", "name")}


def _numbers_of(people: QuerySet[Professional], indexes: Collection[str]) -> set[str]:
    found = people.filter(Q(id_index__in=indexes) | Q(id_index_before__in=indexes))
    rows = found.values_list("id_index", "id_index_before")
    return {index for row in rows for index in row if index} & set(indexes)
