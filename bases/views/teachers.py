"""师资库: bases keep teachers, share them, and name them for a class (S0-16, S1-09, S1-18)."""

from typing import Any, cast
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from accounts.access import only_who_may
from accounts.models import TitleSeries, User
from accounts.rules.policy import Act
from bases.forms.teachers import NameTeacherForm, TeacherForm
from bases.models import Teacher, TrainingClass
from bases.rules.teachers import KEPT
from bases.selectors import teachers as found
from bases.selectors.classes import own_classes
from bases.selectors.directory import cities
from bases.selectors.teachers import WantedTeacher
from bases.services.teachers import drop_teacher, edit_teacher, end_teacher, keep_teacher, name_teacher
from bases.views.teaching import teachers_only
from ceportal.kernel.rules.refusal import MovedOn, Refused
from ceportal.kernel.rules.text import is_acceptable
from ceportal.kernel.web.keyset import keyset_page

readers_only = only_who_may(Act.SEE_TEACHERS)
keepers_only = only_who_may(Act.KEEP_TEACHERS)
_WORDS_LIMIT, _MOST_PICKED = 50, 20
_FORMS = (("full", "专职"), ("part", "兼职"))


def _user(request: HttpRequest) -> User:
    return cast(User, request.user)


def _words(request: HttpRequest) -> str:
    words = request.GET.get("q", "").strip()[:_WORDS_LIMIT]
    return words if is_acceptable(words) else ""


@readers_only
@never_cache
@require_safe
def show_teachers(request: HttpRequest) -> HttpResponse:
    """Shared ones and one's own, by name."""
    user, trades, places = _user(request), list(TitleSeries.objects.all()), list(cities())
    trade, area, form = (request.GET.get("trade", ""), request.GET.get("area", ""), request.GET.get("form", ""))
    wanted = WantedTeacher(
        words=_words(request),
        trade=trade if trade in {one.code for one in trades} else "",
        area=area if area in {place.code for place in places} else "",
        form=form if form in dict(_FORMS) else "",
    )
    rows = found.found_teachers(user, wanted, on=timezone.localdate())
    page = keyset_page(rows, order=("name", "id"), cursor=request.GET.get("after", ""))
    context = {
        "page": page, "wanted": wanted, "trades": trades, "places": places, "forms": _FORMS,
        "keeps": found.keeping_units(user).exists(),
    }  # fmt: skip
    return render(request, "bases/teachers.html", context)


@keepers_only
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def new_teacher(request: HttpRequest) -> HttpResponse:
    return _paper(request, None)


@keepers_only
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def edit(request: HttpRequest, ref: UUID) -> HttpResponse:
    return _paper(request, get_object_or_404(found.own_teachers(_user(request)), ref=ref))


@readers_only
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def show_teacher(request: HttpRequest, ref: UUID) -> HttpResponse:
    """One teacher with the classes they taught; POST takes one's own off the list."""
    user = _user(request)
    teacher = get_object_or_404(found.teachers_seen_by(user), ref=ref)
    is_own = found.own_teachers(user).filter(pk=teacher.pk).exists()
    if request.method == "POST":
        if not is_own:
            raise PermissionDenied("教师由列入的基地移出。")
        end_teacher(teacher, by=user, now=timezone.now())
        messages.success(request, "已移出师资库，教过的班保留记录。")
        return redirect("bases:teachers")
    page = keyset_page(found.taught_by(teacher), order=("-id",), cursor=request.GET.get("after", ""))
    return render(request, "bases/teacher.html", {"teacher": teacher, "page": page, "is_own": is_own})


@teachers_only
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def pick(request: HttpRequest, ref: UUID) -> HttpResponse:
    """Who teaches a class, picked from the list."""
    user = _user(request)
    training_class = get_object_or_404(own_classes(user), ref=ref)
    is_sent, drops = request.method == "POST", "drop" in request.POST
    form = NameTeacherForm(request.POST if is_sent and not drops else None)
    problems: list[str] = []
    if is_sent:
        try:
            if _picked(request, training_class, form, drops=drops):
                return redirect("bases:class_teachers", ref)
        except MovedOn:
            raise
        except Refused as refused:
            problems = [reason.message for reason in refused]
        else:
            problems = [str(each) for errors in form.errors.values() for each in errors]
    words = _words(request)
    rows = list(found.teachers_to_pick(user, training_class, words, on=timezone.localdate())[: _MOST_PICKED + 1])
    context = {
        "training_class": training_class, "named": found.teachers_of(training_class), "words": words,
        "rows": rows[:_MOST_PICKED], "has_more": len(rows) > _MOST_PICKED, "problems": problems,
    }  # fmt: skip
    return render(request, "bases/class_teachers.html", context, status=422 if is_sent else 200)


def _picked(request: HttpRequest, training_class: TrainingClass, form: NameTeacherForm, *, drops: bool) -> bool:
    by: dict[str, Any] = {"by": _user(request), "now": timezone.now()}
    if drops:
        named = found.teachers_of(training_class)
        refs = {str(row.teacher.ref): row.teacher for row in named}
        if teacher := refs.get(request.POST.get("drop", "")):
            drop_teacher(training_class, teacher, **by)
            messages.success(request, "已移出这个班。")
        return True
    if not form.is_valid():
        return False
    teacher = get_object_or_404(found.teachers_seen_by(_user(request)), ref=form.cleaned_data["teacher"], ended_on=None)
    name_teacher(training_class, teacher, form.cleaned_data["teaches"], **by)
    messages.success(request, f"{teacher}已列入这个班的授课教师。")
    return True


def _paper(request: HttpRequest, teacher: Teacher | None) -> HttpResponse:
    units = None if teacher else list(found.keeping_units(_user(request)))
    names = (*KEPT, "is_shared")
    initial: dict[str, Any] = {}
    if teacher:
        initial = {name: getattr(teacher, name) for name in names} | {"trade": teacher.trade_id}
        initial |= {"is_full_time": "1" if teacher.is_full_time else "0"}
    form = TeacherForm(request.POST if request.method == "POST" else None, units=units, initial=initial)
    if form.is_bound and form.is_valid():
        by: dict[str, Any] = {"by": _user(request), "now": timezone.now()}
        try:
            if teacher is None:
                teacher = keep_teacher(form.cleaned_data["organization"], form.said(), **by)
            else:
                edit_teacher(teacher, form.said(), **by)
        except MovedOn:
            raise
        except Refused as refused:
            form.show(refused)
        else:
            messages.success(request, "已保存。")
            return redirect("bases:teacher", teacher.ref)
    context = {"form": form, "teacher": teacher}
    return render(request, "bases/teacher_form.html", context, status=422 if form.is_bound else 200)
