"""What teaching units have told of their classes: announced ones, rosters, filed courses."""

from collections.abc import Iterator
from datetime import date

from accounts.models import Organization
from bases.enums import ClassState
from bases.models import Course, TrainingClass
from bases.selectors.recognised import words_of_who_left
from ceportal.kernel.rules.refusal import Refusal
from ceportal.kernel.rules.text import comparable
from credits.enums import RosterState
from credits.models import Declaration, Roster
from credits.rules.known_classes import KnownClass

# What people declare as a training of a recognised base.
_OF_A_BASE = "base_training"


def reasons_of_a_base_that_is_gone(declaration: Declaration) -> Iterator[Refusal]:
    """Why a training of a recognised base cannot be handed in: it had lost its place by the last day (A27)."""
    day = declaration.ended_on
    if declaration.activity_id != _OF_A_BASE or day is None:
        return
    if words := words_of_who_left(declaration.organiser, on=day):
        text = f"{words}。这期间结束的培训不计学时，不能申报。"
        yield Refusal("base_has_left", text, field="organiser", clause="A27")


def classes_told_of(organiser: str, *, year: int, subject: str) -> list[KnownClass]:
    """Every class of a year and subject that the base or platform of this name has told of; empty where it has told of
    none, or is no such unit: then nothing can be said.
    """
    named = Organization.objects.filter(name_key=comparable(organiser))
    units = [pk for pk, *teaches in named.values_list("pk", "is_base", "is_platform") if any(teaches)]
    if not units:
        return []
    ways = (_of_classes, _of_rosters, _of_courses)
    # A class and its roster are one.
    return list(dict.fromkeys(known for way in ways for known in way(units, year, subject)))


def _of_classes(units: list[int], year: int, subject: str) -> Iterator[KnownClass]:
    held = TrainingClass.objects.filter(organization__in=units, year=year, subject=subject)
    rows = held.exclude(state__in=[ClassState.DRAFT, ClassState.CANCELLED])
    for title, *span in rows.values_list("title", "started_on", "ended_on"):
        yield KnownClass(title, (span[0], span[1]))


def _of_rosters(units: list[int], year: int, subject: str) -> Iterator[KnownClass]:
    rows = Roster.objects.filter(organization__in=units, year=year, subject=subject).exclude(state=RosterState.UNDONE)
    for title, *span in rows.values_list("title", "started_on", "ended_on"):
        yield KnownClass(title, (span[0], span[1]))


def _of_courses(units: list[int], year: int, subject: str) -> Iterator[KnownClass]:
    titles = Course.objects.filter(organization__in=units, year=year, subject=subject).values_list("title", flat=True)
    for title in titles:
        yield KnownClass(title, (date(year, 1, 1), date(year, 12, 31)))
