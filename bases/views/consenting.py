"""A base asks the industry authority to agree to a class; the authority says so (S4-05)."""

from typing import cast
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from accounts.access import only_who_may
from accounts.enums import Move
from accounts.models import User
from accounts.rules.policy import Act
from accounts.rules.requesting import reasons_not_to_ask
from accounts.selectors.duties import units_for
from accounts.selectors.requests import steps_of, who_can_decide
from accounts.web.requests import sent_to, take_document
from bases.forms.classes import ConsentForm, ConsentRulingForm
from bases.models import ClassConsent, TrainingClass
from bases.rules.classes import DISCLOSED, SUBJECTS
from bases.selectors.classes import authorities_to_ask, consents_seen_by, consents_waiting_for, own_classes
from bases.services.consenting import agree, ask_again, ask_for_consent, turn_down, withdraw_consent
from bases.views.teaching import teachers_only
from ceportal.kernel.rules.refusal import MovedOn, Refused
from ceportal.kernel.web.keyset import keyset_page
from ceportal.kernel.web.serving import serve

both_sides = only_who_may(Act.TEACH, Act.CONSENT_TO_CLASSES)


def _user(request: HttpRequest) -> User:
    return cast(User, request.user)


@both_sides
@never_cache
@require_safe
def show_consents(request: HttpRequest) -> HttpResponse:
    """What waits for the reader; `?view=all`, and for who decides on nothing: whatever they may see."""
    user, view = _user(request), request.GET.get("view", "")
    decides = units_for(user, Act.CONSENT_TO_CLASSES).exists()
    shows_all = view == "all" or not decides
    rows = consents_seen_by(user) if shows_all else consents_waiting_for(user)
    page = keyset_page(rows, order=("-id",), cursor=request.GET.get("after", ""))
    return render(request, "bases/consents.html", {"page": page, "shows_all": shows_all, "decides": decides})


@teachers_only
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def ask(request: HttpRequest, ref: UUID) -> HttpResponse:
    """For a class on paper, for the first time or after it was returned."""
    training_class = get_object_or_404(own_classes(_user(request)), ref=ref)
    asked = training_class.consents.filter(state="returned").first()
    authorities = None if asked else authorities_to_ask(training_class.organization)
    initial = {"reason": asked.reason} if asked else {}
    form = ConsentForm(*sent_to(request), authorities=authorities, initial=initial)
    if request.method == "POST" and (made := _sent(request, form, training_class, asked)):
        messages.success(request, f"申请已提交，由{made.waiting_on}处理。")
        return redirect("bases:consent", made.ref)
    context = {"form": form, "training_class": training_class, "asked": asked}
    return render(request, "bases/ask_consent.html", context, status=422 if request.method == "POST" else 200)


@both_sides
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def show_consent(request: HttpRequest, ref: UUID) -> HttpResponse:
    """One request as either side sees it; POST decides, or takes it back."""
    user = _user(request)
    asked = get_object_or_404(consents_seen_by(user), ref=ref)
    is_sent, is_back = request.method == "POST", "withdraw" in request.POST
    form = ConsentRulingForm(request.POST if is_sent and not is_back else None, initial={"round": asked.round})
    if is_back:
        withdraw_consent(asked, by=user, now=timezone.now())
        messages.success(request, "申请已撤回。")
        return redirect("bases:consent", asked.ref)
    if is_sent and form.is_valid() and _decided(asked, form, user):
        messages.success(request, f"已处理{asked.whose}的申请。")
        return redirect("bases:consents")
    training_class, own = asked.training_class, user.pk == asked.asked_by_id
    context = {
        "asked": asked, "form": form, "steps": steps_of(asked), "training_class": training_class,
        "subject": SUBJECTS[training_class.subject],
        "facts": [(label, getattr(training_class, name)) for name, (label, _) in DISCLOSED.items()],
        "decides": who_can_decide(asked).filter(pk=user.pk).exists(),
        "can_mend": own and asked.state == "returned",
        "can_withdraw": own and asked.state in {"waiting", "returned"},
    }  # fmt: skip
    return render(request, "bases/consent.html", context, status=422 if is_sent else 200)


@both_sides
@never_cache
@require_safe
def show_document(request: HttpRequest, ref: UUID) -> HttpResponse:
    asked = get_object_or_404(consents_seen_by(_user(request)), ref=ref)
    return cast(HttpResponse, serve(asked.document))


def _sent(
    request: HttpRequest, form: ConsentForm, training_class: TrainingClass, asked: ClassConsent | None
) -> ClassConsent | None:
    """Hand it to the service; what it refuses stands beside the fields afterwards, and the file is kept."""
    is_readable = form.is_valid()
    stored = take_document(request, form.cleaned_data.get("kept"), form.show)
    form.keep(stored)
    if not is_readable or form.errors:
        has_document = stored is not None or asked is not None
        form.show(reasons_not_to_ask(form.cleaned_data.get("reason", ""), has_document=has_document))
        return None
    said = {"reason": form.cleaned_data["reason"], "document": stored, "by": _user(request), "now": timezone.now()}
    try:
        if asked is not None:
            ask_again(asked, **said)
            return asked
        return ask_for_consent(training_class, form.cleaned_data["authority"], **said)
    except MovedOn:
        raise
    except Refused as refused:
        form.show(refused)
        return None


def _decided(asked: ClassConsent, form: ConsentRulingForm, by: User) -> bool:
    data = form.cleaned_data
    seen = {"seen_round": data["round"], "reason": data["reason"], "by": by, "now": timezone.now()}
    try:
        if data["move"] == Move.APPROVE:
            agree(asked, **seen)
        else:
            turn_down(asked, Move(data["move"]), **seen)
    except MovedOn:
        raise
    except Refused as refused:
        form.show(refused)
        return False
    return True
