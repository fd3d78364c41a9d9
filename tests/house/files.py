"""What the house keeps in its folders, and what a file of any kind may not hold."""

import re
import subprocess
from collections.abc import Iterable, Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
# From the roof down to the ground: a room knows those after it, never those before it (house.md).
RIVER = ("office", "certificates", "reviews", "credits", "bases", "accounts", "kernel")
LONGEST_FILE = 400
ROOMS = tuple(room if room not in {"office", "kernel"} else f"ceportal/{room}" for room in RIVER)
OURS = [*(f"{room}/" for room in ROOMS), "ceportal/"]
NOT_OURS = ("static/vendor/",)
# Rules that are programs: they look into strangers' files in a process of their own, within limits. The zoo tries them
# there (tests/kernel/test_file_zoo.py), and no other process is where a bomb is to go off.
PROGRAMS = frozenset({"pdf_pages", "pdf_streams", "pdf_structure", "pictures"})

# Written with escapes, so that these lines do not find themselves.
MACHINE_PATHS = re.compile(r"(?<![\w./-])/(?:home/[a-z_][\w-]*/|Users/\w|root/|work/|farm/|mnt/[a-z])")
REGISTRIES = re.compile(
    r"pypi\.org|pythonhosted\.org|npmjs\.(?:org|com)|(?:deb|security|snapshot)\.debian\.org|archive\.ubuntu\.com"
    r"|registry\.[a-z0-9-]+\.(?:io|org|com)|(?:mirrors?|pypi)\.[a-z0-9-]+\.(?:edu\.cn|com|cn)|unpkg\.com"
    r"|jsdelivr\.net|cdnjs\.|fonts\.(?:googleapis|gstatic)\.com"
)


def tracked(*suffixes: str) -> list[Path]:
    """The files of the repository with one of `suffixes` (all without any): by git, or by walking where there is none.

    What git has listed and someone has just removed is left out.
    """
    try:
        listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=True)
        paths = [ROOT / name for name in listed.stdout.split("\0") if name]
    except (OSError, subprocess.CalledProcessError):
        paths = list(_walk(ROOT))
    kept = (path for path in paths if path.is_file() and not _name(path).startswith(NOT_OURS))
    return sorted(path for path in kept if not suffixes or path.name.endswith(suffixes))


def _walk(folder: Path) -> Iterator[Path]:
    for path in folder.iterdir():
        if path.name in {".git", ".venv", "var", "__pycache__", "staticfiles"} or path.name.endswith("_cache"):
            continue
        if path.is_dir():
            yield from _walk(path)
        else:
            yield path


def _name(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def named(path: Path) -> str:
    """How a complaint names a file."""
    return _name(path) if path.is_relative_to(ROOT) else path.name


def room_of(path: Path) -> str | None:
    """The room a file belongs to, by its place: `credits/…`, `ceportal/kernel/…`, `templates/credits/…`."""
    parts = path.relative_to(ROOT).parts if path.is_relative_to(ROOT) else path.parts
    if parts[0] in {"ceportal", "templates", "static"}:
        parts = parts[1:]
    return parts[0] if parts and parts[0] in RIVER else None


def may_know(room: str, other: str) -> bool:
    """Whether `other` is `room` itself or upstream of it."""
    return RIVER.index(other) >= RIVER.index(room)


def too_long(lines: int) -> bool:
    return lines > LONGEST_FILE


def personal_paths(text: str) -> list[str]:
    """Paths of somebody's machine: such a file works nowhere else."""
    return [match.group(0) for match in MACHINE_PATHS.finditer(text)]


def registry_addresses(text: str) -> list[str]:
    """Addresses of package registries and CDNs: where packages come from is the installing machine's affair."""
    return [match.group(0) for match in REGISTRIES.finditer(text)]


def unpinned(lines: Iterable[str]) -> list[str]:
    """Requirements (a compiled file's lines) without an exact version or without a hash."""
    whole = "\n".join(lines).replace("\\\n", " ")
    asked = [line.strip() for line in whole.splitlines() if line.strip() and not line.lstrip().startswith("#")]
    return [line[:60] for line in asked if not re.match(r"[\w.\[\],-]+==\S+.*--hash=sha256:[0-9a-f]{64}", line)]


def text_of(path: Path) -> str:
    """The text of a file; a binary one has none."""
    try:
        return path.read_text(encoding="utf-8")
    except UnicodeDecodeError:
        return ""


def sources(*, with_tests: bool = False) -> dict[str, str]:
    """Our Python by its name, migrations aside."""
    chosen = (*OURS, "tests/") if with_tests else tuple(OURS)
    every = {named(path): path for path in tracked(".py")}
    return {
        name: text_of(path) for name, path in every.items() if name.startswith(chosen) and "/migrations/" not in name
    }


def pages() -> dict[str, str]:
    """Our templates by their name below `templates/`."""
    found = (path for path in tracked(".html", ".txt") if named(path).startswith("templates/"))
    return {named(path).removeprefix("templates/"): text_of(path) for path in found}


def floor_of(name: str) -> str:
    """The floor of a room a file stands on: `credits/services/ledger.py` → services."""
    parts = Path(name).with_suffix("").parts
    return parts[2] if parts[0] == "ceportal" and len(parts) > 2 else parts[1] if len(parts) > 1 else parts[0]
