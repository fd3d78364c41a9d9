"""Who takes over what, and what of it the portal knows already."""

from collections.abc import Iterable
from uuid import UUID, uuid5

from django.db.models import Count, Q, QuerySet

from accounts.enums import UnitState
from accounts.fields import many_id_indexes, phone_index_columns
from accounts.models import Area, Organization, Professional, TitleSeries, User
from accounts.rules.policy import Act
from accounts.selectors.duties import below, units_for
from ceportal.kernel.rules.text import comparable
from ceportal.office.enums import TakeOverState
from ceportal.office.models import TakenRow, TakeOver
from credits.enums import Door
from credits.models import Claim


def bureaus_taking_over(user: User) -> QuerySet[Organization]:
    """In whose name `user` takes over, the highest first."""
    return units_for(user, Act.TAKE_OVER).select_related("area").order_by("area__path", "pk")


def take_overs_of(user: User) -> QuerySet[TakeOver]:
    """Those of the reader's bureaus and of bureaus below: who looks a second time may stand above."""
    where = Q(pk__in=[])
    for bureau in bureaus_taking_over(user):
        where |= Q(**below(bureau.area, "bureau__area"))
    return TakeOver.objects.filter(where).select_related("bureau__area", "job", "made_by", "confirmed_by", "undone_by")


def rows_of(take_over: TakeOver) -> QuerySet[TakenRow]:
    return TakenRow.objects.filter(take_over=take_over).defer("said_sealed")


def counts_of(take_over: TakeOver) -> dict[str, int]:
    """How many rows are in each state."""
    rows = TakenRow.objects.filter(take_over=take_over).order_by()
    return dict(rows.values_list("state").annotate(count=Count("pk")))


def cell_of(row: TakenRow) -> UUID:
    """What a row is sealed for: rows have no ref of their own."""
    return uuid5(row.take_over.ref, str(row.number))


def places_below(bureau: Organization) -> dict[str, str]:
    """Codes of the bureau's places by code, and by name where only one place there bears it."""
    rows = list(Area.objects.filter(path__startswith=bureau.area.path).values_list("code", "name"))
    names = [name for _, name in rows]
    return {code: code for code, _ in rows} | {name: code for code, name in rows if names.count(name) == 1}


def series_by_name() -> dict[str, str]:
    return {name: code for code, name in TitleSeries.objects.order_by("code").values_list("code", "name")}


def units_by_code(codes: Iterable[str]) -> dict[str, Organization]:
    found = Organization.objects.filter(uscc__in=set(codes)).select_related("area", "supervisor")
    return {str(unit.uscc): unit for unit in found}


def units_named(bureau: Organization, names: Iterable[str]) -> dict[str, list[Organization]]:
    """Employers at work below the bureau's place, by the names as they are compared."""
    keys = {comparable(name) for name in names}
    rows = Organization.objects.filter(
        name_key__in=keys, is_employer=True, state=UnitState.ACTIVE, **below(bureau.area)
    ).select_related("area")
    found: dict[str, list[Organization]] = {}
    for unit in rows:
        found.setdefault(unit.name_key, []).append(unit)
    return found


def names_taken(bureau: Organization, names: Iterable[str]) -> set[tuple[str, str]]:
    """Place and name of the units that stand in the register already."""
    rows = Organization.objects.filter(name_key__in={comparable(name) for name in names}, **below(bureau.area))
    return set(rows.exclude(state=UnitState.REFUSED).values_list("area_id", "name_key"))


def people_by_number(numbers: Iterable[str]) -> dict[str, Professional]:
    """Whoever is registered, approved or not."""
    asked = many_id_indexes(set(numbers))
    found = Professional.objects.filter(id_index__in=asked).select_related("area", "title_series", "merged_into__area")
    return {number: person for person in found for number in asked[person.id_index]}


def phones_taken(phones: Iterable[str]) -> set[str]:
    """Which of these phones an account has, by the key that writes now or the one before."""
    asked = {phone: phone_index_columns(phone)["phone_index"] for phone in set(phones)}
    held = set(User.objects.filter(phone_index__in=asked.values()).values_list("phone_index", flat=True))
    held |= set(User.objects.filter(phone_index_before__in=asked.values()).values_list("phone_index_before", flat=True))
    return {phone for phone, index in asked.items() if index in held}


def claims_of(take_over: TakeOver) -> QuerySet[Claim]:
    """What stands in the ledger by this file."""
    return Claim.objects.filter(external_id__startswith=f"{take_over.ref.hex}.", door=Door.IMPORTED)


def waiting_for_second(user: User) -> QuerySet[TakeOver]:
    """Those that somebody else submitted and `user` can confirm."""
    return take_overs_of(user).filter(state=TakeOverState.ASKED).exclude(made_by=user)
