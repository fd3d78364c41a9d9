"""A person's transcript (学时证明): on a page, and as a PDF to take along."""

from typing import Any

from django.http import HttpResponse, QueryDict
from django.shortcuts import render
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from accounts.access import PersonRequest, professionals_only
from accounts.models import Professional
from ceportal.kernel.rules.dated import year_in
from ceportal.kernel.rules.refusal import refuse
from ceportal.kernel.web.throttles import limited
from certificates.documents.printing import MissingGlyphs
from certificates.services.drawing import DrawingFailed, drawer
from certificates.services.transcripts import transcript_of, years_offered


@professionals_only
@never_cache
@require_safe
def show_transcript(request: PersonRequest) -> HttpResponse:
    """The years asked for by `?year=`, else all there are."""
    return render(request, "certificates/transcript.html", _content(request.professional, request.GET))


@professionals_only
@never_cache
@require_POST
@limited("transcript", "TRANSCRIPT_RATE")
def transcript_pdf(request: PersonRequest) -> HttpResponse:
    """Drawn anew each time, since it tells how the years stand today; nothing of it is kept."""
    content = _content(request.professional, request.POST)
    try:
        pdf = drawer.draw("transcript", content["sheet"])
    except MissingGlyphs as error:
        raise refuse("missing_glyphs", f"暂时不能生成 PDF：{error}。可以先打印网页。") from error
    except DrawingFailed as error:
        raise refuse("not_drawn", "暂时不能生成 PDF，请稍后再试。可以先打印网页。") from error
    response = HttpResponse(pdf, content_type="application/pdf")
    years = "、".join(str(year) for year in sorted(content["chosen"]))
    name = f"学时证明-{years}.pdf"
    response["Content-Disposition"] = content_disposition_header(as_attachment=True, filename=name) or "attachment"
    return response


def _content(person: Professional, asked: QueryDict) -> dict[str, Any]:
    now = timezone.now()
    offered = years_offered(person, now=now)
    wanted = {year_in(text) for text in asked.getlist("year")}
    chosen = [year for year in offered if year in wanted] or offered
    return {"offered": offered, "chosen": chosen, "sheet": transcript_of(person, chosen, now=now)}
