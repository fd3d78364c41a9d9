"""Asking that something about a person be changed, for oneself or (a transfer) for somebody of one's unit."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_safe

from accounts.access import PersonRequest, only_who_may, professionals_only
from accounts.enums import CorrectionKind, RequestState, TransferKind
from accounts.forms.matters import CorrectionForm, MergeForm, TitleForm, TransferForm, title_initial
from accounts.forms.stationing import ReasonAndPaper
from accounts.models import Correction, Merge, Organization, Professional, TitleChange, Transfer
from accounts.rules.policy import Act
from accounts.rules.requesting import reasons_not_to_ask
from accounts.selectors.duties import bureau_of, units_for
from accounts.selectors.matters import jobs_of, pending_of, people_employed_by
from accounts.selectors.people import approved_person, unit_of
from accounts.services import corrections, merging, titles, transfers
from accounts.views.matters import matter_or_404
from accounts.views.registering import chosen_unit, search
from accounts.web.requests import sent_to, take_document
from ceportal.kernel.models import StoredFile
from ceportal.kernel.rules.refusal import MovedOn, Refused
from ceportal.kernel.web.limits import count_one, is_used_up

# Looking for another account of one's own: enough for a wrong digit, not for a sweep (T16).
LOOK_UP_RATE = "10 per hour"
_FORM = "accounts/matter_form.html"
# Hand over what was typed and the paper; gives what was made.
Hand = Callable[[StoredFile | None], Any]


@never_cache
@professionals_only
@require_http_methods(["GET", "HEAD", "POST"])
def new_transfer(request: PersonRequest) -> HttpResponse:
    find = reverse("accounts:find_target")
    return _transfer(request, request.professional, here=reverse("accounts:new_transfer"), find=find)


@never_cache
@only_who_may(Act.ACT_ON_PEOPLE)
@require_http_methods(["GET", "HEAD", "POST"])
def new_transfer_for(request: PersonRequest, person: UUID) -> HttpResponse:
    """By the unit that lets somebody go."""
    found = get_object_or_404(people_employed_by(request.user), ref=person)
    here = reverse("accounts:new_transfer_for", args=[found.ref])
    return _transfer(request, found, here=here, find=reverse("accounts:find_target_for", args=[found.ref]))


@require_safe
@professionals_only
def find_target(request: PersonRequest) -> HttpResponse:
    """The fragment that the search page swaps in while one types."""
    return _found(request, reverse("accounts:new_transfer"))


@require_safe
@only_who_may(Act.ACT_ON_PEOPLE)
def find_target_for(request: PersonRequest, person: UUID) -> HttpResponse:
    found = get_object_or_404(people_employed_by(request.user), ref=person)
    return _found(request, reverse("accounts:new_transfer_for", args=[found.ref]))


@never_cache
@professionals_only
@require_http_methods(["GET", "HEAD", "POST"])
def new_title_change(request: PersonRequest) -> HttpResponse:
    person = request.professional
    initial = title_initial(person.title_series, person.title_level, None)
    form = TitleForm(*sent_to(request), initial=initial)

    def hand(document: StoredFile | None) -> TitleChange:
        said = {"reason": form.cleaned_data["reason"], "document": document, "now": timezone.now()}
        return titles.ask_for_title(person, **form.said(), **said, by=request.user)

    return _answer(request, form, hand, {"kind": "title", "person": person})


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@sensitive_post_parameters("number")
def new_correction(request: PersonRequest, what: str) -> HttpResponse:
    """For professionals, and for those who only act for others: their name and phone."""
    wrong, person = CorrectionKind(what), approved_person(request.user)
    if person is None and (wrong == CorrectionKind.ID_NUMBER or unit_of(request.user) is None):
        return _not_registered(request)
    form = CorrectionForm(*sent_to(request), what=wrong, initial={"id_kind": person.id_kind if person else ""})

    def hand(document: StoredFile | None) -> Correction:
        said = {"reason": form.cleaned_data["reason"], "document": document, "now": timezone.now()}
        return corrections.ask_for_correction(what=wrong, **form.said(), **said, by=request.user)

    told = Correction(professional=person, declarant=request.user, what=wrong).told["now"]
    context = {"kind": "correction", "person": person, "what": wrong, "now": told, "is_own": True}
    return _answer(request, form, hand, context)


def _not_registered(request: PersonRequest) -> HttpResponse:
    """Who still waits is led to the page that says with whom."""
    if Professional.objects.filter(user=request.user).exists():
        return redirect("accounts:registration")
    raise PermissionDenied("这一页供已核准注册的人员和承担职责的人员使用。")


@never_cache
@professionals_only
@require_http_methods(["GET", "HEAD", "POST"])
@sensitive_post_parameters("number")
def new_merge(request: PersonRequest) -> HttpResponse:
    """The account one is in goes on."""
    return _merge(request, request.professional)


@never_cache
@only_who_may(Act.PROPOSE_MERGES)
@require_http_methods(["GET", "HEAD", "POST"])
@sensitive_post_parameters("number", "goes_on")
def propose_merge(request: PersonRequest) -> HttpResponse:
    """Found by a bureau: both accounts are named by a number."""
    if not units_for(request.user, Act.PROPOSE_MERGES).exists():
        raise PermissionDenied("这一页供人社部门使用。")
    return _merge(request, None)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def edit_transfer(request: PersonRequest, ref: UUID) -> HttpResponse:
    """The words and the paper can be mended; for another unit one asks anew."""
    asked: Transfer = matter_or_404(request, "transfer", ref)
    form = ReasonAndPaper(*sent_to(request), initial={"reason": asked.reason, "round": asked.round})
    return _mend(request, asked, form, transfers.ask_again, dict)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def edit_merge(request: PersonRequest, ref: UUID) -> HttpResponse:
    asked: Merge = matter_or_404(request, "merge", ref)
    form = ReasonAndPaper(*sent_to(request), initial={"reason": asked.reason, "round": asked.round})
    return _mend(request, asked, form, merging.ask_again, dict)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def edit_title_change(request: PersonRequest, ref: UUID) -> HttpResponse:
    asked: TitleChange = matter_or_404(request, "title", ref)
    initial = title_initial(asked.title_series, asked.title_level, asked.title_since)
    form = TitleForm(*sent_to(request), initial=initial | {"reason": asked.reason, "round": asked.round})
    return _mend(request, asked, form, titles.ask_again, form.said)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@sensitive_post_parameters("number")
def edit_correction(request: PersonRequest, ref: UUID) -> HttpResponse:
    """A number is typed anew: the page does not show the one that was sent."""
    asked: Correction = matter_or_404(request, "correction", ref)
    initial = {"name": asked.name, "id_kind": asked.id_kind, "reason": asked.reason, "round": asked.round}
    form = CorrectionForm(*sent_to(request), what=CorrectionKind(asked.what), initial=initial)
    return _mend(request, asked, form, corrections.ask_again, form.said)


def _transfer(request: PersonRequest, person: Professional, *, here: str, find: str) -> HttpResponse:
    """Step 1 chooses the unit (in the address), step 2 says why."""
    is_own = person.user_id == request.user.pk
    chosen = chosen_unit(request)
    if chosen is None:
        context = {"choose_at": here, "find_at": find, "person": person, "jobs": jobs_of(person), "is_own": is_own}
        return render(request, "accounts/choose_target.html", search(request) | context)
    unit, place = chosen
    target = unit or bureau_of(place)
    if target is None:
        raise Http404
    kinds = _kinds(person, target, is_own=is_own)
    form = TransferForm(*sent_to(request), kinds=kinds)

    def hand(document: StoredFile | None) -> Transfer:
        said = {"reason": form.cleaned_data["reason"], "document": document, "now": timezone.now()}
        return transfers.ask_for_transfer(person, target, kind=form.wanted(), **said, by=request.user)

    context = {"kind": "transfer", "person": person, "target": target, "pending": pending_of(person)}
    return _answer(request, form, hand, context)


def _merge(request: PersonRequest, person: Professional | None) -> HttpResponse:
    """Numbers are looked up so often an hour and no oftener: the answer says whether there is such an account."""
    form = MergeForm(*sent_to(request), by_bureau=person is None)
    if request.method == "POST" and is_used_up(LOOK_UP_RATE, "merge", str(request.user.pk)):
        form.add_error(None, "查找的次数太多，请一小时后再试。")

    def hand(document: StoredFile | None) -> Merge:
        data = form.cleaned_data
        count_one(LOOK_UP_RATE, "merge", str(request.user.pk))
        kept = person or merging.person_of(data["goes_on"])
        return merging.ask_to_merge(
            kept, number=data["number"], reason=data["reason"], document=document, by=request.user,
            now=timezone.now(),
        )  # fmt: skip

    return _answer(request, form, hand, {"kind": "merge", "person": person})


def _kinds(person: Professional, target: Organization, *, is_own: bool) -> list[TransferKind]:
    """What the person could do with that unit; the unit that lets somebody go asks for one thing alone."""
    jobs = list(jobs_of(person))
    if any(job.organization_id == target.pk and not job.is_principal for job in jobs) and is_own:
        return [TransferKind.LEAD, TransferKind.MOVE]
    if is_own and target.is_employer and any(job.is_principal for job in jobs):
        return [TransferKind.MOVE, TransferKind.JOIN]
    return [TransferKind.MOVE]


def _found(request: HttpRequest, here: str) -> HttpResponse:
    return render(request, "accounts/units_found.html", search(request) | {"choose_at": here})


def _mend(request: PersonRequest, asked: Any, form: Any, again: Callable[..., Any], said: Callable[[], Any]) -> Any:
    """A returned one, sent again. A page of an earlier round is refused."""
    if asked.state != RequestState.RETURNED or request.user.pk not in {asked.asked_by_id, asked.declarant_id}:
        return redirect(asked.page, asked.ref)

    def hand(document: StoredFile | None) -> Any:
        data = form.cleaned_data
        asked.round = data["round"] or asked.round
        return again(
            asked, **said(), reason=data["reason"], document=document, by=request.user, now=timezone.now()
        )  # fmt: skip

    kind = {"transfer": "transfer", "titlechange": "title", "merge": "merge"}.get(asked._meta.model_name, "correction")
    context = {"kind": kind, "person": asked.professional, "asked": asked}
    return _answer(request, form, hand, context | {"is_own": request.user.pk == asked.declarant_id})


def _answer(request: HttpRequest, form: ReasonAndPaper, hand: Hand, context: dict[str, Any]) -> HttpResponse:
    if request.method == "POST" and (made := _sent(request, form, hand, is_again="asked" in context)):
        messages.success(request, f"申请已提交，由{made.waiting_on}处理。")
        return redirect(made.page, made.ref)
    is_own = context["person"] is not None and context["person"].user_id == request.user.pk
    whole: dict[str, Any] = {
        "asked": None,
        "target": None,
        "what": None,
        "now": "",
        "pending": [],
        "is_own": is_own,
    } | context
    whole["form"] = form
    return render(request, _FORM, whole, status=422 if request.method == "POST" else 200)


def _sent(request: HttpRequest, form: ReasonAndPaper, hand: Hand, *, is_again: bool) -> Any:
    """Hand it to the service; what it refuses stands beside the fields afterwards, and the file is kept."""
    is_readable = form.is_valid()
    stored = take_document(request, form.cleaned_data.get("kept"), form.show)
    form.keep(stored)
    if not is_readable or form.errors:
        has_document = stored is not None or is_again
        form.show(reasons_not_to_ask(form.cleaned_data.get("reason", ""), has_document=has_document))
        return None
    try:
        return hand(stored)
    except MovedOn:
        raise
    except Refused as refused:
        form.show(refused)
        return None
