"""A base's rosters: the list, the facts of a class, and one roster as it stands."""

from typing import Any, cast
from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from accounts.access import only_who_may
from accounts.models import User
from accounts.rules.policy import Act
from bases.selectors.classes import own_classes
from ceportal.kernel.rules.refusal import Refusal, Refused, refuse_if_any
from ceportal.kernel.services.claims import MAX_ATTEMPTS
from ceportal.kernel.web.keyset import keyset_page
from credits.enums import RosterState, RowState
from credits.forms.rosters import ClassForm, class_initial
from credits.models import Roster
from credits.rules.roster_rows import CORRECTABLE
from credits.rules.rosters import AT_WORK, OPEN, reasons_not_to_confirm, reasons_not_to_edit
from credits.selectors.completions import numbers_on
from credits.selectors.enrolled import assessed_and_not
from credits.selectors.rosters import bases_of, counted_since, progress_of, rosters_of, rows_of
from credits.services.rosters import TO_CREDIT, change_roster, roster_of, start_roster

teachers_only = only_who_may(Act.TEACH)
# One roster and its files: of a class, or of a training that a unit ran.
keepers_only = only_who_may(Act.TEACH, Act.RUN_TRAININGS)
# What has to be mended stands first, what counts next.
_IN_ORDER = (
    RowState.WRONG, RowState.NEW, RowState.CREDITED, RowState.DUPLICATE, RowState.UNKNOWN, RowState.WAITING,
    RowState.HELD, RowState.PENDING, RowState.UNDONE, RowState.FAILED, RowState.REFUSED,
)  # fmt: skip


def own_roster(request: HttpRequest, ref: UUID) -> Roster:
    """The roster, when it is of a base the reader teaches at; else the same 404 as for one that does not exist."""
    return get_object_or_404(rosters_of(cast(User, request.user)), ref=ref)


@teachers_only
@never_cache
@require_safe
def show_rosters(request: HttpRequest) -> HttpResponse:
    """All of them, newest first."""
    user = cast(User, request.user)
    page = keyset_page(rosters_of(user), order=("-id",), cursor=request.GET.get("after", ""))
    bases = list(bases_of(user))
    return render(request, "credits/rosters.html", {"page": page, "bases": bases, "open_states": OPEN})


@teachers_only
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def new_roster(request: HttpRequest) -> HttpResponse:
    """First the class; the file comes on the next page."""
    user = cast(User, request.user)
    bases = list(bases_of(user))
    if not bases:
        raise PermissionDenied("名单由继续教育基地上传。您所在的单位没有登记为基地。")
    form = ClassForm(request.POST or None, bases=bases)
    if request.method != "POST":
        return _class_page(request, form)
    if form.is_valid():
        base = form.cleaned_data["organization"]
        try:
            roster = start_roster(organization=base, facts=form.facts(), by=user, now=timezone.now())
        except Refused as refused:
            form.tell(refused)
        else:
            return redirect("credits:roster", roster.ref)
    return _class_page(request, form, status=422)


@teachers_only
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def roster_of_class(request: HttpRequest, ref: UUID) -> HttpResponse:
    """The roster of a class that was announced: its facts stand already. POST makes it, GET asks first."""
    user = cast(User, request.user)
    training_class = get_object_or_404(own_classes(user), ref=ref)
    problems: list[Refusal] = []
    if request.method == "POST":
        try:
            roster = roster_of(training_class, by=user, now=timezone.now())
        except Refused as refused:
            problems = refused.reasons
        else:
            return redirect("credits:roster", roster.ref)
    context = {"training_class": training_class, "problems": problems}
    return render(request, "credits/roster_of_class.html", context, status=409 if problems else 200)


@keepers_only
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def edit_roster(request: HttpRequest, ref: UUID) -> HttpResponse:
    """Other facts of the class: what was read by the old ones goes."""
    roster = own_roster(request, ref)
    refuse_if_any(reasons_not_to_edit(roster.state))
    form = ClassForm(request.POST or None, bases=[roster.organization], initial=class_initial(roster))
    if request.method != "POST":
        return _class_page(request, form, roster=roster)
    if form.is_valid():
        try:
            change_roster(roster, facts=form.facts(), by=cast(User, request.user), now=timezone.now())
        except Refused as refused:
            form.tell(refused)
        else:
            return redirect("credits:roster", roster.ref)
    return _class_page(request, form, roster=roster, status=422)


@keepers_only
@never_cache
@require_safe
def show_roster(request: HttpRequest, ref: UUID) -> HttpResponse:
    return roster_page(request, own_roster(request, ref))


@keepers_only
@never_cache
@require_safe
def show_progress(request: HttpRequest, ref: UUID) -> HttpResponse:
    """The part of the page that moves, for the script that asks for it again and again."""
    return render(request, "credits/roster_progress.html", _progress(own_roster(request, ref)))


def roster_page(
    request: HttpRequest, roster: Roster, *, problems: list[Refusal] | None = None, status: int = 200
) -> HttpResponse:
    """One roster as it stands, with why something was not done."""
    shown = _shown(request, roster)
    rows = rows_of(roster).filter(state=shown) if shown else rows_of(roster)
    to_credit = sum(roster.counts.get(state, 0) for state in TO_CREDIT)
    wrong = roster.counts.get(RowState.WRONG, 0)
    page = keyset_page(rows, order=("number",), cursor=request.GET.get("after", ""))
    context = {
        "roster": roster,
        "problems": problems or [],
        "is_open": roster.state in OPEN,
        "shown": shown,
        "kinds": [(state, state.label, roster.counts[state]) for state in _IN_ORDER if roster.counts.get(state)],
        "wrong": wrong,
        "to_credit": to_credit,
        "against": list(reasons_not_to_confirm(roster.state, wrong=wrong, to_credit=to_credit)),
        "page": page,
        "numbers": numbers_on(roster, page.items),
        "counted_since": counted_since(roster) if roster.state == RosterState.DONE else 0,
        "correctable": CORRECTABLE if roster.state == RosterState.DONE else (),
        "assessed": assessed_and_not(roster.training_class)[0] if roster.training_class and roster.state in OPEN else 0,
        **_progress(roster),
    }
    return render(request, "credits/roster.html", context, status=status)


def _progress(roster: Roster) -> dict[str, Any]:
    at_work = roster.state in AT_WORK
    progress = progress_of(roster, now=timezone.now(), most_attempts=MAX_ATTEMPTS) if at_work else None
    return {"roster": roster, "progress": progress}


def _shown(request: HttpRequest, roster: Roster) -> str:
    """Which rows: those asked for, where there are any; else the wrong ones first, else all."""
    asked = request.GET.get("show", "")
    if asked == "all":
        return ""
    if asked in RowState.values and roster.counts.get(asked):
        return asked
    return RowState.WRONG if roster.counts.get(RowState.WRONG) else ""


def _class_page(
    request: HttpRequest, form: ClassForm, *, roster: Roster | None = None, status: int = 200
) -> HttpResponse:
    return render(request, "credits/roster_class.html", {"form": form, "roster": roster}, status=status)
