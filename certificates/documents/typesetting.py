"""HTML with a style of ours → PDF bytes, by WeasyPrint: here alone, and imported where something is drawn.

Nine tenths of a second of processor time and 22 MB, which the clock and most commands never need (docs/benchmarks.md,
The gate).
"""

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from threading import Lock

from weasyprint import CSS, HTML
from weasyprint.text.fonts import FontConfiguration
from weasyprint.urls import URLFetcher, URLFetcherResponse

from certificates.documents.assets import SCHEME, font_files, rare_fonts
from certificates.documents.wellformed import WellFormed, pressed

# The fonts are read once a process; Pango does not bear two threads at them.
_ONE_AT_A_TIME = Lock()


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


def typeset(
    html: str, styles: tuple[Path, ...], *, is_small: bool, pictures: Mapping[str, bytes], is_wellformed: bool
) -> bytes:
    """As `printing.printed` says. `is_small`: the small faces have all that is printed."""
    fetcher, base = PackagedOnly(pictures), f"{SCHEME}/"
    document = (
        WellFormed(html, base_url=base, url_fetcher=fetcher)
        if is_wellformed
        else HTML(string=html, base_url=base, url_fetcher=fetcher)
    )
    finisher = pressed if is_wellformed else None
    sheet = _style(styles, () if is_small else tuple(rare_fonts()), is_small=is_small)
    with _ONE_AT_A_TIME:
        return document.write_pdf(
            stylesheets=[sheet], font_config=_fonts(), pdf_tags=not is_wellformed, finisher=finisher
        )


@cache
def _fonts() -> FontConfiguration:
    return FontConfiguration()


@cache
def _style(paths: tuple[Path, ...], rare: tuple[str, ...], *, is_small: bool) -> CSS:
    """The parsed style with its faces: read once a process, and anew when a font for rare names has come."""
    if is_small:
        return _parsed(paths, [_face("Small", "common-regular", 400), _face("Small", "common-bold", 700)], '"Small"')
    faces = [_face("Sheet", "regular", 400), _face("Sheet", "bold", 700)]
    faces += [_face(name, name, weight) for name in rare for weight in (400, 700)]
    family = ", ".join(f'"{name}"' for name in ["Sheet", *rare])
    return _parsed(paths, faces, family)


def _parsed(paths: tuple[Path, ...], faces: list[str], family: str) -> CSS:
    text = "\n".join([*faces, *(path.read_text(encoding="utf-8").replace("FAMILY", family) for path in paths)])
    return CSS(string=text, base_url=f"{SCHEME}/", font_config=_fonts(), url_fetcher=PackagedOnly(font_files()))


def _face(family: str, file: str, weight: int) -> str:
    """A face without kerning: columns are set by advances alone. Said here and not by `font-kerning`, for which
    WeasyPrint (70.0) makes a list for each line of text and never lets go of it.
    """
    what = f'font-family: "{family}"; src: url("{SCHEME}{file}.ttf"); font-weight: {weight}'
    return f'@font-face {{ {what}; font-feature-settings: "kern" 0; }}'
