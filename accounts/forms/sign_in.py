"""What people type to get in: login and password, a code, and to find a way back."""

from typing import Any

from django import forms

from accounts.enums import CodeChannel
from accounts.forms.passwords import NewPasswordFields
from accounts.forms.reasoned import SLACK, ReasonedForm
from accounts.models import User


class SignInForm(ReasonedForm):
    login = forms.CharField(
        label="证件号码或手机号码",
        max_length=SLACK,
        widget=forms.TextInput(attrs={"autocomplete": "username", "autofocus": True, "spellcheck": "false"}),
    )
    password = forms.CharField(
        label="密码",
        max_length=SLACK,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
    )


class FactorForm(ReasonedForm):
    """A code of the authenticator app, or a recovery code."""

    code = forms.CharField(
        label="动态口令或备用码",
        max_length=40,
        widget=forms.TextInput(
            attrs={"autocomplete": "one-time-code", "autofocus": True, "spellcheck": "false", "autocapitalize": "off"}
        ),
    )


class SetUpForm(ReasonedForm):
    """The first code of a new app."""

    code = forms.CharField(
        label="手机上显示的 6 位数字",
        max_length=40,
        widget=forms.TextInput(attrs={"autocomplete": "one-time-code", "inputmode": "numeric", "spellcheck": "false"}),
    )


class AskForResetForm(ReasonedForm):
    login = forms.CharField(
        label="证件号码或手机号码",
        max_length=SLACK,
        widget=forms.TextInput(attrs={"autocomplete": "username", "autofocus": True, "spellcheck": "false"}),
    )
    channel = forms.ChoiceField(
        label="验证码发到",
        choices=((CodeChannel.PHONE, "登记的手机"), (CodeChannel.MAIL, "登记的邮箱")),
        initial=CodeChannel.PHONE,
        widget=forms.RadioSelect,
    )


class ResetForm(NewPasswordFields):
    """The code that was sent, and another password. Whose it is stays unknown until the code is right."""

    code = forms.CharField(
        label="6 位验证码",
        max_length=40,
        widget=forms.TextInput(attrs={"autocomplete": "one-time-code", "inputmode": "numeric", "autofocus": True}),
    )
    field_order = ("code", "password", "password_again")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["password"].label = "新密码"
        self.fields["password_again"].label = "再输入一次新密码"

    def whose(self) -> User:
        return User()


class MailForm(ReasonedForm):
    mail = forms.EmailField(
        label="邮箱地址",
        max_length=100,
        error_messages={"invalid": "邮箱地址写得不完整，例如 zhangsan@example.com。"},
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
    )


class MailCodeForm(ReasonedForm):
    code = forms.CharField(
        label="邮件中的 6 位验证码",
        max_length=40,
        widget=forms.TextInput(attrs={"autocomplete": "one-time-code", "inputmode": "numeric"}),
    )
