"""通知公告: everybody reads what is for them; bureaus and authorities write, publish and withdraw."""

from typing import Any, cast
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from accounts.access import PersonRequest, only_who_may
from accounts.models import Organization, User
from accounts.rules.policy import Act
from accounts.web.requests import take_document
from ceportal.kernel.models import StoredFile
from ceportal.kernel.rules.refusal import MovedOn, Refusal, Refused
from ceportal.kernel.web.keyset import keyset_page
from ceportal.kernel.web.serving import serve, status_of
from ceportal.office.enums import AnnouncementKind
from ceportal.office.forms.announcing import AnnouncementForm, AttachmentForm, WithdrawalForm
from ceportal.office.models import Announcement
from ceportal.office.selectors import announcements as found
from ceportal.office.selectors.navigation import Roles, roles_of
from ceportal.office.services import announcements as services

let_in = only_who_may(Act.ANNOUNCE)
_ORDER = ("-is_pinned", "-published_at", "-id")


def _reader(request: HttpRequest) -> tuple[User | None, Roles]:
    user = cast(User, request.user) if request.user.is_authenticated else None
    return user, roles_of(user) if user else Roles()


@login_not_required
@never_cache
@require_safe
def show_announcements(request: HttpRequest) -> HttpResponse:
    """All that the reader may read, pinned first; `?kind=` narrows."""
    asked = request.GET.get("kind", "")
    kind = asked if asked in AnnouncementKind.values else ""
    rows = found.readable(*_reader(request))
    rows = rows.filter(kind=kind) if kind else rows
    context = {
        "page": keyset_page(rows, order=_ORDER, cursor=request.GET.get("after", "")),
        "kind": kind,
        "kinds": AnnouncementKind.choices,
    }
    return render(request, "office/announcements.html", context)


@login_not_required
@never_cache
@require_safe
def show_announcement(request: HttpRequest, ref: UUID) -> HttpResponse:
    user, roles = _reader(request)
    announcement = get_object_or_404(found.readable(user, roles), ref=ref)
    if user and not announcement.is_read:  # type: ignore[attr-defined]
        services.note_reading(announcement, user, now=timezone.now())
    context = {"announcement": announcement, "files": found.attachments(announcement)}
    return render(request, "office/announcement.html", context)


@login_not_required
@never_cache
@require_safe
def announcement_file(request: HttpRequest, ref: UUID, file: UUID) -> HttpResponse:
    """Of what the reader may read, or of a draft of their unit."""
    user, roles = _reader(request)
    rows = found.readable(user, roles).filter(ref=ref).values("pk")
    own = found.announced_by(user).filter(ref=ref).order_by().values("pk") if user else rows.none()
    files = StoredFile.objects.filter(
        pk__in=services.AnnouncementFile.objects.filter(announcement__in=rows.union(own)).values("file")
    )
    return cast(HttpResponse, serve(get_object_or_404(files, ref=file)))


@let_in
@never_cache
@require_safe
def show_announcing(request: PersonRequest) -> HttpResponse:
    """What the reader's units have written, with state and readers."""
    page = keyset_page(found.announced_by(request.user), order=("-id",), cursor=request.GET.get("after", ""))
    return render(request, "office/announcing.html", {"page": page})


@let_in
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def new_announcement(request: PersonRequest) -> HttpResponse:
    unit = cast(Organization, found.announcing_units(request.user).first())
    form = AnnouncementForm(
        request.POST if request.method == "POST" else None, places=found.places_below(unit),
        initial={"area": unit.area_id},
    )  # fmt: skip
    if form.is_bound and (made := _written(request, form, unit, None)):
        messages.success(request, "已保存。请核对，需要附件的先添加，然后发布。")
        return redirect("office:announcing_one", made.ref)
    context = {"form": form, "unit": unit}
    return render(request, "office/announcing_new.html", context, status=422 if form.is_bound else 200)


@let_in
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def announcing_one(request: PersonRequest, ref: UUID) -> HttpResponse:
    """A draft with its form and files, or what is published with its readers; POST does what `act` says."""
    announcement = get_object_or_404(found.announced_by(request.user), ref=ref)
    act = request.POST.get("act", "") if request.method == "POST" else ""
    is_draft = announcement.published_at is None
    form = AnnouncementForm(
        request.POST if act == "write" else None, places=found.places_below(announcement.unit),
        initial={name: getattr(announcement, name) for name in AnnouncementForm.base_fields},
    )  # fmt: skip
    forms: dict[str, Any] = {
        "form": form,
        "attaching": AttachmentForm(*((request.POST, request.FILES) if act == "attach" else ())),
        "withdrawing": WithdrawalForm(request.POST if act == "withdraw" else None),
    }
    reasons: list[Refusal] = []
    if act and (done := _do(request, announcement, act, forms, reasons)):
        messages.success(request, done)
        return redirect("office:announcing_one", ref)
    context = {
        "announcement": announcement, "is_draft": is_draft, "files": found.attachments(announcement),
        "reasons": reasons, **forms,
    }  # fmt: skip
    status = status_of(reasons[0].code, 409) if reasons else 422 if request.method == "POST" else 200
    return render(request, "office/announcing_one.html", context, status=status)


def _do(
    request: PersonRequest, announcement: Announcement, act: str, forms: dict[str, Any], reasons: list[Refusal]
) -> str:
    """What was done, in words; empty with `reasons` or faults beside the fields."""
    by: dict[str, Any] = {"by": request.user, "now": timezone.now()}
    try:
        if act == "write":
            return "已保存。" if _written(request, forms["form"], announcement.unit, announcement) else ""
        if act == "attach":
            return _attached(request, announcement, forms["attaching"], reasons, by)
        if act == "publish":
            services.publish(announcement, **by)
            return "已发布。"
        if act in {"pin", "unpin"}:
            services.pin(announcement, is_pinned=act == "pin", **by)
            return "已置顶。" if act == "pin" else "已取消置顶。"
        if act == "withdraw" and forms["withdrawing"].is_valid():
            services.withdraw(announcement, reason=forms["withdrawing"].cleaned_data["reason"], **by)
            return "已撤下。"
        if act.startswith("detach:"):
            gone = [each for each in found.attachments(announcement) if str(each.ref) == act.removeprefix("detach:")]
            for stored in gone:
                services.detach(announcement, stored, **by)
            return "已移除附件。" if gone else ""
    except MovedOn:
        raise
    except Refused as refused:
        reasons.extend(refused.reasons)
    return ""


def _attached(
    request: PersonRequest, announcement: Announcement, form: AttachmentForm, reasons: list[Refusal], by: dict[str, Any]
) -> str:
    if not form.is_valid():
        return ""
    stored = take_document(request, None, reasons.extend)
    if stored is None:
        return ""
    services.attach(announcement, stored, **by)
    return "已添加附件。"


def _written(
    request: PersonRequest, form: AnnouncementForm, unit: Organization, draft: Announcement | None
) -> Announcement | None:
    if not form.is_valid():
        return None
    try:
        return services.write(unit, form.cleaned_data, by=request.user, now=timezone.now(), draft=draft)
    except MovedOn:
        raise
    except Refused as refused:
        form.show(refused)
        return None
