"""Classes as units see them: places for their people, which classes they were in, what came of it (S2-09, S0-16)."""

from typing import cast
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from accounts.access import only_who_may
from accounts.models import User
from accounts.rules.policy import Act
from accounts.selectors.duties import units_for
from accounts.selectors.people import people_of
from bases.forms.archive import FollowUpForm
from bases.selectors.archive import classes_followed_by, follow_ups_of, following_units
from bases.selectors.classes import enrolled_among, shown_classes
from bases.services.archive import follow_up
from bases.services.enrolling import enrol_people
from ceportal.kernel.rules.refusal import MovedOn, Refused
from ceportal.kernel.web.keyset import keyset_page

enrollers_only = only_who_may(Act.ENROL_PEOPLE)
followers_only = only_who_may(Act.FOLLOW_CLASSES)


def _user(request: HttpRequest) -> User:
    return cast(User, request.user)


@enrollers_only
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def enrol_own_people(request: HttpRequest, ref: UUID) -> HttpResponse:
    """Who of the unit's people shall go; all those chosen get a place, or nobody does."""
    user, training_class = _user(request), get_object_or_404(shown_classes(), ref=ref)
    name, problems = request.GET.get("name", "")[:50], list[str]()
    if request.method == "POST":
        chosen = {value for value in request.POST.getlist("person") if value.isascii() and value.isdigit()}
        people = list(people_of(user).filter(pk__in=[int(each) for each in chosen if len(each) < 18]))
        unit = units_for(user, Act.ENROL_PEOPLE).order_by("id").first()
        try:
            if people and unit is not None:
                count = enrol_people(training_class, people, unit=unit.name, by=user, now=timezone.now())
                messages.success(request, f"已为 {count} 人报名，本人会收到消息，可以在开班前退出。")
                return redirect("bases:enrol_people", ref)
            problems = ["请先勾选要报名的人员。"]
        except Refused as refused:
            problems = [reason.message for reason in refused]
    page = keyset_page(people_of(user, name), order=("id",), cursor=request.GET.get("after", ""))
    context = {
        "training_class": training_class, "page": page, "name": name, "problems": problems,
        "there": enrolled_among(training_class, [person.pk for person in page.items]),
        "left": training_class.capacity - training_class.taken,
    }  # fmt: skip
    return render(request, "bases/enrol_people.html", context, status=422 if problems else 200)


@followers_only
@never_cache
@require_safe
def show_unit_classes(request: HttpRequest) -> HttpResponse:
    """The classes in which the unit's people are or were; `?unit=` one of several."""
    units = list(following_units(_user(request)))
    unit = next((each for each in units if str(each.ref) == request.GET.get("unit", "")), units[0] if units else None)
    page = keyset_page(classes_followed_by(unit), order=("-id",), cursor=request.GET.get("after", "")) if unit else None
    context = {"page": page, "unit": unit, "units": units, "today": timezone.localdate()}
    return render(request, "bases/unit_classes.html", context)


@followers_only
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def follow_class_up(request: HttpRequest, ref: UUID, unit: UUID) -> HttpResponse:
    """跟踪问效: a few words of what people brought home."""
    own = get_object_or_404(following_units(_user(request)), ref=unit)
    training_class = get_object_or_404(classes_followed_by(own), ref=ref)
    said = follow_ups_of(training_class).filter(organization=own).first()
    form = FollowUpForm(request.POST if request.method == "POST" else None)
    if form.is_bound and form.is_valid():
        try:
            follow_up(training_class, own, **form.cleaned_data, by=_user(request), now=timezone.now())
        except MovedOn:
            raise
        except Refused as refused:
            form.show(refused)
        else:
            messages.success(request, "已提交，基地和人社部门可以看到。")
            return redirect("bases:unit_classes")
    context = {"training_class": training_class, "unit": own, "form": form, "said": said}
    return render(request, "bases/follow_class_up.html", context, status=422 if form.is_bound else 200)
