"""The province's teachers, and high-level seminars: who keeps, picks and reads which."""

from dataclasses import dataclass
from datetime import date

from django.db.models import Count, Exists, OuterRef, Q, QuerySet

from accounts.models import Organization, User
from accounts.rules.policy import Act
from accounts.selectors.duties import units_for
from bases.enums import ClassKind, ClassState, Result
from bases.models import ClassTeacher, Enrolment, Seminar, Teacher, TrainingClass


@dataclass(frozen=True)
class WantedTeacher:
    """Empty is everything."""

    words: str = ""
    trade: str = ""
    area: str = ""
    form: str = ""


def keeping_units(user: User) -> QuerySet[Organization]:
    """The bases for which `user` keeps teachers."""
    return units_for(user, Act.KEEP_TEACHERS).select_related("area").order_by("id")


def own_teachers(user: User) -> QuerySet[Teacher]:
    return Teacher.objects.filter(organization__in=keeping_units(user).values("pk"))


def teachers_seen_by(user: User) -> QuerySet[Teacher]:
    """Those shared with the province, and one's own bases'; with how many classes they taught or are to teach."""
    mine = Q(organization__in=keeping_units(user).values("pk"))
    rows = Teacher.objects.filter(mine | Q(is_shared=True)).select_related("organization__area", "trade")
    taught = Count("class_teachers", filter=Q(class_teachers__training_class__state=ClassState.OPEN))
    return rows.annotate(classes=taught)


def found_teachers(user: User, wanted: WantedTeacher, *, on: date) -> QuerySet[Teacher]:
    rows = teachers_seen_by(user).filter(Q(ended_on__isnull=True) | Q(ended_on__gt=on))
    if wanted.words:
        says = Q(name__icontains=wanted.words) | Q(fields__icontains=wanted.words)
        rows = rows.filter(says | Q(institution__icontains=wanted.words))
    if wanted.trade:
        rows = rows.filter(trade=wanted.trade)
    if wanted.area:
        rows = rows.filter(organization__area__path__contains=f"/{wanted.area}/")
    return rows.filter(is_full_time=wanted.form == "full") if wanted.form else rows


def teachers_to_pick(user: User, training_class: TrainingClass, words: str, *, on: date) -> QuerySet[Teacher]:
    """Those not in the class yet."""
    there = ClassTeacher.objects.filter(training_class=training_class, teacher=OuterRef("pk"))
    return found_teachers(user, WantedTeacher(words=words), on=on).filter(~Exists(there)).order_by("name", "id")


def taught_by(teacher: Teacher) -> QuerySet[ClassTeacher]:
    """Their open classes, the latest first."""
    rows = ClassTeacher.objects.filter(teacher=teacher, training_class__state=ClassState.OPEN)
    return rows.select_related("training_class__organization").order_by("-training_class__started_on", "-id")


def teachers_of(training_class: TrainingClass) -> QuerySet[ClassTeacher]:
    """As everybody reads them on the page of the class."""
    return ClassTeacher.objects.filter(training_class=training_class).select_related("teacher").order_by("id")


def planning_bureaus(user: User) -> QuerySet[Organization]:
    """The province's bureau, by whom projects are planned (S0-15, S4-13)."""
    return units_for(user, Act.PLAN_SEMINARS).filter(area__parent__isnull=True)


def shown_seminars() -> QuerySet[Seminar]:
    return Seminar.objects.select_related("host__area", "bureau", "trade", "training_class", "paper")


def seminars_of(year: int) -> QuerySet[Seminar]:
    return shown_seminars().filter(year=year)


def hosted_seminars(user: User) -> QuerySet[Seminar]:
    return shown_seminars().filter(host__in=units_for(user, Act.HOLD_SEMINARS).values("pk"))


def possible_hosts() -> QuerySet[Organization]:
    may_host = Q(is_base=True) | Q(is_authority=True) | Q(is_employer=True)
    return Organization.objects.filter(may_host, state="active").order_by("name_key")


def classes_for(seminar: Seminar) -> QuerySet[TrainingClass]:
    """The host's high-level classes of the year that no other project is held by."""
    rows = TrainingClass.objects.filter(organization=seminar.host_id, kind=ClassKind.ADVANCED, year=seminar.year)
    rows = rows.exclude(state=ClassState.CANCELLED).filter(Q(seminar__isnull=True) | Q(seminar=seminar))
    return rows.order_by("started_on", "id")


def passed_in(training_class: TrainingClass) -> int:
    return Enrolment.objects.filter(training_class=training_class, left_at__isnull=True, result=Result.PASSED).count()
