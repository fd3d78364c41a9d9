"""Courses that a platform sends to be filed, and how they stand (S4-06; design: api)."""

import hashlib
from collections import Counter
from datetime import datetime
from typing import Any, ClassVar

from django.db import transaction
from django.http import Http404, HttpResponse
from django.utils import timezone
from rest_framework.request import Request

from bases.enums import FilingOutcome, FilingState
from bases.models import Course, CourseFiling
from bases.rules.filing import MOST_COURSES
from bases.selectors.filing import courses_of, digest_of_row, filings_of, is_over, one_course
from bases.services.filing import Said, Settled, send_courses
from ceportal.kernel.web.keyset import KeysetPage, strict_page
from ceportal.kernel.web.problems import Problem, as_error, json_answer
from credits.api.views import HoursView, is_dry_run

PAGE = 100
ENDED = "ended"
STATES: dict[str, str] = {
    **{state.value: str(state.label) for state in FilingState if state != FilingState.REPLACED},
    ENDED: "备案已终止",
}
_CODE_LIMIT = 200
# What is not filed is listed first: what is filed meanwhile is met once more, never missed.
_ASKED, _FILED = "a.", "f."


class Courses(HoursView):
    scopes: ClassVar = {"POST": "courses:file", "GET": "courses:file"}

    def post(self, request: Request) -> HttpResponse:
        speaker, is_rehearsal = self.speaker, is_dry_run(request)
        envelope, raw = self.body(request)
        posted = _courses(envelope)
        self.spend_records(len(posted))
        is_dry, now = is_rehearsal or self.is_rehearsal_alone, timezone.now()
        said = Said(speaker.organization, self.caller, hashlib.sha256(raw).hexdigest(), self.client)
        with transaction.atomic():
            settled = send_courses(posted, said, now=now, dry_run=is_dry)
            self.refuse_if_revoked()
        counts = Counter(each.outcome for each in settled)
        answer = {
            "received": len(settled),
            "counts": {outcome.value: counts[outcome] for outcome in FilingOutcome},
            "items": [_item(index, posted[index], each) for index, each in enumerate(settled)],
        }
        return json_answer(answer | ({"dry_run": True} if is_dry else {}))

    def get(self, request: Request) -> HttpResponse:
        organization, cursor = self.speaker.organization, request.query_params.get("after", "")
        if not cursor.startswith(_FILED):
            if cursor and not cursor.startswith(_ASKED):
                raise Problem(400, "cursor", "after 应是上一页给出的 next，请原样填写。", pointer="/after")
            page: KeysetPage[Any] = strict_page(
                filings_of(organization), order=("id",), cursor=cursor.removeprefix(_ASKED), size=PAGE
            )
            onward = f"{_ASKED}{page.next_cursor}" if page.next_cursor else _FILED
            if page.items:
                return _listed(page.items, onward)
            cursor = _FILED
        after = cursor.removeprefix(_FILED)
        page = strict_page(courses_of(organization), order=("id",), cursor=after, size=PAGE)
        return _listed(page.items, f"{_FILED}{page.next_cursor}" if page.next_cursor else None)


class OneCourse(HoursView):
    scopes: ClassVar = {"GET": "courses:file"}

    def get(self, request: Request, code: str) -> HttpResponse:
        found = one_course(self.speaker.organization, code) if len(code) <= _CODE_LIMIT else []
        if not found:
            raise Http404
        return json_answer({"code": found[0].code, "filings": [_told(row) for row in found]})


def _courses(envelope: Any) -> list[Any]:
    """The courses of a well-formed envelope: `{"courses": [...]}` and nothing else."""
    if not isinstance(envelope, dict):
        raise Problem(400, "not_an_object", '请求体应是 JSON 对象：{"courses": [...]}。')
    if envelope.keys() - {"courses"}:
        raise Problem(400, "unknown_key", "请求体里除 courses 外不能有其他字段。")
    courses = envelope.get("courses")
    if not isinstance(courses, list):
        raise Problem(400, "no_courses", "courses 应是课程的数组。", pointer="/courses")
    if not courses:
        raise Problem(400, "empty", "courses 里没有课程。", pointer="/courses")
    if len(courses) > MOST_COURSES:
        raise Problem(413, "too_many_courses", f"一次最多 {MOST_COURSES} 门课程，这一次有 {len(courses)} 门。")
    return courses


def _item(index: int, posted: Any, settled: Settled) -> dict[str, Any]:
    item: dict[str, Any] = {"index": index, "code": settled.code or _code(posted), "outcome": settled.outcome.value}
    if settled.faults:
        return item | {"errors": [as_error(fault, f"/courses/{index}") for fault in settled.faults]}
    if settled.state:
        state = ENDED if settled.is_over else settled.state.value
        item |= {"state": state, "state_text": STATES[state]}
    if settled.outcome == FilingOutcome.CONFLICT:
        return item | {"known_hash": settled.known_digest or None, "received_hash": settled.digest}
    item["content_hash"] = settled.digest
    return item | ({"reason": settled.note} if settled.note else {})


def _code(posted: Any) -> str | None:
    """The code, where the course has one that can be repeated back."""
    given = posted.get("code") if isinstance(posted, dict) else None
    return given if isinstance(given, str) and given.isprintable() and len(given) <= _CODE_LIMIT else None


def _listed(rows: list[Any], onward: str | None) -> HttpResponse:
    return json_answer({"items": [_told(row) for row in rows], "next": onward})


def _told(row: Course | CourseFiling) -> dict[str, Any]:
    state, more = _of_filed(row) if isinstance(row, Course) else _of_sent(row)
    return {
        "code": row.code,
        "title": row.title,
        "subject": row.subject,
        "hours": f"{row.hours:.1f}",
        "lecturer": row.lecturer,
        "approval": row.approval,
        "document": row.document,
        "area": row.area_id,
        "year": row.year,
        "valid_until": row.valid_until.isoformat() if row.valid_until else None,
        "state": state,
        "state_text": STATES[state],
        "reason": row.note,
        "content_hash": digest_of_row(row),
        **more,
    }


def _of_filed(row: Course) -> tuple[str, dict[str, Any]]:
    last = min((day for day in (row.ended_on, row.valid_until) if day), default=None)
    state = ENDED if is_over(row, timezone.localdate()) else FilingState.FILED.value
    return state, {
        "version": row.version,
        "from_on": row.from_on.isoformat() if row.from_on else f"{row.year}-01-01",
        "last_on": last.isoformat() if last else None,
        "sent_at": None,
        "decided_at": _moment(row.filed_at),
    }


def _of_sent(row: CourseFiling) -> tuple[str, dict[str, Any]]:
    waits = {"version": None, "from_on": None, "last_on": None}
    return row.state, waits | {"sent_at": _moment(row.asked_at), "decided_at": _moment(row.decided_at)}


def _moment(value: datetime | None) -> str | None:
    return timezone.localtime(value).isoformat(timespec="seconds") if value else None
