"""A course as a platform's machine sends it to be filed: read strictly, and what becomes of it beside what is known.

Nothing is mended but outer blanks; a course is known by its code, place, year and subject (S4-06, design: api).
"""

import hashlib
import json
import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import asdict, dataclass, replace
from datetime import date
from decimal import Decimal
from typing import Any

from bases.enums import CourseApproval, FilingOutcome, FilingState
from bases.rules.courses import (
    COLUMNS,
    LIMITS,
    MOST_HOURS,
    CourseLine,
    are_hours,
    course_key,
    reasons_against_validity,
)
from ceportal.kernel.rules.dated import year_in
from ceportal.kernel.rules.refusal import Refusal
from ceportal.kernel.rules.text import comparable, reasons_not_to_accept, strange_character

MOST_COURSES = 200
_SUBJECTS = ("public", "professional")
_TEXTS = (*COLUMNS, "area")
_REQUIRED = (*_TEXTS, "year")
_KEYS = frozenset((*_REQUIRED, "valid_until", "replaces"))
_KNOWN = re.compile(r"[A-Za-z0-9_-]{1,40}", re.ASCII)
_AREA = re.compile(r"[0-9]{6}", re.ASCII)
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", re.ASCII)
_HASH = re.compile(r"[0-9a-f]{64}", re.ASCII)
# How a code ends that a sandbox decides at once, as a bureau would.
_PLAYED = {"-FILED": FilingState.FILED, "-REFUSED": FilingState.REFUSED}
PLAYED_REASON = "沙箱演练：编号以 -REFUSED 结尾的课程都不予备案。"
REPEATED = Refusal("repeated_in_call", "同一次请求里有同一门课程（编号、地区、年度、科目相同），都没有受理。", "/code")


@dataclass(frozen=True)
class SentCourse:
    """A course without faults. `replaces` is the hash of what it is to take the place of, mostly empty."""

    line: CourseLine
    area: str
    year: int
    valid_until: date | None = None
    replaces: str = ""

    @property
    def digest(self) -> str:
        return digest_of(self.line, area=self.area, year=self.year, valid_until=self.valid_until)

    def key(self, source: str) -> tuple[str, str, int, str]:
        """By which it is known: `course_key`, place, year and subject."""
        return course_key(source, self.line.code), self.area, self.year, self.line.subject


@dataclass(frozen=True)
class Known:
    """What is known of a course: its content, and whether its filing is over (ended, or run out)."""

    digest: str
    is_over: bool = False


def digest_of(line: CourseLine, *, area: str, year: int, valid_until: date | None) -> str:
    """64 hex digits of all that is filed of a course."""
    said = asdict(line) | {"hours": f"{line.hours:.1f}", "area": area, "year": year}
    said["valid_until"] = valid_until.isoformat() if valid_until else None
    return hashlib.sha256(json.dumps(said, ensure_ascii=False, sort_keys=True).encode()).hexdigest()


def outcome_of(
    sent: SentCourse, *, waiting: Known | None, filed: Known | None, refused: Known | None
) -> tuple[FilingOutcome, FilingState | None]:
    """What becomes of a course, and beside which of the known ones. `filed` is the newest version; `refused` is given
    where nothing was filed since.

    The same again is a duplicate, whatever became of it: a machine that sends its list every night asks for nothing
    twice. Who means it names by `replaces` what is to give way.
    """
    digest, replaces = sent.digest, sent.replaces
    if waiting:
        if waiting.digest == digest:
            return FilingOutcome.DUPLICATE, FilingState.WAITING
        if replaces != waiting.digest:
            return FilingOutcome.CONFLICT, FilingState.WAITING
        return FilingOutcome.WAITING, FilingState.WAITING
    if filed and filed.digest == digest and not (filed.is_over and replaces == digest):
        return FilingOutcome.DUPLICATE, FilingState.FILED
    if refused and refused.digest == digest and replaces != digest:
        return FilingOutcome.DUPLICATE, FilingState.REFUSED
    known = {FilingState.REFUSED: refused, FilingState.FILED: filed}
    if replaces and replaces not in {each.digest for each in known.values() if each}:
        return FilingOutcome.CONFLICT, next((state for state, each in known.items() if each), None)
    return FilingOutcome.WAITING, None


def played(code: str) -> FilingState | None:
    """What a sandbox makes of a course at once; None where it waits, as in earnest."""
    return next((state for ending, state in _PLAYED.items() if code.upper().endswith(ending)), None)


def reasons_not_to_read(posted: object, *, today: date) -> list[Refusal]:
    """Every fault of a posted course; `field` of each is the JSON Pointer within it."""
    if not isinstance(posted, Mapping):
        return [Refusal("not_an_object", "每门课程应是一个 JSON 对象。")]
    return list(_faults(posted, today))


