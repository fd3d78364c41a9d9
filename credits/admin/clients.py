"""接口密钥: the platforms' keys, released on a passed test, put aside when they leak; the bureaus' own systems."""

from typing import Any, cast

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from accounts.access import recently_proved
from accounts.models import ApiClient, User
from accounts.selectors.clients import key_bureaus, keys_seen_by
from accounts.services.clients import (
    bound_client,
    refuse_release,
    register_review_system,
    release_client,
    revoke_client,
    rotate_client,
)
from ceportal.kernel.rules.refusal import MovedOn, Refused
from ceportal.kernel.web.bell import ring
from ceportal.kernel.web.desks import Column, Register
from ceportal.kernel.web.keyset import keyset_page
from credits.forms.clients import BoundsForm, LeakForm, ReviewSystemForm
from credits.forms.holding import WhyForm
from credits.selectors.clients import (
    calls_of_key,
    is_of_platform,
    kind_of,
    refused_of,
    scopes_in_words,
    state_of,
)
from credits.selectors.holding import Asked, held_by, holds_of, work_of_key
from credits.selectors.undoing import asked_since_leak
from credits.services.holding_jobs import revoke_and_hold, rule_on_held, undo_withdrawals

_REFUSED, _JOB = 50, "credits.work_on_held"


def _user(request: HttpRequest) -> User:
    return cast(User, request.user)


