"""Many held hours at once, in the background: a leaked key's hours put aside, and what a desk's filter finds ruled on.

Revoking the key is the first thing, in the transaction that makes the job: from then on it opens nothing, and what it
had sent is put aside batch by batch. A chunk that was done before a kill is not done again.
"""

from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Count, F, Max, Q, QuerySet, Sum

from accounts.models import ApiClient, Organization, User
from accounts.services.clients import revoke_client
from ceportal.kernel.enums import JobState
from ceportal.kernel.models import Job
from ceportal.kernel.rules.refusal import refuse, refuse_if_any
from ceportal.kernel.services.jobs import renew, work_off
from ceportal.kernel.services.trail import record
from credits.enums import CorrectionAction, Door, Outcome
from credits.models import Claim, Correction, HourBatch
from credits.rules.holding import reasons_not_to_rule
from credits.selectors.holding import (
    HOLD_CLIENT,
    KINDS,
    RULE_HELD,
    UNDO_CLIENT,
    Asked,
    claims_in,
    claims_made,
    counted_of_batches,
    held_by,
    held_seen_by,
)
from credits.selectors.undoing import asked_by, first_hold, undoable
from credits.services.batches import KEPT_FOR
from credits.services.crediting import Speaker
from credits.services.holding import Word, hold_claims, refuse_claims, release_claims
from credits.services.undoing import undo_corrections

CHUNK, AT_ONCE = 500, 1_000
# Of these the batch has made a claim; a duplicate repeats what was there.
_MADE = {Outcome.ACCEPTED.value, Outcome.UNMATCHED_PERSON.value, Outcome.HELD.value}
_ACTS = {"release": release_claims, "refuse": refuse_claims}


@transaction.atomic
def revoke_and_hold(client: ApiClient, *, since: datetime, reason: str, by: User, now: datetime) -> Job:
    """The key is out from this moment; everything it has posted since `since` stops counting, batch by batch. Of what
    came before the batches that are still kept nobody knows by which key: all of its platform's stops counting.
    """
    refuse_if_any(reasons_not_to_rule(reason))
    organization = client.organization
    if organization is None or since > now:
        raise refuse("since", "时间不能晚于现在。", field="since")
    revoke_client(client, by=by, now=now)
    total = counted_of_batches(organization, client.pk, since).aggregate(sum=Sum("received"))["sum"] or 0
    known_from = now - KEPT_FOR
    params = {"act": "hold", "client": client.client_id, "since": since.isoformat(), "reason": reason.strip()}
    if max(since, client.created) < known_from:
        params["before"] = known_from.isoformat()
    return _begin(HOLD_CLIENT, params, total=total, about=organization, by=by, now=now)


@transaction.atomic
def rule_on_held(asked: Asked, act: str, *, reason: str, by: User, now: datetime, mark: str = "") -> Job:
    """Release or refuse all that `asked` finds among what `by` may rule on, as it is now. With `mark` all that one hold
    has put aside (whoever may undo that hold has been asked before).
    """
    refuse_if_any(reasons_not_to_rule(reason))
    rows = held_by(mark) if mark else held_seen_by(by, asked)
    last = rows.aggregate(last=Max("pk"))["last"] or 0
    told = {"code": asked.code, "source": asked.source, "year": asked.year, "title": asked.title}
    params = {"act": act, "asked": told, "mark": mark, "reason": reason.strip(), "after": 0, "last": last}
    total = rows.count()
    if not total:
        raise refuse("nothing", "没有符合条件的待核实学时。")
    return _begin(RULE_HELD, params, total=total, about=None, by=by, now=now)


@transaction.atomic
def undo_withdrawals(client: ApiClient, *, reason: str, by: User, now: datetime) -> Job:
    """Undo what a leaked key has taken back since its first hold, in the background. Refused where nothing is left to
    undo. Who may has been asked before.
    """
    refuse_if_any(reasons_not_to_rule(reason))
    hold = first_hold(client.client_id)
    since = hold.params["since"] if hold else now.isoformat()
    asked = undoable(asked_by(client, datetime.fromisoformat(since))).aggregate(total=Count("pk"), last=Max("pk"))
    if hold is None or not asked["total"]:
        raise refuse("nothing", "没有可以恢复的撤回。")
    params = {"act": "undo", "client": client.client_id, "since": since, "mark": str(hold.ref)}
    params |= {"reason": reason.strip(), "after": 0, "last": asked["last"]}
    return _begin(UNDO_CLIENT, params, total=asked["total"], about=client.organization, by=by, now=now)


def work_on_held(*, now: datetime) -> int:
    """Work on what is to be held, released or refused; gives how many chunks were done."""
    return work_off(KINDS, work_on, now=now)


@transaction.atomic
def work_on(job: Job, *, now: datetime) -> bool:
    """One chunk of a job whose lease the caller holds. False when nothing is left, or it is lost."""
    if not renew(job, now=now):
        return False
    by = User.objects.get(pk=job.owner_id or 0)
    done = _WORK[job.kind](job, by, now)
    if done is None:
        Job.objects.filter(pk=job.pk).update(state=JobState.DONE, done=F("total"), finished_at=now, claimed_until=None)
        return False
    seen, moved = done
    job.result["claims"] = job.result.get("claims", 0) + moved
    Job.objects.filter(pk=job.pk).update(
        done=min(job.done + seen, job.total), total=job.total, params=job.params, result=job.result
    )
    return True


