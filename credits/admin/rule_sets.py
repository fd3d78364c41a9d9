"""规则集: what is in force, place by place and year by year, and where a change of it begins."""

from datetime import date
from typing import Any
from uuid import UUID

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from accounts.models import Area
from ceportal.kernel.rules.dated import EVERYWHERE, year_in
from ceportal.kernel.rules.refusal import Refused
from ceportal.kernel.web.desks import Column
from credits.forms.rule_drafts import NextForm
from credits.models import RuleSet
from credits.rules.rule_drafts import OPEN, years_in_words
from credits.rules.rule_words import mark_of_all, sections, whose
from credits.selectors.regulation import as_rule
from credits.selectors.rule_drafts import drafts_seen_by, in_year, may_write, place_of, sets_seen_by
from credits.services.rule_drafts import draft_change, draft_next
from credits.web.regulators import RegulatorsDesk, place_choices, reader

# Former years that the list offers by themselves.
_YEARS_SHOWN = 5


@admin.register(RuleSet)
class RuleSetDesk(RegulatorsDesk):
    lead = "您辖区内适用的规则：本地区的、上级的，和没有文件时的约定。每一项都写明依据的文件和条款。"
    order = ("area_code", "-year_from", "id")
    list_template = "credits/admin/rule_sets.html"
    columns = (
        Column("名称", "name"),
        Column("地区", place_of, is_short=True),
        Column("年度", lambda row: years_in_words(row.rule), is_short=True),
        Column("适用人员", lambda row: whose(row.rule)),
        Column("文件", lambda row: row.document or "—"),
        Column("依据", lambda row: mark_of_all(row.rule).label, is_short=True),
        Column("写入", lambda row: row.get_origin_display(), is_short=True),
    )

    def rows(self, request: HttpRequest) -> QuerySet[RuleSet]:
        return in_year(sets_seen_by(reader(request)).exclude(area_code=EVERYWHERE), _year(request))

    def cells(self, row: RuleSet) -> list[Any]:
        """The rule is read once a row, not once a cell."""
        row.rule = as_rule(row)  # type: ignore[attr-defined]
        return super().cells(row)

    def link(self, row: RuleSet) -> str:
        return reverse("admin:credits_ruleset_show", args=[row.ref])

    def more(self, request: HttpRequest) -> dict[str, Any]:
        drafts = drafts_seen_by(reader(request)).filter(state__in=OPEN).order_by("-id")[:20]
        defaults = sets_seen_by(reader(request)).filter(area_code=EVERYWHERE).first()
        this_year = timezone.localdate().year
        return {
            "drafts": list(drafts),
            "defaults": defaults,
            "year": _year(request),
            "years": range(this_year + 1, this_year - _YEARS_SHOWN, -1),
        }

    def pages(self) -> list[URLPattern]:
        return [
            path("<uuid:ref>/", require_safe(self.door(self.show)), name=self.address("show")),
            path("<uuid:ref>/change/", self.door(require_POST(self.change)), name=self.address("draft_change")),
            path("<uuid:ref>/next/", self.door(self.next_set), name=self.address("draft_next")),
        ]

    def show(self, request: HttpRequest, ref: UUID) -> HttpResponse:
        row = self._row(request, ref)
        rule = as_rule(row)
        context = {
            "title": row.name,
            "rule_set": row,
            "place": place_of(row),
            "years": years_in_words(rule),
            "whose": whose(rule),
            "mark": mark_of_all(rule),
            "sections": sections(rule.figures),
            "may_write": may_write(reader(request), row),
            "open_draft": drafts_seen_by(reader(request)).filter(changes=row, state__in=OPEN).first(),
        }
        return render(request, "credits/admin/rule_set.html", context)

    def change(self, request: HttpRequest, ref: UUID) -> HttpResponse:
        """Begin a draft of what this set shall say instead."""
        row, today = self._row(request, ref), timezone.localdate()
        draft = draft_change(row, effective_on=today, by=reader(request), now=timezone.now())
        return redirect("admin:credits_ruledraft_edit", ref=draft.ref)

    def next_set(self, request: HttpRequest, ref: UUID) -> HttpResponse:
        """Begin a draft of a set for a later year, copied from this one."""
        row, today = self._row(request, ref), timezone.localdate()
        places = place_choices(request)
        own = row.area_code if row.area_code in dict(places) else places[0][0]
        initial = {"year": max(row.year_from, today.year) + 1, "area": own}
        form = NextForm(request.POST if request.method == "POST" else None, areas=places, initial=initial)
        if form.is_bound and form.is_valid():
            year, area = form.cleaned_data["year"], Area.objects.get(pk=form.cleaned_data["area"])
            day = max(today, date(year, 1, 1))
            try:
                draft = draft_next(row, area=area, year=year, effective_on=day, by=reader(request), now=timezone.now())
            except Refused as refused:
                form.add_error(None, [reason.message for reason in refused])
            else:
                messages.info(request, "各项已从原规则集抄来，都标为“暂按执行”。请对照文件逐项核对。")
                return redirect("admin:credits_ruledraft_edit", ref=draft.ref)
        context = {"title": "另起一套规则", "rule_set": row, "form": form}
        return render(request, "credits/admin/rule_next.html", context, status=422 if form.is_bound else 200)

    def _row(self, request: HttpRequest, ref: UUID) -> RuleSet:
        return get_object_or_404(sets_seen_by(reader(request)), ref=ref)


def _year(request: HttpRequest) -> int | None:
    """The year whose rules are asked for; all of them where none can be read."""
    return year_in(request.GET.get("year", ""))
