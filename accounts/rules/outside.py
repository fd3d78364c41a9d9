"""Another provider's word on who somebody is (OpenID Connect Core 1.0): what it must say to be believed."""

import base64
import hashlib
import hmac
import secrets
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlencode, urlsplit

from ceportal.kernel.rules.refusal import Refusal

# Signatures by a key pair alone: nothing that our own secret, or nobody's, could have made.
ALGORITHMS = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512")
# Clocks may differ by so much; an answer is fresh for so long (seconds).
_LEEWAY, _FRESH = 60, 600
_SUBJECT_LIMIT = 255
NOT_BELIEVED = "统一身份认证没有给出可信的结果，请重试，或用密码登录。"


@dataclass(frozen=True)
class Provider:
    """What it says of itself (OpenID Connect Discovery 1.0)."""

    issuer: str
    authorization: str
    token: str
    keys: str
    userinfo: str = ""
    takes_basic: bool = True


@dataclass(frozen=True)
class Asked:
    """What one way there and back is tied together by; kept in the session, good once."""

    state: str
    nonce: str
    verifier: str


def new_asked() -> Asked:
    return Asked(secrets.token_urlsafe(32), secrets.token_urlsafe(32), secrets.token_urlsafe(48))


def provider_of(said: Any, issuer: str) -> Provider | None:
    """None where it names another issuer, or leaves out what is needed."""
    if not isinstance(said, Mapping) or said.get("issuer") != issuer:
        return None
    authorization, token, keys = (said.get(n) for n in ("authorization_endpoint", "token_endpoint", "jwks_uri"))
    if not all(_is_address(address, issuer) for address in (authorization, token, keys)):
        return None
    userinfo = said.get("userinfo_endpoint")
    methods = said.get("token_endpoint_auth_methods_supported") or ["client_secret_basic"]
    return Provider(
        issuer=issuer,
        authorization=str(authorization),
        token=str(token),
        keys=str(keys),
        userinfo=str(userinfo) if _is_address(userinfo, issuer) else "",
        takes_basic="client_secret_basic" in methods,
    )


def where_to_go(provider: Provider, asked: Asked, *, client_id: str, scopes: str, back: str) -> str:
    """The address the browser is sent to: code flow with PKCE (RFC 7636, S256)."""
    digest = hashlib.sha256(asked.verifier.encode()).digest()
    query = {
        "response_type": "code",
        "client_id": client_id,
        "redirect_uri": back,
        "scope": scopes,
        "state": asked.state,
        "nonce": asked.nonce,
        "code_challenge": base64.urlsafe_b64encode(digest).rstrip(b"=").decode(),
        "code_challenge_method": "S256",
    }
    return f"{provider.authorization}{'&' if '?' in provider.authorization else '?'}{urlencode(query)}"


def reasons_not_to_believe(
    claims: Mapping[str, Any], *, issuer: str, client_id: str, nonce: str, now: datetime
) -> Iterator[Refusal]:
    """What is wrong with an ID token whose signature is right (3.1.3.7)."""
    seconds = int(now.timestamp())
    audience = claims.get("aud")
    audiences = audience if isinstance(audience, list) else [audience]
    until, since, subject = _number(claims.get("exp")), _number(claims.get("iat")), claims.get("sub")
    checks = {
        "issuer": claims.get("iss") == issuer,
        "audience": client_id in audiences,
        "party": claims.get("azp", client_id) == client_id and (len(audiences) == 1 or "azp" in claims),
        "expired": until > seconds - _LEEWAY,
        "not_fresh": seconds - _FRESH <= since <= seconds + _LEEWAY,
        "nonce": hmac.compare_digest(str(claims.get("nonce", "")).encode(), nonce.encode()),
        "subject": isinstance(subject, str) and 0 < len(subject) <= _SUBJECT_LIMIT,
    }
    for what, is_right in checks.items():
        if not is_right:
            yield Refusal(f"outside_{what}", NOT_BELIEVED)


def _number(value: Any) -> float:
    """Seconds of the epoch; what is no number lies long ago."""
    return value if isinstance(value, int | float) and not isinstance(value, bool) else 0


def _is_address(value: Any, issuer: str) -> bool:
    """No less guarded on its way than the issuer itself."""
    return isinstance(value, str) and urlsplit(value).scheme in {"https", urlsplit(issuer).scheme}
