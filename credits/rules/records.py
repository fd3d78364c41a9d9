"""A record as a machine sends it: read strictly, every fault named by its JSON Pointer (api.md, inputs.md A, B, C, E).

Nothing is mended: full-width digits, other calendars, a number instead of a string are faults. The rest is a `Record`.
"""

import hashlib
import re
from collections.abc import Iterable, Iterator, Mapping
from datetime import date, datetime
from decimal import Decimal
from json.encoder import encode_basestring_ascii as quoted
from typing import Any
from zoneinfo import ZoneInfo

from msgspec import Struct

from accounts.rules.registration import reasons_not_to_accept_any_number
from ceportal.kernel.rules.refusal import Refusal
from ceportal.kernel.rules.text import NAME_LIMIT, TITLE_LIMIT, person_name, reasons_not_to_accept
from credits.enums import REPORTED, PublicKind, Subject
from credits.rules.typed import EARLIEST_DAY, reasons_not_to_read_day, reasons_not_to_read_hours

MOST_SESSIONS = 50
COURSE_CODE_LIMIT = 64
RECORD_ID_LIMIT = 64
SCORE_LIMIT = 20
_SHANGHAI = ZoneInfo("Asia/Shanghai")
_RECORD_ID = re.compile(r"[A-Za-z0-9._:-]{1,64}", re.ASCII)
_MOMENT = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]{1,6})?(Z|[+-][0-9]{2}:[0-5][0-9])", re.ASCII
)
_REQUIRED = ("record_id", "id_number", "name", "subject", "title", "hours", "started_on", "completed_on")
_OPTIONAL = ("public_kind", "course_code", "assessment", "sessions")
_KEYS = frozenset((*_REQUIRED, *_OPTIONAL))
_KNOWN = re.compile(r"[A-Za-z0-9_-]{1,40}", re.ASCII)


class Record(Struct, gc=False):
    """What a speaker says of one person's training, already checked for its shape. `external_id` is the speaker's own.

    `id_number` is normalised; `course_code` empty where the speaker has none; sessions are aware moments.
    """

    external_id: str
    id_number: str
    name: str
    subject: str
    title: str
    started_on: date
    ended_on: date
    hours: Decimal
    public_kind: str = ""
    course_code: str = ""
    result: str = ""
    score: str = ""
    sessions: tuple[tuple[datetime, datetime], ...] = ()


def digest_of(record: Record, *, person: str = "") -> str:
    """64 hex digits of the content, the same however it was written down. The number is left out: who is meant is
    compared by index, whose key may change (selectors.crediting.is_same). `person` tells apart what differs in that.
    """
    sat = ", ".join([f"[{start.timestamp()!r}, {end.timestamp()!r}]" for start, end in record.sessions])
    # JSON with its keys in order, written by hand: a thousand of them are asked for at once.
    content = (
        f'{{"assessment": ["{record.result}", {quoted(record.score)}],'
        f' "days": ["{record.started_on}", "{record.ended_on}"],'
        f' "name": {quoted(person_name(record.name))}, "person": "{person}", "sessions": [{sat}],'
        f' "training": ["{record.subject}", "{record.public_kind}", {quoted(record.title)},'
        f' {quoted(record.course_code)}, "{record.hours:.1f}"]}}'
    )
    return hashlib.sha256(content.encode()).hexdigest()


def is_record_id(value: object) -> bool:
    return isinstance(value, str) and _RECORD_ID.fullmatch(value) is not None


def reasons_not_to_read(posted: object, *, today: date) -> list[Refusal]:
    """Every fault of a posted record; `field` of each is the JSON Pointer within the record."""
    if not isinstance(posted, Mapping):
        return [Refusal("not_an_object", "每条记录应是一个 JSON 对象。")]
    return list(_faults(posted, today))


