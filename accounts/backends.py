"""Signing in by ID number or phone, both found by their blind index.

Whether the account exists is not told, and the answer takes the same time: a password is hashed either way (T22).
"""

from typing import Any

from django.contrib.auth.backends import BaseBackend
from django.contrib.auth.hashers import make_password
from django.http import HttpRequest

from accounts.models import User
from accounts.selectors.safety import account_of


class IdNumberOrPhone(BaseBackend):
    """`login` is an ID number or a phone, as people type them."""

    def authenticate(
        self, request: HttpRequest | None, login: str | None = None, password: str | None = None, **other: Any
    ) -> User | None:
        if not login or password is None:
            return None
        user = account_of(login)
        if user is None:
            make_password(password)
            return None
        return user if user.check_password(password) and user.is_active else None

    def get_user(self, user_id: int) -> User | None:
        return User.objects.filter(pk=user_id, is_active=True).first()
