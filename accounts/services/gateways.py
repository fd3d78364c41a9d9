"""Gateways that carry a text to a phone: `SMS_GATEWAY` names one of them, or the dotted path of a class of one's own.

A number goes to the gateway alone, within the body of a request: never into an address, a log or a file.
"""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol, cast
from uuid import UUID, uuid4

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

from accounts.fields import phone_columns, phone_in_clear
from accounts.models import User
from accounts.rules.gateways import is_accepted, reasons_not_to_start, said
from ceportal.kernel.services.outgoing import Answer, NotCalled, call

SECONDS = 10.0
_MOST_BYTES = 64 * 1024
_TRIAL = "这是一条测试短信，说明短信网关已经接通。"


class Text(Protocol):
    """What goes to a phone: a `TextMessage`, or a code that nobody may read later."""

    @property
    def ref(self) -> UUID: ...

    @property
    def to(self) -> User: ...

    @property
    def text(self) -> str: ...


@dataclass(frozen=True)
class CodeText:
    """A code on its way."""

    ref: UUID
    to: User
    text: str


class GatewayAway(OSError):
    """It was not reached, or gave no answer in time. Whether it took the text is not known; the key tells it later."""


class GatewayRefused(OSError):
    """It answered, and not that it took the text."""


class Gateway(Protocol):
    """Carries one text. Raises OSError when it could not; handing in the same one (by `ref`) again must do no harm.

    `probe` sends nothing: it raises OSError when a text could not be handed in now.
    """

    def send(self, message: Text) -> None: ...

    def probe(self) -> None: ...


class LocalSms:
    """Stands in for an SMS provider: one file a message, in DATA_DIR/sms, without the number it would go to."""

    def send(self, message: Text) -> None:
        folder = Path(settings.DATA_DIR) / "sms" / message.ref.hex[:2]
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        (folder / f"{message.ref.hex}.txt").write_text(f"{message.to.phone_mask}\n{message.text}\n", encoding="utf-8")

    def probe(self) -> None:
        return


class NoSms:
    """The portal alone."""

    def send(self, message: Text) -> None:
        return

    def probe(self) -> None:
        return


class HttpSms:
    """One POST of JSON to `SMS_GATEWAY_URL`, through the portal's one way out (docs/operations/install.md)."""

    def send(self, message: Text) -> None:
        key = message.ref.hex
        answer = self._call("POST", said(phone_of(message), message.text, key), {"Idempotency-Key": key})
        if not is_accepted(answer.status, answer.body, settings.SMS_GATEWAY_ACCEPTED):
            raise GatewayRefused(f"status {answer.status}")

    def probe(self) -> None:
        """Asks with OPTIONS, which sends nothing. Many do not know it (405, 501): they are there all the same."""
        answer = self._call("OPTIONS", None, {})
        if answer.status in {401, 403} or (answer.status >= 500 and answer.status != 501):
            raise GatewayRefused(f"status {answer.status}")

    def _call(self, method: str, body: bytes | None, headers: dict[str, str]) -> Answer:
        headers = headers | {"Content-Type": "application/json; charset=utf-8", "Accept": "application/json"}
        if settings.SMS_GATEWAY_TOKEN:
            headers["Authorization"] = f"Bearer {settings.SMS_GATEWAY_TOKEN}"
        try:
            return call(
                settings.SMS_GATEWAY_URL, method=method, body=body, headers=headers, seconds=SECONDS,
                most_bytes=_MOST_BYTES,
            )  # fmt: skip
        except NotCalled as error:
            raise GatewayAway(error.reason.code) from error


GATEWAYS: dict[str, Gateway] = {"local": LocalSms(), "none": NoSms(), "http": HttpSms()}


def gateway() -> Gateway:
    """The one that the settings name. Raises ImproperlyConfigured where they cannot."""
    name = settings.SMS_GATEWAY
    if name not in GATEWAYS:
        raise ImproperlyConfigured(f"SMS_GATEWAY must be {', '.join(GATEWAYS)} or the path of a class, not {name!r}")
    return GATEWAYS[name]


def must_be_whole(load: Callable[[str], Any]) -> None:
    """Asked at each start by apps.py, with what finds a class by its path. Raises ImproperlyConfigured, which says what
    is wrong with the settings of the gateway.
    """
    name = settings.SMS_GATEWAY
    if "." in name:
        GATEWAYS[name] = _of_ones_own(name, load)
    gateway()
    if name == "http":
        for reason in reasons_not_to_start(settings.SMS_GATEWAY_URL, settings.SMS_GATEWAY_ACCEPTED):
            raise ImproperlyConfigured(reason)


def _of_ones_own(path: str, load: Callable[[str], Any]) -> Gateway:
    try:
        made = load(path)()
    except (ImportError, TypeError) as error:
        raise ImproperlyConfigured(f"SMS_GATEWAY names {path}, which cannot be made: {error}") from error
    lacking = [name for name in ("send", "probe") if not callable(getattr(made, name, None))]
    if lacking:
        raise ImproperlyConfigured(f"SMS_GATEWAY names {path}, which has no {' and no '.join(lacking)}")
    return cast(Gateway, made)


def phone_of(message: Text) -> str:
    """The number in clear, for a gateway alone; it belongs into no log."""
    sealed = message.to.phone_sealed
    if sealed is None:
        raise GatewayRefused("there is no number any more")
    return phone_in_clear(sealed, ref=message.to.ref)


def send_trial(phone: str) -> None:
    """One text to `phone`, whoever's it is; raises OSError when the gateway did not take it. Keeps nothing."""
    ref = uuid4()
    gateway().send(CodeText(uuid4(), User(ref=ref, **phone_columns(phone, ref=ref)), _TRIAL))
