"""Courses and textbooks for everybody: what is filed, shared and selected nationally (S1-09, S1-18, S4-04, S4-06)."""

from typing import Any
from uuid import UUID

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.views.decorators.http import require_safe

from bases.rules.classes import SUBJECTS
from bases.selectors.courses import Wanted, public_courses, public_textbooks, shown_courses, versions_of
from ceportal.kernel.rules.dated import year_in
from ceportal.kernel.rules.text import is_acceptable
from ceportal.kernel.web.keyset import keyset_page

_WORDS_LIMIT, _YEARS = 50, 3


@login_not_required
@require_safe
def show_courses(request: HttpRequest) -> HttpResponse:
    """By title, in a year and its newest versions; `?list=textbooks` the textbooks."""
    today = timezone.localdate()
    years = [today.year - back for back in range(_YEARS)]
    year, words = year_in(request.GET.get("year", "")), request.GET.get("q", "").strip()[:_WORDS_LIMIT]
    subject = request.GET.get("subject", "")
    wanted = Wanted(
        year=year if year in years else today.year,
        subject=subject if subject in SUBJECTS else "",
        words=words if is_acceptable(words) else "",
        only_selected=request.GET.get("selected", "") == "1",
        only_shared=request.GET.get("shared", "") == "1",
    )
    shows_books = request.GET.get("list", "") == "textbooks"
    rows: Any = public_textbooks(wanted, on=today) if shows_books else public_courses(wanted, on=today)
    page = keyset_page(rows, order=("title", "id"), cursor=request.GET.get("after", ""))
    context = {
        "page": page, "wanted": wanted, "years": years, "subjects": SUBJECTS, "shows_books": shows_books,
        "lines": [(SUBJECTS[row.subject], row) for row in page.items],
    }  # fmt: skip
    return render(request, "bases/courses.html", context)


@login_not_required
@require_safe
def show_course(request: HttpRequest, ref: UUID) -> HttpResponse:
    """One version of a course with who teaches it and by whose word it is offered."""
    row = get_object_or_404(shown_courses(), ref=ref)
    context = {"row": row, "subject": SUBJECTS[row.subject], "versions": versions_of(row)}
    return render(request, "bases/course_public.html", context)