def read(posted: Mapping[str, Any]) -> Record:
    """A record without faults, as the ledger takes it."""
    assessment = posted.get("assessment", {})
    return Record(
        external_id=posted["record_id"],
        id_number=posted["id_number"].upper(),
        name=person_name(posted["name"]),
        subject=posted["subject"],
        public_kind=posted.get("public_kind", ""),
        title=posted["title"].strip(),
        course_code=posted.get("course_code", ""),
        hours=Decimal(posted["hours"]),
        started_on=date.fromisoformat(posted["started_on"]),
        ended_on=date.fromisoformat(posted["completed_on"]),
        result=assessment.get("result", ""),
        score=assessment.get("score", ""),
        sessions=moments(posted.get("sessions", ())),
    )


def moments(sessions: Iterable[Mapping[str, str]]) -> tuple[tuple[datetime, datetime], ...]:
    """Sessions without faults, as the ledger takes them."""
    return tuple(
        (datetime.fromisoformat(each["started_at"]), datetime.fromisoformat(each["ended_at"])) for each in sessions
    )


def are_sessions(sessions: object, started_on: date, ended_on: date, today: date) -> bool:
    """Whether nothing is wrong with the sessions of a training on these days."""
    days = {"started_on": started_on.isoformat(), "completed_on": ended_on.isoformat()}
    return not any(_faults_of_sessions(sessions, days, today))


def _faults(posted: Mapping[str, Any], today: date) -> Iterator[Refusal]:
    yield from _faults_of_keys(posted, _KEYS, _REQUIRED, "")
    given = {key: value for key, value in posted.items() if key in _KEYS}
    for key in (*_REQUIRED, "public_kind", "course_code"):
        if key in given and not isinstance(given[key], str):
            yield _wrong_type(f"/{key}", "字符串")
    texts = {key: value for key, value in given.items() if isinstance(value, str)}
    yield from _faults_of_texts(texts, today)
    yield from _faults_of_days(texts, today)
    if "assessment" in given:
        yield from _faults_of_assessment(given["assessment"])
    if "sessions" in given:
        yield from _faults_of_sessions(given["sessions"], texts, today)


def _faults_of_keys(
    posted: Mapping[str, Any], known: frozenset[str], required: tuple[str, ...], above: str
) -> Iterator[Refusal]:
    for key in posted:
        if key not in known:
            # What cannot be shown safely is not repeated.
            pointer = f"{above}/{key}" if _KNOWN.fullmatch(key) else above
            yield Refusal("unknown_key", "有接口文档中没有的字段，请核对字段名。", field=pointer)
    for key in required:
        if key not in posted:
            yield Refusal("missing", f"缺少必填字段 {key}。", field=f"{above}/{key}")


def _faults_of_texts(texts: Mapping[str, str], today: date) -> Iterator[Refusal]:
    if "record_id" in texts and not is_record_id(texts["record_id"]):
        yield Refusal("record_id_shape", "record_id 应为 1 至 64 位的字母、数字或 . _ : -。", field="/record_id")
    if "id_number" in texts:
        yield from _faults_of_number(texts["id_number"], today)
    if "name" in texts:
        yield from reasons_not_to_accept(texts["name"], field="/name", label="姓名", limit=NAME_LIMIT)
    if "title" in texts:
        yield from reasons_not_to_accept(texts["title"], field="/title", label="课程名称", limit=TITLE_LIMIT)
    if "course_code" in texts:
        code, limit = texts["course_code"], COURSE_CODE_LIMIT
        yield from reasons_not_to_accept(code, field="/course_code", label="课程编号", limit=limit)
    if "hours" in texts:
        yield from reasons_not_to_read_hours(texts["hours"], field="/hours")
    if "subject" in texts and texts["subject"] not in REPORTED:
        yield Refusal("subject", "subject 应为 public 或 professional。", field="/subject")
    if "public_kind" in texts:
        yield from _faults_of_kind(texts["public_kind"], texts.get("subject", ""))


def _faults_of_number(number: str, today: date) -> Iterator[Refusal]:
    """A resident's number, or one of the permits people register with."""
    number = number.upper() if number.isascii() else number
    for fault in reasons_not_to_accept_any_number(number, today=today):
        yield Refusal(fault.code, fault.message, field="/id_number")


def _faults_of_kind(kind: str, subject: str) -> Iterator[Refusal]:
    if kind not in PublicKind.values:
        yield Refusal("public_kind", "public_kind 应为 compulsory 或 elective。", field="/public_kind")
    elif subject == Subject.PROFESSIONAL:
        yield Refusal("public_kind", "只有公需科目才分必修课和选修课。", field="/public_kind", clause="A28")


