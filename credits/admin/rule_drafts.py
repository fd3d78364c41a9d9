"""规则草案: what shall be changed, whom it would change, and the second person's word."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any
from uuid import UUID

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from accounts.access import recently_proved
from accounts.selectors.duties import waiting_for
from ceportal.kernel.rules.refusal import MovedOn, Refusal, Refused
from ceportal.kernel.web.desks import Column
from credits.enums import RuleDraftState
from credits.forms.rule_drafts import ReasonForm, RuleDraftForm, VersionForm, initial_of
from credits.models import RuleDraft
from credits.rules.rule_drafts import years_in_words
from credits.rules.rule_words import changes, differences, mark_of_all, sections, whose
from credits.selectors.regulation import as_rule
from credits.selectors.rule_drafts import (
    approvers_of,
    drafts_seen_by,
    latest_previews,
    otherwise_for,
    reasons_against,
    rule_of,
    years_left_to_giver,
    years_to_preview,
)
from credits.services import rule_drafts as services
from credits.services.rule_runs import preview_draft
from credits.web.regulators import RegulatorsDesk, reader

# What a button on the page does, and what is said when it is done.
_ACTS: dict[str, tuple[Callable[..., RuleDraft], bool, str]] = {
    "submit": (services.submit_draft, False, "已提交，等另一人核准。影响预览正在计算。"),
    "take_back": (services.take_back_draft, False, "已收回，可以继续修改。"),
    "approve": (services.approve_draft, False, "已核准。到生效日期后自动采用。"),
    "return": (services.return_draft, True, "已退回起草人。"),
    "drop": (services.drop_draft, True, "草案已作废。"),
}


@admin.register(RuleDraft)
class RuleDraftDesk(RegulatorsDesk):
    lead = "起草人提交后，由另一人核准；到生效日期自动采用，并重新核算本年度涉及的人员。"
    nothing = ("还没有规则草案", "在“规则集”里选一套，修改它或另起一套。")
    columns = (
        Column("名称", "name"),
        Column("地区", lambda row: row.area.name, is_short=True),
        Column("年度", lambda row: years_in_words(rule_of(row)), is_short=True),
        Column("状态", lambda row: row.get_state_display(), is_short=True),
        Column("起草人", lambda row: row.declarant.name, is_short=True),
        Column("核准人", lambda row: row.approver.name if row.approver else "—", is_short=True),
        Column("生效日期", lambda row: row.effective_on.isoformat(), is_short=True),
    )

    def rows(self, request: HttpRequest) -> QuerySet[RuleDraft]:
        return drafts_seen_by(reader(request))

    def queue(self, request: HttpRequest) -> QuerySet[RuleDraft]:
        return waiting_for(reader(request), RuleDraft.objects.all())

    def link(self, row: RuleDraft) -> str:
        return reverse("admin:credits_ruledraft_show", args=[row.ref])

    def pages(self) -> list[URLPattern]:
        return [
            path("<uuid:ref>/", require_safe(self.door(self.show)), name=self.address("show")),
            path("<uuid:ref>/edit/", self.door(self.edit), name=self.address("edit")),
            path("<uuid:ref>/preview/", self.door(require_POST(self.preview)), name=self.address("preview")),
            path("<uuid:ref>/<slug:act>/", self.door(require_POST(self.act)), name=self.address("act")),
        ]

    def show(self, request: HttpRequest, ref: UUID) -> HttpResponse:
        return self._page(request, self._draft(request, ref))

    def edit(self, request: HttpRequest, ref: UUID) -> HttpResponse:
        """Fill it in; each reason stands beside its field."""
        draft = self._draft(request, ref)
        if draft.state != RuleDraftState.DRAFTING or draft.declarant_id != reader(request).pk:
            return redirect("admin:credits_ruledraft_show", ref=draft.ref)
        is_sent = request.method == "POST"
        form = RuleDraftForm(
            request.POST if is_sent else None, initial=initial_of(draft), otherwise=otherwise_for(draft)
        )
        if is_sent and form.is_valid():
            try:
                services.save_draft(
                    draft, version=form.cleaned_data["version"], content=form.content(), by=reader(request),
                    now=timezone.now(),
                )  # fmt: skip
            except MovedOn as moved:
                return self._page(request, self._draft(request, ref), reasons=moved.reasons, status=409)
            except Refused as refused:
                form.tell(refused.reasons)
            else:
                messages.success(request, "已保存。核对改动后提交核准。")
                return redirect("admin:credits_ruledraft_show", ref=draft.ref)
        context = {"title": f"起草：{draft.name}", "draft": draft, "form": form}
        return render(request, "credits/admin/rule_edit.html", context, status=422 if is_sent else 200)

    def preview(self, request: HttpRequest, ref: UUID) -> HttpResponse:
        """Begin to count what it would do to a year, in the background."""
        draft = self._draft(request, ref)
        chosen = request.POST.get("preview_year", "")
        year = next((year for year in years_to_preview(timezone.localdate()) if str(year) == chosen), None)
        if year is None:
            reason = Refusal("year", "请从列表中选择年度。", field="preview_year")
            return self._page(request, draft, reasons=[reason], status=422)
        run = preview_draft(draft, year=year, by=reader(request), now=timezone.now())
        return redirect("admin:credits_rulerun_show", ref=run.ref)

    def act(self, request: HttpRequest, ref: UUID, act: str) -> HttpResponse:
        """Submit, take back, approve, return, drop. Approving asks who is there."""
        if act not in _ACTS:
            raise Http404
        done = recently_proved(self._do) if act == "approve" else self._do
        return done(request, ref, act)

    def _do(self, request: HttpRequest, ref: UUID, act: str) -> HttpResponse:
        draft = self._draft(request, ref)
        service, needs_reason, done = _ACTS[act]
        form = (ReasonForm if needs_reason else VersionForm)(request.POST)
        if not form.is_valid():
            reasons = [Refusal("form", str(text), field=name) for name, found in form.errors.items() for text in found]
            return self._page(request, draft, reasons=reasons, status=422)
        try:
            service(draft, by=reader(request), now=timezone.now(), **form.cleaned_data)
        except Refused as refused:
            return self._page(request, self._draft(request, ref), reasons=refused.reasons, status=409)
        messages.success(request, done)
        return redirect("admin:credits_ruledraft_show", ref=draft.ref)

    def _page(
        self, request: HttpRequest, draft: RuleDraft, *, reasons: list[Refusal] | None = None, status: int = 200
    ) -> HttpResponse:
        rule, user = rule_of(draft), reader(request)
        before = as_rule(draft.changes) if draft.changes and draft.state != RuleDraftState.IN_FORCE else None
        is_own = draft.declarant_id == user.pk
        context: dict[str, Any] = {
            "title": draft.name,
            "draft": draft,
            "years": years_in_words(rule),
            "whose": whose(rule),
            "mark": mark_of_all(rule),
            "changes": changes(before, rule) if before else [],
            "differences": differences(before, rule) if before else [],
            "sections": sections(rule.figures),
            "giver_years": years_left_to_giver(draft),
            "previews": latest_previews(draft),
            "preview_years": years_to_preview(timezone.localdate()),
            "is_own": is_own,
            "may_approve": not is_own and approvers_of(draft).filter(pk=user.pk).exists(),
            "against": _without_fields(reasons_against(draft, timezone.localdate())),
            "rulings": draft.rulings.select_related("by").order_by("-id"),
            "reasons": _without_fields(reasons or []),
        }
        return render(request, "credits/admin/rule_draft.html", context, status=status)

    def _draft(self, request: HttpRequest, ref: UUID) -> RuleDraft:
        return get_object_or_404(drafts_seen_by(reader(request)), ref=ref)


def _without_fields(reasons: list[Refusal]) -> list[Refusal]:
    """The fields stand on the page of the form, not here."""
    return [replace(reason, field="") for reason in reasons]
