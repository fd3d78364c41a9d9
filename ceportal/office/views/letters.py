"""公文: letters of a bureau under a number. Whom they are for reads and fetches them; the bureau sees that they did."""

from typing import Any, cast
from uuid import UUID

from django.contrib import messages
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from accounts.access import only_who_may, recently_proved
from accounts.models import User
from accounts.rules.policy import Act
from ceportal.kernel.rules.refusal import MovedOn, Refused, refuse
from ceportal.kernel.web.keyset import keyset_page
from ceportal.office.enums import LetterKind, LetterStep
from ceportal.office.forms.letters import LetterAboutForm, LetterForm, TakeBackForm
from ceportal.office.models import Letter
from ceportal.office.rules import letters as rules
from ceportal.office.selectors import letters as found
from ceportal.office.selectors.addressees import whom
from ceportal.office.services import letters as services
from certificates.documents.printing import MissingGlyphs
from certificates.documents.signing import SigningKeyMissing
from certificates.services.shelf import SheetDamaged

senders_only = only_who_may(Act.SEND_LETTERS)


@never_cache
@require_safe
def show_letters(request: HttpRequest) -> HttpResponse:
    """Those that came to the reader and their units; `?view=sent` those their offices sent."""
    user = _user(request)
    sends = found.offices_sending(user).exists()
    is_sent = sends and request.GET.get("view") == "sent"
    rows: QuerySet[Letter] = found.letters_sent_by(user) if is_sent else found.letters_to(user)
    page = keyset_page(rows, order=("-id",), cursor=request.GET.get("after", ""))
    return render(request, "office/letters.html", {"page": page, "sends": sends, "is_sent": is_sent})


@never_cache
@senders_only
@require_http_methods(["GET", "HEAD", "POST"])
def new_letter(request: HttpRequest) -> HttpResponse:
    """`?kind=` fills in what such a letter begins with. It is sent at once, under the next number."""
    kind = _kind(request)
    initial = {"title": rules.title_for(kind), "body": rules.body_for(kind)}
    offices = found.offices_sending(_user(request))
    form = LetterForm(request.POST if request.method == "POST" else None, offices=offices, initial=initial)
    if form.is_bound and form.is_valid():
        said = form.cleaned_data
        try:
            letter = services.send_letter(
                said["office"], kind, whom(said["to"], said["office"]), title=said["title"], body=said["body"],
                by=_user(request), now=timezone.now(),
            )  # fmt: skip
        except Refused as refused:
            form.show(refused)
        else:
            messages.success(request, f"已发出，编号 {letter.number}。对方查看、下载后，这里会显示时间。")
            return redirect("office:letter", letter.ref)
    context = {"form": form, "kind": kind, "kinds": LetterKind.choices}
    return render(request, "office/letter_new.html", context, status=422 if form.is_bound else 200)


@never_cache
@senders_only
@require_http_methods(["GET", "HEAD", "POST"])
def letter_about(request: HttpRequest, what: str, ref: UUID) -> HttpResponse:
    """A letter about a return, a reversal or a spot check, its text filled in from it; sent as any other. Of a spot
    check `?unit=` names which of the units that approved the item is written to.
    """
    user, now = _user(request), timezone.now()
    unit = request.GET.get("unit", "")
    matter = found.checked(user, ref, unit) if what == "check" else found.MATTERS[what](user, ref)
    if matter is None:
        raise Http404
    offices = found.offices_reaching(user, matter.to)
    if not offices.exists():
        raise refuse("out_of_reach", "收件人现在不在您的辖区或行业内，请由现在所在地的人社部门发文。")
    initial = {"title": rules.title_for(matter.kind), "body": matter.body}
    form = LetterAboutForm(request.POST if request.method == "POST" else None, offices=offices, initial=initial)
    if form.is_bound and form.is_valid():
        said = form.cleaned_data
        try:
            letter = services.send_letter(
                said["office"], matter.kind, matter.to, title=said["title"], body=said["body"],
                by=user, now=now, about=matter.key,
            )  # fmt: skip
        except Refused as refused:
            form.show(refused)
        else:
            messages.success(request, f"已发出，编号 {letter.number}。对方查看、下载后，这里会显示时间。")
            return redirect("office:letter", letter.ref)
    context = {
        "form": form,
        "kind": matter.kind,
        "to": matter.to,
        "sent": found.letters_about(user, matter)[:5],
    }
    return render(request, "office/letter_new.html", context, status=422 if form.is_bound else 200)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def show_letter(request: HttpRequest, ref: UUID) -> HttpResponse:
    """As it stands on paper. Opened by its addressee it counts as delivered; its bureau takes it back by POST."""
    letter, is_mine = _letter(request, ref)
    form = TakeBackForm(request.POST if request.method == "POST" else None)
    if request.method == "POST":
        if is_mine:
            raise refuse("not_yours", "公文由发文单位收回。")
        if form.is_valid():
            try:
                services.withdraw_letter(
                    letter, reason=form.cleaned_data["reason"], by=_user(request), now=timezone.now()
                )
            except MovedOn:
                raise
            except Refused as refused:
                form.show(refused)
            else:
                messages.success(request, "已收回，收件人会收到消息。")
                return redirect("office:letter", ref)
    elif is_mine and request.method == "GET":
        services.note_receipt(letter, LetterStep.OPENED, by=_user(request), now=timezone.now())
    receipts = [] if is_mine else found.receipts_of(letter)
    context: dict[str, Any] = {"letter": letter, "is_mine": is_mine, "receipts": receipts, "form": form}
    return render(request, "office/letter.html", context, status=422 if form.is_bound else 200)


@never_cache
@require_safe
@recently_proved
def letter_sheet(request: HttpRequest, ref: UUID) -> HttpResponse:
    """The signed sheet; fetched by the addressee it is noted."""
    letter, is_mine = _letter(request, ref)
    if letter.withdrawn_at is not None:
        raise refuse("withdrawn", "这份公文已经收回，不再提供下载。收回的原因在公文页面上。")
    now = timezone.now()
    try:
        pdf = services.sheet_of(letter, now=now)
    except SigningKeyMissing as error:
        raise refuse("no_key", "签名密钥暂时不可用，请联系系统运行人员。公文内容可以在网页上查看。") from error
    except MissingGlyphs as error:
        raise refuse("missing_glyphs", f"暂时不能生成 PDF：{error}。公文内容可以在网页上查看。") from error
    except SheetDamaged as error:
        raise refuse("damaged", "存放的文件与生成时不一致，已停止下载，请联系系统运行人员。") from error
    if is_mine:
        services.note_receipt(letter, LetterStep.FETCHED, by=_user(request), now=now)
    response = HttpResponse(pdf, content_type="application/pdf")
    response["Content-Disposition"] = (
        content_disposition_header(as_attachment=True, filename=f"{letter.number}.pdf") or "attachment"
    )
    response["Cache-Control"] = "private, no-store"
    return response


def _letter(request: HttpRequest, ref: UUID) -> tuple[Letter, bool]:
    """The letter, and whether it is the reader's own: of who both sends and receives it, it is."""
    user = _user(request)
    mine = found.letters_to(user).filter(ref=ref).first()
    if mine is not None:
        return mine, True
    return get_object_or_404(found.letters_sent_by(user), ref=ref), False


def _kind(request: HttpRequest) -> LetterKind:
    asked = request.GET.get("kind", "")
    return LetterKind(asked) if asked in LetterKind.values else LetterKind.CORRECTION


def _user(request: HttpRequest) -> User:
    return cast(User, request.user)
