"""Signing in by another provider: what is believed of it, and the little rules of passwords and codes."""

from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from accounts.rules import outside as rules
from accounts.rules.passwords import PasswordPolicy
from accounts.rules.totp import in_groups

NOW = datetime(2026, 11, 20, tzinfo=UTC)
SECONDS = int(NOW.timestamp())
ISSUER = "https://id.example"
SAID = {
    "issuer": ISSUER, "authorization_endpoint": f"{ISSUER}/go", "token_endpoint": f"{ISSUER}/token",
    "jwks_uri": f"{ISSUER}/keys",
}  # fmt: skip
CLAIMS = {"iss": ISSUER, "aud": "portal", "exp": SECONDS + 300, "iat": SECONDS, "nonce": "n", "sub": "person-1"}


@pytest.mark.parametrize(
    ("said", "is_one"),
    [
        (SAID, True),
        (None, False),
        ([SAID], False),
        (SAID | {"issuer": "https://other.example"}, False),
        (SAID | {"token_endpoint": "http://id.example/token"}, False),
        ({key: value for key, value in SAID.items() if key != "jwks_uri"}, False),
    ],
)
def test_a_provider_says_where_everything_is_and_guards_it_alike(said: Any, is_one: bool) -> None:
    assert (rules.provider_of(said, ISSUER) is not None) is is_one


def test_what_is_optional_of_a_provider() -> None:
    plain = rules.provider_of(SAID, ISSUER)
    assert (plain.userinfo, plain.takes_basic) == ("", True)
    more = {"userinfo_endpoint": f"{ISSUER}/me", "token_endpoint_auth_methods_supported": ["client_secret_post"]}
    found = rules.provider_of(SAID | more, ISSUER)
    assert (found.userinfo, found.takes_basic) == (f"{ISSUER}/me", False)


def test_the_browser_is_sent_with_a_challenge_and_comes_back_once() -> None:
    asked = rules.new_asked()
    assert len({asked.state, asked.nonce, asked.verifier, *vars(rules.new_asked()).values()}) == 6
    for address, start in ((f"{ISSUER}/go", "?"), (f"{ISSUER}/go?x=1", "&")):
        provider = rules.provider_of(SAID | {"authorization_endpoint": address}, ISSUER)
        url = rules.where_to_go(provider, asked, client_id="portal", scopes="openid", back="https://p.example/back")
        assert url.startswith(address + start)
        query = parse_qs(urlsplit(url).query)
        assert (query["state"], query["code_challenge_method"]) == ([asked.state], ["S256"])
        assert asked.verifier not in url


def wrong(**changes: Any) -> list[str]:
    claims = {key: value for key, value in (CLAIMS | changes).items() if value is not ...}
    found = rules.reasons_not_to_believe(claims, issuer=ISSUER, client_id="portal", nonce="n", now=NOW)
    return [reason.code.removeprefix("outside_") for reason in found]


@pytest.mark.asvs("v5.0.0-9.2.1", "v5.0.0-9.2.3", "v5.0.0-10.5.1", "v5.0.0-10.5.4")
@pytest.mark.parametrize(
    ("changes", "codes"),
    [
        ({}, []),
        ({"aud": ["portal"]}, []),
        ({"aud": ["portal", "other"], "azp": "portal"}, []),
        ({"aud": ["portal", "other"]}, ["party"]),
        ({"azp": "other"}, ["party"]),
        ({"iss": "https://other.example"}, ["issuer"]),
        ({"aud": "other"}, ["audience"]),
        ({"exp": SECONDS - 3600}, ["expired"]),
        ({"exp": True}, ["expired"]),
        ({"iat": SECONDS + 3600}, ["not_fresh"]),
        ({"iat": "now"}, ["not_fresh"]),
        ({"nonce": "other"}, ["nonce"]),
        ({"nonce": ...}, ["nonce"]),
        ({"sub": ""}, ["subject"]),
        ({"sub": 7}, ["subject"]),
        ({"sub": "x" * 1000}, ["subject"]),
    ],
)
def test_each_thing_wrong_with_a_token_is_found(changes: dict[str, Any], codes: list[str]) -> None:
    assert wrong(**changes) == codes


def test_a_policy_is_told_in_words() -> None:
    policy = PasswordPolicy(shortest=8, shortest_alone=10, classes=3, history=5, ages=True)
    words = "大写字母、小写字母、数字、符号中至少有三种"
    assert policy.in_words() == f"至少 10 位，{words}，不要用常见的密码。"
    assert policy.in_words(has_factor=True).startswith("至少 8 位，")
    assert words not in PasswordPolicy(8, 15, 0, 0, ages=False).in_words()


def test_a_secret_is_typed_four_characters_at_a_time() -> None:
    assert in_groups("ABCDEFGHIJ") == "ABCD EFGH IJ"
