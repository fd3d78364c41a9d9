"""Questions about hours that did not arrive: whose they are, with whom they wait, and what has arrived after all."""

from dataclasses import dataclass
from datetime import timedelta
from functools import reduce
from operator import or_

from django.db.models import Q, QuerySet

from accounts.enums import UnitState
from accounts.models import Organization, Professional, User
from accounts.rules.policy import Act
from accounts.selectors.duties import below, units_for, waiting_for
from bases.enums import RecognitionKind
from bases.models import Recognition
from ceportal.kernel.rules.text import comparable
from credits.enums import ClaimState, Door, MissingState
from credits.models import Claim, MissingHours, UnmatchedPerson

# A platform may say another day than its learner: so far apart it may still be the same training.
AROUND = timedelta(days=7)
_SHOWN = 20


@dataclass(frozen=True)
class Arrived:
    """What of a platform has arrived near that day: claims of the person, and whether any came under another name."""

    claims: list[Claim]
    is_misnamed: bool


def asked_by(person: Professional) -> QuerySet[MissingHours]:
    return MissingHours.objects.filter(professional=person).select_related("platform").order_by("-id")


def open_of(person: Professional) -> QuerySet[MissingHours]:
    return asked_by(person).filter(state=MissingState.WAITING)


def asked_of(user: User) -> QuerySet[MissingHours]:
    """All that ever came to the user's platforms."""
    rows = MissingHours.objects.filter(platform__in=units_for(user, Act.ANSWER_MISSING))
    return rows.select_related("professional", "platform")


def waiting_at(user: User) -> QuerySet[MissingHours]:
    """The inbox of a platform's keeper, what is due first first."""
    rows = waiting_for(user, MissingHours.objects.all()).select_related("professional", "platform")
    return rows.order_by("due_at", "id")


def overseen_by(user: User) -> QuerySet[MissingHours]:
    """What of a bureau's keeper waits too long: of people in its place, or of platforms there."""
    reach = [Q(pk__in=[])]
    for bureau in units_for(user, Act.OVERSEE_MISSING).select_related("area"):
        reach += [Q(**below(bureau.area, "professional__area")), Q(**below(bureau.area, "platform__area"))]
    rows = MissingHours.objects.filter(reduce(or_, reach), state=MissingState.WAITING)
    return rows.exclude(declarant=user).select_related("professional__area", "platform")


def platforms_to_ask(person: Professional) -> QuerySet[Organization]:
    """Those on a list for where the person works, of whatever year, and those that have ever sent something of them."""
    listed = Recognition.objects.filter(area__in=person.area.codes, kind=RecognitionKind.PLATFORM)
    sources = Claim.objects.filter(professional=person, door=Door.PLATFORM).values_list("source", flat=True).distinct()
    refs = [source.partition(":")[2] for source in sources]
    found = Q(pk__in=listed.values("organization")) | Q(ref__in=refs)
    return Organization.objects.filter(found, is_platform=True, state=UnitState.ACTIVE).order_by("name_key")


def arrived_of(question: MissingHours) -> Arrived:
    """What the platform has sent near that day: by a similar title first."""
    source, day = f"{Door.PLATFORM.value}:{question.platform.ref}", question.learned_on
    near = {"source": source, "ended_on__gte": day - AROUND, "started_on__lte": day + AROUND}
    rows = Claim.objects.filter(professional=question.professional_id, **near).exclude(state=ClaimState.TOMBSTONE)
    claims = sorted(rows.order_by("-id")[:_SHOWN], key=lambda claim: comparable(claim.title) != question.title_key)
    person = question.professional
    same = Q(id_index=person.id_index) | Q(id_index_before=person.id_index_before)
    misnamed = UnmatchedPerson.objects.filter(same, **{f"claim__{name}": value for name, value in near.items()})
    return Arrived(claims, misnamed.exclude(name=person.name).exists())
