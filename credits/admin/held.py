"""待核实学时: what was reported and doubted, released or refused by the bureau of the person's place (design: api)."""

from dataclasses import asdict
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from accounts.access import recently_proved
from accounts.selectors.people import employer_of
from ceportal.kernel.rules.refusal import Refusal, Refused
from ceportal.kernel.web.desks import Column, Register
from credits.forms.holding import RuleAllForm, RuleHeldForm
from credits.models import HeldHours
from credits.rules.holding import HELD_FOR
from credits.selectors.holding import Asked, held_seen_by, holding_bureaus, jobs_of, platforms_of_held
from credits.selectors.records import reporter_of
from credits.services.holding_jobs import rule_on_held, rule_on_one
from credits.web.regulators import reader

_MOST = 60


@admin.register(HeldHours)
class HeldDesk(Register):
    lead = "学习平台和基地报来、系统认为需要核实的学时。核实前不计入；您可以逐条处理，也可以按筛选结果一并处理。"
    nothing = ("没有待核实的学时", "有需要核实的学时报来，会出现在这里。")
    order = ("id",)
    link_label = "核实"
    list_template = "credits/admin/held.html"
    columns = (
        Column("姓名", lambda claim: claim.professional.name, is_short=True),
        Column("地区", lambda claim: claim.professional.area.name, is_short=True),
        Column("名称", "title"),
        Column("学习日期", lambda claim: _span(claim), is_short=True),
        Column("科目", lambda claim: claim.get_subject_display(), is_short=True),
        Column("学时", "hours", is_number=True),
        Column("为什么待核实", lambda claim: "；".join(dict.fromkeys(why["message"] for why in claim.reasons))),
    )

    def allows(self, request: HttpRequest) -> bool:
        """Read once a request, however many desks ask."""
        keeper: Any = request
        if not hasattr(keeper, "rules_on_held"):
            keeper.rules_on_held = holding_bureaus(reader(request)).exists()
        return bool(keeper.rules_on_held)

    def rows(self, request: HttpRequest) -> QuerySet[HeldHours]:
        return held_seen_by(reader(request), _asked(request))

    def queue(self, request: HttpRequest) -> QuerySet[HeldHours]:
        return self.rows(request)

    def link(self, row: HeldHours) -> str:
        return reverse("admin:credits_heldhours_rule", args=[row.ref])

    def more(self, request: HttpRequest) -> dict[str, Any]:
        asked = _asked(request)
        return {
            "asked": asked,
            "codes": HELD_FOR.items(),
            "platforms": platforms_of_held(reader(request)),
            "query": urlencode({name: value for name, value in asdict(asked).items() if value}),
            "jobs": jobs_of(reader(request)),
        }

    def pages(self) -> list[URLPattern]:
        return [
            path("all/", self.door(recently_proved(self.rule_all)), name=self.address("rule_all")),
            path("jobs/", require_safe(self.door(self.show_jobs)), name=self.address("jobs")),
            path("<uuid:ref>/", self.door(recently_proved(self.rule)), name=self.address("rule")),
        ]

    def show_jobs(self, request: HttpRequest) -> HttpResponse:
        """The part of the page that moves."""
        return render(request, "credits/admin/held_jobs.html", {"jobs": jobs_of(reader(request))})

    def rule(self, request: HttpRequest, ref: UUID) -> HttpResponse:
        """One of them: what is known of it, and the bureau's word."""
        claim = get_object_or_404(held_seen_by(reader(request)), ref=ref)
        form = RuleHeldForm(request.POST if request.method == "POST" else None)
        reasons: list[Refusal] = []
        if form.is_bound and form.is_valid():
            act, reason = form.cleaned_data["act"], form.cleaned_data["reason"]
            try:
                rule_on_one(claim, act, reason=reason, by=reader(request), now=timezone.now())
            except Refused as refused:
                reasons = refused.reasons
            else:
                claim.refresh_from_db()
                messages.success(request, f"《{claim.title}》已处理：{claim.get_state_display()}。")
                return redirect("admin:credits_heldhours_changelist")
        context = {
            "title": "核实学时",
            "claim": claim,
            "employer": employer_of(claim.professional) if claim.professional else None,
            "reporter": reporter_of(claim),
            "sessions": claim.sessions.order_by("started_at"),
            "form": form,
            "reasons": reasons,
        }
        status = 409 if reasons else 422 if form.is_bound else 200
        return render(request, "credits/admin/held_one.html", context, status=status)

    def rule_all(self, request: HttpRequest) -> HttpResponse:
        """All that the filter finds: counted, reasoned, done in the background."""
        is_sent = request.method == "POST"
        asked = _asked(request)
        form = RuleAllForm(request.POST if is_sent else None, initial=asdict(asked))
        if is_sent and form.is_valid():
            said = form.cleaned_data
            asked = Asked(said["code"], said["source"], said["year"], said["title"])
            try:
                rule_on_held(asked, said["act"], reason=said["reason"], by=reader(request), now=timezone.now())
            except Refused as refused:
                form.show(refused)
            else:
                messages.success(request, "已开始处理，进度见下方。可以离开本页。")
                return redirect("admin:credits_heldhours_changelist")
        rows = held_seen_by(reader(request), asked)
        context = {
            "title": "按筛选结果一并处理",
            "form": form,
            "asked": asked,
            "code": HELD_FOR.get(asked.code, ""),
            "platform": dict(platforms_of_held(reader(request))).get(asked.source, ""),
            "count": rows.count(),
        }
        return render(request, "credits/admin/held_all.html", context, status=422 if is_sent else 200)


def _asked(request: HttpRequest) -> Asked:
    given = request.POST if request.method == "POST" else request.GET
    asked = {
        "code": given.get("code", ""), "source": given.get("source", ""), "year": given.get("year", ""),
        "title": given.get("title", ""),
    }  # fmt: skip
    return Asked(**{name: value.replace("\0", "").strip()[:_MOST] for name, value in asked.items()})


def _span(claim: HeldHours) -> str:
    start, end = claim.started_on.isoformat(), claim.ended_on.isoformat()
    return start if start == end else f"{start} 至 {end}"
