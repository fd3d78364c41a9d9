"""认定名单: who is recognised where and for what, year by year; lists carried on are confirmed or ended here (A27)."""

from datetime import timedelta
from typing import Any, cast
from uuid import UUID

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import URLPattern, path, reverse
from django.utils import timezone

from accounts.models import User
from bases.enums import AbsenceKind, RecognitionKind, RecognitionStatus
from bases.forms.institutions import RemovalForm, ReturnForm
from bases.forms.lists import AddForm, ConfirmForm, EndForm
from bases.models import Recognition
from bases.selectors.desks import institutions, listing_bureaus, places_kept_by, recognitions_kept_by
from bases.selectors.directory import absences_of
from bases.selectors.recognised import absent_of, is_running
from bases.services.carrying import add_recognition, confirm_recognition, end_recognition
from bases.services.standing import let_return, remove
from ceportal.kernel.rules.dated import year_in
from ceportal.kernel.rules.refusal import MovedOn, Refused
from ceportal.kernel.web.desks import Column, Register

_SUBJECTS = {"public": "公需", "professional": "专业"}


def _user(request: HttpRequest) -> User:
    return cast(User, request.user)


@admin.register(Recognition)
class RecognitionDesk(Register):
    lead = "各年度认定的继续教育基地和学习平台。没有新文件的名单自动沿用到下一年度，请逐条确认或终止；确认前照常计入。"
    nothing = ("这一年度没有认定名单", "换一个年度看看，或按文件增加。")
    order = ("status", "kind", "id")
    link_label = "办理"
    list_template = "bases/admin/recognitions.html"
    columns = (
        Column("单位", lambda row: row.site_name or row.organization.name),
        Column("种类", lambda row: row.get_kind_display(), is_short=True),
        Column("地区", lambda row: row.area.name, is_short=True),
        Column("科目", lambda row: "、".join(_SUBJECTS[each] for each in row.subjects), is_short=True),
        Column("行业", lambda row: row.trade or "不限", is_short=True),
        Column("依据", "document"),
        Column("状态", lambda row: f"{row.ended_on:%Y-%m-%d}终止" if row.ended_on else row.get_status_display()),
    )

    def allows(self, request: HttpRequest) -> bool:
        """Read once a request, however many desks ask."""
        keeper: Any = request
        if not hasattr(keeper, "keeps_lists"):
            keeper.keeps_lists = listing_bureaus(_user(request)).exists()
        return bool(keeper.keeps_lists)

    def rows(self, request: HttpRequest) -> QuerySet[Recognition]:
        return recognitions_kept_by(_user(request)).filter(year=self._year(request))

    def queue(self, request: HttpRequest) -> QuerySet[Recognition]:
        """Carried on without a document, not yet confirmed."""
        assumed = recognitions_kept_by(_user(request)).filter(status=RecognitionStatus.ASSUMED, ended_on__isnull=True)
        return assumed.filter(year=timezone.localdate().year)

    def link(self, row: Recognition) -> str:
        return reverse("admin:bases_recognition_rule", args=[row.ref])

    def more(self, request: HttpRequest) -> dict[str, Any]:
        this_year = timezone.localdate().year
        years = range(this_year + 1, this_year - 4, -1)
        return {"year": self._year(request), "years": years}

    def pages(self) -> list[URLPattern]:
        return [
            path("new/", self.door(self.add), name=self.address("new")),
            path("<uuid:ref>/", self.door(self.rule), name=self.address("rule")),
            path("<uuid:ref>/removal/", self.door(self.remove), name=self.address("remove")),
        ]

    def rule(self, request: HttpRequest, ref: UUID) -> HttpResponse:
        """Confirm an assumed line by its document, or end it."""
        row = get_object_or_404(recognitions_kept_by(_user(request)), ref=ref)
        act = request.POST.get("act", "") if request.method == "POST" else ""
        confirming = ConfirmForm(request.POST if act == "confirm" else None, auto_id="confirm_%s")
        ending = EndForm(request.POST if act == "end" else None, auto_id="end_%s")
        bound = confirming if act == "confirm" else ending if act == "end" else None
        if bound is not None and bound.is_valid():
            service = confirm_recognition if act == "confirm" else end_recognition
            service(row, **bound.cleaned_data, by=_user(request), now=timezone.now())
            messages.success(request, "已确认。" if act == "confirm" else "已终止，从明天起不再认定。")
            return redirect(f"{reverse('admin:bases_recognition_changelist')}?year={row.year}")
        context = {
            "title": f"{row.organization.name}：{row.year} 年度",
            "row": row,
            "subjects": "、".join(_SUBJECTS[each] for each in row.subjects),
            "may_confirm": row.status == RecognitionStatus.ASSUMED and row.ended_on is None,
            "confirming": confirming,
            "ending": ending,
            "form": bound,
        }
        status = 422 if request.method == "POST" else 200
        return render(request, "bases/admin/recognition.html", context, status=status)

    def remove(self, request: HttpRequest, ref: UUID) -> HttpResponse:
        """Suspend it, take its place away, or let it come back: each with its grounds."""
        row = get_object_or_404(recognitions_kept_by(_user(request)), ref=ref)
        absences = list(absences_of(row))
        running = next((one for one in reversed(absences) if is_running(one, timezone.localdate())), None)
        act = request.POST.get("act", "") if request.method == "POST" else ""
        removing = RemovalForm(request.POST if act == "remove" else None, initial=_beforehand(request))
        returning = ReturnForm(request.POST if act == "return" else None)
        bound = removing if act == "remove" else returning if act == "return" else None
        if bound is not None and bound.is_valid() and self._done(request, row, bound, running):
            return redirect("admin:bases_recognition_remove", row.ref)
        context = {
            "title": "暂停或取消资格", "row": row, "absences": [(one, absent_of(one)) for one in absences],
            "running": running, "removing": removing, "returning": returning, "form": bound,
            "may_remove": running is None or running.kind == AbsenceKind.SUSPENDED,
        }  # fmt: skip
        status = 422 if request.method == "POST" else 200
        return render(request, "bases/admin/removal.html", context, status=status)

    def _done(self, request: HttpRequest, row: Recognition, form: RemovalForm | ReturnForm, running: Any) -> bool:
        said, by = dict(form.cleaned_data), dict[str, Any]({"by": _user(request), "now": timezone.now()})
        try:
            if isinstance(form, RemovalForm):
                remove(row, AbsenceKind(said.pop("kind")), **said, **by)
                messages.success(request, "已公布，并告知该单位。")
            elif running is not None:
                let_return(running, row, reason=said["lift_reason"], **by)
                messages.success(request, "资格已恢复。")
        except MovedOn:
            raise
        except Refused as refused:
            form.show(refused)
            return False
        return True

    def add(self, request: HttpRequest) -> HttpResponse:
        """A line of a new document, or of the accountants' zone."""
        this_year = timezone.localdate().year
        form = AddForm(
            request.POST if request.method == "POST" else None, units=institutions(),
            places=places_kept_by(_user(request)), years=[this_year, this_year + 1],
        )  # fmt: skip
        if form.is_bound and form.is_valid():
            said = form.cleaned_data | {"year": int(form.cleaned_data["year"])}
            said["kind"] = RecognitionKind(said["kind"])
            try:
                row = add_recognition(said.pop("organization"), **said, by=_user(request), now=timezone.now())
            except Refused as refused:
                form.show(refused)
            else:
                messages.success(request, "已增加到名单。")
                return redirect(f"{reverse('admin:bases_recognition_changelist')}?year={row.year}")
        context = {"title": "增加认定", "form": form}
        return render(request, "bases/admin/recognition_new.html", context, status=422 if form.is_bound else 200)

    def _year(self, request: HttpRequest) -> int:
        return year_in(request.GET.get("year", "")) or timezone.localdate().year


def _beforehand(request: HttpRequest) -> dict[str, Any]:
    """From tomorrow on; `?ground=` comes from an assessment and is the ground of an exit."""
    tomorrow = {"from_on": (timezone.localdate() + timedelta(days=1)).isoformat()}
    ground = request.GET.get("ground", "")
    return tomorrow | ({"grounds": [ground], "kind": AbsenceKind.EXITED} if ground else {})
