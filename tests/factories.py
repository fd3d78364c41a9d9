"""Plain factories: each makes one valid row, whatever is not said is made up. States are built through services."""

from datetime import UTC, date, datetime, timedelta
from itertools import count
from typing import Any

from django.utils import timezone

from accounts.enums import AreaKind, Duty, Level, TitleLevel, UnitNature
from accounts.fields import id_columns, phone_columns
from accounts.models import Area, Employment, Membership, Organization, Professional, TitleSeries, User
from ceportal.kernel.rules.id_number import check_digit, uscc_check_character
from ceportal.kernel.rules.text import comparable

PASSWORD = "Yellow-River-2026"
JOINED_ON = date(2020, 1, 6)
# At the latest on the day for which figures of a year are written, whatever day it is.
APPROVED_AT = datetime(2026, 11, 20, 2, tzinfo=UTC)
FIRST_BORN = date(1985, 3, 12)
CHOSEN_BORN = date(1985, 3, 11)

_serial = count(1)

_AREAS = {
    "410000": ("河南省", AreaKind.PROVINCE, None),
    "410200": ("开封市", AreaKind.CITY, "410000"),
    "410203": ("顺河回族区", AreaKind.COUNTY, "410200"),
    "410225": ("兰考县", AreaKind.COUNTY, "410200"),
    "410400": ("平顶山市", AreaKind.CITY, "410000"),
    "410402": ("新华区", AreaKind.COUNTY, "410400"),
    "410100": ("郑州市", AreaKind.CITY, "410000"),
    "410105": ("金水区", AreaKind.COUNTY, "410100"),
    "410173": ("航空港区", AreaKind.CITY, "410000"),
    "419001": ("济源示范区", AreaKind.CITY, "410000"),
}


def area(code: str = "410203") -> Area:
    """A place, with those above it. Places keep their code: asking twice gives the same row."""
    name, kind, above = _AREAS[code]
    parent = area(above) if above else None
    path = f"{parent.path if parent else ''}{code}/"
    found, _ = Area.objects.get_or_create(
        code=code, defaults={"name": name, "kind": kind, "parent": parent, "path": path}
    )
    return found


def title_series(code: str = "22", name: str = "中小学教师") -> TitleSeries:
    found, _ = TitleSeries.objects.get_or_create(code=code, defaults={"name": name})
    return found


def id_number(place: str = "410203", born_on: date | None = None, serial: int | None = None) -> str:
    """A resident's number with a right check digit.

    Each call without `serial` gives another one, however many a process has drawn; a chosen `serial` (0 to 999)
    lies on a day of its own, so that nobody drawn before a test has its number.
    """
    if serial is None:
        days, serial = divmod(next(_serial), 1000)
        day = (born_on or FIRST_BORN) + timedelta(days)
    else:
        day = born_on or CHOSEN_BORN
    first = f"{place}{day:%Y%m%d}{serial:03d}"
    return first + check_digit(first)


def uscc(serial: int | None = None) -> str:
    """A unified social credit code with a right check character; drawn and chosen ones never meet."""
    first = f"12410200{serial if serial is not None else 500_000_000 + next(_serial):09d}"
    return first + uscc_check_character(first)


def phone() -> str:
    return f"138{next(_serial):08d}"


def user(name: str = "测试人员", *, number: str | None = None, **changes: Any) -> User:
    """Somebody who can sign in with `number` (a phone) and `PASSWORD`."""
    made = User(name=name, joined_at=timezone.now(), **changes)
    for column, value in phone_columns(number or phone(), ref=made.ref).items():
        setattr(made, column, value)
    made.set_password(PASSWORD)
    made.save()
    return made


def organization(name: str | None = None, *, at: Area | None = None, **changes: Any) -> Organization:
    name = name or f"测试单位{next(_serial)}"
    defaults: dict[str, Any] = {"nature": UnitNature.INSTITUTION, "registered_at": timezone.now()}
    return Organization.objects.create(name=name, name_key=comparable(name), area=at or area(), **(defaults | changes))


def employer(name: str | None = None, *, supervisor: Organization | None = None, **changes: Any) -> Organization:
    changes.setdefault("contact_name", "人事科")
    changes.setdefault("contact_phone", "0371-22000000")
    return organization(name, supervisor=supervisor, is_employer=True, uscc=changes.pop("uscc", uscc()), **changes)


def bureau(code: str = "410203", name: str | None = None) -> Organization:
    """The HR bureau of a place; asking twice gives the same row."""
    place = area(code)
    found = Organization.objects.filter(area=place, is_bureau=True).first()
    if found:
        return found
    level = {AreaKind.PROVINCE: Level.PROVINCE, AreaKind.CITY: Level.CITY}.get(place.kind, Level.COUNTY)
    above = bureau(place.parent_id) if place.parent_id else None
    full = name or f"{place.name}人力资源和社会保障{'厅' if level == Level.PROVINCE else '局'}"
    return organization(
        full, at=place, is_bureau=True, level=level, supervisor=above, nature=UnitNature.GOVERNMENT,
        contact_phone="0371-23000000",
    )  # fmt: skip


def authority(name: str = "开封市教育体育局", code: str = "410200", *series: TitleSeries) -> Organization:
    place = area(code)
    level = Level.CITY if place.kind == AreaKind.CITY else Level.COUNTY
    made = organization(
        name, at=place, is_authority=True, level=level, supervisor=bureau(code), nature=UnitNature.GOVERNMENT
    )
    made.trades.set(series)
    return made


def professional(
    name: str = "测试学员",
    *,
    works_at: Organization | None = None,
    number: str | None = None,
    account: User | None = None,
    approved_at: datetime | None = None,
    is_approved: bool = True,
    since: date = JOINED_ON,
    **changes: Any,
) -> Professional:
    """A registered and approved person, employed at `works_at` (none: the place's bureau is in charge)."""
    place = works_at.area if works_at else area()
    defaults: dict[str, Any] = {
        "area": place,
        "title_series": title_series(),
        "title_level": TitleLevel.MIDDLE,
        "approved_at": (approved_at or min(timezone.now(), APPROVED_AT)) if is_approved else None,
    }
    made = Professional(user=account or user(name), name=name, **(defaults | changes))
    for column, value in id_columns(number or id_number(), ref=made.ref).items():
        setattr(made, column, value)
    made.save()
    if works_at and is_approved:
        Employment.objects.create(professional=made, organization=works_at, started_on=since)
    return made


def give(to: User, at: Organization, *duties: Duty) -> User:
    """Let `to` hold `duties` at a unit; gives the user back."""
    for duty in duties:
        Membership.objects.create(user=to, organization=at, duty=duty, granted_at=timezone.now())
    return to
