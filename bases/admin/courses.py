"""课程备案: online courses that were approved, filed by the bureau of a place, one by one or as a table (S4-06)."""

from typing import Any, cast
from uuid import UUID

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from accounts.models import User
from bases.forms.lists import CourseFileForm, CourseForm, EndForm, MarksForm, SentForm, WhereForm
from bases.models import Course, CourseFiling
from bases.resources import CourseResource
from bases.rules import courses as rules
from bases.rules.courses import CourseLine
from bases.selectors.courses import courses_kept_by, platforms, versions_of
from bases.selectors.desks import listing_bureaus, places_kept_by
from bases.selectors.filing import filed_before, filings_kept_by
from bases.services.courses import end_course, file_courses, mark_course
from bases.services.filing import file_sent, refuse_sent
from ceportal.kernel.rules.dated import year_in
from ceportal.kernel.rules.refusal import MovedOn, Refusal, Refused
from ceportal.kernel.web.desks import Column, Register
from ceportal.kernel.web.keyset import keyset_page
from ceportal.kernel.web.serving import status_of
from ceportal.kernel.web.sheets import XLSX, read_batches, workbook_bytes

_SUBJECTS = {"public": "公需", "professional": "专业"}
_WIDTHS = (18, 40, 8, 8, 40, 30, 30)
_MOST_SHOWN = 100


def _user(request: HttpRequest) -> User:
    return cast(User, request.user)


