"""考核评估: bureaus open rounds, bases assess themselves, authorities comment, experts score; results are public."""

from typing import Any, cast
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from accounts.access import only_who_may
from accounts.models import User
from accounts.rules.policy import Act
from accounts.web.requests import sent_to, take_document
from bases.forms.assessments import OpinionForm, PointsForm, RoundForm, SelfForm
from bases.forms.fields import ShownForm
from bases.models import Assessment
from bases.selectors import assessments as found
from bases.selectors.archive import evidence_of
from bases.selectors.sheets import suggested
from bases.services.assessing import assess_oneself, comment, open_round, publish_round, score
from ceportal.kernel.rules.refusal import MovedOn, Refusal, Refused
from ceportal.kernel.web.keyset import keyset_page
from ceportal.kernel.web.serving import serve

assessors_only = only_who_may(Act.ASSESS_BASES)
all_sides = only_who_may(Act.ASSESS_BASES, Act.TEACH, Act.COMMENT_ON_BASES)


def _user(request: HttpRequest) -> User:
    return cast(User, request.user)


@all_sides
@never_cache
@require_safe
def show_assessments(request: HttpRequest) -> HttpResponse:
    """`?view=rounds` those of one's bureaus; `?view=own` the sheets of bases one teaches for or that stand below."""
    user = _user(request)
    is_assessor = found.assessing_bureaus(user).exists()
    rows = (found.own_assessments(user) | found.assessments_to_comment(user)).distinct()
    view = request.GET.get("view", "") or ("rounds" if is_assessor else "own")
    cursor = request.GET.get("after", "")
    if view == "rounds":
        page: Any = keyset_page(found.rounds_of(user), order=("-year", "-id"), cursor=cursor)
    else:
        page = keyset_page(rows, order=("-id",), cursor=cursor)
    context = {"page": page, "view": view, "is_assessor": is_assessor, "has_own": rows.exists()}
    return render(request, "bases/assessments.html", context)


@login_not_required
@require_safe
def show_results(request: HttpRequest) -> HttpResponse:
    """Every published round, a page at a time: grades, and who is recommended (S0-17)."""
    page = keyset_page(found.published_rounds(), order=("-id",), cursor=request.GET.get("after", ""), size=5)
    context = {"page": page, "rounds": [(each, found.followed(each, on=timezone.localdate())) for each in page.items]}
    return render(request, "bases/assessment_results.html", context)


@assessors_only
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def new_round(request: HttpRequest) -> HttpResponse:
    bureaus, hint = list(found.assessing_bureaus(_user(request))), suggested()
    first = {name: hint[name] for name in ("sheet", "excellent_from", "pass_from")}
    form = RoundForm(request.POST if request.method == "POST" else None, bureaus=bureaus, initial=first)
    if form.is_bound and form.is_valid():
        said = dict(form.cleaned_data)
        try:
            made = open_round(said.pop("organization"), **said, by=_user(request), now=timezone.now())
        except Refused as refused:
            form.show(refused)
        else:
            messages.success(request, "已开始，名单中的基地会收到消息。")
            return redirect("bases:assessment_round", made.ref)
    status = 422 if form.is_bound else 200
    return render(request, "bases/assessment_new.html", {"form": form, "source": hint["source"]}, status=status)


@assessors_only
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def show_round(request: HttpRequest, ref: UUID) -> HttpResponse:
    """How far each base is, and what follows; POST publishes."""
    round_ = get_object_or_404(found.rounds_of(_user(request)), ref=ref)
    problems: list[str] = []
    if request.method == "POST":
        try:
            publish_round(round_, by=_user(request), now=timezone.now())
        except MovedOn:
            raise
        except Refused as refused:
            problems = [reason.message for reason in refused]
        else:
            messages.success(request, "结果已公布。")
            return redirect("bases:assessment_round", ref)
    context = {
        "round": round_, "rows": found.followed(round_, on=timezone.localdate()), "problems": problems,
        "unscored": round_.bases - round_.scored,  # type: ignore[attr-defined]
    }  # fmt: skip
    return render(request, "bases/assessment_round.html", context, status=422 if problems else 200)


@all_sides
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def show_assessment(request: HttpRequest, ref: UUID) -> HttpResponse:
    """One base in a round, with the form of whoever reads it."""
    user = _user(request)
    row = get_object_or_404(found.assessments_seen_by(user), ref=ref)
    side = _side(row, user)
    form = _form(request, row, side)
    if request.method == "POST":
        if form is None:
            raise MovedOn([Refusal("moved_on", "结果已经公布，不能再改。")])
        if _said(request, row, form):
            messages.success(request, "已保存。")
            return redirect("bases:assessment", ref)
    given, own = row.points, row.self_points
    lines = [
        (
            line,
            own[number] if own else "",
            given[number] if given and (side == "bureau" or row.round.published_at) else "",
        )
        for number, line in enumerate(row.round.indicators)
    ]
    context = {
        "row": row,
        "side": side,
        "form": form,
        "lines": lines,
        "is_scored": side == "bureau" and row.grade != "",
        "evidence": evidence_of(row.organization, row.round.year),
        "archives_href": f"{reverse('bases:class_archives')}?year={row.round.year}&name={row.organization.name}",
    }
    return render(request, "bases/assessment.html", context, status=422 if request.method == "POST" else 200)


@all_sides
@never_cache
@require_safe
def show_document(request: HttpRequest, ref: UUID) -> HttpResponse:
    row = get_object_or_404(found.assessments_seen_by(_user(request)), ref=ref)
    if row.document is None:
        raise Http404
    return cast(HttpResponse, serve(row.document))


def _side(row: Assessment, user: User) -> str:
    """As who somebody reads it: the bureau that assesses, the authority above, or the base."""
    if found.rounds_of(user).filter(pk=row.round_id).exists():
        return "bureau"
    return "authority" if found.assessments_to_comment(user).filter(pk=row.pk).exists() else "base"


def _form(request: HttpRequest, row: Assessment, side: str) -> ShownForm | None:
    if row.round.published_at is not None:
        return None
    data, files = sent_to(request)
    if side == "authority":
        return OpinionForm(data, initial={"words": row.opinion})
    sheet = row.round.indicators
    if side == "bureau":
        return PointsForm(data, sheet=sheet, given=row.points, initial={"words": row.words})
    return SelfForm(data, files, sheet=sheet, given=row.self_points, initial={"words": row.self_words})


def _said(request: HttpRequest, row: Assessment, form: ShownForm) -> bool:
    """Hand it to the service; what it refuses stands beside the fields afterwards."""
    is_readable, sender = form.is_valid(), dict[str, Any](by=_user(request), now=timezone.now())
    stored = None
    if isinstance(form, SelfForm):
        stored = take_document(request, form.cleaned_data.get("kept"), form.show)
        form.keep(stored)
    if not is_readable or form.errors:
        return False
    words = form.cleaned_data["words"]
    try:
        if isinstance(form, SelfForm):
            assess_oneself(row, form.points(), words=words, document=stored, **sender)
        elif isinstance(form, PointsForm):
            score(row, form.points(), words=words, **sender)
        else:
            comment(row, words, **sender)
    except MovedOn:
        raise
    except Refused as refused:
        form.show(refused)
        return False
    return True
