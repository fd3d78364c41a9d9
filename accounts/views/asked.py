"""The page of what a unit or a bureau asks for with a document, as either side sees it."""

from typing import Any

from django.forms import Form
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse

from accounts.access import PersonRequest
from accounts.enums import RequestState
from accounts.models import HandOver, Stationing, UnitChange
from accounts.selectors.requests import steps_of, who_can_decide

_NAMES = {HandOver: "hand_over", Stationing: "stationing", UnitChange: "unit_change"}
_PAGES = {
    HandOver: "accounts/hand_over.html",
    Stationing: "accounts/stationing.html",
    UnitChange: "accounts/unit_change.html",
}


def asked_page(
    request: PersonRequest, asked: HandOver | Stationing | UnitChange, form: Form, *, status: int, **more: Any
) -> HttpResponse:
    """`form` is that of the decision. `more` adds to what the page says, or takes the place of it."""
    name, own = _NAMES[type(asked)], request.user.pk == asked.asked_by_id
    context = {
        "asked": asked,
        "form": form,
        "steps": steps_of(asked),
        "decides": who_can_decide(asked).filter(pk=request.user.pk).exists(),
        "can_mend": own and asked.state == RequestState.RETURNED,
        "can_withdraw": own and asked.state in {RequestState.WAITING, RequestState.RETURNED},
        "edit_href": reverse(f"accounts:edit_{name}", args=[asked.ref]),
        "withdraw_href": reverse(f"accounts:withdraw_{name}", args=[asked.ref]),
        "document_href": reverse(f"accounts:{name}_document", args=[asked.ref]),
    }
    return render(request, _PAGES[type(asked)], context | more, status=status)
