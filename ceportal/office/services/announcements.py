"""Announcements from draft to withdrawal; who has opened one is counted once."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import F

from accounts.models import Organization, User
from ceportal.kernel.enums import FileState
from ceportal.kernel.models import StoredFile
from ceportal.kernel.rules.refusal import MovedOn, Refusal, refuse_if_any
from ceportal.kernel.services.trail import record
from ceportal.office.models import Announcement, AnnouncementFile, AnnouncementRead
from ceportal.office.rules.announcing import (
    reasons_not_to_attach,
    reasons_not_to_publish,
    reasons_not_to_withdraw,
    reasons_not_to_write,
)
from ceportal.office.selectors.announcements import attachments

_WRITTEN = ("area", "audience", "kind", "title", "document_no", "body", "is_pinned")


@transaction.atomic
def write(
    unit: Organization, said: Mapping[str, Any], *, by: User, now: datetime, draft: Announcement | None = None
) -> Announcement:
    """A new draft in the name of `unit`, or `draft` written anew. Raises `MovedOn` when it is published already."""
    texts = {name: said[name].strip() for name in ("title", "document_no", "body")}
    refuse_if_any(reasons_not_to_write(**texts))
    facts = {name: said[name] for name in _WRITTEN} | texts
    if draft is None:
        draft = Announcement.objects.create(unit=unit, made_by=by, made_at=now, **facts)
    else:
        _change(draft, {"published_at__isnull": True}, facts)
    record("announcement.write", draft, by=by, now=now, after={"title": draft.title})
    return draft


@transaction.atomic
def attach(draft: Announcement, stored: StoredFile, *, by: User, now: datetime) -> None:
    Announcement.objects.select_for_update().get(pk=draft.pk)
    refuse_if_any(reasons_not_to_attach(draft.files.count()))
    _change(draft, {"published_at__isnull": True}, {"made_at": F("made_at")})
    AnnouncementFile.objects.get_or_create(announcement=draft, file=stored)
    record("announcement.attach", draft, by=by, now=now, after={"file": str(stored.ref)})


@transaction.atomic
def detach(draft: Announcement, stored: StoredFile, *, by: User, now: datetime) -> None:
    _change(draft, {"published_at__isnull": True}, {"made_at": F("made_at")})
    AnnouncementFile.objects.filter(announcement=draft, file=stored).delete()
    record("announcement.detach", draft, by=by, now=now, after={"file": str(stored.ref)})


@transaction.atomic
def publish(draft: Announcement, *, by: User, now: datetime) -> None:
    """From now on its readers have it."""
    refuse_if_any(reasons_not_to_publish([each.name for each in attachments(draft) if each.state != FileState.CLEAN]))
    _change(draft, {"published_at__isnull": True}, {"published_at": now, "published_by": by})
    record("announcement.publish", draft, by=by, now=now, after={"title": draft.title, "audience": draft.audience})


@transaction.atomic
def withdraw(announcement: Announcement, *, reason: str, by: User, now: datetime) -> None:
    refuse_if_any(reasons_not_to_withdraw(reason.strip()))
    running = {"published_at__isnull": False, "withdrawn_at__isnull": True}
    _change(announcement, running, {"withdrawn_at": now, "withdrawn_because": reason.strip()})
    record("announcement.withdraw", announcement, by=by, now=now, after={"reason": reason.strip()})


@transaction.atomic
def pin(announcement: Announcement, *, is_pinned: bool, by: User, now: datetime) -> None:
    """To the top of lists and homes, or back among the others."""
    _change(announcement, {"withdrawn_at__isnull": True}, {"is_pinned": is_pinned})
    record("announcement.pin", announcement, by=by, now=now, after={"is_pinned": is_pinned})


@transaction.atomic
def note_reading(announcement: Announcement, user: User, *, now: datetime) -> None:
    """The first time alone."""
    _, is_first = AnnouncementRead.objects.get_or_create(announcement=announcement, user=user, defaults={"at": now})
    if is_first:
        Announcement.objects.filter(pk=announcement.pk).update(readers=F("readers") + 1)


def _change(announcement: Announcement, still: Mapping[str, Any], changes: Mapping[str, Any]) -> None:
    if not Announcement.objects.filter(pk=announcement.pk, **still).update(**changes):
        raise MovedOn([Refusal("moved_on", "这份公告的状态刚刚变了，请刷新后再看。")])
    announcement.refresh_from_db()
