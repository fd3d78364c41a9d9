"""Classes as everybody sees them, and a person's places in them (S0-04, S1-14, S4-16)."""

from typing import cast
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.access import PersonRequest, professionals_only
from accounts.models import TitleSeries
from accounts.rules.policy import Act
from accounts.selectors.duties import may
from accounts.selectors.people import approved_person
from bases.rules.classes import DISCLOSED, SUBJECTS, reasons_not_to_enrol
from bases.selectors.classes import (
    Wanted,
    classes_to_come,
    enrolment_of,
    enrolments_of,
    reasons_of_its_base,
    shown_classes,
)
from bases.selectors.directory import cities
from bases.selectors.teachers import shown_seminars, teachers_of
from bases.services.enrolling import attend, enrol, leave
from ceportal.kernel.rules.refusal import MovedOn, Refused
from ceportal.kernel.web.keyset import keyset_page


@login_not_required
@require_safe
def show_classes(request: HttpRequest) -> HttpResponse:
    """What is to come, the next first; it can be narrowed, never paid for."""
    places, trades = list(cities()), list(TitleSeries.objects.all())
    asked = request.GET
    area, subject, trade = asked.get("area", ""), asked.get("subject", ""), asked.get("trade", "")
    wanted = Wanted(
        area=area if area in {place.code for place in places} else "",
        subject=subject if subject in SUBJECTS else "",
        trade=trade if trade in {one.code for one in trades} else "",
        only_free=request.GET.get("free", "") == "1",
        only_urgent=request.GET.get("urgent", "") == "1",
        only_for_public_benefit=request.GET.get("benefit", "") == "1",
    )
    rows = classes_to_come(wanted, on=timezone.localdate())
    page = keyset_page(rows, order=("started_on", "id"), cursor=request.GET.get("after", ""))
    context = {"page": page, "wanted": wanted, "places": places, "trades": trades, "subjects": SUBJECTS.items()}
    return render(request, "bases/classes.html", context)


@login_not_required
@require_safe
def show_class(request: HttpRequest, ref: UUID) -> HttpResponse:
    """One class with everything that must be disclosed; whoever is signed in sees their own place in it."""
    training_class = get_object_or_404(shown_classes(), ref=ref)
    person = approved_person(request.user) if request.user.is_authenticated else None
    mine = enrolment_of(training_class, person) if person else None
    against = [
        *reasons_not_to_enrol(
            training_class.state, started_on=training_class.started_on, taken=training_class.taken,
            capacity=training_class.capacity, today=timezone.localdate(),
        ),
        *reasons_of_its_base(training_class),
    ]  # fmt: skip
    context = {
        "training_class": training_class,
        "subject": SUBJECTS[training_class.subject],
        "facts": [(label, getattr(training_class, name)) for name, (label, _) in DISCLOSED.items()],
        "person": person,
        "mine": mine,
        "against": against,
        "may_enrol_people": not against and request.user.is_authenticated and may(request.user, Act.ENROL_PEOPLE),
        "has_begun": training_class.started_on <= timezone.localdate(),
        "teachers": teachers_of(training_class),
        "seminar": shown_seminars().filter(training_class=training_class).first(),
    }
    return render(request, "bases/class.html", context)


@professionals_only
@require_POST
def enrol_self(request: HttpRequest, ref: UUID) -> HttpResponse:
    training_class = get_object_or_404(shown_classes(), ref=ref)
    person = cast(PersonRequest, request).professional
    try:
        enrol(training_class, [person], by=person.user, now=timezone.now())
    except Refused as refused:
        for reason in refused:
            messages.error(request, reason.message)
    else:
        messages.success(request, "报名成功。开班信息有变动时，您会收到消息。")
    return redirect("bases:class", training_class.ref)


@professionals_only
@require_POST
def leave_class(request: HttpRequest, ref: UUID) -> HttpResponse:
    training_class = get_object_or_404(shown_classes(), ref=ref)
    person = cast(PersonRequest, request).professional
    mine = enrolment_of(training_class, person)
    try:
        if mine is not None:
            leave(mine, by=person.user, now=timezone.now())
            messages.success(request, "已退出，名额已让出。")
    except MovedOn:
        raise
    except Refused as refused:
        messages.error(request, str(refused))
    return redirect("bases:class", training_class.ref)


@professionals_only
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def sign_in(request: HttpRequest, ref: UUID, code: str) -> HttpResponse:
    """Where the picture on the screen leads: who is in the class says that they are there, today."""
    training_class = get_object_or_404(shown_classes(), ref=ref)
    person, today = cast(PersonRequest, request).professional, timezone.localdate()
    mine = enrolment_of(training_class, person)
    problems, is_done = [], False
    if mine is None:
        problems = ["您没有报名这个班，不能签到。请联系现场工作人员。"]
    elif request.method == "POST":
        try:
            attend(mine, today, code=code, by=person.user, now=timezone.now())
        except Refused as refused:
            problems = [reason.message for reason in refused]
        else:
            is_done = True
    context = {"training_class": training_class, "problems": problems, "is_done": is_done, "today": today}
    return render(request, "bases/sign_in.html", context, status=409 if problems and request.method == "POST" else 200)


@professionals_only
@never_cache
@require_safe
def show_my_classes(request: HttpRequest) -> HttpResponse:
    person = cast(PersonRequest, request).professional
    page = keyset_page(enrolments_of(person), order=("-id",), cursor=request.GET.get("after", ""))
    return render(request, "bases/my_classes.html", {"page": page, "today": timezone.localdate()})
