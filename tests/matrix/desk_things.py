"""What the bureau here publishes in the town."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from accounts.models import Area, Organization, User
from ceportal.office.enums import AnnouncementKind, Audience
from ceportal.office.models import Announcement
from ceportal.office.services.announcements import attach, publish, write
from tests.credits import asking

SAID = {
    "kind": AnnouncementKind.DOCUMENT, "title": "关于做好年度学时申报的通知", "document_no": "汴人社〔2026〕1号",
    "body": "请于年底前完成。", "audience": Audience.PEOPLE, "is_pinned": False,
}  # fmt: skip


def given() -> dict[str, Callable[[Any], Mapping[str, Any]]]:
    """What to ask for at each address, by the key of its line in the table."""
    return {
        "office:announcement": lambda _: {"ref": _one().ref},
        "office:announcing_one": lambda _: {"ref": _one().ref},
        "office:announcement_file": lambda _: {"ref": _one().ref, "file": _one().files.get().file.ref},
    }


def begin(unit: Organization, officer: User, *, now: datetime) -> None:
    said = SAID | {"area": Area.objects.get(pk=unit.area_id)}
    made = write(unit, said, by=officer, now=now)
    attach(made, asking.paper(officer, now=now), by=officer, now=now)
    publish(made, by=officer, now=now)


def _one() -> Announcement:
    return Announcement.objects.get()