@admin.register(Course)
class CourseDesk(Register):
    lead = (
        "经审核或推荐、可以计入学时的网络课程。平台报送时写明课程编号的，按这里的学时核对；"
        "未备案的照常计入还是先核实，由规则集决定。"
    )
    nothing = ("这一年度还没有备案的课程", "可以逐门登记，也可以下载模板、填好后一次导入。")
    order = ("-id",)
    link_label = "查看"
    list_template = "bases/admin/courses.html"
    columns = (
        Column("课程", "title"),
        Column("编号", "code", is_short=True),
        Column("版本", "version", is_number=True),
        Column("平台", lambda row: row.organization.name),
        Column("地区", lambda row: row.area.name, is_short=True),
        Column("科目", lambda row: _SUBJECTS[row.subject], is_short=True),
        Column("学时", "hours", is_number=True),
        Column("审核文号", "document"),
        Column("状态", lambda row: f"{row.ended_on:%Y-%m-%d}终止" if row.ended_on else _good_until(row), is_short=True),
    )

    def allows(self, request: HttpRequest) -> bool:
        """Read once a request, however many desks ask."""
        keeper: Any = request
        if not hasattr(keeper, "keeps_lists"):
            keeper.keeps_lists = listing_bureaus(_user(request)).exists()
        return bool(keeper.keeps_lists)

    def rows(self, request: HttpRequest) -> QuerySet[Course]:
        return courses_kept_by(_user(request)).filter(year=_year(request))

    def queue(self, request: HttpRequest) -> QuerySet[CourseFiling]:
        """What platforms have sent by the interface and nobody has decided on."""
        return filings_kept_by(_user(request))

    def link(self, row: Course) -> str:
        return reverse("admin:bases_course_one", args=[row.ref])

    def more(self, request: HttpRequest) -> dict[str, Any]:
        this_year = timezone.localdate().year
        waiting = self.queued(request)
        return {"year": _year(request), "years": range(this_year + 1, this_year - 4, -1), "waiting": waiting}

    def pages(self) -> list[URLPattern]:
        return [
            path("new/", self.door(self.add), name=self.address("new")),
            path("import/", self.door(self.take_file), name=self.address("import")),
            path("template.xlsx", require_safe(self.door(self.download_template)), name=self.address("template")),
            path("sent/", self.door(self.decide), name=self.address("sent")),
            path("<uuid:ref>/", self.door(self.show), name=self.address("one")),
        ]

    def add(self, request: HttpRequest) -> HttpResponse:
        form = CourseForm(request.POST if request.method == "POST" else None, **_choices(request))
        if form.is_bound and form.is_valid():
            line = rules.line_of({name: form.cleaned_data[name] for name in rules.COLUMNS})
            try:
                return self._filed(request, form, [line])
            except Refused as refused:
                form.show(refused)
        context = {"title": "登记课程", "form": form}
        return render(request, "bases/admin/course_new.html", context, status=422 if form.is_bound else 200)

    def take_file(self, request: HttpRequest) -> HttpResponse:
        """Reads the whole table; files it only when nothing is wrong and filing is what was asked for."""
        is_sent = request.method == "POST"
        form = CourseFileForm(request.POST if is_sent else None, request.FILES or None, **_choices(request))
        lines, faults = list[CourseLine](), list[Refusal]()
        if is_sent and form.is_valid():
            try:
                upload = form.cleaned_data["file"]
                lines = CourseResource().read(read_batches(upload, sheet=rules.SHEET, skipped=(rules.GUIDE,)))
                if request.POST.get("act") == "file":
                    return self._filed(request, form, lines)
            except Refused as refused:
                faults = refused.reasons
        context = {
            "title": "导入课程",
            "form": form,
            "faults": faults,
            "lines": [(_SUBJECTS[line.subject], line) for line in lines[:_MOST_SHOWN]],
            "count": len(lines),
            "most": rules.MOST_LINES,
        }
        status = status_of(faults[0].code) if faults else 422 if form.errors else 200
        return render(request, "bases/admin/course_import.html", context, status=status)

    def download_template(self, request: HttpRequest) -> HttpResponse:
        """Headings, columns formatted as text, and a sheet that says how to fill them in."""
        guide = [["填写说明"], *([line] for line in rules.guide())]
        sheets = [(rules.SHEET, [list(rules.COLUMNS.values())], _WIDTHS), (rules.GUIDE, guide, (100,))]
        response = HttpResponse(workbook_bytes(sheets), content_type=XLSX)
        response["Content-Disposition"] = 'attachment; filename="courses.xlsx"'
        response["X-Content-Type-Options"] = "nosniff"
        return response

    def decide(self, request: HttpRequest) -> HttpResponse:
        """What platforms have sent by the interface: those that are ticked are filed, or sent back with a reason."""
        kept, is_sent = filings_kept_by(_user(request)), request.method == "POST"
        form = SentForm(request.POST if is_sent else None)
        if is_sent and form.is_valid():
            said, by = form.cleaned_data, cast(dict[str, Any], {"by": _user(request), "now": timezone.now()})
            try:
                if said["act"] == "file":
                    count = file_sent(said["chosen"], kept, **by)
                else:
                    count = refuse_sent(said["chosen"], kept, reason=said["reason"], **by)
            except MovedOn:
                raise
            except Refused as refused:
                form.show(refused)
            else:
                done = "已备案，平台会收到通知" if said["act"] == "file" else "已退回，平台会收到理由"
                messages.success(request, f"{count} 门课程{done}。")
                return redirect("admin:bases_course_sent")
        page = keyset_page(kept, order=("id",), cursor=request.GET.get("after", ""))
        before = filed_before(page.items)
        chosen = set(request.POST.getlist("chosen"))
        context = {
            "title": "平台报来的课程",
            "form": form,
            "page": page,
            "rows": [(row, _SUBJECTS[row.subject], before.get(row.pk), str(row.ref) in chosen) for row in page.items],
        }
        return render(request, "bases/admin/courses_sent.html", context, status=422 if is_sent else 200)

    def show(self, request: HttpRequest, ref: UUID) -> HttpResponse:
        """One course with its versions, what it is marked as, and the end of its filing."""
        row = get_object_or_404(courses_kept_by(_user(request)), ref=ref)
        by: dict[str, Any] = {"by": _user(request), "now": timezone.now()}
        marks_it = "mark" in request.POST
        initial = {name: getattr(row, name) for name in MarksForm.base_fields}
        marking = MarksForm(request.POST if marks_it else None, initial=initial)
        form = EndForm(request.POST if request.method == "POST" and not marks_it else None)
        if marking.is_bound and marking.is_valid():
            mark_course(row, **marking.cleaned_data, **by)
            messages.success(request, "已保存，公开的课程目录随之更新。")
            return redirect("admin:bases_course_one", row.ref)
        if form.is_bound and form.is_valid():
            end_course(row, **form.cleaned_data, **by)
            messages.success(request, "已终止，从明天起学完的不再按已备案计。")
            return redirect(f"{reverse('admin:bases_course_changelist')}?year={row.year}")
        context = {
            "title": row.title, "row": row, "subject": _SUBJECTS[row.subject], "form": form, "marking": marking,
            "versions": versions_of(row),
        }  # fmt: skip
        return render(request, "bases/admin/course.html", context, status=422 if form.is_bound else 200)

    def _filed(self, request: HttpRequest, form: WhereForm, lines: list[CourseLine]) -> HttpResponse:
        said, year = form.cleaned_data, int(form.cleaned_data["year"])
        filed = file_courses(
            said["organization"], lines, area=said["area"], year=year, valid_until=said["valid_until"],
            by=_user(request), now=timezone.now(),
        )  # fmt: skip
        told = [f"已登记 {filed.new} 门新课程"]
        told += [f"{filed.changed} 门有变动，成为新版本"] if filed.changed else []
        told += [f"{filed.same} 门与已登记的相同"] if filed.same else []
        messages.success(request, "，".join(told) + "。")
        return redirect(f"{reverse('admin:bases_course_changelist')}?year={year}")


def _good_until(row: Course) -> str:
    return f"有效至 {row.valid_until:%Y-%m-%d}" if row.valid_until else "有效"


def _choices(request: HttpRequest) -> dict[str, Any]:
    this_year = timezone.localdate().year
    places, years = places_kept_by(_user(request)), [this_year, this_year + 1, this_year - 1]
    return {"units": platforms(), "places": places, "years": years}


def _year(request: HttpRequest) -> int:
    return year_in(request.GET.get("year", "")) or timezone.localdate().year
