"""A page of ours that is well-formed XML: read as such, styled by what it uses, its streams pressed with usual effort.

A browser's forgiving parser, a style for every element there is with five pseudo-elements each, and zlib's utmost
effort (half a kilobyte of a sheet) cost a seventh of a sheet together. What is drawn is the same, pixel by pixel.
"""

import zlib
from functools import cache
from pathlib import Path
from xml.etree import ElementTree

import pydyf
from cssselect2 import ElementWrapper
from weasyprint import CSS, HTML
from weasyprint.urls import URLFetcher

# Characters that HTML bears and XML does not; all of them blank, or without a glyph and refused before.
_NOT_IN_XML = dict.fromkeys([*range(9), 11, 12, *range(14, 32), 0xFFFE, 0xFFFF], " ")
_EFFORT = 6
_ELEMENTS = Path(__file__).with_name("elements.css")


class WellFormed(HTML):
    """As WeasyPrint's `HTML`, of a text that our own template made, every value in it escaped."""

    def __init__(self, text: str, *, base_url: str, url_fetcher: URLFetcher) -> None:
        self.base_url, self.url_fetcher, self.media_type = base_url, url_fetcher, "print"
        root = ElementTree.fromstring(text.translate(_NOT_IN_XML))  # noqa: S314 - our own template, no document type
        self.wrapper_element = ElementWrapper.from_html_root(root, content_language=None)
        self.etree_element = self.wrapper_element.etree_element

    def _ua_stylesheets(self, forms: bool = False) -> list[CSS]:
        return [_elements()]


def pressed(_: object, pdf: pydyf.PDF) -> None:
    """A finisher: the streams deflated here, so that none is left to be."""
    for found in pdf.objects:
        if isinstance(found, pydyf.Stream) and found.compress:
            found.compress = False
            body = found.data.partition(b"stream\n")[2].removesuffix(b"\nendstream")
            found.stream = [zlib.compress(body, _EFFORT)]
            found.extra["Filter"] = "/FlateDecode"


@cache
def _elements() -> CSS:
    return CSS(filename=_ELEMENTS)