@admin.register(ApiClient)
class KeyDesk(Register):
    lead = "辖区内学习平台的接口密钥，和本部门职称评审等系统的密钥。平台提交一致性测试报告后，在这里启用正式密钥。"
    nothing = ("辖区内还没有密钥", "平台管理员在“接口密钥”里建立后会出现在这里。")
    list_template = "credits/admin/clients.html"
    columns = (
        Column("用途", "name"),
        Column("单位", lambda key: key.organization.name),
        Column("种类", kind_of),
        Column("状态", lambda key: state_of(key).label, is_short=True),
        Column("最近取得令牌", lambda key: _moment(key.last_used_at), is_short=True),
    )

    def allows(self, request: HttpRequest) -> bool:
        """Read once a request, however many desks ask."""
        keeper: Any = request
        if not hasattr(keeper, "keeps_keys"):
            keeper.keeps_keys = key_bureaus(_user(request)).exists()
        return bool(keeper.keeps_keys)

    def rows(self, request: HttpRequest) -> QuerySet[ApiClient]:
        return keys_seen_by(_user(request))

    def queue(self, request: HttpRequest) -> QuerySet[ApiClient]:
        asked = self.rows(request).filter(asked_at__isnull=False, released_at__isnull=True, revoked_at__isnull=True)
        return asked.filter(refusal="")

    def link(self, row: ApiClient) -> str:
        return reverse("admin:accounts_apiclient_show", args=[row.client_id])

    def more(self, request: HttpRequest) -> dict[str, Any]:
        return {"waiting": self.queue(request).order_by("asked_at")[:20]}

    def pages(self) -> list[URLPattern]:
        acts = {
            "release": self.release, "refuse": self.refuse, "rotate": self.rotate, "revoke": self.revoke,
            "leak": self.leak, "bounds": self.bound, "restore": self.restore,
            "undo": self.undo,
        }  # fmt: skip
        return [
            path("new/", self.door(recently_proved(self.new_system)), name=self.address("new")),
            path("<slug:client_id>/", require_safe(self.door(self.show)), name=self.address("show")),
            *(
                path(
                    f"<slug:client_id>/{name}/", self.door(recently_proved(require_POST(act))), name=self.address(name)
                )
                for name, act in acts.items()
            ),
        ]

    def new_system(self, request: HttpRequest) -> HttpResponse:
        """A key for a title-review or appointment system of the bureau."""
        bureaus = key_bureaus(_user(request))
        form = ReviewSystemForm(request.POST if request.method == "POST" else None, units=bureaus)
        if form.is_bound and form.is_valid():
            data = form.cleaned_data
            try:
                client, secret = register_review_system(
                    data["organization"], name=data["name"], by=_user(request), now=timezone.now()
                )
            except Refused as refused:
                form.show(refused)
            else:
                return self._secret(request, client, secret)
        context = {"title": "登记评审系统", "form": form}
        return render(request, "credits/admin/client_new.html", context, status=422 if form.is_bound else 200)

    def show(self, request: HttpRequest, client_id: str) -> HttpResponse:
        return self._page(request, self._key(request, client_id))

    def release(self, request: HttpRequest, client_id: str) -> HttpResponse:
        key = self._key(request, client_id)
        release_client(key, by=_user(request), now=timezone.now())
        return self._done(request, key, "已启用，平台会收到通知。")

    def refuse(self, request: HttpRequest, client_id: str) -> HttpResponse:
        key, form = self._key(request, client_id), WhyForm(request.POST)
        if not form.is_valid():
            return self._page(request, key, refusing=form, status=422)
        refuse_release(key, reason=form.cleaned_data["reason"], by=_user(request), now=timezone.now())
        return self._done(request, key, "已退回，平台会收到通知。")

    def rotate(self, request: HttpRequest, client_id: str) -> HttpResponse:
        """Of the bureau's own systems; a platform rotates its keys itself."""
        key = get_object_or_404(self._own(request), client_id=client_id)
        fresh, secret = rotate_client(key, by=_user(request), now=timezone.now())
        return self._secret(request, fresh, secret)

    def revoke(self, request: HttpRequest, client_id: str) -> HttpResponse:
        key = self._key(request, client_id)
        revoke_client(key, by=_user(request), now=timezone.now())
        return self._done(request, key, "密钥已停用，从现在起不能再用。")

    def leak(self, request: HttpRequest, client_id: str) -> HttpResponse:
        key, form = self._key(request, client_id), LeakForm(request.POST, auto_id="leak_%s")
        if form.is_valid():
            try:
                revoke_and_hold(key, **form.cleaned_data, by=_user(request), now=timezone.now())
            except Refused as refused:
                form.show(refused)
            else:
                ring(_JOB)
                return self._done(request, key, "密钥已停用，正在暂停计入它报送的学时。")
        return self._page(request, key, leaked=form, status=422)

    def bound(self, request: HttpRequest, client_id: str) -> HttpResponse:
        key, form = self._key(request, client_id), BoundsForm(request.POST)
        if form.is_valid():
            data = form.cleaned_data
            try:
                bound_client(
                    key, addresses=data["addresses"], ceiling=data["ceiling"], by=_user(request), now=timezone.now()
                )
            except MovedOn:
                raise
            except Refused as refused:
                form.show(refused)
            else:
                return self._done(request, key, "已保存，立即生效。")
        return self._page(request, key, bounds=form, status=422)

    def restore(self, request: HttpRequest, client_id: str) -> HttpResponse:
        """Count again all that holds of this key have put aside."""
        key, form = self._key(request, client_id), WhyForm(request.POST, auto_id="restore_%s")
        if not form.is_valid():
            return self._page(request, key, restoring=form, status=422)
        for hold in holds_of(key.client_id):
            if held_by(str(hold.ref)).exists():
                rule_on_held(
                    Asked(), "release", reason=form.cleaned_data["reason"], by=_user(request), now=timezone.now(),
                    mark=str(hold.ref),
                )  # fmt: skip
        ring(_JOB)
        return self._done(request, key, "已开始恢复计入，进度见本页。")

    def undo(self, request: HttpRequest, client_id: str) -> HttpResponse:
        """Count again what this key has taken back since it leaked."""
        key, form = self._key(request, client_id), WhyForm(request.POST, auto_id="undo_%s")
        if form.is_valid():
            try:
                undo_withdrawals(key, **form.cleaned_data, by=_user(request), now=timezone.now())
            except Refused as refused:
                form.show(refused)
            else:
                ring(_JOB)
                return self._done(request, key, "已开始恢复撤回的学时，进度见本页。")
        return self._page(request, key, undoing=form, status=422)

    def _key(self, request: HttpRequest, client_id: str) -> ApiClient:
        return get_object_or_404(self.rows(request), client_id=client_id)

    def _own(self, request: HttpRequest) -> QuerySet[ApiClient]:
        return self.rows(request).filter(organization__in=key_bureaus(_user(request)))

    def _done(self, request: HttpRequest, key: ApiClient, said: str) -> HttpResponse:
        messages.success(request, said)
        return redirect("admin:accounts_apiclient_show", client_id=key.client_id)

    def _secret(self, request: HttpRequest, key: ApiClient, secret: str) -> HttpResponse:
        onward = reverse("admin:accounts_apiclient_show", args=[key.client_id])
        context = {"client": key, "secret": secret, "state": state_of(key), "onward": onward}
        return render(request, "credits/client_secret.html", context)

    def _page(self, request: HttpRequest, key: ApiClient, *, status: int = 200, **forms: Any) -> HttpResponse:
        kept = {"addresses": key.address_list, "ceiling": key.daily_ceiling or ""}
        holds = holds_of(key.client_id)
        context = {
            "title": key.name,
            "client": key,
            "state": state_of(key),
            "is_live": key.revoked_at is None,
            "scopes": scopes_in_words(key),
            "is_own": self._own(request).filter(pk=key.pk).exists(),
            "is_platforms": is_of_platform(key),
            "is_waiting": bool(key.asked_at and not key.refusal and not key.released_at and not key.revoked_at),
            "bounds": forms.get("bounds") or BoundsForm(initial=kept),
            "leaked": forms.get("leaked") or LeakForm(auto_id="leak_%s"),
            "refusing": forms.get("refusing") or WhyForm(),
            "restoring": forms.get("restoring") or WhyForm(auto_id="restore_%s"),
            "undoing": forms.get("undoing") or WhyForm(auto_id="undo_%s"),
            "asked": asked_since_leak(key),
            "form": next(iter(forms.values()), None),
            "refused": refused_of(key)[:_REFUSED],
            "jobs": work_of_key(key.client_id),
            "held": sum(held_by(str(hold.ref)).count() for hold in holds),
            "page": keyset_page(calls_of_key(key), order=("-id",), cursor=request.GET.get("after", "")),
        }
        return render(request, "credits/admin/client.html", context, status=status)


def _moment(value: Any) -> str:
    return timezone.localtime(value).strftime("%Y-%m-%d %H:%M") if value else "还没有用过"
