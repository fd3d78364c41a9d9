"""The textbooks a bureau names for its place (S1-09): added, and named no longer."""

from datetime import datetime, timedelta

from django.db import IntegrityError, transaction
from django.utils import timezone

from accounts.models import Area, User
from bases.models import Textbook
from ceportal.kernel.rules.refusal import MovedOn, Refusal, refuse
from ceportal.kernel.services.trail import record


@transaction.atomic
def name_textbook(
    *, area: Area, title: str, author: str, publisher: str, subject: str, audience: str, is_selected: bool, by: User,
    now: datetime,
) -> Textbook:  # fmt: skip
    """Everybody reads it at once."""
    try:
        with transaction.atomic():
            made = Textbook.objects.create(
                area=area, title=title, author=author, publisher=publisher, subject=subject, audience=audience,
                is_selected=is_selected, made_at=now,
            )  # fmt: skip
    except IntegrityError as error:
        raise refuse("there_already", "目录里已经有这本教材。", field="title") from error
    record("textbook.name", made, by=by, now=now, after={"title": title, "author": author, "area": area.pk})
    return made


@transaction.atomic
def drop_textbook(row: Textbook, *, reason: str, by: User, now: datetime) -> None:
    """From today on nobody is shown it."""
    last = timezone.localdate(now) - timedelta(days=1)
    if not Textbook.objects.filter(pk=row.pk, ended_on__isnull=True).update(ended_on=last, note=reason):
        raise MovedOn([Refusal("moved_on", "这本教材刚刚已经移出目录。")])
    record("textbook.drop", row, by=by, now=now, after={"reason": reason})
