"""Passwords, typed twice and asked of the policy in force."""

from typing import Any

from django import forms
from django.contrib.auth import password_validation
from django.core.exceptions import ValidationError

from accounts.forms.reasoned import SLACK, ReasonedForm
from accounts.models import User
from accounts.rules.passwords import LONGEST, reasons_not_to_choose
from accounts.selectors.safety import factor_of, policy

# The words for what Django's validators refuse; their own are not all in Chinese.
_FAULTS = {
    "password_too_common": "这个密码太常见，容易被猜到，请换一个。",
    "password_too_similar": "密码与姓名太相似，请换一个。",
}


class NewPasswordFields(ReasonedForm):
    """Two fields for a new password, asked of the password policy with the person's own name in mind."""

    password = forms.CharField(
        label="密码",
        max_length=LONGEST,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )
    password_again = forms.CharField(
        label="再输入一次密码",
        max_length=LONGEST,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["password"].help_text = policy().in_words(has_factor=self.has_factor())

    def has_factor(self) -> bool:
        """Whether the account is guarded by more than the password."""
        return False

    def whose(self) -> User:
        """The account the password is for, as far as it is known."""
        return User(name=self.cleaned_data.get("name", ""))

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        password, again = data.get("password"), data.get("password_again")
        if not password or not again:
            return data
        if password != again:
            self.add_error("password_again", "两次输入的密码不一样，请重新输入。")
            return data
        self.show(reasons_not_to_choose(password, policy(), has_factor=self.has_factor()))
        try:
            password_validation.validate_password(password, self.whose())
        except ValidationError as error:
            for fault in error.error_list:
                self.add_error("password", _FAULTS[fault.code or ""])
        return data


class NewPasswordForm(NewPasswordFields):
    """Another password for an account that is known."""

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        self.user = user
        super().__init__(*args, **kwargs)
        self.fields["password"].label = "新密码"
        self.fields["password_again"].label = "再输入一次新密码"

    def has_factor(self) -> bool:
        return factor_of(self.user) is not None

    def whose(self) -> User:
        return self.user


class ChangePasswordForm(NewPasswordForm):
    old_password = forms.CharField(
        label="现在的密码",
        max_length=SLACK,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
    )
    field_order = ("old_password", "password", "password_again")

    def clean_old_password(self) -> str:
        old: str = self.cleaned_data["old_password"]
        if not self.user.check_password(old):
            raise ValidationError("现在的密码不对，请重新输入。")
        return old
