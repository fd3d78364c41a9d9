"""Every call that leaves this machine goes through `call`: to public addresses alone, within bounds, straight there.

The name is resolved once, every address it has is judged (`rules.outgoing`), and the connection goes to one that was
judged: a name that changes its mind between the look and the call changes nothing. Redirects are answers like others,
not followed. Settings: `OUTGOING_NETWORKS`, networks that are not public and may be called all the same.
"""

import http.client
import logging
import socket
import ssl
from collections.abc import Callable, Collection, Mapping
from contextlib import suppress
from dataclasses import dataclass
from threading import Timer

from django.conf import settings

from ceportal.kernel.rules import outgoing as rules
from ceportal.kernel.rules.outgoing import Target
from ceportal.kernel.rules.refusal import Refusal

log = logging.getLogger(__name__)
SECONDS = 5.0
MOST_BYTES = 1024 * 1024
_PIECE = 64 * 1024
Resolver = Callable[[str, int], Collection[str]]


class NotCalled(Exception):
    """The call was refused or did not succeed; `reason` may be shown. What the other side said is not in it."""

    def __init__(self, reason: Refusal) -> None:
        super().__init__(reason.code)
        self.reason = reason


@dataclass(frozen=True)
class Answer:
    """`headers` by their names in lower case."""

    status: int
    headers: Mapping[str, str]
    body: bytes


def resolve(host: str, port: int) -> Collection[str]:
    """All addresses of `host`, in the system's order."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(entry[4][0]) for entry in found))


def call(
    url: str,
    *,
    method: str = "GET",
    body: bytes | None = None,
    headers: Mapping[str, str] | None = None,
    schemes: Collection[str] = ("https",),
    seconds: float = SECONDS,
    most_bytes: int = MOST_BYTES,
    resolver: Resolver = resolve,
    trust: ssl.SSLContext | None = None,
) -> Answer:
    """One request, answered within `seconds` in all by at most `most_bytes`. Raises `NotCalled` for everything else."""
    target = rules.target_of(url, schemes=schemes)
    if isinstance(target, Refusal):
        raise NotCalled(target)
    connection = _Straight(target, _judged_address(target, resolver), seconds, trust)
    watch = Timer(seconds, connection.cut)
    watch.start()
    try:
        connection.request(method, target.path, body=body, headers={"User-Agent": "ceportal", **(headers or {})})
        answer = connection.getresponse()
        whole = _body(answer, most_bytes)
        if connection.is_cut or answer.length:
            raise TimeoutError
        return Answer(answer.status, {name.lower(): value for name, value in answer.getheaders()}, whole)
    except (OSError, http.client.HTTPException, ValueError) as error:
        log.info("call to %s did not succeed: %s", target.host, type(error).__name__)
        raise _not_called("对方没有正常应答，请稍后再试。", "no_answer") from error
    finally:
        watch.cancel()
        connection.close()


def _judged_address(target: Target, resolver: Resolver) -> str:
    """One address of the name, after all of them were found to be callable."""
    try:
        addresses = list(resolver(target.host, target.port))
    except (OSError, UnicodeError) as error:
        raise _not_called("地址中的主机名不存在。", "no_such_host") from error
    if not addresses:
        raise _not_called("地址中的主机名不存在。", "no_such_host")
    if not all(rules.may_be_called(address, allowed=settings.OUTGOING_NETWORKS) for address in addresses):
        log.warning("call to %s refused: it leads to an address that is not public", target.host)
        raise _not_called("这个地址指向内部网络，不能访问。", "address_not_called")
    return addresses[0]


class _Straight(http.client.HTTPConnection):
    """A connection to the judged address, under the name that was asked for (also in the certificate)."""

    def __init__(self, target: Target, address: str, seconds: float, trust: ssl.SSLContext | None) -> None:
        super().__init__(target.host, target.port, timeout=seconds)
        self._target, self._address, self._trust = target, address, trust
        self.is_cut = False
        # Kept beside `sock`, which the base class lets go of while its answer is still being read.
        self._line: socket.socket | None = None

    def connect(self) -> None:
        self.sock = self._line = socket.create_connection((self._address, self._target.port), timeout=self.timeout)
        if self._target.scheme == "https":
            trust = self._trust or ssl.create_default_context()
            # The handshake apart, so that it can be cut too.
            secure = trust.wrap_socket(self.sock, server_hostname=self._target.host, do_handshake_on_connect=False)
            self.sock = self._line = secure
            secure.do_handshake()

    def cut(self) -> None:
        """The time is over: whoever still reads, reads the end. A timeout alone is renewed by every byte of a drip."""
        self.is_cut = True
        if self._line is not None:
            with suppress(OSError):
                # Not the method of a TLS socket, which would leave its reader without its state.
                socket.socket.shutdown(self._line, socket.SHUT_RDWR)


def _body(answer: http.client.HTTPResponse, most_bytes: int) -> bytes:
    pieces: list[bytes] = []
    size = 0
    while piece := answer.read1(_PIECE):
        pieces.append(piece)
        size += len(piece)
        if size > most_bytes:
            raise _not_called("对方的应答太大。", "answer_too_large")
    return b"".join(pieces)


def _not_called(message: str, code: str) -> NotCalled:
    return NotCalled(Refusal(code, message, field="url"))
