"""Letters: who sends them, to whom they came, and the proof of it."""

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from uuid import UUID

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone

from accounts.enums import Move
from accounts.models import Organization, Professional, User
from accounts.rules.policy import Act
from accounts.selectors.duties import below, units_for
from ceportal.kernel.rules.citations import citation
from ceportal.office.enums import LetterKind
from ceportal.office.models import Letter, LetterReceipt
from ceportal.office.rules.letters import Told
from ceportal.office.selectors.addressees import reaches
from credits.enums import EntryKind
from reviews.selectors.registers import decisions_seen_by, entries_seen_by


def offices_sending(user: User) -> QuerySet[Organization]:
    return units_for(user, Act.SEND_LETTERS).select_related("area").order_by("area__path", "pk")


def letters_sent_by(user: User) -> QuerySet[Letter]:
    """Of the reader's offices and of bureaus below theirs, with whether anybody has opened them."""
    where = Q(pk__in=[])
    for office in offices_sending(user):
        where |= Q(office=office)
        if office.is_bureau:
            where |= Q(office__is_bureau=True, **below(office.area, "office__area"))
    receipts = LetterReceipt.objects.filter(letter=OuterRef("pk"))
    return Letter.objects.filter(where).select_related("office", "sent_by").annotate(was_opened=Exists(receipts))


def letters_to(user: User) -> QuerySet[Letter]:
    """To the reader, or to a unit they act for, with whether the reader has opened them."""
    units = units_for(user, Act.RECEIVE_LETTERS).values("pk")
    mine = Q(to_person__user=user) | Q(to_person__merged_into__user=user) | Q(to_unit__in=units)
    receipts = LetterReceipt.objects.filter(letter=OuterRef("pk"), user=user)
    return Letter.objects.filter(mine).select_related("office", "sent_by").annotate(was_opened=Exists(receipts))


@dataclass(frozen=True)
class Matter:
    """What a letter can be about: whose it is, which kind of letter, and what it tells."""

    key: str
    kind: LetterKind
    person: Professional
    told: Told


def returned(user: User, ref: UUID) -> Matter | None:
    """The last return of a declaration, made by whom `user` oversees (`decisions_seen_by`)."""
    rows = (
        decisions_seen_by(user).filter(subject__ref=ref, move=Move.RETURN).select_related("subject__professional__area")
    )
    decision = rows.order_by("-pk").first()
    if decision is None:
        return None
    asked = decision.subject
    why = "：".join(words for words in (decision.reason_label, decision.reason) if words)
    told = Told(
        title=asked.title, year=asked.year or decision.at.year, subject=asked.get_subject_display(),
        hours=_number(asked.hours_claimed or Decimal(0)), why=why, day=timezone.localdate(decision.at),
    )  # fmt: skip
    return Matter(f"return:{ref}", LetterKind.CORRECTION, asked.professional, told)


def reversed_hours(user: User, ref: UUID) -> Matter | None:
    """The last time these hours (a claim's ref) were taken back, of people whom `user` oversees."""
    rows = entries_seen_by(user).filter(claim__ref=ref, kind=EntryKind.REVERSAL)
    entry = rows.order_by("-pk").first()
    if entry is None:
        return None
    told = Told(
        title=entry.title, year=entry.year, hours=_number(-entry.hours), subject=entry.get_subject_display(),
        why=entry.reason, day=timezone.localdate(entry.recorded_at), clause=citation(entry.clause),
    )  # fmt: skip
    return Matter(f"reversal:{ref}", LetterKind.REVERSAL, entry.professional, told)


MATTERS: dict[str, Callable[[User, UUID], Matter | None]] = {"return": returned, "reversal": reversed_hours}


def letters_about(user: User, matter: Matter) -> QuerySet[Letter]:
    """Those that were sent about the same thing and not taken back."""
    return letters_sent_by(user).filter(about=matter.key, withdrawn_at__isnull=True).order_by("-id")


def offices_reaching(user: User, person: Professional) -> QuerySet[Organization]:
    """The reader's offices that may write to this person."""
    return offices_sending(user).filter(pk__in=[one.pk for one in offices_sending(user) if reaches(one, person)])


def _number(hours: Decimal) -> str:
    return f"{hours.normalize():f}"


def receipts_of(letter: Letter) -> QuerySet[LetterReceipt]:
    """Who of the addressee did what, the earliest first."""
    return LetterReceipt.objects.filter(letter=letter).select_related("user")
