"""By what a paper, a patent, a book, a project or a certificate is known again (A29), whoever claims it in what year.

Two keys: by its number, and by its name. The same thing is found by either, so that leaving the DOI out does not make
another paper of it. Co-authors have keys alike: they are unique for each person alone.
"""

import hashlib
import re
import unicodedata
from dataclasses import dataclass

from ceportal.kernel.rules.text import comparable
from credits.enums import Artefact
from credits.rules.details import Details

# A certificate's number of this length names it by itself; a short one (2026-03) only beside its organiser.
_TELLING = 8


@dataclass(frozen=True)
class Keys:
    """64 hex digits each, or nothing."""

    number: str = ""
    work: str = ""

    def __bool__(self) -> bool:
        return bool(self.number or self.work)


def artefact_keys(
    kind: str, *, title: str, organiser: str, year: int | None, certificate_no: str, details: Details
) -> Keys:
    """What a declaration is about. `kind` is that of its activity; without one its certificate counts once.

    A project counts again in another year; everything else once for good.
    """

    def told(name: str) -> str:
        return str(details.get(name, ""))

    match kind:
        case Artefact.PAPER:
            work = _key("paper", title, organiser, _numbers(told("issue"))) if title and told("issue") else ""
            return Keys(_key("doi", told("doi")), work)
        case Artefact.PATENT:
            return Keys(_key("patent", told("patent_no")))
        case Artefact.BOOK:
            return Keys(_key("book", told("isbn")))
        case Artefact.PROJECT:
            number = told("project_no")
            return Keys(_key("project", number, str(year)) if number else "")
    number = comparable(certificate_no)
    return Keys(_key("certificate", number, "" if len(number) >= _TELLING else organiser) if number else "")


def _numbers(issue: str) -> str:
    """2026年第3期 and 2026 No. 03 are one issue: its numbers in their order, or the words where there are none."""
    found = re.findall(r"[0-9]+", unicodedata.normalize("NFKC", issue))
    return "期".join(str(int(number)) for number in found) or issue


def _key(kind: str, *parts: str) -> str:
    """Compared without regard to width, case, blanks and punctuation; nothing when nothing is said."""
    if not any(parts):
        return ""
    return hashlib.sha256("\x1f".join((kind, *map(comparable, parts))).encode()).hexdigest()
