"""Letters: who sends them, to whom they came, and the proof of it."""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from uuid import UUID

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone

from accounts.enums import Move
from accounts.models import Organization, Professional, User
from accounts.rules.policy import Act
from accounts.selectors.duties import below, units_for
from accounts.selectors.reach import reach_of
from ceportal.kernel.rules.citations import citation
from ceportal.kernel.rules.moments import day_words
from ceportal.kernel.selectors.ways import found_in_a_way
from ceportal.office.enums import LetterKind
from ceportal.office.models import Letter, LetterReceipt
from ceportal.office.rules.letters import Checked, Told, body_about, body_of_check
from ceportal.office.selectors.addressees import Meant, reaches
from credits.enums import EntryKind
from reviews.enums import Finding
from reviews.models import Campaign, Decision, Inspection
from reviews.selectors.registers import decisions_in, entries_in
from reviews.selectors.spot_checks import campaigns_seen_by


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
    rows = Letter.objects.all()
    people = Professional.objects.filter(user=user), Professional.objects.filter(merged_into__user=user)
    mine = found_in_a_way(
        rows,
        *(rows.filter(to_person__in=same.values("pk")) for same in people),
        rows.filter(to_unit__in=units_for(user, Act.RECEIVE_LETTERS).values("pk")),
    )
    receipts = LetterReceipt.objects.filter(letter=OuterRef("pk"), user=user)
    return mine.select_related("office", "sent_by").annotate(was_opened=Exists(receipts))


@dataclass(frozen=True)
class Matter:
    """What a letter can be about: to whom it goes, which kind of letter, and how its text begins."""

    key: str
    kind: LetterKind
    to: Meant
    body: str


def returned(user: User, ref: UUID) -> Matter | None:
    """The last return of a declaration, made by whom `user` oversees (`decisions_in`)."""
    decided = decisions_in(reach_of(user, Act.OVERSEE)).filter(subject__ref=ref, move=Move.RETURN)
    rows = decided.select_related("subject__professional__area")
    decision = rows.order_by("-pk").first()
    if decision is None:
        return None
    asked = decision.subject
    why = "：".join(words for words in (decision.reason_label, decision.reason) if words)
    told = Told(
        title=asked.title, year=asked.year or decision.at.year, subject=asked.get_subject_display(),
        hours=_number(asked.hours_claimed or Decimal(0)), why=why, day=timezone.localdate(decision.at),
    )  # fmt: skip
    kind = LetterKind.CORRECTION
    return Matter(f"return:{ref}", kind, Meant(person=asked.professional), body_about(kind, told))


def reversed_hours(user: User, ref: UUID) -> Matter | None:
    """The last time these hours (a claim's ref) were taken back, of people whom `user` oversees."""
    rows = entries_in(reach_of(user, Act.OVERSEE)).filter(claim__ref=ref, kind=EntryKind.REVERSAL)
    entry = rows.order_by("-pk").first()
    if entry is None:
        return None
    told = Told(
        title=entry.title, year=entry.year, hours=_number(-entry.hours), subject=entry.get_subject_display(),
        why=entry.reason, day=timezone.localdate(entry.recorded_at), clause=citation(entry.clause),
    )  # fmt: skip
    kind = LetterKind.REVERSAL
    return Matter(f"reversal:{ref}", kind, Meant(person=entry.professional), body_about(kind, told))


def checked(user: User, ref: UUID, unit: str = "") -> Matter | None:
    """What a spot check found of one unit that approved an item drawn (an inspection's ref), all of it there together;
    the last that approved it, unless `unit` is the ref of another.
    """
    drawn = Inspection.objects.filter(campaign__in=campaigns_seen_by(user), ref=ref)
    one = drawn.select_related("campaign", "decision__organization").first()
    if one is None:
        return None
    approvals = Decision.objects.filter(subject=one.declaration_id, move=Move.APPROVE).select_related("organization")
    to = next((each.organization for each in approvals if unit in ("", str(each.organization.ref))), None)
    to = one.decision.organization if to is not None and not unit else to
    if to is None:
        return None
    theirs = Decision.objects.filter(subject=OuterRef("declaration"), move=Move.APPROVE, organization=to)
    there = list(Inspection.objects.filter(Exists(theirs), campaign=one.campaign).select_related("declaration"))
    return Matter(
        f"check:{there[0].ref}", LetterKind.CIRCULAR, Meant(unit=to), body_of_check(_found(one.campaign, there))
    )


def _found(campaign: Campaign, there: Sequence[Inspection]) -> Checked:
    count = Counter(each.finding for each in there)
    faults = (each for each in there if each.finding not in ("", Finding.SOUND))
    return Checked(
        name=campaign.name, on=f"{day_words(campaign.decided_from)}至{day_words(campaign.decided_until)}",
        drawn=len(there), sound=count[Finding.SOUND], wrong=count[Finding.WRONG], untrue=count[Finding.FALSE],
        faults=tuple(f"“{each.declaration.title[:40]}”{each.get_finding_display()}" for each in faults),
    )  # fmt: skip


MATTERS: dict[str, Callable[[User, UUID], Matter | None]] = {"return": returned, "reversal": reversed_hours}


def letters_about(user: User, matter: Matter) -> QuerySet[Letter]:
    """Those that were sent there about the same thing and not taken back."""
    rows = letters_sent_by(user).filter(about=matter.key, to_unit=matter.to.unit, withdrawn_at__isnull=True)
    return rows.order_by("-id")


def offices_reaching(user: User, to: Meant) -> QuerySet[Organization]:
    """The reader's offices that may write there; none writes to itself."""
    return offices_sending(user).filter(pk__in=[one.pk for one in offices_sending(user) if reaches(one, to)])


def _number(hours: Decimal) -> str:
    return f"{hours.normalize():f}"


def receipts_of(letter: Letter) -> QuerySet[LetterReceipt]:
    """Who of the addressee did what, the earliest first."""
    return LetterReceipt.objects.filter(letter=letter).select_related("user")
