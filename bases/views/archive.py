"""教学档案: the list for bases and those above them, one class, its papers; what somebody who was there thought."""

from typing import Any, cast
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from accounts.access import PersonRequest, only_who_may, professionals_only
from accounts.models import User
from accounts.rules.policy import Act
from accounts.web.requests import sent_to, take_document
from bases.forms.archive import JudgeForm, KeepClassPaperForm
from bases.selectors import archive as found
from bases.selectors.classes import enrolment_of, own_classes, shown_classes
from bases.services.archive import judge, keep_paper
from ceportal.kernel.rules.dated import year_in
from ceportal.kernel.rules.refusal import MovedOn, Refusal, Refused
from ceportal.kernel.web.keyset import keyset_page
from ceportal.kernel.web.serving import serve

both_sides = only_who_may(Act.TEACH, Act.OVERSEE)
_NO_FILE = Refusal("document_missing", "请选择要留存的文件。", field="document")


@both_sides
@never_cache
@require_safe
def show_archives(request: HttpRequest) -> HttpResponse:
    """`?year=`, `?name=` of the base, `?title=` or code of the class, `?state=bare` those without documents."""
    user, asked = cast(User, request.user), request.GET
    year = year_in(asked.get("year", ""))
    name, title, is_bare = asked.get("name", "")[:50], asked.get("title", "")[:50], asked.get("state", "") == "bare"
    rows = found.narrowed(found.archives_seen_by(user), year=year, base=name, title=title, only_bare=is_bare)
    this_year = timezone.localdate().year
    context = {
        "page": keyset_page(rows, order=("-id",), cursor=asked.get("after", "")),
        "years": (this_year, this_year - 1, this_year - 2, this_year - 3), "year": year, "name": name, "title": title,
        "is_bare": is_bare, "is_asked": bool(year or name or title or is_bare),
    }  # fmt: skip
    return render(request, "bases/archives.html", context)


@both_sides
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def show_archive(request: HttpRequest, ref: UUID) -> HttpResponse:
    """The documents of one class and how it was judged; its base adds to them."""
    user = cast(User, request.user)
    training_class = get_object_or_404(found.archives_seen_by(user), ref=ref)
    is_own = own_classes(user).filter(pk=training_class.pk).exists()
    if request.method == "POST" and not is_own:
        raise PermissionDenied("教学档案由办班的基地留存材料。")
    form = KeepClassPaperForm(*sent_to(request)) if is_own else None
    if request.method == "POST" and form is not None and _kept(request, training_class, form):
        messages.success(request, "已留存。")
        return redirect("bases:class_archive", ref)
    context = {
        "training_class": training_class, "is_own": is_own, "form": form,
        "papers": found.papers_of(training_class),
        "judged": found.judged([training_class.pk]), "follow_ups": found.follow_ups_of(training_class),
    }  # fmt: skip
    return render(request, "bases/class_archive.html", context, status=422 if request.method == "POST" else 200)


@both_sides
@never_cache
@require_safe
def show_paper(request: HttpRequest, ref: UUID, paper: UUID) -> HttpResponse:
    training_class = get_object_or_404(found.archives_seen_by(cast(User, request.user)), ref=ref)
    return cast(HttpResponse, serve(get_object_or_404(found.papers_of(training_class), ref=paper).file))


@professionals_only
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def judge_class(request: HttpRequest, ref: UUID) -> HttpResponse:
    """A short form after the class, for who was in it."""
    training_class = get_object_or_404(shown_classes(), ref=ref)
    person = cast(PersonRequest, request).professional
    mine = enrolment_of(training_class, person)
    if mine is None:
        raise Http404
    form = JudgeForm(request.POST if request.method == "POST" else None)
    if form.is_bound and form.is_valid():
        try:
            judge(mine, form.points(), form.cleaned_data["words"], by=person.user, now=timezone.now())
        except MovedOn:
            raise
        except Refused as refused:
            form.show(refused)
        else:
            messages.success(request, "谢谢您的评价。")
            return redirect("bases:my_classes")
    context = {
        "training_class": training_class, "form": form, "has_judged": found.feedback_of(mine) is not None,
        "is_over": training_class.ended_on <= timezone.localdate() and bool(mine.result),
    }  # fmt: skip
    return render(request, "bases/judge_class.html", context, status=422 if form.is_bound else 200)


def _kept(request: HttpRequest, training_class: Any, form: KeepClassPaperForm) -> bool:
    """Hand it to the service; what it refuses stands beside the fields afterwards."""
    is_readable = form.is_valid()
    stored = take_document(request, form.cleaned_data.get("kept"), form.show)
    form.keep(stored)
    if stored is None and "document" not in form.errors:
        form.show([_NO_FILE])
    if not is_readable or stored is None or form.errors:
        return False
    said = form.cleaned_data
    try:
        keep_paper(training_class, said["kind"], said["label"], stored, by=cast(User, request.user), now=timezone.now())
    except MovedOn:
        raise
    except Refused as refused:
        form.show(refused)
        return False
    return True