def _begin(
    kind: str, params: dict[str, Any], *, total: int, about: Organization | None, by: User, now: datetime
) -> Job:
    job = Job.objects.create(kind=kind, params=params, total=total, owner_id=by.pk, created_at=now)
    after = {"job": str(job.ref), "act": params["act"], "total": total, "reason": params["reason"]}
    record(f"held.{params['act']}", about or job, by=by, now=now, after=after)
    return job


def _hold(job: Job, by: User, now: datetime) -> tuple[int, int] | None:
    """What is older than the batches kept, then the next batches of the key; last of all the records that were put
    right since by the key.
    """
    client = ApiClient.objects.select_related("organization").get(client_id=job.params["client"])
    if client.organization is None or job.params.get("is_through"):
        return None
    source, mark = Speaker(Door.PLATFORM, client.organization).source, str(job.ref)
    since, word = datetime.fromisoformat(job.params["since"]), Word(job.params["reason"], by, now, job)
    if keys := _older(job, source, max(since, client.created)):
        return len(keys), hold_claims(keys, word, code="key_leaked", mark=mark)
    rows = counted_of_batches(client.organization, client.pk, since).filter(pk__gt=job.params.get("batch", 0))
    batches = _as_many_as_fit(rows)
    if not batches:
        job.params["is_through"] = True
        return 0, hold_claims(_put_right(client, source, since, mark), word, code="key_leaked", mark=mark)
    job.params["batch"] = batches[-1].pk
    made = [item["record_id"] for batch in batches for item in batch.answer["items"] if item["outcome"] in _MADE]
    received = sum(batch.received for batch in batches)
    return received, hold_claims(claims_in(source, made, unless=mark), word, code="key_leaked", mark=mark)


def _older(job: Job, source: str, since: datetime) -> list[int]:
    """The next claims of the platform from before the batches that are kept. How many there are shows on the way."""
    if not job.params.get("before"):
        return []
    before, after = datetime.fromisoformat(job.params["before"]), job.params.get("after", 0)
    keys = claims_made(source, since, before, after=after, limit=CHUNK)
    if not keys:
        job.params["before"] = ""
        return []
    job.params["after"] = keys[-1]
    job.total += len(keys)
    job.result["older"] = job.result.get("older", 0) + len(keys)
    return keys


def _as_many_as_fit(rows: QuerySet[HourBatch]) -> list[HourBatch]:
    """The next one, and those after it that together hold no more than `AT_ONCE` records."""
    keys, received = list[int](), 0
    for pk, many in rows.values_list("pk", "received")[:AT_ONCE]:
        received += many
        if keys and received > AT_ONCE:
            break
        keys.append(pk)
    return list(HourBatch.objects.filter(pk__in=keys).order_by("pk"))


def _put_right(client: ApiClient, source: str, since: datetime, mark: str) -> list[int]:
    """By the key, or by a key nobody has written down."""
    whose = Q(client=client) | Q(client__isnull=True)
    asked = Correction.objects.filter(
        whose, claim__source=source, asked_at__gte=since, action=CorrectionAction.REPLACE, declined_because=""
    )
    ids = list(asked.values_list("claim__external_id", flat=True).distinct())
    parts = (ids[at : at + CHUNK] for at in range(0, len(ids), CHUNK))
    return [key for part in parts for key in claims_in(source, part, unless=mark)]


def _rule(job: Job, by: User, now: datetime) -> tuple[int, int] | None:
    params = job.params
    mark = params["mark"]
    rows = held_by(mark) if mark else held_seen_by(by, Asked(**params["asked"]))
    found = rows.filter(pk__gt=params["after"], pk__lte=params["last"]).order_by("pk")
    keys: list[int] = list(found.values_list("pk", flat=True)[:CHUNK])
    if not keys:
        return None
    params["after"] = keys[-1]
    return len(keys), _ACTS[params["act"]](keys, Word(params["reason"], by, now, job))


def _undo(job: Job, by: User, now: datetime) -> tuple[int, int] | None:
    client, since = ApiClient.objects.get(client_id=job.params["client"]), datetime.fromisoformat(job.params["since"])
    asked = undoable(asked_by(client, since)).filter(pk__gt=job.params["after"], pk__lte=job.params["last"])
    keys: list[int] = list(asked.order_by("pk").values_list("pk", flat=True)[:CHUNK])
    if not keys:
        return None
    job.params["after"] = keys[-1]
    word = Word(job.params["reason"], by, now, job)
    return len(keys), undo_corrections(client, keys, word, since=since, mark=job.params["mark"])


_WORK = {HOLD_CLIENT: _hold, RULE_HELD: _rule, UNDO_CLIENT: _undo}


def rule_on_one(claim: Claim, act: str, *, reason: str, by: User, now: datetime) -> bool:
    """Release or refuse one. False when somebody else was first."""
    return _ACTS[act]([claim.pk], Word(reason, by, now, claim)) == 1
