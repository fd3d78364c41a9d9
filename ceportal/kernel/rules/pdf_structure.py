"""What a PDF holds, without rendering or rewriting it. Run as a program of its own, in bounds (see `services.files`):
it reads the PDF from standard input and prints one line of JSON, `{"problem": "", "pages": 3}`.

Problems: `unreadable`, `encrypted`, `active` (scripts, launches, attachments, forms that compute, links to anything
but the web and mail: reliability T18), `huge_page`, `bomb` (unpacks to more than a reader should bear).
"""

import io
import json
import re
import resource
import sys
from decimal import Decimal
from typing import Any

import pikepdf

from ceportal.kernel.rules.pdf_streams import hides_acts, is_bomb

MEMORY = 1024 * 1024 * 1024
CPU_SECONDS = 10
DEEPEST = 60
ACTIVE_KEYS = frozenset(
    {"/AA", "/JavaScript", "/JS", "/EmbeddedFiles", "/EmbeddedFile", "/EF", "/XFA", "/Launch"}
    | {"/RichMediaContent", "/RichMediaSettings"}
)
ACTIVE_ACTIONS = frozenset(
    {"/JavaScript", "/Launch", "/SubmitForm", "/ImportData", "/GoToE", "/GoToR", "/Rendition"}
    | {"/Movie", "/Sound", "/RichMediaExecute", "/Trans", "/GoTo3DView"}
)
ACTIVE_TYPES = frozenset({"/EmbeddedFile", "/FileAttachment", "/RichMedia", "/Movie", "/Screen", "/3D", "/Sound"})
_UNREADABLE = (
    *(pikepdf.PdfError, ValueError, TypeError, ArithmeticError),
    *(RecursionError, MemoryError, RuntimeError),
)
# Where a link may lead: the web, a letter, or what people type without a scheme ("www.…"), but no path of a machine.
_HONEST_LINK = re.compile(rb"(https?://[^\x00-\x20]|mailto:|(?!https?:)[a-z0-9#?][^:\\]*\Z)", re.IGNORECASE)
# Objects of a page's resources, whose names are arbitrary: a font may be called /AA.
_RESOURCES = frozenset({"/Font", "/XObject", "/ExtGState", "/Pattern"})
# The longest side of a page in points, 5 m: the bound the format itself names. Phones make pages of a point a pixel.
LONGEST_SIDE = 14_400


def inspect(data: bytes) -> tuple[str, int]:
    """The problem (or an empty string) and the number of pages."""
    try:
        with pikepdf.open(io.BytesIO(data), suppress_warnings=True) as pdf:
            if pdf.is_encrypted:
                return "encrypted", 0
            pages = len(pdf.pages)
            problem = _problem(pdf, data) if pages else "unreadable"
    except pikepdf.PasswordError:
        return "encrypted", 0
    except _UNREADABLE:
        return "unreadable", 0
    return problem, pages


def _problem(pdf: pikepdf.Pdf, data: bytes) -> str:
    if is_bomb(pdf):
        return "bomb"
    if hides_acts(data) or any(_is_active(obj, 0) for obj in (*pdf.objects, pdf.trailer)):
        return "active"
    return "huge_page" if any(_longest_side(page) > LONGEST_SIDE for page in pdf.pages) else ""


def _longest_side(page: pikepdf.Page) -> Decimal:
    """In points. A page whose sides cannot be read raises ValueError, TypeError or ArithmeticError."""
    left, bottom, right, top = (Decimal(side) for side in page.mediabox)  # type: ignore[arg-type]
    unit = Decimal(page.obj.get("/UserUnit", 1))  # type: ignore[arg-type]
    return max(abs(right - left), abs(top - bottom)) * unit


def _is_active(obj: Any, depth: int) -> bool:
    """Whether an object, or what stands directly in it, acts by itself. Indirect parts have their own turn."""
    if depth > DEEPEST:
        return True
    if isinstance(obj, pikepdf.Array):
        return any(_is_active(part, depth + 1) for part in obj if _is_direct(part))
    if not isinstance(obj, pikepdf.Dictionary | pikepdf.Stream):
        return False
    entries = list(obj.items())
    return any(_acts(key, value) for key, value in entries) or any(
        _is_active(value, depth + 1) for _, value in entries if _is_direct(value)
    )


def _acts(key: str, value: Any) -> bool:
    if key == "/OpenAction":
        return not _is_destination(value)
    if key in ACTIVE_KEYS:
        return not _is_resource(value)
    if key == "/URI":
        return not _is_honest_link(value)
    if isinstance(value, pikepdf.Name):
        return (key == "/S" and str(value) in ACTIVE_ACTIONS) or (
            key in {"/Type", "/Subtype"} and str(value) in ACTIVE_TYPES
        )
    return False


def _is_destination(value: Any) -> bool:
    """Opening at a page (as office programs write it) is no act; anything else is."""
    if isinstance(value, pikepdf.Dictionary):
        return value.get("/S") == pikepdf.Name.GoTo and "/Next" not in value
    return isinstance(value, pikepdf.Array | pikepdf.Name | pikepdf.String)


def _is_honest_link(value: Any) -> bool:
    """The address of a link, blanks around it left out as readers do; or the base a catalog gives to relative ones."""
    if isinstance(value, pikepdf.Dictionary):
        return "/Base" not in value or _is_honest_link(value["/Base"])
    return isinstance(value, pikepdf.String) and _HONEST_LINK.match(bytes(value).strip()) is not None


def _is_resource(value: Any) -> bool:
    return (
        isinstance(value, pikepdf.Dictionary | pikepdf.Stream)
        and str(value.get("/Type", "")) in _RESOURCES
        and "/S" not in value
    )


def _is_direct(value: Any) -> bool:
    return isinstance(value, pikepdf.Object) and not value.is_indirect


def main() -> None:
    """Bound this process, then read what came from outside."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_SECONDS, CPU_SECONDS))
    problem, pages = inspect(sys.stdin.buffer.read())
    sys.stdout.write(json.dumps({"problem": problem, "pages": pages}))


if __name__ == "__main__":
    main()
