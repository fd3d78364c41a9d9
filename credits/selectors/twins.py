"""Trainings of a declaration that another door has counted already: told to its reviewers and to its declarant."""

from django.db.models import QuerySet
from django.utils import timezone

from credits.enums import ClaimState, Door
from credits.models import Claim, Declaration
from credits.rules.activity_key import activity_key
from credits.rules.plausibility import are_alike


def counted_twin(declaration: Declaration) -> Claim | None:
    """The live claim of the same training (same title, same days), if it came by another way."""
    if not (declaration.title and declaration.started_on and declaration.ended_on):
        return None
    key = activity_key(declaration.title, declaration.started_on, declaration.ended_on)
    return _live(declaration).filter(activity_key=key).first()


def likely_twins(declaration: Declaration) -> list[Claim]:
    """Live claims on the same days with a title that is alike: perhaps the same training, for a person to say."""
    if not (declaration.title and declaration.started_on and declaration.ended_on):
        return []
    days = {"started_on__lte": declaration.ended_on, "ended_on__gte": declaration.started_on}
    key = activity_key(declaration.title, declaration.started_on, declaration.ended_on)
    rows = _live(declaration).filter(**days).exclude(activity_key=key).exclude(door=Door.DECLARATION)
    return [claim for claim in rows if are_alike(claim.title, declaration.title)]


def counted_words(claim: Claim) -> str:
    """Through which door and when a training was counted."""
    day = timezone.localdate(claim.made_at)
    hours = f"{claim.hours.normalize():f}"
    return f"这次学习已于 {day.year}年{day.month}月{day.day}日通过“{Door(claim.door).label}”计入 {hours} 学时"


def words_beside(declaration: Declaration) -> str:
    """What its declarant should know: that the training counts already, or counted when this was approved.

    Empty where nothing of the kind is so.
    """
    own = Claim.objects.filter(declaration=declaration).select_related("twin").first()
    if own is not None:
        return counted_words(own.twin) if own.state == ClaimState.DUPLICATE and own.twin else ""
    twin = counted_twin(declaration)
    return counted_words(twin) if twin else ""


def _live(declaration: Declaration) -> QuerySet[Claim]:
    person, year = declaration.professional_id, declaration.year or 0
    rows = Claim.objects.filter(professional=person, year=year, state=ClaimState.LIVE)
    return rows.exclude(declaration=declaration).order_by("pk")
