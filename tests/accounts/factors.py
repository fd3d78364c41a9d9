"""Second factors for tests: an app that shows codes, and the way in with it."""

from datetime import datetime, timedelta
from typing import Any

from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from accounts.rules.totp import code_at, step_of
from accounts.services.second_factor import confirm_factor, start_factor
from tests import factories as make

SIGN_IN = reverse("accounts:sign_in")
CODE = reverse("accounts:sign_in_code")
SET_UP = reverse("accounts:sign_in_set_up")


class App:
    """An authenticator app that knows one secret."""

    def __init__(self, secret: str) -> None:
        self.secret = secret

    def code(self, at: datetime | None = None, *, steps: int = 0) -> str:
        """What it shows at a moment, or so many steps later."""
        return code_at(self.secret, step_of(at or timezone.now()) + steps)


def app_for(user: User, *, codes: list[str] | None = None) -> App:
    """Set up a minute ago, so that the code of this moment is unused. `codes` receives the recovery codes."""
    before = timezone.now() - timedelta(minutes=1)
    _, secret = start_factor(user, now=before)
    made = confirm_factor(user, App(secret).code(before), now=before)
    if codes is not None:
        codes.extend(made)
    return App(secret)


def give_password(client: Client, login: str, password: str = make.PASSWORD, **more: Any) -> Any:
    return client.post(SIGN_IN, {"login": login, "password": password}, **more)


def is_in(client: Client) -> bool:
    return "_auth_user_id" in client.session
