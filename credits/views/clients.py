"""A platform's own keys: made, rotated, bounded, revoked by its administrator, and what was sent with them."""

from typing import Any, cast
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.access import only_who_may, recently_proved
from accounts.models import ApiClient, User
from accounts.rules.policy import Act
from accounts.selectors.clients import key_bureaus, keys_of, platforms_of
from accounts.services.clients import ask_release, begin_key, bound_client, revoke_client, rotate_client
from accounts.services.entry import begin_entry
from ceportal.kernel.rules.refusal import Refused
from ceportal.kernel.web.bell import ring
from ceportal.kernel.web.keyset import keyset_page
from credits.forms.clients import BoundsForm, EntryForm, LeakForm, NewKeyForm, OwnBoundsForm, ReportForm
from credits.selectors.clients import batches_of_key, calls_of_key, may_file, refused_of, scopes_in_words, state_of
from credits.selectors.holding import work_of_key
from credits.selectors.undoing import asked_since_leak
from credits.services.holding_jobs import revoke_and_hold

keepers_only = only_who_may(Act.KEEP_KEYS, Act.OVERSEE_KEYS)
_ITEMS, _REFUSED = 200, 50
_FINE = {"accepted", "duplicate"}


def _user(request: HttpRequest) -> User:
    return cast(User, request.user)


def _own_key(request: HttpRequest, client_id: str) -> ApiClient:
    return get_object_or_404(keys_of(_user(request)), client_id=client_id.replace("\0", ""))


@keepers_only
@never_cache
@require_safe
def show_clients(request: HttpRequest) -> HttpResponse:
    """All keys of the reader's platforms. A bureau's keepers have a desk for theirs."""
    user = _user(request)
    units = list(platforms_of(user))
    if not units and key_bureaus(user).exists():
        return redirect("admin:accounts_apiclient_changelist")
    keys = [(key, state_of(key)) for key in keys_of(user)[:100]]
    return render(request, "credits/clients.html", {"keys": keys, "units": units})


@keepers_only
@never_cache
@recently_proved
@require_http_methods(["GET", "HEAD", "POST"])
def new_client(request: HttpRequest) -> HttpResponse:
    user = _user(request)
    units = platforms_of(user)
    if not units:
        raise Http404
    form = NewKeyForm(request.POST if request.method == "POST" else None, units=units)
    if form.is_bound and form.is_valid():
        data = form.cleaned_data
        try:
            client, secret = begin_key(
                data["organization"], name=data["name"], is_sandbox=data["kind"] == "sandbox", by=user,
                now=timezone.now(), files_courses=data["files_courses"],
            )  # fmt: skip
        except Refused as refused:
            form.show(refused)
        else:
            return _secret_page(request, client, secret)
    return render(request, "credits/client_new.html", {"form": form}, status=422 if form.is_bound else 200)


@keepers_only
@never_cache
@recently_proved
@require_http_methods(["GET", "HEAD", "POST"])
def new_entry(request: HttpRequest) -> HttpResponse:
    """A key by which people come to the platform through the portal's sign-in (S0-07)."""
    user = _user(request)
    units = platforms_of(user)
    if not units:
        raise Http404
    form = EntryForm(request.POST if request.method == "POST" else None, units=units)
    if form.is_bound and form.is_valid():
        try:
            client, secret = begin_entry(**form.cleaned_data, by=user, now=timezone.now())
        except Refused as refused:
            form.show(refused)
        else:
            return _secret_page(request, client, secret)
    return render(request, "credits/client_entry.html", {"form": form}, status=422 if form.is_bound else 200)


@keepers_only
@never_cache
@require_safe
def show_client(request: HttpRequest, client_id: str) -> HttpResponse:
    return _page(request, _own_key(request, client_id))


@keepers_only
@never_cache
@require_safe
def show_call(request: HttpRequest, client_id: str, ref: UUID) -> HttpResponse:
    """One batch: what became of each record, those that need a look first."""
    client = _own_key(request, client_id)
    batch = get_object_or_404(batches_of_key(client), ref=ref)
    items = sorted(
        batch.answer["items"], key=lambda item: (item["outcome"] in {"accepted", "duplicate"}, item["index"])
    )
    context = {"client": client, "batch": batch, "items": items[:_ITEMS], "more": max(0, len(items) - _ITEMS)}
    return render(request, "credits/client_call.html", context)


