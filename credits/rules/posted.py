"""The quick way through a batch: what is sound is read in one pass; of anything else nothing is said here.

Whoever is not sound goes through `records.reasons_not_to_read`, which says why, by the very words of the contract; a
record that is sound there and not here is taken all the same. So this way may be narrower than that one, never wider.
"""

from datetime import date
from decimal import Decimal
from typing import Annotated, Literal

import msgspec
from msgspec import UNSET, Meta, Struct, UnsetType

from ceportal.kernel.rules.id_number import is_resident
from ceportal.kernel.rules.text import NAME_LIMIT, TITLE_LIMIT, is_acceptable, person_name
from credits.rules.records import COURSE_CODE_LIMIT, SCORE_LIMIT, Record, are_sessions, moments
from credits.rules.typed import EARLIEST_DAY, MOST_HOURS

_REQUIRED = 8
_ZERO = Decimal(0)


class _Assessment(Struct, forbid_unknown_fields=True):
    result: Literal["passed"]
    score: Annotated[str, Meta(max_length=SCORE_LIMIT)] | UnsetType = UNSET


class _Posted(Struct, forbid_unknown_fields=True, gc=False):
    record_id: Annotated[str, Meta(pattern=r"^[A-Za-z0-9._:-]{1,64}\Z")]
    id_number: str
    name: Annotated[str, Meta(max_length=NAME_LIMIT)]
    subject: Literal["public", "professional"]
    title: Annotated[str, Meta(max_length=TITLE_LIMIT)]
    hours: Annotated[str, Meta(pattern=r"^[0-9]{1,2}(\.[05]0?)?\Z")]
    started_on: date
    completed_on: date
    public_kind: Literal["compulsory", "elective"] | UnsetType = UNSET
    course_code: Annotated[str, Meta(max_length=COURSE_CODE_LIMIT)] | UnsetType = UNSET
    assessment: _Assessment | UnsetType = UNSET
    sessions: list[dict[str, str]] | UnsetType = UNSET


class _Envelope(Struct, forbid_unknown_fields=True):
    records: list[msgspec.Raw]


_ENVELOPES, _RECORDS = msgspec.json.Decoder(_Envelope), msgspec.json.Decoder(_Posted)
_BROKEN = (msgspec.DecodeError, UnicodeDecodeError, RecursionError)


def sound_records(body: bytes, *, today: date, most: int) -> list[Record | None]:
    """The records of a batch as it was sent, None in the place of each that is not sound at first sight.

    Empty where the envelope is none, holds nothing or more than `most`, or some key may stand twice.
    """
    try:
        sent = _ENVELOPES.decode(body).records
    except _BROKEN:
        return []
    if len(sent) > most:
        return []
    keys, found = 1, list[Record | None]()
    for raw in sent:
        posted = _decoded(raw)
        found.append(_read(posted, today) if posted else None)
        keys += _keys(posted) if posted else 0
    return found if not all(found) or keys == _colons(body) else []


def _decoded(raw: msgspec.Raw) -> _Posted | None:
    try:
        return _RECORDS.decode(raw)
    except _BROKEN:
        return None


def _colons(body: bytes) -> int:
    """How many keys there are in all: the reader takes the last of two equal ones without a word."""
    return b"".join(body.replace(b"\\\\", b"").replace(b'\\"', b"").split(b'"')[::2]).count(b":")


def _keys(posted: _Posted) -> int:
    keys = _REQUIRED
    if posted.public_kind is not UNSET:
        keys += 1
    if posted.course_code is not UNSET:
        keys += 1
    if posted.assessment is not UNSET:
        keys += 2 if posted.assessment.score is UNSET else 3
    if posted.sessions is not UNSET:
        keys += 1 + sum(map(len, posted.sessions))
    return keys


def _read(posted: _Posted, today: date) -> Record | None:
    number, start, end = posted.id_number.upper(), posted.started_on, posted.completed_on
    hours, kind = Decimal(posted.hours), posted.public_kind or ""
    is_sound = (
        EARLIEST_DAY <= start <= end <= today
        and _ZERO < hours <= MOST_HOURS
        and is_resident(number, today=today)
        and is_acceptable(posted.name)
        and is_acceptable(posted.title)
        and not (kind and posted.subject == "professional")
    )
    if not is_sound:
        return None
    record = Record(
        external_id=posted.record_id,
        id_number=number,
        name=person_name(posted.name),
        subject=posted.subject,
        public_kind=kind,
        title=posted.title.strip(),
        started_on=start,
        ended_on=end,
        hours=hours,
    )
    return _with_more(record, posted, today)


def _with_more(record: Record, posted: _Posted, today: date) -> Record | None:
    """What most records leave out."""
    code, assessment, sessions = posted.course_code, posted.assessment, posted.sessions
    if code is not UNSET:
        if not is_acceptable(code):
            return None
        record.course_code = code
    if assessment is not UNSET:
        if assessment.score is not UNSET and not is_acceptable(assessment.score):
            return None
        record.result, record.score = assessment.result, assessment.score or ""
    if sessions:
        if not are_sessions(sessions, record.started_on, record.ended_on, today):
            return None
        record.sessions = moments(sessions)
    return record
