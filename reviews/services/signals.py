"""Signs of fraud: found by the clock, each told once; decided on by a person, once (S3-10)."""

from collections.abc import Mapping
from datetime import datetime

from django.db import transaction
from django.utils import timezone

from accounts.enums import Duty, NoticeEvent
from accounts.models import User
from accounts.selectors.duties import holders_of, in_charge
from accounts.services.notices import tell
from ceportal.kernel.rules.refusal import MovedOn, Refusal, refuse, refuse_if_any
from ceportal.kernel.services.trail import record
from credits.models import Declaration
from credits.selectors.bench import Bench
from credits.services.searching import mark_searched
from reviews.enums import HINTS
from reviews.models import Signal
from reviews.rules.signals import CLAUSE, reasons_not_to_judge
from reviews.selectors.signals import signals_judged_by, signs_of, to_judge


@transaction.atomic
def look_into(declaration: Declaration, papers: Mapping[str, str], *, bench: Bench) -> int:
    """Note every sign of the version as it was read that was not told yet, and that it was looked for. How many.

    Whichever of two declarations is looked into later finds the other; of two at once both do, and one of them says it.
    """
    if not mark_searched(declaration):
        return 0
    signs = {sign.telling: sign for sign in signs_of(declaration, papers, bench=bench)}
    known = set(Signal.objects.filter(telling__in=list(signs)).values_list("telling", flat=True))
    made = [
        Signal.objects.create(
            kind=sign.kind, declaration=declaration, other=sign.other, telling=sign.telling, words=sign.words[:300],
            found_at=bench.now,
        )
        for sign in signs.values()
        if sign.telling not in known
    ]  # fmt: skip
    for signal in made:
        other = {"other": str(signal.other.ref)} if signal.other else {}
        after = {"kind": signal.kind, "declaration": str(declaration.ref), "version": declaration.version}
        record("signal.raise", signal, by=None, now=bench.now, after=after | other)
    if any(signal.kind not in HINTS for signal in made):
        _tell_the_bureau(declaration, bench.now)
    return len(made)


def _tell_the_bureau(declaration: Declaration, now: datetime) -> None:
    """The nearest that can decide on signs, once a day, without saying about whom."""
    bureau = in_charge(Duty.REVERSE_HOURS, declaration.professional.area, but_not=[declaration.declarant])
    if bureau is None:
        return
    text = "今天发现了新的疑点线索，请到“疑点线索”逐条核实处理。"
    key = f"signals:{bureau.ref}:{timezone.localdate(now)}"
    to = holders_of(bureau, Duty.REVERSE_HOURS).exclude(pk=declaration.declarant_id)
    tell(to, NoticeEvent.SPOT_CHECK, key=key, text=text, now=now)


@transaction.atomic
def judge(signal: Signal, *, verdict: str, reason: str, by: User, now: datetime) -> None:
    """What a person of the bureau makes of it. Nothing follows by itself: hours are taken back at their own desk.

    Raises `MovedOn` when it was decided already; a mere hint asks for no decision.
    """
    refuse_if_any(reasons_not_to_judge(verdict, reason))
    if not signals_judged_by(by).filter(pk=signal.pk).exists():
        raise refuse("not_yours", "这条线索不由您处理。", clause=CLAUSE)
    rows = to_judge(Signal.objects.filter(pk=signal.pk))
    if not rows.update(verdict=verdict, reason=reason.strip(), decided_by=by, decided_at=now):
        raise MovedOn([Refusal("decided", "这条线索已经有人处理过，结果见下。")])
    signal.refresh_from_db()
    record("signal.judge", signal, by=by, now=now, before={"verdict": ""}, after={"verdict": verdict})