@keepers_only
@never_cache
@recently_proved
@require_POST
def bound(request: HttpRequest, client_id: str) -> HttpResponse:
    client = _own_key(request, client_id)
    form = OwnBoundsForm(request.POST, is_entry=client.is_entry)
    if form.is_valid():
        data = form.cleaned_data
        try:
            bound_client(
                client, addresses=data["addresses"], ceiling=data["ceiling"], by=_user(request), now=timezone.now(),
                files_courses=data.get("files_courses"),
            )  # fmt: skip
        except Refused as refused:
            form.show(refused)
        else:
            messages.success(request, "已保存，立即生效。")
            return redirect("credits:client", client.client_id)
    return _page(request, client, bounds=form, status=422)


@keepers_only
@never_cache
@recently_proved
@require_POST
def rotate(request: HttpRequest, client_id: str) -> HttpResponse:
    client = _own_key(request, client_id)
    fresh, secret = rotate_client(client, by=_user(request), now=timezone.now())
    return _secret_page(request, fresh, secret)


@keepers_only
@never_cache
@recently_proved
@require_POST
def revoke(request: HttpRequest, client_id: str) -> HttpResponse:
    client = _own_key(request, client_id)
    if revoke_client(client, by=_user(request), now=timezone.now()):
        messages.success(request, "密钥已停用，从现在起不能再用。")
    return redirect("credits:client", client.client_id)


@keepers_only
@never_cache
@recently_proved
@require_POST
def leak(request: HttpRequest, client_id: str) -> HttpResponse:
    """Revoked, and what it sent since then put aside until a bureau has looked."""
    client, form = _own_key(request, client_id), LeakForm(request.POST)
    if form.is_valid():
        try:
            revoke_and_hold(client, **form.cleaned_data, by=_user(request), now=timezone.now())
        except Refused as refused:
            form.show(refused)
        else:
            ring("credits.work_on_held")
            messages.success(request, "密钥已停用，正在暂停计入它报送的学时。")
            return redirect("credits:client", client.client_id)
    return _page(request, client, leaked=form, status=422)


@keepers_only
@never_cache
@require_POST
def ask(request: HttpRequest, client_id: str) -> HttpResponse:
    """The report of a test, for the bureau to release the key."""
    client, form = _own_key(request, client_id), ReportForm(request.POST, request.FILES)
    if form.is_valid():
        try:
            ask_release(client, form.cleaned_data["report"], by=_user(request), now=timezone.now())
        except Refused as refused:
            form.show(refused)
        else:
            messages.success(request, "报告已提交，等人社部门启用。启用后会通知您。")
            return redirect("credits:client", client.client_id)
    return _page(request, client, report=form, status=422)


def _secret_page(request: HttpRequest, client: ApiClient, secret: str) -> HttpResponse:
    return render(
        request, "credits/client_secret.html", {"client": client, "secret": secret, "state": state_of(client)}
    )


def _page(
    request: HttpRequest,
    client: ApiClient,
    *,
    bounds: BoundsForm | None = None,
    leaked: LeakForm | None = None,
    report: ReportForm | None = None,
    status: int = 200,
) -> HttpResponse:
    kept: dict[str, Any] = {
        "addresses": client.address_list, "ceiling": client.daily_ceiling or "", "files_courses": may_file(client),
    }  # fmt: skip
    context = {
        "client": client,
        "state": state_of(client),
        "is_live": client.revoked_at is None,
        "may_ask": not (
            client.is_entry or client.is_sandbox or client.released_at or (client.asked_at and not client.refusal)
        ),
        "bounds": bounds or OwnBoundsForm(initial=kept, is_entry=client.is_entry),
        "scopes": scopes_in_words(client),
        "leaked": leaked or LeakForm(auto_id="leak_%s"),
        "report": report or ReportForm(),
        "form": bounds or leaked or report,
        "refused": refused_of(client)[:_REFUSED],
        "jobs": work_of_key(client.client_id),
        "asked": asked_since_leak(client),
        "page": keyset_page(calls_of_key(client), order=("-id",), cursor=request.GET.get("after", "")),
    }
    return render(request, "credits/client.html", context, status=status)
