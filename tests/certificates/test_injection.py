"""Markup in every printed field, from the register to the published file: printed letter by letter, nothing embedded.

What is too long is refused where it is typed (tests/credits/test_printed_fields.py); what got in all the same harms
nobody else's certificate.
"""

import io
import sys
from collections.abc import Iterator
from typing import Any

import pikepdf
import pypdfium2
import pytest
import time_machine
from weasyprint import HTML

from accounts.models import Organization, Professional, TitleSeries
from certificates.documents.sheet import render_sheet
from certificates.documents.transcript import render_transcript
from certificates.services.checking import judged
from certificates.services.drawing import Drawer, DrawingFailed
from certificates.services.sealing import trusted_certificates
from certificates.services.shelf import take
from certificates.services.transcripts import transcript_of
from credits.models import Claim, RuleSet
from tests.certificates import factories as make
from tests.certificates.test_sheet import planted_everywhere, printed

LINK, CSS = "<link rel=attachment href=file:///etc/passwd>", "<style>*{background:url(file:///etc/hosts)}"
# Whatever a reader might open, run, fetch or unpack.
_WORDS = (
    "AA AF EF EmbeddedFile EmbeddedFiles FileAttachment GoToE GoToR ImportData JS JavaScript Launch Movie OpenAction"
    " RichMedia Sound SubmitForm URI XFA"
)
ACTIVE = frozenset(f"/{word}" for word in _WORDS.split())


def text_of(pdf: bytes) -> str:
    return printed("".join(page.get_textpage().get_text_bounded() for page in pypdfium2.PdfDocument(pdf)))


def hidden_in(pdf: bytes) -> set[str]:
    """What of `ACTIVE` any object of the file names, compressed ones too."""
    with pikepdf.open(io.BytesIO(pdf)) as document:
        words = {word for each in document.objects for word in _words(each)}
        return words & ACTIVE | {f"attached: {name}" for name in document.attachments}


def _words(thing: Any) -> Iterator[str]:
    if isinstance(thing, pikepdf.Name):
        yield str(thing)
    elif isinstance(thing, pikepdf.Array):
        parts = [thing[place] for place in range(len(thing))]
        yield from (word for part in parts if not _is_apart(part) for word in _words(part))
    elif isinstance(thing, pikepdf.Dictionary | pikepdf.Stream):
        for key in thing.keys():  # noqa: SIM118 - a stream is no mapping
            yield str(key)
            if not _is_apart(thing[key]):
                yield from _words(thing[key])


def _is_apart(thing: Any) -> bool:
    """It stands in the list of objects by itself."""
    return bool(getattr(thing, "is_indirect", False))


@pytest.mark.django_db
def test_markup_in_the_register_is_print_on_the_published_file(declarant: Professional, settings: Any) -> None:
    """Name, employer, series, rule set, titles and authority at once; the certificate and the transcript."""
    settings.CERTIFICATE_AUTHORITY = f"{CSS}厅"
    make.rule_set()
    Professional.objects.filter(pk=declarant.pk).update(name=LINK)
    Organization.objects.filter(pk=declarant.employments.get().organization_id).update(name=f"{LINK}校")
    TitleSeries.objects.update(name="<script>alert(1)")
    RuleSet.objects.update(document=f"{CSS}通知", name=f"{LINK}规则")
    make.meet(declarant)
    Claim.objects.update(title=f"{LINK}{CSS}课")
    with time_machine.travel(make.NOW, tick=False):
        certificate = make.issued_now(Professional.objects.get(pk=declarant.pk))
        person = Professional.objects.get(pk=declarant.pk)
        transcript = render_transcript(transcript_of(person, [2026], now=make.NOW))
    pdf = take(certificate.pdf_digest)
    assert judged(pdf, trusted_certificates()).is_genuine
    for paper in (pdf, transcript):
        assert hidden_in(paper) == set()
        text = text_of(paper)
        for words in (LINK, f"{LINK}校", "<script>alert(1)", f"{CSS}通知"):
            assert printed(words) in text, words
        assert "root:x:0" not in text
    assert printed(f"{CSS}厅") in text_of(pdf)


@pytest.mark.parametrize("payload", [LINK, CSS])
def test_nothing_is_hidden_in_any_object(payload: str) -> None:
    assert hidden_in(render_sheet(planted_everywhere(make.content(2), payload))) == set()


def test_what_is_hidden_would_be_found() -> None:
    """The control: the same words as markup, with a file at hand, in a file with its objects compressed."""
    out = io.BytesIO()
    HTML(string='<link rel=attachment href="data:text/plain,x"><a href="http://127.0.0.1/">a</a>').write_pdf(out)
    with pikepdf.open(out) as document:
        again = io.BytesIO()
        document.save(again, object_stream_mode=pikepdf.ObjectStreamMode.generate, compress_streams=True)
    assert b"/EmbeddedFiles" not in again.getvalue(), "the bytes alone do not tell"
    assert {"/EmbeddedFile", "/EmbeddedFiles", "/URI"} < hidden_in(again.getvalue())


@pytest.mark.deep
def test_a_hundred_thousand_characters_in_every_field_hold_nobody_up() -> None:
    """They are drawn, or the child's bounds end it; whoever comes after has theirs."""
    said = make.content(2)
    child, long = Drawer(), planted_everywhere(said, "长" * 100_000) | {"verify_url": said["verify_url"]}
    try:
        assert hidden_in(child.draw("sheet", long)) == set()
    except DrawingFailed as failed:
        sys.stdout.write(f"the child's bounds ended it: {failed}\n")
    assert "王建华" in text_of(child.draw("sheet", make.content(1)))
    child.end()