def _faults_of_days(texts: Mapping[str, str], today: date) -> Iterator[Refusal]:
    days: dict[str, date] = {}
    for key in ("started_on", "completed_on"):
        if key in texts:
            faults = reasons_not_to_read_day(texts[key], field=f"/{key}")
            yield from faults
            if not faults:
                days[key] = date.fromisoformat(texts[key])
    for key, day in days.items():
        if day > today:
            yield Refusal("not_over", "日期还没有到。学完并考核合格后再报送。", field=f"/{key}", clause="S2-13")
    if len(days) == 2 and days["completed_on"] < days["started_on"]:
        yield Refusal("ends_before_start", "结束日期早于开始日期，请核对。", field="/completed_on")


def _faults_of_assessment(assessment: object) -> Iterator[Refusal]:
    if not isinstance(assessment, Mapping):
        yield _wrong_type("/assessment", "对象")
        return
    yield from _faults_of_keys(assessment, frozenset({"result", "score"}), ("result",), "/assessment")
    result, score = assessment.get("result"), assessment.get("score", "0")
    if result == "failed":
        message = "考核未合格，学时在合格后才能计入。"
        yield Refusal("not_passed", message, field="/assessment/result", clause="S2-04")
    elif "result" in assessment and result != "passed":
        yield Refusal("assessment_result", "result 应为 passed 或 failed。", field="/assessment/result")
    if not isinstance(score, str):
        yield _wrong_type("/assessment/score", "字符串")
    else:
        yield from reasons_not_to_accept(score, field="/assessment/score", label="成绩", limit=SCORE_LIMIT)


def _faults_of_sessions(sessions: object, texts: Mapping[str, str], today: date) -> Iterator[Refusal]:
    if not isinstance(sessions, list):
        yield _wrong_type("/sessions", "数组")
        return
    if len(sessions) > MOST_SESSIONS:
        yield Refusal("too_many_sessions", f"一条记录最多 {MOST_SESSIONS} 个学习时段。", field="/sessions")
        return
    for number, session in enumerate(sessions):
        yield from _faults_of_session(session, f"/sessions/{number}", texts, today)


def _faults_of_session(session: object, above: str, texts: Mapping[str, str], today: date) -> Iterator[Refusal]:
    if not isinstance(session, Mapping):
        yield _wrong_type(above, "对象")
        return
    keys = ("started_at", "ended_at")
    yield from _faults_of_keys(session, frozenset(keys), keys, above)
    moments = {key: _readable(session[key]) for key in keys if key in session}
    for key, moment in moments.items():
        if moment is None:
            message = "时间应写作 2026-03-01T19:00:00+08:00，并带时区。"
            yield Refusal("moment_shape", message, field=f"{above}/{key}")
    start, end = moments.get("started_at"), moments.get("ended_at")
    if start is None or end is None:
        return
    first, last = start.astimezone(_SHANGHAI).date(), end.astimezone(_SHANGHAI).date()
    if end <= start:
        yield Refusal("session_order", "学习时段的结束应晚于开始。", field=f"{above}/ended_at")
    elif last > today or first.isoformat() < texts.get("started_on", "") or _is_after(last, texts):
        message = "学习时段（按北京时间）应在开始日期和结束日期之间。"
        yield Refusal("session_outside", message, field=above)


def _is_after(last: date, texts: Mapping[str, str]) -> bool:
    return "completed_on" in texts and last.isoformat() > texts["completed_on"]


def _readable(value: object) -> datetime | None:
    """The moment, or None where it is none that a training can have."""
    if not isinstance(value, str) or not _MOMENT.fullmatch(value):
        return None
    try:
        moment = datetime.fromisoformat(value)
    except ValueError:
        return None
    return moment if EARLIEST_DAY.year <= moment.year < 9999 else None


def _wrong_type(pointer: str, wanted: str) -> Refusal:
    return Refusal("wrong_type", f"类型不对，应为{wanted}。", field=pointer)
