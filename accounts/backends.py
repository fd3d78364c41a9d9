"""Sign-in by ID number or phone. Unknown and known take the same time: a password is hashed either way (T22)."""

from typing import Any

from django.contrib.auth.backends import BaseBackend
from django.contrib.auth.hashers import make_password
from django.db.models import Q
from django.http import HttpRequest

from accounts.fields import id_index, phone_index
from accounts.models import User
from ceportal.kernel.rules.id_number import normalise


class IdNumberOrPhone(BaseBackend):
    """`login` is an ID number or a phone, as people type them."""

    def authenticate(
        self, request: HttpRequest | None, login: str | None = None, password: str | None = None, **other: Any
    ) -> User | None:
        if not login or password is None:
            return None
        number = normalise(login)
        by_number = Q(phone_index=phone_index(number)) | Q(professional__id_index=id_index(number))
        user = User.objects.filter(by_number).first()
        if user is None:
            make_password(password)
            return None
        return user if user.check_password(password) and user.is_active else None

    def get_user(self, user_id: int) -> User | None:
        return User.objects.filter(pk=user_id, is_active=True).first()
