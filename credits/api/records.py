"""Single records: how they stand, and their corrections."""

from typing import Any, ClassVar

from django.db import transaction
from django.http import Http404, HttpResponse
from django.utils import timezone
from rest_framework.request import Request

from accounts.models import Organization
from ceportal.kernel.rules.refusal import Refusal
from ceportal.kernel.rules.text import reasons_not_to_accept
from ceportal.kernel.web.keyset import strict_page
from ceportal.kernel.web.problems import Problem, json_answer
from credits.api.views import HoursView
from credits.enums import ClaimState, CorrectionAction
from credits.models import Claim, Correction
from credits.rules.records import is_record_id, reasons_not_to_read
from credits.selectors.records import corrections_of_record, current_record, entries_of_record, records_of
from credits.services.corrections import Corrected, replace_record, withdraw_record
from credits.services.subjects import named

PAGE = 100
REASON_LIMIT = 200
STATES = {
    ClaimState.LIVE: "accepted",
    ClaimState.HELD: "held",
    ClaimState.UNMATCHED: "unmatched_person",
    ClaimState.DUPLICATE: "duplicate",
    ClaimState.CONFLICT: "conflict",
    ClaimState.WITHDRAWN: "withdrawn",
    ClaimState.TOMBSTONE: "withdrawn",
}
_ENVELOPE = frozenset({"action", "reason", "record"})


class Records(HoursView):
    scopes: ClassVar = {"GET": "hours:read"}

    def get(self, request: Request) -> HttpResponse:
        rows = records_of(self.speaker.source)
        page = strict_page(rows, order=("id",), cursor=request.query_params.get("after", ""), size=PAGE)
        return json_answer({"items": [_brief(claim) for claim in page.items], "next": page.next_cursor or None})


class OneRecord(HoursView):
    scopes: ClassVar = {"GET": "hours:read"}

    def get(self, request: Request, record_id: str) -> HttpResponse:
        claim = current_record(self.speaker.source, record_id) if is_record_id(record_id) else None
        if claim is None:
            raise Http404
        return json_answer(_whole(claim))


class Corrections(HoursView):
    scopes: ClassVar = {"POST": "hours:write"}

    def post(self, request: Request, record_id: str) -> HttpResponse:
        speaker, now = self.speaker, timezone.now()
        if not is_record_id(record_id):
            raise Http404
        asked, _ = self.body(request)
        self.spend_records(1)
        asked = _by_number(asked, speaker.organization)
        refuse_malformed(asked, record_id)
        if self.is_rehearsal_alone:
            raise Problem(403, "sandbox_key", "沙箱密钥不能更正正式环境的记录，请在沙箱环境中试用。")
        reason = asked["reason"].strip()
        with transaction.atomic():
            if asked["action"] == CorrectionAction.WITHDRAW:
                corrected = withdraw_record(record_id, reason=reason, speaker=speaker, now=now)
            else:
                corrected = replace_record(asked["record"], reason=reason, speaker=speaker, now=now)
            self.refuse_if_revoked()
        return _answer(corrected)


def _by_number(asked: Any, organization: Organization) -> Any:
    """What was asked, its person named by number and name."""
    if not isinstance(asked, dict) or "record" not in asked:
        return asked
    [(record, wrong)] = named([asked["record"]], organization)
    if wrong:
        fault = wrong[0]
        raise Problem(400, fault.code, fault.message, pointer=f"/record{fault.field}")
    return asked | {"record": record}


def refuse_malformed(asked: Any, record_id: str) -> None:
    """Raise 400 with every fault of what was sent."""
    if not isinstance(asked, dict):
        raise Problem(400, "not_an_object", "请求体应是 JSON 对象。")
    faults = list(_faults(asked, record_id))
    if faults:
        raise Problem(400, faults[0].code, faults[0].message, errors=faults)


def _faults(asked: dict[str, Any], record_id: str) -> list[Refusal]:
    faults = []
    if asked.keys() - _ENVELOPE:
        faults.append(Refusal("unknown_key", "只接受 action、reason 和 record。"))
    action, reason = asked.get("action"), asked.get("reason")
    if action not in CorrectionAction.values:
        faults.append(Refusal("action", "action 应为 replace 或 withdraw。", field="/action"))
    if not isinstance(reason, str):
        faults.append(Refusal("reason", "请写明原因。", field="/reason"))
    else:
        faults += reasons_not_to_accept(reason, field="/reason", label="原因", limit=REASON_LIMIT)
    if action == CorrectionAction.REPLACE:
        faults += _faults_of_record(asked.get("record"), record_id)
    elif "record" in asked:
        faults.append(Refusal("unknown_key", "撤回时不用再给 record。", field="/record"))
    return faults


def _faults_of_record(record: object, record_id: str) -> list[Refusal]:
    found = reasons_not_to_read(record, today=timezone.localdate())
    faults = [Refusal(each.code, each.message, f"/record{each.field}", each.clause) for each in found]
    if not faults and isinstance(record, dict) and record["record_id"] != record_id:
        faults.append(Refusal("record_id", "record_id 与地址中的不一致。", field="/record/record_id"))
    return faults


def _answer(corrected: Corrected) -> HttpResponse:
    claim = corrected.claim
    state = "reversal_pending" if corrected.is_pending else STATES[ClaimState(claim.state)]
    body: dict[str, Any] = {"record_id": claim.external_id, "state": state, "year": claim.year}
    if corrected.entry is not None:
        body["entry_id"] = corrected.entry
    if corrected.reversal is not None:
        body["reversal_id"] = corrected.reversal
    if claim.reasons and not corrected.is_pending:
        body["reasons"] = claim.reasons
    return json_answer(body, status=202 if corrected.is_pending else 201)


def _brief(claim: Claim) -> dict[str, Any]:
    entry = next(iter(claim.entries.all()), None) if claim.state == ClaimState.LIVE else None
    return {
        "record_id": claim.external_id,
        "state": STATES[ClaimState(claim.state)],
        "year": claim.year,
        "hours": f"{claim.hours:.1f}",
        "entry_id": str(entry.ref) if entry else None,
        "received_at": timezone.localtime(claim.made_at).isoformat(timespec="seconds"),
    }


def _whole(claim: Claim) -> dict[str, Any]:
    corrections = list(corrections_of_record(claim))
    whole = _brief(claim)
    if any(each.done_at is None for each in corrections):
        whole["state"] = "reversal_pending"
    whole["content_hash"] = claim.content_digest
    whole["reasons"] = claim.reasons
    whole["state_reason"] = claim.state_reason
    whole["history"] = [
        {
            "entry_id": str(entry.ref),
            "kind": entry.kind,
            "hours": f"{entry.hours:.1f}",
            "year": entry.year,
            "reason": entry.reason,
            "at": timezone.localtime(entry.recorded_at).isoformat(timespec="seconds"),
        }
        for entry in entries_of_record(claim)
    ]
    whole["corrections"] = [
        {
            "action": each.action,
            "reason": each.reason,
            "at": timezone.localtime(each.asked_at).isoformat(timespec="seconds"),
            "state": _stands(each),
            **({"declined_because": each.declined_because} if each.declined_because else {}),
        }
        for each in corrections
    ]
    return whole


def _stands(correction: Correction) -> str:
    if correction.undone_at:
        return "undone"
    if correction.declined_because:
        return "declined"
    return "done" if correction.done_at else "reversal_pending"
