"""规则影响: what a draft would change for whom, what a change in force has changed, and years judged anew by an act."""

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
from accounts.models import Area
from ceportal.kernel.rules.refusal import Refused
from ceportal.kernel.web.desks import Column
from ceportal.kernel.web.exports import csv_file
from ceportal.kernel.web.keyset import keyset_page
from credits.forms.rule_drafts import PastYearForm
from credits.models import RuleEffect, RuleRun
from credits.rules.rule_runs import hours_in_words
from credits.selectors.rule_drafts import names_with_city, own_areas, place_of, runs_seen_by
from credits.selectors.rule_runs import (
    by_level,
    by_place,
    effects_in_order,
    effects_of,
    in_reach,
    is_overtaken,
    lines_of,
    progress_of,
    summed,
    without_account,
)
from credits.services.rule_runs import judge_past_year
from credits.web.regulators import RegulatorsDesk, place_choices, reader

# So many places are shown level by level at once; of more, one is chosen.
_FEW = 12
_HEADING = ("姓名", "证件号码", "单位", "地区", "职称级别", "年度", "变动", "原要求", "新要求", "按新要求还差")


@admin.register(RuleRun)
class RuleRunDesk(RegulatorsDesk):
    lead = "草案的影响预览，规则生效后的重新核算，和对往年的重新核算。每一次都可以查看结果变动的人员并导出。"
    nothing = ("还没有核算过", "提交规则草案后，影响预览会出现在这里。")
    list_template = "credits/admin/rule_runs.html"
    columns = (
        Column("事由", lambda run: run.draft.name if run.draft else run.reason or "规则文件更新"),
        Column("种类", lambda run: run.get_kind_display(), is_short=True),
        Column("地区", place_of, is_short=True),
        Column("年度", "year", is_short=True),
        Column("进度", lambda run: "已完成" if run.job.finished_at else f"{run.job.done} / {run.job.total}"),
        Column("时间", lambda run: timezone.localtime(run.made_at).strftime("%Y-%m-%d %H:%M"), is_short=True),
    )

    def rows(self, request: HttpRequest) -> QuerySet[RuleRun]:
        return runs_seen_by(reader(request))

    def link(self, row: RuleRun) -> str:
        return reverse("admin:credits_rulerun_show", args=[row.ref])

    def pages(self) -> list[URLPattern]:
        return [
            path("past/", self.door(recently_proved(self.past_year)), name=self.address("past")),
            path("<uuid:ref>/", require_safe(self.door(self.show)), name=self.address("show")),
            path("<uuid:ref>/progress/", require_safe(self.door(self.progress)), name=self.address("progress")),
            path("<uuid:ref>/people/", require_safe(self.door(self.people)), name=self.address("people")),
            path("<uuid:ref>/csv/", self.door(recently_proved(require_safe(self.download))), name=self.address("csv")),
        ]

    def show(self, request: HttpRequest, ref: UUID) -> HttpResponse:
        """Totals, then place by place and level by level; of the places the reader answers for."""
        run = self._run(request, ref)
        names = self._names(request)
        lines = in_reach(lines_of(run), names)
        places = by_place(lines, names)
        area = Area.objects.filter(code=run.area_code).first()
        context = {
            "title": f"{run.get_kind_display()}：{run.draft.name if run.draft else run.year}",
            "run": run,
            "place": place_of(run),
            "total": summed(lines),
            "levels": by_level(lines),
            "places": places,
            "are_few": len(places) <= _FEW,
            "chosen": request.GET.get("area", ""),
            "without": without_account(area, run.year) if area else 0,
            "is_overtaken": is_overtaken(run),
            "is_preview": run.kind == "what_if",
            **self._progress(run),
        }
        return render(request, "credits/admin/rule_run.html", context)

    def progress(self, request: HttpRequest, ref: UUID) -> HttpResponse:
        """The part of the page that moves."""
        return render(request, "credits/admin/rule_progress.html", self._progress(self._run(request, ref)))

    def people(self, request: HttpRequest, ref: UUID) -> HttpResponse:
        """Whose result changes, before and after."""
        run = self._run(request, ref)
        names, area = self._names(request), request.GET.get("area", "")
        rows = effects_of(run, list(names))
        if area in names:
            rows = rows.filter(area=area)
        page = keyset_page(rows, order=("id",), cursor=request.GET.get("after", ""))
        context = {
            "title": "结果变动的人员",
            "run": run,
            "page": page,
            "place": names.get(area, ""),
            "lines": [(effect, *_in_words(effect)) for effect in page.items],
        }
        return render(request, "credits/admin/rule_people.html", context)

    def download(self, request: HttpRequest, ref: UUID) -> HttpResponse:
        run = self._run(request, ref)
        rows = (_csv_row(run, effect) for effect in effects_in_order(run, list(self._names(request))))
        return cast(HttpResponse, csv_file(f"rules-{run.year}-{run.pk}.csv", _HEADING, rows))

    def past_year(self, request: HttpRequest) -> HttpResponse:
        """Judge a year that is over by the rules in force now: chosen, reasoned, confirmed."""
        form = PastYearForm(request.POST if request.method == "POST" else None, areas=place_choices(request))
        if form.is_bound and form.is_valid():
            area = Area.objects.get(pk=form.cleaned_data["area"])
            year, reason = form.cleaned_data["year"], form.cleaned_data["reason"].replace("\n", " ")
            try:
                run = judge_past_year(area, year, reason=reason, by=reader(request), now=timezone.now())
            except Refused as refused:
                for why in refused:
                    form.add_error(why.field if why.field in form.fields else None, why.message)
            else:
                messages.success(request, f"已开始重新核算 {year} 年度。")
                return redirect("admin:credits_rulerun_show", ref=run.ref)
        context = {"title": "对往年重新核算", "form": form}
        return render(request, "credits/admin/rule_past.html", context, status=422 if form.is_bound else 200)

    def _progress(self, run: RuleRun) -> dict[str, Any]:
        return {"run": run, "progress": progress_of(run, now=timezone.now())}

    def _names(self, request: HttpRequest) -> dict[str, str]:
        """The places the reader answers for, by code."""
        return names_with_city(own_areas(reader(request)))

    def _run(self, request: HttpRequest, ref: UUID) -> RuleRun:
        return get_object_or_404(runs_seen_by(reader(request)), ref=ref)


def _csv_row(run: RuleRun, effect: RuleEffect) -> tuple[object, ...]:
    person, unit = effect.account.professional, effect.account.organization
    return (
        person.name, person.id_mask, unit.name if unit else "—", effect.area.name, effect.level, run.year,
        effect.get_change_display(), *_in_words(effect),
    )  # fmt: skip


def _in_words(effect: RuleEffect) -> tuple[str, str, str]:
    """What was asked, what is asked now, what of it is missing."""
    before, after = effect.before, effect.after
    return hours_in_words(before["need"]), hours_in_words(after["need"]), hours_in_words(after["missing"]) or "—"
