"""疑点线索: the bureaus' desk for signs of fraud. They inform; a person decides, and takes hours back elsewhere."""

from typing import Any, cast
from uuid import UUID

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from accounts.access import recently_proved
from accounts.models import User
from accounts.rules.policy import Act
from ceportal.kernel.models import StoredFile
from ceportal.kernel.rules.refusal import MovedOn, Refused
from ceportal.kernel.web.desks import Column
from ceportal.kernel.web.serving import serve
from credits.enums import ClaimState
from credits.models import Claim, Evidence
from reviews.enums import HINTS
from reviews.forms.signals import JudgeForm
from reviews.models import Signal
from reviews.selectors.signals import sides_of, signals_judged_by, to_judge
from reviews.services.signals import judge
from reviews.web.overseers import OverseersRegister, moment_of

_SHOWN = {"": "待处理", "decided": "已处理", "hints": "仅提示"}


def _user(request: HttpRequest) -> User:
    return cast(User, request.user)


@admin.register(Signal)
class SignalDesk(OverseersRegister):
    act = Act.JUDGE_SIGNALS
    lead = "系统在申报中发现的疑点，供您核实。疑点只是提示，不影响审核；有没有问题由您认定。"
    nothing = ("没有线索", "申报提交后会自动排查，发现疑点会出现在这里。")
    list_template = "reviews/admin/signals.html"
    columns = (
        Column("类别", lambda s: s.get_kind_display()),
        Column("申报人", lambda s: s.declaration.professional.name, is_short=True),
        Column("单位", lambda s: s.declaration.organization.name if s.declaration.organization else "—"),
        Column("申报内容", lambda s: s.declaration.title),
        Column("申报状态", lambda s: s.declaration.get_state_display(), is_short=True),
        Column("发现时间", lambda s: moment_of(s.found_at), is_short=True),
        Column("认定", lambda s: s.get_verdict_display(), is_short=True),
    )

    def rows(self, request: HttpRequest) -> QuerySet[Signal]:
        rows, shown = signals_judged_by(_user(request)), request.GET.get("state", "")
        if shown == "decided":
            return rows.exclude(verdict="")
        return rows.filter(kind__in=HINTS) if shown == "hints" else to_judge(rows)

    def queue(self, request: HttpRequest) -> QuerySet[Signal]:
        return to_judge(signals_judged_by(_user(request)))

    def link(self, row: Signal) -> str:
        return reverse("admin:reviews_signal_judge", args=[row.ref])

    def more(self, request: HttpRequest) -> dict[str, Any]:
        asked = request.GET.get("state", "")
        return {"choices": _SHOWN.items(), "asked": asked if asked in _SHOWN else ""}

    def pages(self) -> list[URLPattern]:
        return [
            path("<uuid:ref>/", self.door(recently_proved(self.judge)), name=self.address("judge")),
            path("<uuid:ref>/<uuid:file>/", self.door(require_safe(self.show_file)), name=self.address("file")),
        ]

    def judge(self, request: HttpRequest, ref: UUID) -> HttpResponse:
        """What was seen, of whom, and the decision, or the form for it."""
        signal = get_object_or_404(signals_judged_by(_user(request)), ref=ref)
        form = JudgeForm(request.POST if request.method == "POST" else None)
        if form.is_bound and form.is_valid():
            try:
                judge(signal, by=_user(request), now=timezone.now(), **form.cleaned_data)
            except MovedOn:
                raise
            except Refused as refused:
                form.show(refused.reasons)
            else:
                messages.success(request, "已记录您的认定。")
                return redirect("admin:reviews_signal_judge", ref=ref)
        sides = sides_of(signal, _user(request))
        seen = [declaration for declaration, is_seen in sides if is_seen]
        context = {
            "title": signal.get_kind_display(),
            "signal": signal,
            "sides": sides,
            "evidence": Evidence.objects.filter(declaration__in=seen).select_related("file"),
            "claims": Claim.objects.filter(declaration__in=seen, state=ClaimState.LIVE),
            "form": form if not signal.verdict and signal.kind not in HINTS else None,
        }
        return render(request, "reviews/admin/signal.html", context, status=422 if form.is_bound else 200)

    def show_file(self, request: HttpRequest, ref: UUID, file: UUID) -> HttpResponse:
        """A file of one of the declarations whose people are the bureau's own."""
        signal = get_object_or_404(signals_judged_by(_user(request)), ref=ref)
        seen = [declaration for declaration, is_seen in sides_of(signal, _user(request)) if is_seen]
        stored = StoredFile.objects.filter(pk__in=Evidence.objects.filter(declaration__in=seen).values("file"))
        return cast(HttpResponse, serve(get_object_or_404(stored, ref=file)))
