"""Judging the accounts of a year by another rule set, a place's accounts in chunks: to see, or in earnest (A19).

A chunk is one transaction that first renews the job's lease: whatever dies, the next worker goes on after the last
account that was written, nobody is counted, told or judged twice. Years that are over are judged anew only by
`judge_past_year`, which somebody with that duty asks for and says why.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import F
from django.urls import reverse
from django.utils import timezone

from accounts.enums import NoticeEvent
from accounts.models import Area, User
from accounts.services.notices import tell
from ceportal.kernel.enums import JobState
from ceportal.kernel.models import Job
from ceportal.kernel.rules.dated import COUNTRY, EVERYWHERE, DatedRule, places_of
from ceportal.kernel.rules.refusal import refuse_if_any
from ceportal.kernel.selectors.jobs import OPEN
from ceportal.kernel.services.jobs import renew, work_off
from ceportal.kernel.services.trail import record
from credits.enums import ResultChange, RunKind
from credits.models import RuleDraft, RuleEffect, RuleRun, YearAccount
from credits.rules.requirements import NOTHING
from credits.rules.rule_drafts import as_if_in, rule_said, said, speaks_of
from credits.rules.rule_runs import Found, found_of, is_asked_otherwise, reasons_not_to_judge_past, result_change
from credits.selectors.accounts import standing_of
from credits.selectors.bench import Bench
from credits.selectors.regulation import first_year_of, rule_book
from credits.selectors.rule_drafts import facts_of
from credits.selectors.rule_runs import accounts_of_place, places_touched
from credits.services.account_sets import change_accounts, lock_accounts

LOOK, JUDGE = "rules.what_if", "rules.judge"
CHUNK = 500


@dataclass(frozen=True)
class Scales:
    """The regulation as it was, where that is known, and as it is to be judged by."""

    before: Bench | None
    after: Bench

    def learn(self, accounts: Sequence[YearAccount]) -> None:
        people = [account.professional for account in accounts]
        for bench in (self.before, self.after):
            if bench is not None:
                bench.learn(people)


@transaction.atomic
def preview_draft(draft: RuleDraft, *, year: int, by: User, now: datetime) -> RuleRun:
    """Count what the draft as it stands would do to `year`. Asked twice it is the same run."""
    same = RuleRun.objects.filter(kind=RunKind.WHAT_IF, draft=draft, draft_version=draft.version, year=year)
    return same.first() or _start(RunKind.WHAT_IF, draft.area_id, year, by=by, now=now, draft=draft)


def judge_touched(
    written: Iterable[DatedRule],
    *,
    replaced: Sequence[DatedRule] = (),
    draft: RuleDraft | None = None,
    by: User | None = None,
    now: datetime,
) -> list[RuleRun]:
    """After rule sets were written: judge the running year of everybody they, or what they replaced, speak of."""
    year = timezone.localdate(now).year
    written = list(written)
    found = {rule.area_code for rule in [*written, *replaced] if speaks_of(rule, year)}
    places = {COUNTRY if place == EVERYWHERE else place for place in found}
    widest = [place for place in sorted(places) if not (places & set(places_of(place))) - {place}]
    params = {"replaced": [said(rule) for rule in replaced], "codes": [rule.code for rule in written]}
    return [
        _start(RunKind.IN_FORCE, place, year, by=by, now=now, draft=draft, params=params)
        for place in widest
        if places_touched(place, year)
    ]


@transaction.atomic
def judge_past_year(area: Area, year: int, *, reason: str, by: User, now: datetime) -> RuleRun:
    """Judge a year that is over by the rules in force now, because `by` says so and why."""
    this_year = timezone.localdate(now).year
    first_year = first_year_of(area) or this_year
    refuse_if_any(reasons_not_to_judge_past(year, reason, first_year=first_year, this_year=this_year))
    open_runs = RuleRun.objects.filter(kind=RunKind.PAST, area_code=area.pk, year=year, job__state__in=OPEN)
    if same := open_runs.first():
        return same
    run = _start(RunKind.PAST, area.pk, year, by=by, now=now, reason=reason.strip())
    record("rule_run.ask", run, by=by, now=now, after={"area": area.pk, "year": year, "reason": run.reason})
    return run


def work_on_rule_runs(*, now: datetime) -> int:
    """Work on what is to be judged, for half a lease at most; gives how many chunks were done."""
    return work_off((LOOK, JUDGE), work_on, now=now)


@transaction.atomic
def work_on(job: Job, *, now: datetime) -> bool:
    """One chunk of a job whose lease the caller holds (as `job` says). False when nothing is left, or it is lost."""
    run = RuleRun.objects.select_related("draft", "by").get(job=job)
    if not renew(job, now=now):
        return False
    if run.kind == RunKind.WHAT_IF and run.draft and run.draft.version != run.draft_version:
        job.result["overtaken"] = True
        return _finish(job, run, now)
    chunk = _next_accounts(job, run.year)
    if not chunk:
        return _finish(job, run, now)
    scales = _scales(run, job, now)
    scales.learn(chunk)
    before = {account.pk: _before(account, scales, run) for account in chunk}
    after = {account.pk: _found(account, scales.after) for account in chunk}
    if run.kind != RunKind.WHAT_IF:
        _judge(run, chunk, before, after, scales.after, now)
    _count(job, chunk, before, after, knows_both=scales.before is not None)
    _keep_effects(run, chunk, before, after)
    job.params["after"] = chunk[-1].professional_id
    Job.objects.filter(pk=job.pk).update(
        done=F("done") + len(chunk), total=F("total"), params=job.params, result=job.result
    )
    return True


def _start(
    kind: RunKind,
    area_code: str,
    year: int,
    *,
    by: User | None,
    now: datetime,
    draft: RuleDraft | None = None,
    reason: str = "",
    params: Mapping[str, Any] | None = None,
) -> RuleRun:
    places = places_touched(area_code, year)
    job = Job.objects.create(
        kind=LOOK if kind == RunKind.WHAT_IF else JUDGE,
        params={"places": [place for place, _ in places], "at": 0, "after": 0, **(params or {})},
        result={"lines": {}},
        total=sum(count for _, count in places),
        owner_id=by.pk if by else None,
        created_at=now,
    )
    return RuleRun.objects.create(
        kind=kind,
        draft=draft,
        draft_version=draft.version if draft else 0,
        area_code=area_code,
        year=year,
        reason=reason,
        by=by,
        job=job,
        made_at=now,
    )


def _next_accounts(job: Job, year: int) -> list[YearAccount]:
    """Place after place; `params` remember where the last chunk ended."""
    places = job.params["places"]
    while job.params["at"] < len(places):
        place = places[job.params["at"]]
        if chunk := accounts_of_place(year, place, after=job.params["after"], size=CHUNK):
            return chunk
        job.params["at"], job.params["after"] = job.params["at"] + 1, 0
    return []


def _scales(run: RuleRun, job: Job, now: datetime) -> Scales:
    book = rule_book()
    if run.kind == RunKind.WHAT_IF and run.draft:
        then = tuple(as_if_in(book, facts_of(run.draft), run.year))
        return Scales(Bench(book, now), Bench(then, now))
    if run.kind == RunKind.PAST:
        return Scales(None, Bench(book, now))
    kept = [rule for rule in book if rule.code not in job.params["codes"]]
    was = (*kept, *(rule_said(values) for values in job.params["replaced"]))
    return Scales(Bench(was, now), Bench(book, now))


def _found(account: YearAccount, bench: Bench) -> Found:
    return found_of(bench.asked_in(account, account.area), standing_of(account))


def _before(account: YearAccount, scales: Scales, run: RuleRun) -> Found:
    """A preview compares two rule sets; in earnest it is the result that stood in the account."""
    worked_out = _found(account, scales.before or scales.after)
    if run.kind == RunKind.WHAT_IF:
        return worked_out
    return worked_out.as_it_stood(rule_set=account.rule_set, obligation=account.obligation, is_met=account.is_met)


def _judge(
    run: RuleRun,
    chunk: Sequence[YearAccount],
    before: dict[int, Found],
    after: dict[int, Found],
    bench: Bench,
    now: datetime,
) -> None:
    """Write what is judged otherwise; what an account turned out to be under its lock is what counts."""
    touched = [account for account in chunk if before[account.pk].verdict != after[account.pk].verdict]
    people = {(run.year, account.professional_id): account.professional for account in touched}
    accounts = lock_accounts(people, bench)
    stood = {account.pk: (account.rule_set, account.obligation, account.is_met) for account in accounts.values()}
    change_accounts(accounts, dict.fromkeys(accounts, NOTHING), bench)
    rows = {account.pk: account for account in touched}
    for account in accounts.values():
        rule_set, obligation, was_met = stood[account.pk]
        before[account.pk] = before[account.pk].as_it_stood(rule_set=rule_set, obligation=obligation, is_met=was_met)
        after[account.pk] = after[account.pk].as_it_stood(
            rule_set=account.rule_set, obligation=account.obligation, is_met=account.is_met
        )
        told = {"before": before[account.pk].as_json(), "after": after[account.pk].as_json()}
        record("account.judge_again", rows[account.pk], by=None, now=now, **told)
    _tell_people(run, chunk, before, after, now)


def _count(
    job: Job, chunk: Sequence[YearAccount], before: dict[int, Found], after: dict[int, Found], *, knows_both: bool
) -> None:
    lines = job.result["lines"]
    for account in chunk:
        line = lines.setdefault(f"{account.area_id}|{account.level}", [0, 0, 0, 0])
        was, then = before[account.pk], after[account.pk]
        change = result_change(was, then)
        line[0] += 1
        line[1] += change == ResultChange.LOST
        line[2] += change == ResultChange.GAINED
        line[3] += knows_both and is_asked_otherwise(was, then)


def _keep_effects(
    run: RuleRun, chunk: Sequence[YearAccount], before: dict[int, Found], after: dict[int, Found]
) -> None:
    RuleEffect.objects.bulk_create(
        RuleEffect(
            run=run,
            account=account,
            area_id=account.area_id,
            level=account.level,
            change=change,
            before=before[account.pk].as_json(),
            after=after[account.pk].as_json(),
        )
        for account in chunk
        if (change := result_change(before[account.pk], after[account.pk]))
    )


def _tell_people(
    run: RuleRun, chunk: Sequence[YearAccount], before: dict[int, Found], after: dict[int, Found], now: datetime
) -> None:
    """Once a run: whoever is asked for something else, or stands otherwise. Who is told the same is told at once."""
    told: dict[str, list[User]] = {}
    for account in chunk:
        was, then = before[account.pk], after[account.pk]
        change = result_change(was, then)
        if change or (run.kind == RunKind.IN_FORCE and is_asked_otherwise(was, then)):
            text = f"{run.year} 年度的学时规定有变动：{then.asked_in_words}。"
            text += f"您的年度结果{change.label}。" if change else "您的年度结果没有变化。"
            told.setdefault(text, []).append(account.professional.user)
    link = f"{reverse('credits:hours')}?year={run.year}"
    for text, people in told.items():
        tell(people, NoticeEvent.RULES_CHANGED, key=f"rules:{run.ref}", text=text, link=link, now=now)


def _finish(job: Job, run: RuleRun, now: datetime) -> bool:
    """Always false: nothing is left."""
    Job.objects.filter(pk=job.pk).update(
        state=JobState.DONE, done=F("total"), params=job.params, result=job.result, finished_at=now,
        claimed_until=None, last_error="",
    )  # fmt: skip
    if run.kind != RunKind.WHAT_IF:
        sums = [sum(line[place] for line in job.result["lines"].values()) for place in range(4)]
        after = dict(zip(("people", "lost", "gained", "asked_otherwise"), sums, strict=True))
        record("rule_run.done", run, by=run.by, now=now, after={"year": run.year, "area": run.area_code, **after})
    return False
