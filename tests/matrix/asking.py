"""Asking for an address as somebody, and telling what came back, so that two answers can be compared byte for byte."""

import re
import uuid
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from http.cookies import SimpleCookie
from typing import Any

from django.conf import settings
from django.core.signals import got_request_exception
from django.db import connection, transaction
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse

from accounts.models import User
from tests.matrix.expectations import DOOR, WAITS, Answer

# What differs between any two answers: the CSRF token of a form, and the object's own ref or number in the address
# that the reader asked for (in `next=` of the way to the sign-in page, in the action of a form).
_CSRF = re.compile(rb'(name="csrfmiddlewaretoken" value=")[^"]*')
_COMPARED = (
    "Content-Type",
    "Content-Disposition",
    "Content-Security-Policy",
    "Cache-Control",
    "Location",
    "Allow",
    "Retry-After",
)


@dataclass(frozen=True)
class Told:
    """An answer: its status (or where it leads), and all of it that a reader could tell from another by."""

    answer: Answer
    headers: tuple[tuple[str, str], ...]
    body: bytes


class Asker(Client):
    """Django's, but keeps nothing of the templates that were rendered: it would copy the context of each."""

    def request(self, **request: Any) -> HttpResponse:
        got_request_exception.connect(self.store_exc_info, dispatch_uid="asker")
        try:
            response = self.handler(self._base_environ(**request))
        finally:
            got_request_exception.disconnect(dispatch_uid="asker")
        self.check_exception(response)
        return response


@dataclass
class Sought:
    """Whether the database was asked for what has one of these refs."""

    refs: tuple[str, ...]
    was: bool = False

    def __call__(self, execute: Callable[..., Any], sql: str, params: Any, many: bool, context: Any) -> Any:
        if params and not self.was:
            said = str(params).replace("-", "")
            self.was = any(ref in said for ref in self.refs)
        return execute(sql, params, many, context)


@contextmanager
def sought(parameters: Mapping[str, Any]) -> Iterator[Sought]:
    """Notes whether, within, the database is asked for a ref of `parameters`."""
    note = Sought(tuple(value.hex for value in parameters.values() if isinstance(value, uuid.UUID)))
    with connection.execute_wrapper(note):
        yield note


# One for all requests: to make one anew builds the whole chain of middleware.
_client = Asker()
_lenient = Asker(raise_request_exception=False)


def client_of(cookies: SimpleCookie, *, raises: bool = True) -> Client:
    """A client with these cookies and no others; good until the next is asked for."""
    client = _client if raises else _lenient
    client.cookies = SimpleCookie({name: morsel.value for name, morsel in cookies.items()})
    return client


def sign_in(user: User | None) -> SimpleCookie:
    """The cookies of somebody who has signed in; nobody's are empty."""
    client = Client()
    if user is not None:
        client.force_login(user)
    return client.cookies


def ask(cookies: SimpleCookie, method: str, address: str, parameters: Mapping[str, Any], data: Any = None) -> Told:
    """One request, undone afterwards: the next role finds everything as it was."""
    client = client_of(cookies)
    with transaction.atomic():
        response = _send(client, method, address, parameters, data)
        told = _tell(response, {**parameters, **(data or {})})
        transaction.set_rollback(True)
    return told


def _send(client: Client, method: str, address: str, parameters: Mapping[str, Any], data: Any) -> HttpResponse:
    path = reverse(address, kwargs=dict(parameters))
    if method in {"GET", "HEAD", "POST"}:
        return getattr(client, method.lower())(path, data or {})
    return client.generic(method, path)


def _tell(response: HttpResponse, parameters: Mapping[str, Any]) -> Told:
    streamed = getattr(response, "streaming_content", None)
    body = b"".join(streamed) if streamed is not None else response.content
    headers = tuple((name, _without(response.get(name, ""), parameters)) for name in _COMPARED)
    answer = _led(response["Location"]) if response.status_code == 302 else response.status_code
    return Told(answer, headers, _CSRF.sub(rb"\1", _without(body.decode("latin-1"), parameters).encode("latin-1")))


def _led(location: str) -> Answer:
    """Where a role is led that has no business here: to the door, or to wait for its registration."""
    for name, answer in ((settings.LOGIN_URL, DOOR), ("admin:login", DOOR), ("accounts:registration", WAITS)):
        if location.startswith(reverse(name)):
            return answer
    return 302


def _without(text: str, parameters: Mapping[str, Any]) -> str:
    """The longest first: a number may stand within a ref."""
    for name, value in sorted(parameters.items(), key=lambda item: -len(str(item[1]))):
        text = text.replace(str(value), f"<{name}>")
    return text
