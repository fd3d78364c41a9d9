"""A small OpenID Connect client, as a platform's engineer writes one: discovery, PKCE, a code, an ID token checked."""

import base64
import hashlib
import json
import re
import secrets
import urllib.error
import urllib.request
from dataclasses import dataclass, field
from html import unescape
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

from jwcrypto.jwk import JWKSet
from jwcrypto.jwt import JWT

BACK = "http://127.0.0.1:9/callback"
_HIDDEN = re.compile(r'<input type="hidden" name="([^"]+)"(?: value="([^"]*)")?')


class _Stays(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *args: Any) -> None:
        return None


@dataclass
class Answer:
    status: int
    headers: Any
    text: str


def fetch(url: str, form: dict[str, str] | None = None, **headers: str) -> Answer:
    """One request, redirects not followed."""
    data = urlencode(form).encode() if form is not None else None
    request = urllib.request.Request(url, data=data, headers=headers)
    try:
        with urllib.request.build_opener(_Stays).open(request, timeout=30) as answer:
            return Answer(answer.status, answer.headers, answer.read().decode())
    except urllib.error.HTTPError as error:
        with error:
            return Answer(error.code, error.headers, error.read().decode())


@dataclass
class Platform:
    """`issuer` is the portal's address; everything else it reads there."""

    issuer: str
    client_id: str
    secret: str
    verifier: str = field(default_factory=lambda: secrets.token_urlsafe(48))
    nonce: str = field(default_factory=lambda: secrets.token_urlsafe(16))
    state: str = field(default_factory=lambda: secrets.token_urlsafe(16))

    @property
    def metadata(self) -> dict[str, Any]:
        return json.loads(fetch(f"{self.issuer}/.well-known/openid-configuration").text)

    def start(self, **changes: str) -> str:
        """Where a person's browser is sent to sign in."""
        digest = hashlib.sha256(self.verifier.encode()).digest()
        asked = {
            "response_type": "code", "client_id": self.client_id, "redirect_uri": BACK, "scope": "openid profile",
            "state": self.state, "nonce": self.nonce, "code_challenge_method": "S256",
            "code_challenge": base64.urlsafe_b64encode(digest).rstrip(b"=").decode(),
        } | changes  # fmt: skip
        wanted = {name: value for name, value in asked.items() if value}
        return f"{self.metadata['authorization_endpoint']}?{urlencode(wanted)}"

    def exchange(self, code: str, **changes: str) -> Answer:
        pair = base64.b64encode(f"{self.client_id}:{self.secret}".encode()).decode()
        form = {"grant_type": "authorization_code", "code": code, "redirect_uri": BACK, "code_verifier": self.verifier}
        return fetch(self.metadata["token_endpoint"], form | changes, Authorization=f"Basic {pair}")

    def claims(self, id_token: str) -> dict[str, Any]:
        """Those of a token that is ours, signed by a key of the portal, for this sign-in."""
        keys = JWKSet.from_json(fetch(self.metadata["jwks_uri"]).text)
        checks = {"iss": self.issuer, "aud": self.client_id, "nonce": self.nonce}
        token = JWT(jwt=id_token, key=keys, algs=["RS256"], check_claims=checks | {"exp": None, "sub": None})
        return json.loads(token.claims)


def consent(url: str, session: str, *, allow: bool = True) -> Answer:
    """A person's browser: the page is shown, its button pressed."""
    page = fetch(url, Cookie=session)
    if page.status != 200:
        return page
    csrf = page.headers["Set-Cookie"].split(";")[0] if page.headers["Set-Cookie"] else ""
    form = {name: unescape(value) for name, value in _HIDDEN.findall(page.text.split("<main", 1)[1])}
    return fetch(url, form | ({"allow": "true"} if allow else {}), Cookie=f"{session}; {csrf}", Referer=url)


def code_in(answer: Answer, platform: Platform) -> str:
    """The code with which the browser comes back."""
    assert answer.status == 302, answer.text
    back = urlsplit(answer.headers["Location"])
    told = {name: values[0] for name, values in parse_qs(back.query).items()}
    assert answer.headers["Location"].startswith(BACK)
    assert (told["state"], told["iss"]) == (platform.state, platform.issuer)
    return told["code"]
