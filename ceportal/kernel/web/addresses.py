"""Where a request comes from."""

from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network

from django.conf import settings
from django.http import HttpRequest

# What a provider gives one household or one phone: counting single addresses of it would count nothing.
HOUSEHOLD_BITS = 64


def client_address(request: HttpRequest) -> str:
    """The client's own address: behind N trusted proxies the N-th entry from the right (a forged header never wins)."""
    direct = str(request.META.get("REMOTE_ADDR", ""))
    count = settings.TRUSTED_PROXY_COUNT
    hops = [hop.strip() for hop in request.META.get("HTTP_X_FORWARDED_FOR", "").split(",") if hop.strip()]
    if count <= 0 or len(hops) < count:
        return direct
    address = _read(hops[-count])
    return str(address) if address else direct


def counted_address(request: HttpRequest) -> str:
    """The address under which tries are counted: of IPv6 the network, for one client owns all addresses of it."""
    text = client_address(request)
    address = _read(text)
    if isinstance(address, IPv6Address):
        return str(ip_network((address, HOUSEHOLD_BITS), strict=False))
    return text


def is_admitted(request: HttpRequest, networks: list[str]) -> bool:
    """Whether the client's address lies in one of `networks` ("10.1.0.0/16", "192.0.2.7"). What cannot be read does
    not.
    """
    address = _read(client_address(request))
    return address is not None and any(address in ip_network(network, strict=False) for network in networks)


def _read(text: str) -> IPv4Address | IPv6Address | None:
    """An IPv4 address written as IPv6 is the IPv4 address."""
    try:
        address = ip_address(text)
    except ValueError:
        return None
    return getattr(address, "ipv4_mapped", None) or address
