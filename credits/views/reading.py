"""One's own declarations: the list, where one stands with whom until when, and taking it back."""

from typing import cast
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from accounts.access import PersonRequest, professionals_only
from accounts.models import User
from ceportal.kernel.web.keyset import keyset_page
from credits.enums import DeclarationState
from credits.forms.declarations import DeclarationFilter
from credits.models import Declaration
from credits.rules.declaring import EDITABLE, RENEWABLE, UNDER_REVIEW, Limits, reasons_not_to_withdraw, year_note
from credits.selectors.conversions import details_of
from credits.selectors.declarations import declaration_steps, declarations_of, elapsed_days, limits_of, years_declared
from credits.selectors.twins import words_beside
from credits.services.declaring import withdraw_declaration
from credits.views.intake import own_declaration


@professionals_only
@never_cache
@require_safe
def show_declarations(request: HttpRequest) -> HttpResponse:
    """All of them, newest first, by year and state."""
    person = cast(PersonRequest, request).professional
    form = DeclarationFilter(request.GET, years=years_declared(person))
    rows = declarations_of(person).filter(**form.chosen())
    page = keyset_page(rows, order=("-id",), cursor=request.GET.get("after", ""))
    is_filtered = bool(form.chosen()) or not page.is_first
    return render(request, "credits/declarations.html", {"page": page, "form": form, "is_filtered": is_filtered})


@professionals_only
@never_cache
@require_safe
def show_declaration(request: HttpRequest, ref: UUID) -> HttpResponse:
    """Where it stands, who has it until when, what happened so far."""
    declaration = own_declaration(request, ref)
    if declaration.state == DeclarationState.DRAFT:
        return redirect("credits:edit_declaration", declaration.ref)
    was_decided = declaration.hours_recognised is not None
    context = {
        "declaration": declaration,
        "limits": _limits_of(declaration) if declaration.state == DeclarationState.AT_EMPLOYER else None,
        "steps": declaration_steps(declaration),
        "evidence": declaration.evidence.select_related("file"),
        "elapsed": elapsed_days(declaration, timezone.now()),
        "year_note": year_note(declaration.started_on, declaration.ended_on),
        "can_edit": declaration.state in EDITABLE,
        "can_renew": declaration.state in RENEWABLE,
        "can_withdraw": not any(reasons_not_to_withdraw(declaration.state, was_decided=was_decided)),
        "beside": words_beside(declaration),
        "is_under_review": declaration.state in UNDER_REVIEW,
        # Of an employer's only reviewer (A24): nobody there has recognised hours before this stage.
        "skips_employer": declaration.state == DeclarationState.AT_AUTHORITY and not was_decided,
        "details": details_of(declaration),
    }
    return render(request, "credits/declaration.html", context)


@professionals_only
@require_POST
def withdraw(request: HttpRequest, ref: UUID) -> HttpResponse:
    """Take it back, or throw a draft away."""
    declaration = own_declaration(request, ref)
    withdraw_declaration(declaration, by=cast(User, request.user), now=timezone.now())
    if declaration.first_submitted_at is None:
        messages.success(request, "草稿已删除。")
        return redirect("credits:declarations")
    messages.success(request, "已撤回。需要时可以“重新填写”再提交。")
    return redirect("credits:declaration", declaration.ref)


def _limits_of(declaration: Declaration) -> Limits | None:
    """What its year allows the offices that still have it before them."""
    today = timezone.localdate()
    return limits_of(declaration.professional, declaration.year or today.year, today=today)
