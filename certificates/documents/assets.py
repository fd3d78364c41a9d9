"""What a sheet may use, all of it packaged: style, fonts, and nothing from anywhere else (F9, T19)."""

from collections.abc import Mapping
from functools import cache
from pathlib import Path

from fontTools.ttLib import TTFont
from weasyprint.urls import URLFetcher, URLFetcherResponse

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


class PackagedOnly(URLFetcher):
    """Hands out the assets it was given by name, in a scheme of its own; whatever else is asked for is refused.

    No protocol handler of the parent is ever reached: neither network nor file system, nor data in the address.
    """

    def __init__(self, assets: Mapping[str, Path | bytes]) -> None:
        super().__init__(allowed_protocols=(), allow_redirects=False)
        self._assets = dict(assets)
        self.refused: list[str] = []

    def fetch(self, url: str, headers: object = None) -> URLFetcherResponse:
        asset = self._assets.get(url)
        if asset is None:
            self.refused.append(url)
            raise ValueError("a sheet uses packaged assets only")
        return URLFetcherResponse(url, asset if isinstance(asset, bytes) else asset.read_bytes())


def rare_fonts() -> tuple[Path, ...]:
    """The fallback fonts present on this machine, in the order they are tried."""
    return tuple(path for path in _RARE if path.exists())


def font_files() -> dict[str, Path]:
    """Every font a sheet may be drawn with, by the address its style names."""
    small = {f"{SCHEME}common-regular.ttf": COMMON_REGULAR, f"{SCHEME}common-bold.ttf": COMMON_BOLD}
    files = small | {f"{SCHEME}regular.ttf": REGULAR, f"{SCHEME}bold.ttf": BOLD}
    return files | {f"{SCHEME}rare-{place}.ttf": path for place, path in enumerate(rare_fonts())}


def missing_glyphs(text: str) -> str:
    """The characters of `text` that no font at hand can draw, each once. They would print as boxes."""
    lacking = rare_characters(text)
    for path in rare_fonts():
        lacking = {character for character in lacking if ord(character) not in _characters(path)}
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


@cache
def _characters(path: Path) -> frozenset[int]:
    with TTFont(path, lazy=True) as font:
        return frozenset(font.getBestCmap())
