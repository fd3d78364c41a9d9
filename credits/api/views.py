"""Batches of hours: posted, and asked for again."""

import hashlib
from datetime import datetime
from typing import Any, ClassVar
from uuid import UUID

import msgspec
from django.db import transaction
from django.http import Http404, HttpResponse
from django.utils import timezone
from rest_framework.request import Request

from accounts.selectors.clients import is_revoked
from accounts.web.machines import MachineView
from ceportal.kernel.web.problems import Problem, json_answer
from ceportal.kernel.web.strict_json import read_json
from credits.enums import Door
from credits.rules.posted import sound_records
from credits.selectors.records import batches_of
from credits.services.batches import MOST_RECORDS, post_batch
from credits.services.weighing import Speaker


class HoursView(MachineView):
    """Of a platform: what it says and asks is said and asked in its own name."""

    @property
    def speaker(self) -> Speaker:
        if not self.organization.is_platform:
            raise Problem(403, "not_a_platform", "只有学习平台可以报送和查询学时。")
        return Speaker(Door.PLATFORM, self.organization, client=self.client.client_id)

    def refuse_if_revoked(self) -> None:
        """Last thing in the transaction of a write: a key revoked meanwhile has written nothing."""
        if is_revoked(self.client):
            raise Problem(401, "unauthorized", "密钥已经停用。", headers={"WWW-Authenticate": "Bearer"})


class Batches(HoursView):
    scopes: ClassVar = {"POST": "hours:write"}

    def post(self, request: Request) -> HttpResponse:
        speaker, is_rehearsal = self.speaker, is_dry_run(request)
        raw, now = self.sent(request), timezone.now()
        posted = _posted(raw, now)
        self.spend_records(len(posted))
        if is_rehearsal or self.is_rehearsal_alone:
            self.spend_questions(len(posted))
        with transaction.atomic():
            answer = post_batch(
                posted,
                speaker=speaker,
                client=self.client,
                digest=hashlib.sha256(raw).hexdigest(),
                dry_run=is_rehearsal or self.is_rehearsal_alone,
                now=now,
            )
            self.refuse_if_revoked()
        return HttpResponse(msgspec.json.encode(answer), content_type="application/json")


class StoredBatch(HoursView):
    scopes: ClassVar = {"GET": "hours:read"}

    def get(self, request: Request, batch_id: str) -> HttpResponse:
        batches = batches_of(self.organization, now=timezone.now())
        batch = batches.filter(ref=_ref(batch_id)).first()
        if batch is None:
            raise Http404
        return json_answer(batch.answer)


def is_dry_run(request: Request) -> bool:
    """Whether only a rehearsal is asked for. 400 for any other parameter, and for two answers."""
    if request.query_params.keys() - {"dry_run"}:
        raise Problem(400, "unknown_parameter", "只接受参数 dry_run。")
    given = request.query_params.getlist("dry_run") or ["false"]
    if given not in (["true"], ["false"]):
        raise Problem(400, "dry_run", "dry_run 应为 true 或 false，只能给一次。")
    return given == ["true"]


def _posted(raw: bytes, now: datetime) -> list[Any]:
    """The records: read where they are sound at first sight, the others as they came."""
    sound = sound_records(raw, today=timezone.localdate(now), most=MOST_RECORDS)
    if sound and all(sound):
        return sound
    came = _records(read_json(raw))
    return [read or posted for read, posted in zip(sound, came, strict=True)] if sound else came


def _records(envelope: Any) -> list[Any]:
    """The records of a well-formed envelope: `{"records": [...]}` and nothing else."""
    if not isinstance(envelope, dict):
        raise Problem(400, "not_an_object", '请求体应是 JSON 对象：{"records": [...]}。')
    if envelope.keys() - {"records"}:
        raise Problem(400, "unknown_key", "请求体里除 records 外不能有其他字段。")
    records = envelope.get("records")
    if not isinstance(records, list):
        raise Problem(400, "no_records", "records 应是记录的数组。", pointer="/records")
    if not records:
        raise Problem(400, "empty", "records 里没有记录。", pointer="/records")
    if len(records) > MOST_RECORDS:
        raise Problem(413, "too_many_records", f"一批最多 {MOST_RECORDS} 条记录，这一批有 {len(records)} 条。")
    return records


def _ref(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError as error:
        raise Http404 from error