def read(posted: Mapping[str, Any]) -> SentCourse:
    """A course without faults."""
    said: dict[str, str] = {name: posted[name].strip() for name in COLUMNS}
    until = posted.get("valid_until")
    return SentCourse(
        line=CourseLine(
            said["code"],
            said["title"],
            said["subject"],
            Decimal(said["hours"]),
            said["lecturer"],
            said["approval"],
            said["document"],
        ),
        area=posted["area"],
        year=int(posted["year"]),
        valid_until=date.fromisoformat(until) if until is not None else None,
        replaces=posted.get("replaces", ""),
    )


def reasons_of_place(area: str, known: Collection[str]) -> Iterator[Refusal]:
    """`known` are the codes of the portal's places among those that were named."""
    if area not in known:
        yield Refusal("area_unknown", "没有这个地区，请核对六位地区代码；全省适用的填 410000。", field="/area")


def within(reason: Refusal) -> Refusal:
    """A reason of a form's field, as one of a key of what was posted."""
    return replace(reason, field=f"/{reason.field}" if reason.field in _KEYS else "")


def _faults(posted: Mapping[str, Any], today: date) -> Iterator[Refusal]:
    for key in posted:
        if key not in _KEYS:
            # What cannot be shown safely is not repeated.
            pointer = f"/{key}" if _KNOWN.fullmatch(key) else ""
            yield Refusal("unknown_key", "有接口文档中没有的字段，请核对字段名。", field=pointer)
    for key in _REQUIRED:
        if key not in posted:
            yield Refusal("missing", f"缺少必填字段 {key}。", field=f"/{key}")
    for key in (*_TEXTS, "replaces"):
        if key in posted and not isinstance(posted[key], str):
            yield Refusal("wrong_type", "类型不对，应为字符串。", field=f"/{key}")
    yield from _faults_of_texts({key: value for key, value in posted.items() if isinstance(value, str)})
    if "year" in posted:
        yield from _faults_of_year(posted["year"], today)
    if posted.get("valid_until") is not None:
        yield from _faults_of_validity(posted["valid_until"], posted.get("year"))


def _faults_of_texts(texts: Mapping[str, str]) -> Iterator[Refusal]:
    for name, limit in LIMITS.items():
        if name in texts:
            yield from reasons_not_to_accept(texts[name], field=f"/{name}", label=COLUMNS[name], limit=limit)
    if (code := texts.get("code", "x")).strip() and strange_character(code) is None and not comparable(code):
        yield Refusal("code", "课程编号里要有字母、数字或汉字。", field="/code")
    if texts.get("subject", "public") not in _SUBJECTS:
        yield Refusal("subject", "subject 应为 public 或 professional。", field="/subject")
    if not are_hours(texts.get("hours", "1")):
        message = f'hours 应为大于 0、不超过 {MOST_HOURS} 的文本，以 0.5 为一档，例如 "2.0"。'
        yield Refusal("hours", message, field="/hours", clause="A16")
    if texts.get("approval", "press") not in CourseApproval.values:
        message = f"approval 应为 {'、'.join(CourseApproval.values)} 之一。"
        yield Refusal("approval", message, field="/approval", clause="S4-06")
    if not _AREA.fullmatch(texts.get("area", "410000")):
        yield Refusal("area", "area 应为六位地区代码，例如 410200；全省适用的填 410000。", field="/area")
    if not _HASH.fullmatch(texts.get("replaces", "0" * 64)):
        yield Refusal("replaces", "replaces 应为答复里给出的 content_hash 或 known_hash。", field="/replaces")


def _faults_of_year(value: object, today: date) -> Iterator[Refusal]:
    """A number without a fraction: last year, this one or the next."""
    year = year_in(str(value)) if isinstance(value, Decimal) else None
    if year is None or abs(year - today.year) > 1:
        message = f"year 应为四位数字的年度，{today.year - 1} 至 {today.year + 1}。"
        yield Refusal("year", message, field="/year")


def _faults_of_validity(value: object, year: object) -> Iterator[Refusal]:
    day = _day(value)
    if day is None:
        yield Refusal("valid_until", "valid_until 应为 YYYY-MM-DD 的日期；全年有效的不用给。", field="/valid_until")
        return
    said = year_in(str(year)) if isinstance(year, Decimal) else None
    if said is not None:
        yield from map(within, reasons_against_validity(day, year=said))


def _day(value: object) -> date | None:
    if not isinstance(value, str) or not _DAY.fullmatch(value):
        return None
    try:
        return date.fromisoformat(value)
    except ValueError:
        return None
