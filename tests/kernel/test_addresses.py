"""Whose tries are counted: behind trusted proxies the client's own address, whatever it writes itself."""

import pytest
from django.test import RequestFactory

from ceportal.kernel.web.addresses import client_address, counted_address, is_admitted


def asked_from(direct: str, forwarded: str | None = None):
    headers = {} if forwarded is None else {"HTTP_X_FORWARDED_FOR": forwarded}
    return RequestFactory().get("/", REMOTE_ADDR=direct, **headers)


@pytest.mark.parametrize(
    ("count", "forwarded", "address"),
    [
        (0, None, "192.0.2.1"),
        (0, "203.0.113.9", "192.0.2.1"),
        (1, "203.0.113.9", "203.0.113.9"),
        (1, "forged, 198.51.100.1, 203.0.113.9", "203.0.113.9"),
        (2, "198.51.100.1, 203.0.113.9, 10.0.0.2", "203.0.113.9"),
        (2, "203.0.113.9", "192.0.2.1"),
        (1, None, "192.0.2.1"),
        (1, "", "192.0.2.1"),
        (1, "203.0.113.9, ", "203.0.113.9"),
        (1, "unknown", "192.0.2.1"),
        (1, "<script>", "192.0.2.1"),
        (1, "::ffff:203.0.113.9", "203.0.113.9"),
        (1, "2001:DB8::1", "2001:db8::1"),
        (-1, "203.0.113.9", "192.0.2.1"),
    ],
)
def test_the_proxies_decide(settings, count, forwarded, address):
    settings.TRUSTED_PROXY_COUNT = count
    assert client_address(asked_from("192.0.2.1", forwarded)) == address


def test_all_addresses_of_a_household_count_as_one():
    one, other = asked_from("2001:db8:1:2::1"), asked_from("2001:db8:1:2:ffff::9")
    assert counted_address(one) == counted_address(other) == "2001:db8:1:2::/64"
    assert counted_address(asked_from("2001:db8:1:3::1")) != counted_address(one)
    assert counted_address(asked_from("192.0.2.1")) == "192.0.2.1"


@pytest.mark.parametrize(
    ("address", "is_in"),
    [("10.1.2.3", True), ("192.0.2.7", True), ("192.0.2.8", False), ("10.2.0.1", False), ("2001:db8::1", False)],
)
def test_a_network_admits_its_own(address, is_in):
    assert is_admitted(asked_from(address), ["10.1.0.0/16", "192.0.2.7"]) is is_in
