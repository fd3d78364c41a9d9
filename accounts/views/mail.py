"""The mail address by which one can find back: proposed, confirmed by a code, taken away."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.debug import sensitive_post_parameters

from accounts.access import PersonRequest, recently_proved
from accounts.fields import login_index
from accounts.forms.sign_in import MailCodeForm, MailForm
from accounts.selectors.safety import mail_of
from accounts.services.mail import confirm_mail, drop_mail, propose_mail
from accounts.web.devices import guesser_of
from ceportal.kernel.rules.refusal import Refused
from ceportal.kernel.web.limits import take_code

_KEY = "mail_code"
_NONE = str(UUID(int=0))
TOO_OFTEN = "验证码一分钟内只发一次，一天最多五次，请稍后再试。"


@sensitive_post_parameters("mail", "code")
@recently_proved
def change_mail(request: PersonRequest) -> HttpResponse:
    """One page: the address, then the code that was sent there."""
    form = MailForm(request.POST if "mail" in request.POST else None)
    code = MailCodeForm(request.POST if "code" in request.POST else None)
    if "drop" in request.POST:
        drop_mail(request.user, now=timezone.now())
        messages.success(request, "邮箱已删除。")
        return redirect("accounts:safety")
    if form.is_bound and form.is_valid() and _propose(request, form):
        messages.info(request, "验证码已发出，请到邮箱查看，10 分钟内有效。")
        return redirect("accounts:change_mail")
    if code.is_bound and code.is_valid() and _confirm(request, code):
        messages.success(request, "邮箱已登记。")
        return redirect("accounts:safety")
    context = {"form": form, "code": code, "mail": mail_of(request.user), "is_sent": _KEY in request.session}
    status = 422 if form.errors or code.errors else 200
    return render(request, "accounts/change_mail.html", context, status=status)


def _propose(request: PersonRequest, form: MailForm) -> bool:
    address = form.cleaned_data["mail"]
    if not take_code(login_index(address), guesser_of(request).address).is_granted:
        form.add_error(None, TOO_OFTEN)
        return False
    request.session[_KEY] = str(propose_mail(request.user, address, now=timezone.now()).ref)
    return True


def _confirm(request: PersonRequest, form: MailCodeForm) -> bool:
    sent = UUID(request.session.get(_KEY, _NONE))
    try:
        confirm_mail(request.user, sent, form.cleaned_data["code"], now=timezone.now())
    except Refused as refused:
        form.show(refused)
        return False
    request.session.pop(_KEY, None)
    return True
