"""Signs of fraud: what is found about a declaration, who decides on it, and what its reviewers are shown."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal

from django.db.models import Q, QuerySet
from django.utils import timezone

from accounts.models import User
from accounts.rules.policy import Act
from accounts.selectors.duties import below, units_for
from credits.models import Declaration, Evidence
from credits.rules.declaring import Limits
from credits.selectors.bench import Bench
from credits.selectors.beside import reasons_to_look_at_the_day
from credits.selectors.known_classes import classes_told_of
from reviews.enums import HINTS, SignalKind, Verdict
from reviews.models import Signal
from reviews.models.signals import TO_DECIDE
from reviews.rules.signals import (
    RUSH_TIME,
    Told,
    are_of_one_class,
    is_one_issuer,
    is_rush,
    is_unknown,
    names_a_certificate,
    telling,
)

# Of a notice that a whole province has shared only the first are compared.
_COMPARED = 50


@dataclass(frozen=True)
class Sign:
    """Something seen of a declaration, beside `other` if it takes two; `telling` as in `Signal`."""

    kind: SignalKind
    telling: str
    words: str
    other: Declaration | None = None


def signs_of(declaration: Declaration, papers: Mapping[str, str], *, bench: Bench) -> Iterator[Sign]:
    """All that is seen of it beside what others have handed in. `papers` says what is wrong with those of its files
    that are certificates of ours, by their digest; `bench` holds the regulation for all of a round.
    """
    files = dict(Evidence.objects.filter(declaration=declaration).values_list("file__digest", "label"))
    for digest, label in files.items():
        yield from _of_a_file(declaration, digest, label or "佐证材料")
        if digest in papers:
            what = telling(SignalKind.OUR_PAPER, digest, [declaration.ref])
            yield Sign(SignalKind.OUR_PAPER, what, f"材料“{label or '佐证材料'}”{papers[digest]}")
    yield from _of_the_number(declaration)
    yield from _of_the_class(declaration)
    yield from _of_hours(declaration, bench)
    yield from _of_speed(declaration)


def told_by(declaration: Declaration) -> Told:
    """What of it signs are seen by; it was handed in, so that it has its days."""
    assert declaration.started_on is not None
    assert declaration.ended_on is not None
    is_artefact = declaration.activity is not None and declaration.activity.artefact
    keys = {declaration.artefact_key, declaration.work_key} - {""} if is_artefact else set()
    span = (declaration.started_on, declaration.ended_on)
    return Told(declaration.title, declaration.organiser, span, frozenset(keys))


def signals_beside(declaration: Declaration) -> QuerySet[Signal]:
    """What its reviewers are shown: as long as nobody has found it sound."""
    about = Q(declaration=declaration) | Q(other=declaration)
    return Signal.objects.filter(about).exclude(verdict=Verdict.DISMISSED).order_by("id")


def suspects() -> QuerySet[Signal]:
    """Those that make an approval more likely to be drawn in a spot check."""
    return Signal.objects.exclude(verdict=Verdict.DISMISSED).exclude(kind__in=HINTS)


def signals_judged_by(user: User) -> QuerySet[Signal]:
    """Signs about what people in the places of one's bureaus declared, never about what is one's own (A24)."""
    reach = Q(pk__in=[])
    for unit in units_for(user, Act.JUDGE_SIGNALS).select_related("area"):
        reach |= Q(**below(unit.area, "declaration__professional__area"))
    own = Q(declaration__declarant=user) | Q(other__declarant=user)
    rows = Signal.objects.filter(reach).exclude(own)
    whole = ("professional__area", "organization", "activity", "waiting_on")
    sides = [f"{side}__{name}" for side in ("declaration", "other") for name in whole]
    return rows.select_related(*sides, "decided_by")


def to_judge(rows: QuerySet[Signal]) -> QuerySet[Signal]:
    return rows.filter(TO_DECIDE)


def sides_of(signal: Signal, user: User) -> list[tuple[Declaration, bool]]:
    """The one or two declarations of a sign, and whether `user` may see whose they are: people of their places."""
    places = [unit.area.path for unit in units_for(user, Act.JUDGE_SIGNALS).select_related("area")]
    both = [each for each in (signal.declaration, signal.other) if each is not None]
    return [(each, any(each.professional.area.path.startswith(path) for path in places)) for each in both]


def _others(declaration: Declaration) -> Q:
    """What other people have handed in, as a filter over declarations; accounts made one are one person."""
    person = declaration.professional
    same = Q(professional=person) | Q(professional__merged_into=person)
    if person.merged_into_id is not None:
        same |= Q(professional=person.merged_into_id)
    return Q(first_submitted_at__isnull=False) & ~same


def _of_a_file(declaration: Declaration, digest: str, label: str) -> Iterator[Sign]:
    """An alarm beside the first who is no classmate, else a hint beside the first who is."""
    with_it = Evidence.objects.filter(file__digest=digest).values("declaration")
    rows = Declaration.objects.filter(_others(declaration), pk__in=with_it).select_related("activity").order_by("pk")
    others, own = list(rows[:_COMPARED]), told_by(declaration)
    stranger = next((other for other in others if not are_of_one_class(own, told_by(other))), None)
    other = stranger or next(iter(others), None)
    if other is None:
        return
    kind = SignalKind.SAME_FILE if stranger else SignalKind.CLASSMATES
    words = (
        f"材料“{label}”与另一人员申报别的培训时提交的文件完全相同，请核对材料上的姓名。"
        if stranger
        else f"材料“{label}”与同班学员提交的相同，可能是共用的通知或合影，仅供参考。"
    )
    yield Sign(kind, telling(kind, digest, [declaration.ref, other.ref]), words, other)


def _of_the_number(declaration: Declaration) -> Iterator[Sign]:
    number, key, activity = declaration.certificate_no, declaration.artefact_key, declaration.activity
    if not key or not names_a_certificate(number) or (activity is not None and activity.artefact):
        return
    rows = Declaration.objects.filter(_others(declaration), artefact_key=key).select_related("activity")
    own = told_by(declaration)
    for other in rows.order_by("pk")[:_COMPARED]:
        if is_one_issuer(own, told_by(other)):
            what = telling(SignalKind.SAME_NUMBER, key, [declaration.ref, other.ref])
            words = "另一人员用同一主办单位的同一证书编号申报过，请核对证书上的姓名。"
            yield Sign(SignalKind.SAME_NUMBER, what, words, other)
            return


def _of_the_class(declaration: Declaration) -> Iterator[Sign]:
    told = told_by(declaration)
    classes = classes_told_of(told.organiser, year=told.span[1].year, subject=declaration.subject)
    if is_unknown(told, classes):
        what = telling(SignalKind.UNKNOWN_CLASS, f"{told.title}|{told.span}", [declaration.ref])
        words = (
            f"{told.organiser[:60]}在平台登记了 {told.span[1].year} 年 {len(classes)} 期同类培训，"
            "其中没有名称相近、日期相合的一期。"
        )
        yield Sign(SignalKind.UNKNOWN_CLASS, what, words)


def _of_hours(declaration: Declaration, bench: Bench) -> Iterator[Sign]:
    """More than a day holds, by itself or with what else was learned on the same days."""
    limits = bench.limits_where_now(declaration.professional, told_by(declaration).span[1].year)
    if limits is None:
        return
    if words := _too_many_by_itself(declaration, limits) or "".join(
        reason.message for reason in reasons_to_look_at_the_day(declaration, limits)
    ):
        what = f"{declaration.started_on}|{declaration.ended_on}|{declaration.hours_claimed}"
        yield Sign(SignalKind.TOO_MANY, telling(SignalKind.TOO_MANY, what, [declaration.ref]), words)


def _too_many_by_itself(declaration: Declaration, limits: Limits) -> str:
    activity, hours = declaration.activity, declaration.hours_claimed or Decimal(0)
    first, last = told_by(declaration).span
    days = (last - first).days + 1
    if activity is None or not activity.is_attended or hours <= limits.person_day * days:
        return ""
    most = limits.person_day.normalize()
    return f"{days} 天申报 {hours.normalize():f} 学时，超过每人每天 {most:f} 学时，请核对日期和学时。"


def _of_speed(declaration: Declaration) -> Iterator[Sign]:
    """Told once a person and day."""
    at = declaration.submitted_at
    assert at is not None
    near = Declaration.objects.filter(
        professional=declaration.professional_id, submitted_at__range=(at - RUSH_TIME, at + RUSH_TIME)
    )
    moments = sorted(moment for moment in near.values_list("submitted_at", flat=True) if moment)
    if is_rush(moments):
        what = telling(SignalKind.TOO_MANY, f"{timezone.localdate(at)}", [declaration.professional.ref])
        words = f"本人在 10 分钟内前后提交了 {len(moments)} 项申报，不像逐项填写，请核对是否真实。"
        yield Sign(SignalKind.TOO_MANY, what, words)
