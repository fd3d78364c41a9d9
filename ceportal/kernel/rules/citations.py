"""Where a clause stands, in the words people use: rules cite by id (S4-10), pages say 2025年全省通知 二（三）."""

import re

DOCUMENTS = {
    "S0": "2023年全省通知",
    "S1": "2012年全省意见",
    "S2": "开封市2021年通知",
    "S3": "平顶山市2023年通知",
    "S4": "2025年全省通知",
}
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
    return f"{DOCUMENTS[ref[:2]]} {place_of(ref)}".strip()
