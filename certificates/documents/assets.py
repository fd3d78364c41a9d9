"""The fonts a sheet may be drawn with: packaged, of the system for rare characters, and what an operator put beside."""

from functools import cache
from hashlib import sha256
from pathlib import Path

from django.conf import settings
from fontTools.ttLib import TTFont

SCHEME = "packaged:"
_FOLDER = Path(__file__).resolve().parent.parent
REGULAR = _FOLDER / "fonts" / "NotoSerifSC_400Regular.ttf"
BOLD = _FOLDER / "fonts" / "NotoSerifSC_700Bold.ttf"
# The same faces cut down to GB 2312 (scripts/cut_fonts.py): a fifth of the bytes to read and cut for each sheet.
COMMON_REGULAR = _FOLDER / "fonts" / "NotoSerifSC_400Regular_common.ttf"
COMMON_BOLD = _FOLDER / "fonts" / "NotoSerifSC_700Bold_common.ttf"
# Rare characters beyond the bundled face (CJK extensions B to F), where the system package is installed.
_RARE = (
    Path("/usr/share/fonts/truetype/hanazono/HanaMinA.ttf"),
    Path("/usr/share/fonts/truetype/hanazono/HanaMinB.ttf"),
)
# Below DATA_DIR: what an operator put there for a character that those lack (docs/decisions/0083).
OWN_FOLDER = "fonts"
_KINDS = frozenset({".ttf", ".otf"})
# Of `OS/2.fsType`: what may be done at all, "not to be embedded", and "whole or as bitmaps alone".
_USE, _NEVER, _NOT_CUT = 0x000F, 0x0002, 0x0300


def rare_fonts() -> dict[str, Path]:
    """The fallback fonts of this machine, in the order they are tried: those of the system, then the operator's own by
    their names. Each under the name of its bytes, which the sheet bears: the same on every machine.
    """
    found = [path for path in _RARE if path.exists()] + [path for path in own_fonts() if not why_not(path)]
    return {f"rare-{_digest(path, _stamp(path))[:16]}": path for path in found}


def own_fonts() -> list[Path]:
    """The font files that an operator has put beside, by name; one that cannot be used among them."""
    folder = Path(settings.DATA_DIR) / OWN_FOLDER
    return sorted(path for path in folder.glob("*") if path.suffix.lower() in _KINDS)


def why_not(path: Path) -> str:
    """Why a font cannot be used, in words; empty when it can."""
    try:
        return _why_not(path, _stamp(path))
    except OSError as error:
        return f"读不到（{error.strerror}）"


def font_files() -> dict[str, Path]:
    """Every font a sheet may be drawn with, by the address its style names."""
    small = {f"{SCHEME}common-regular.ttf": COMMON_REGULAR, f"{SCHEME}common-bold.ttf": COMMON_BOLD}
    files = small | {f"{SCHEME}regular.ttf": REGULAR, f"{SCHEME}bold.ttf": BOLD}
    return files | {f"{SCHEME}{name}.ttf": path for name, path in rare_fonts().items()}


def missing_glyphs(text: str) -> str:
    """The characters of `text` that no font at hand can draw, each once. They would print as boxes."""
    lacking = rare_characters(text)
    for path in rare_fonts().values() if lacking else ():
        drawn = _characters(path, _stamp(path))
        lacking = {character for character in lacking if ord(character) not in drawn}
    return "".join(sorted(lacking))


def is_common(text: str) -> bool:
    """Whether the small faces can draw all of `text`."""
    drawn = _in_both(COMMON_REGULAR, COMMON_BOLD)
    return all(ord(character) in drawn or character.isspace() for character in set(text))


def rare_characters(text: str) -> set[str]:
    """The characters of `text` beyond the bundled face: drawn, if at all, from a lighter one."""
    drawn = _in_both(REGULAR, BOLD)
    return {character for character in set(text) if not character.isspace() and ord(character) not in drawn}


@cache
def _in_both(regular: Path, bold: Path) -> frozenset[int]:
    return _characters(regular) & _characters(bold)


def _stamp(path: Path) -> tuple[int, int]:
    known = path.stat()
    return known.st_mtime_ns, known.st_size


@cache
def _characters(path: Path, stamp: tuple[int, int] | None = None) -> frozenset[int]:
    """Read once; a file that may be exchanged while a process lasts is told apart by its `stamp`."""
    with path.open("rb") as file, TTFont(file, lazy=True) as font:
        return frozenset(font.getBestCmap() or ())


@cache
def _digest(path: Path, stamp: tuple[int, int]) -> str:
    return sha256(path.read_bytes()).hexdigest()


@cache
def _why_not(path: Path, stamp: tuple[int, int]) -> str:
    try:
        _characters(path, stamp)
        with path.open("rb") as file, TTFont(file, lazy=True) as font:
            allows = font["OS/2"].fsType
    except OSError:
        raise
    except Exception as error:  # noqa: BLE001 - whatever a file that is no font brings about
        return f"不是能用的字库（{type(error).__name__}）"
    return "不允许嵌入 PDF" if allows & _USE == _NEVER or allows & _NOT_CUT else ""
