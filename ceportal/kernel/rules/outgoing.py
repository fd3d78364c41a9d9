"""Where a call that leaves this machine may go (server-side request forgery): told by the address it really reaches.

A name proves nothing: it may lead to this machine, to the neighbours' network or to the keys a cloud hands to its
machines. Pure: names are resolved by the caller, who then calls the very address that was judged.
"""

from collections.abc import Collection
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from urllib.parse import urlsplit

from ceportal.kernel.rules.refusal import Refusal

PORTS = {"https": 443, "http": 80}
LONGEST = 2000
Address = IPv4Address | IPv6Address
# Networks of IPv6 that hide an address of IPv4: translators would carry a call there.
_TRANSLATED = (ip_network("64:ff9b::/96"), ip_network("64:ff9b:1::/48"))
_RELAYED = (ip_network("2002::/16"), ip_network("2001::/32"))


@dataclass(frozen=True)
class Target:
    """A readable address: `path` with its query, never a fragment."""

    scheme: str
    host: str
    port: int
    path: str


def target_of(url: str, *, schemes: Collection[str] = ("https",)) -> Target | Refusal:
    """What `url` names, or why it is not called. A name and password in it are refused, so are odd ports and signs."""
    if len(url) > LONGEST or not url.isascii() or any(c <= " " or c == "\\" or c == "\x7f" for c in url):
        return _refusal("地址过长，或含有空格、中文等字符。")
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        return _refusal("地址不完整。")
    if parts.scheme not in schemes:
        return _refusal(f"地址应以 {'、'.join(f'{scheme}://' for scheme in schemes)} 开头。")
    if parts.username is not None or parts.password is not None:
        return _refusal("地址中不能带用户名或密码。")
    host = (parts.hostname or "").rstrip(".")
    if not host:
        return _refusal("地址中没有主机名。")
    usual = PORTS[parts.scheme]
    if port is not None and port != usual and port < 1024:
        return _refusal("地址中的端口不能使用。")
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    return Target(parts.scheme, host, port or usual, path)


def may_be_called(address: str, *, allowed: Collection[str] = ()) -> bool:
    """Whether `address` belongs to the public internet, or to one of the `allowed` networks."""
    try:
        plain = _plain(ip_address(address))
    except ValueError:
        return False
    if any(plain in ip_network(network, strict=False) for network in allowed):
        return True
    return plain.is_global and not plain.is_multicast and not plain.is_reserved and not _is_hidden(plain)


def _plain(address: Address) -> Address:
    """An address of IPv4 in the clothes of IPv6 is itself."""
    return getattr(address, "ipv4_mapped", None) or address


def _is_hidden(address: Address) -> bool:
    return any(address in network for network in (*_TRANSLATED, *_RELAYED) if network.version == address.version)


def _refusal(message: str) -> Refusal:
    return Refusal("address_not_called", message, field="url")
