"""Classes, files and rosters for the tests of the roster's door."""

from collections.abc import Iterable, Sequence
from datetime import date
from decimal import Decimal
from io import BytesIO
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from openpyxl import Workbook

from accounts.models import Organization, Professional, User
from bases.enums import RecognitionKind, RecognitionStatus
from bases.models import Recognition
from ceportal.kernel.web.sheets import read_batches
from credits.enums import Subject
from credits.models import Roster
from credits.resources import RosterResource
from credits.rules.rosters import COLUMNS, GUIDE, SHEET, ClassFacts, RosterLine
from credits.selectors.rosters import facts_of
from credits.services.roster_checks import check_rosters, keep_rows
from credits.services.rosters import start_roster
from tests import factories as make
from tests.credits.factories import NOW

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
NAMES = "".join(chr(0x4E00 + n) for n in range(400))


def recognise(base: Organization, *, year: int = 2026, **changes: Any) -> Recognition:
    """`base` stands in the list of a year, for both subjects in all the province unless said otherwise."""
    said: dict[str, Any] = {
        "kind": RecognitionKind.PROVINCIAL_BASE,
        "area": make.area("410000"),
        "subjects": [Subject.PUBLIC, Subject.PROFESSIONAL],
        "document": "测试文件",
        "clause": "S4-01",
        "status": RecognitionStatus.VERIFIED,
    }
    return Recognition.objects.create(organization=base, year=year, **(said | changes))


def class_facts(**changes: Any) -> ClassFacts:
    said: dict[str, Any] = {
        "title": "2026 年全市专业技术人员公需科目面授班",
        "subject": Subject.PUBLIC,
        "started_on": date(2026, 10, 12),
        "ended_on": date(2026, 10, 13),
        "hours": Decimal(12),
        "class_code": "GX-2026-01",
        "place": "开封大学继续教育学院 201",
    }
    return ClassFacts(**(said | changes))


def roster(base: Organization, by: User, **changes: Any) -> Roster:
    return start_roster(organization=base, facts=class_facts(**changes), by=by, now=NOW)


def row(person: Professional | None = None, **changes: Any) -> list[Any]:
    """A row in the order of the template; of `person` by the number the test knows (`changes`)."""
    said = {"id_number": make.id_number(), "name": "测试学员", "hours": None, "result": "合格", "remark": None}
    return list((said | ({"name": person.name} if person else {}) | changes).values())


def workbook(rows: Iterable[Sequence[Any]], *, heading: Sequence[Any] = COLUMNS, title: str = SHEET) -> Workbook:
    book = Workbook()
    sheet = book.active
    sheet.title = title
    sheet.append(list(heading))
    for line in rows:
        sheet.append(list(line))
    return book


def saved(book: Workbook, name: str = "名单.xlsx") -> SimpleUploadedFile:
    content = BytesIO()
    book.save(content)
    return SimpleUploadedFile(name, content.getvalue(), XLSX)


def read(roster: Roster, upload: SimpleUploadedFile, *, by: User) -> Roster:
    """As the page does it, and the clock after it where there are many rows."""
    resource = RosterResource(facts_of(roster), today=NOW.date())
    lines = resource.read(read_batches(upload, sheet=SHEET, skipped=(GUIDE,)))
    keep_rows(roster, lines, remarks=resource.remarks, by=by, now=NOW)
    check_rosters(now=NOW)
    roster.refresh_from_db()
    return roster


def crowd(employer: Organization, count: int) -> list[tuple[str, str]]:
    """`count` registered and approved people of an employer, made by a handful of statements: number and name."""
    people = []
    for n in range(count):
        born_on = date(1970 + n // 999 // 12, 1 + n // 999 % 12, 1 + n % 28)
        people.append((make.id_number("410203", born_on, n % 999), f"学员{NAMES[n // 400 % 400]}{NAMES[n % 400]}"))
    users = [User(name=name, joined_at=NOW) for _, name in people]
    User.objects.bulk_create(users)
    made = []
    for account, (number, name) in zip(users, people, strict=True):
        person = Professional(
            user=account, name=name, area=employer.area, title_series=make.title_series(), title_level="中级",
            approved_at=NOW,
        )  # fmt: skip
        for column, value in make.id_columns(number, ref=person.ref).items():
            setattr(person, column, value)
        made.append(person)
    Professional.objects.bulk_create(made)
    return people


__all__ = ["Recognition", "RosterLine", "keep_rows"]
