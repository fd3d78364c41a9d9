"""Letters: who sends them, to whom they came, and the proof of it."""

from django.db.models import Exists, OuterRef, Q, QuerySet

from accounts.models import Organization, User
from accounts.rules.policy import Act
from accounts.selectors.duties import below, units_for
from ceportal.office.models import Letter, LetterReceipt


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


def receipts_of(letter: Letter) -> QuerySet[LetterReceipt]:
    """Who of the addressee did what, the earliest first."""
    return LetterReceipt.objects.filter(letter=letter).select_related("user")
