"""Where a clause stands, in the words people use: rules cite by id (S4-10), pages say 2025年全省通知 二（三）.

A document binds in its place and in its years. Where it binds a page says 依据, anywhere else 参照: another city's
notice, or last year's, is what we follow in want of a better one, and no ground that a person could be held to.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from ceportal.kernel.rules.dated import places_of

HENAN = "410000"


@dataclass(frozen=True)
class Document:
    """One of the five. It speaks to `area` and all below, from `year_from` to `year_to` (None: until withdrawn)."""

    name: str
    area: str
    year_from: int
    year_to: int | None


DOCUMENTS = {
    "S0": Document("2023年全省通知", HENAN, 2023, 2023),
    "S1": Document("2012年全省意见", HENAN, 2012, None),
    "S2": Document("开封市2021年通知", "410200", 2021, 2021),
    "S3": Document("平顶山市2023年通知", "410400", 2023, 2023),
    "S4": Document("2025年全省通知", HENAN, 2025, 2025),
}
# Clauses that name years of their own: no former years from 2024 on (A8) and none at all in Kaifeng after 2021 (A20),
# and the hours of 2012, which gave way to order 25 (S1-06).
TERMS: dict[str, tuple[int, int | None]] = {"S0-14": (2023, None), "S2-08": (2021, None), "S1-06": (2012, 2015)}
# Readings taken where the documents are silent or open (A1 to A30).
READING = "平台说明"
# What is written in no document at all: the portal's own conventions, which an authority may change.
DEFAULT = ("default", "平台默认约定")
PLACES = {
    "S0": "前言 一 一 一 一 二（一） 二（一） 二（一） 二（二） 二（二） 二（三） 二（三） 二（三） 二（三）"
    " 三 四 四 四 五（一）至（四） 五（五） 五（五） 五（六）",
    "S1": "前言 二（二） 三（一） 三（二） 三（三） 三（四） 三（四） 三（六） 四 五（一） 五（二） 五（三）"
    " 六（一） 六（二） 五（二） 六（一） 二（二） 三（五）、四",
    "S2": "一 一 一 一 一 二 二 二 三 四 四 五 一 一 二 五",
    "S3": "一 三 三 四（一）1 四（一）2 四（一）2 四（一）3 四（二） 四（三） 四（三） 附件",
    "S4": "抬头 二 二（一） 二（一） 二（二） 二（二） 二（二） 二（三） 二（三） 二（三） 二（三） 二（三）"
    " 三 四 五（一）（二） 五（三） 五（四） 五（五） 全文",
}
_BY_ID = {
    f"{document}-{number:02d}": place
    for document, places in PLACES.items()
    for number, place in enumerate(places.split(), start=1)
}
ID = re.compile(r"\b(?:S[0-4]-[0-9]{2}|A[0-9]{1,2})\b", re.ASCII)


@dataclass(frozen=True)
class Citation:
    """A ground in words. `lead` is 依据 where every document it names binds, 参照 where one does not; our own readings
    and conventions say themselves what they are and have none.
    """

    lead: str
    words: str

    def __str__(self) -> str:
        return f"{self.lead}{self.words}"


def cited(clause: str, *, places: Iterable[str], year: int) -> Citation:
    """`clause` as it is told to somebody at `places` (codes; it must bind in each of them) in `year`."""
    words, refs, where = citation(clause), ID.findall(clause), tuple(places)
    if not all(binds(ref, place=place, year=year) for ref in refs if _is_of_a_document(ref) for place in where):
        return Citation("参照", words)
    is_ours = clause == DEFAULT[0] or (bool(refs) and not any(map(_is_of_a_document, refs)))
    return Citation("" if is_ours or not words else "依据", words)


def binds(ref: str, *, place: str, year: int) -> bool:
    """Whether the clause `ref` of a document is in force in `place` (a code) in `year`."""
    document = DOCUMENTS[ref[:2]]
    first, last = TERMS.get(ref, (document.year_from, document.year_to))
    return document.area in places_of(place) and first <= year and (last is None or year <= last)


def citation(clause: str) -> str:
    """Every id in `clause` in words; what is no id stays as it is."""
    if clause == DEFAULT[0]:
        return DEFAULT[1]
    return ID.sub(lambda found: _in_words(found[0]), clause)


def place_of(ref: str) -> str:
    """Where in its document a clause stands; empty for a reading or an unknown id."""
    return _BY_ID.get(ref, "")


def first_id(clause: str) -> str:
    """The id by which 政策依据 can be opened at the right place, or nothing."""
    found = ID.search(clause)
    return found[0] if found else ""


def _in_words(ref: str) -> str:
    if ref.startswith("A"):
        return f"{READING} {ref}"
    return f"{DOCUMENTS[ref[:2]].name} {place_of(ref)}".strip()


def _is_of_a_document(ref: str) -> bool:
    return ref.startswith("S")
