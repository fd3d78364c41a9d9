"""Signing in by another provider of identities: it says who somebody is, we find whose account that is.

Every call to it goes through the guarded door. Neither its tokens nor the ID number it may tell are kept or logged.
"""

import base64
import json
import logging
from collections.abc import Mapping
from datetime import datetime
from typing import Any
from urllib.parse import quote_plus, urlencode

from django.conf import settings
from django.db import IntegrityError, transaction
from jwcrypto.common import JWException
from jwcrypto.jwk import JWKSet
from jwcrypto.jws import JWS

from accounts.enums import NoticeEvent
from accounts.models import OutsideIdentity, User
from accounts.rules import outside as rules
from accounts.rules.outside import NOT_BELIEVED, Asked, Provider
from accounts.selectors.people import find_by_id_number
from accounts.services.notices import tell
from ceportal.kernel.rules.refusal import refuse, refuse_if_any
from ceportal.kernel.services.outgoing import NotCalled, call
from ceportal.kernel.services.trail import record

log = logging.getLogger(__name__)
_DISCOVERY = "/.well-known/openid-configuration"


def described() -> dict[str, Any]:
    """What the provider says of itself, whether it is believed or not. Refused while it does not answer, with why as
    the cause (`NotCalled`) where no answer came.
    """
    return _asked_for(settings.OIDC_ISSUER.rstrip("/") + _DISCOVERY)


def way_there(asked: Asked, back: str) -> str:
    """Where the browser goes. Refused while the provider does not answer."""
    return rules.where_to_go(
        _provider(), asked, client_id=settings.OIDC_CLIENT_ID, scopes=settings.OIDC_SCOPES, back=back
    )


def who_came_back(code: str, asked: Asked, *, back: str, now: datetime) -> User:
    """The account of whom the provider vouches for. Refused for an answer that is not believed, and for strangers."""
    provider = _provider()
    tokens = _tokens(provider, code, asked, back)
    claims = _claims(provider, str(tokens.get("id_token", "")))
    wrong = list(
        rules.reasons_not_to_believe(
            claims, issuer=provider.issuer, client_id=settings.OIDC_CLIENT_ID, nonce=asked.nonce, now=now
        )
    )
    if wrong:
        log.warning("an identity was not believed: %s", ", ".join(reason.code for reason in wrong))
    refuse_if_any(wrong[:1])
    known = OutsideIdentity.objects.filter(issuer=provider.issuer, subject=claims["sub"]).select_related("user").first()
    user = known.user if known else _linked(provider, claims, str(tokens.get("access_token", "")), now)
    if not user.is_active:
        raise refuse("account_closed", "这个账号已停用，请联系本单位或当地人社部门。")
    return user


def _linked(provider: Provider, claims: Mapping[str, Any], access: str, now: datetime) -> User:
    """The first time: by the ID number the provider tells, where it is trusted with that."""
    number = _number(provider, claims, access)
    if not number:
        log.warning("an identity came without a number: OIDC_NUMBER_CLAIM is not set, or names no text it tells")
    person = find_by_id_number(number) if number else None
    if person is None:
        raise refuse("no_account", "这里还没有您的账号，请先注册；已经注册的，请用密码登录。")
    return _link(person.user, provider.issuer, claims["sub"], now)


@transaction.atomic
def _link(user: User, issuer: str, subject: str, now: datetime) -> User:
    """One subject, one account, both ways: of two at once the database lets one in."""
    try:
        with transaction.atomic():
            OutsideIdentity.objects.create(user=user, issuer=issuer, subject=subject, linked_at=now)
    except IntegrityError as error:
        raise refuse("linked_already", "这个账号已经和另一个统一身份绑定，请用密码登录。") from error
    record("user.link_outside", user, by=user, now=now, after={"issuer": issuer})
    text = f"您的账号已和{settings.OIDC_LABEL}绑定，可以从那里登录。如非本人操作，请立即修改密码。"
    tell([user], NoticeEvent.ACCOUNT_SAFETY, key=f"outside:{issuer}", text=text, now=now)
    return user


def _number(provider: Provider, claims: Mapping[str, Any], access: str) -> str:
    """The claim, from the token or else from the provider's page of the same subject; empty where there is none."""
    name = settings.OIDC_NUMBER_CLAIM
    if not name:
        return ""
    if name not in claims and provider.userinfo and access:
        told = _asked_for(provider.userinfo, headers={"Authorization": f"Bearer {access}"})
        claims = told if told.get("sub") == claims["sub"] else {}
    number = claims.get(name)
    return number if isinstance(number, str) else ""


def _provider() -> Provider:
    found = rules.provider_of(described(), settings.OIDC_ISSUER)
    if found is None:
        raise refuse("outside_not_ready", NOT_BELIEVED)
    return found


def _tokens(provider: Provider, code: str, asked: Asked, back: str) -> dict[str, Any]:
    """For the code, once, by the verifier that only this way there knows."""
    fields = {
        "grant_type": "authorization_code", "code": code, "redirect_uri": back, "code_verifier": asked.verifier,
    }  # fmt: skip
    headers = {"Content-Type": "application/x-www-form-urlencoded"}
    if provider.takes_basic and settings.OIDC_CLIENT_SECRET:
        pair = f"{quote_plus(settings.OIDC_CLIENT_ID)}:{quote_plus(settings.OIDC_CLIENT_SECRET)}"
        headers["Authorization"] = f"Basic {base64.b64encode(pair.encode()).decode()}"
    else:
        fields |= {"client_id": settings.OIDC_CLIENT_ID, "client_secret": settings.OIDC_CLIENT_SECRET}
    return _asked_for(provider.token, method="POST", body=urlencode(fields).encode(), headers=headers)


def _claims(provider: Provider, token: str) -> dict[str, Any]:
    """What the token says, after one of the provider's keys was found to have signed it."""
    keys = _asked_for(provider.keys)
    try:
        signed = JWS()
        signed.allowed_algs = list(rules.ALGORITHMS)
        signed.deserialize(token, JWKSet.from_json(json.dumps(keys)))
        claims = json.loads(signed.payload)
    except (JWException, ValueError, TypeError, KeyError) as error:
        log.warning("an identity was not believed: %s", type(error).__name__)
        raise refuse("outside_signature", NOT_BELIEVED) from error
    if not isinstance(claims, dict):
        raise refuse("outside_signature", NOT_BELIEVED)
    return claims


def _asked_for(address: str, **how: Any) -> dict[str, Any]:
    """A JSON object the provider gives. Plain HTTP only where the issuer itself is named so, outside production."""
    schemes = ("https", "http") if settings.DEMO and settings.OIDC_ISSUER.startswith("http:") else ("https",)
    try:
        answer = call(address, schemes=schemes, **how)
        said = json.loads(answer.body) if answer.status == 200 else None
    except (NotCalled, ValueError) as error:
        raise refuse("outside_silent", "统一身份认证现在没有应答，请稍后再试，或用密码登录。") from error
    if not isinstance(said, dict):
        raise refuse("outside_silent", NOT_BELIEVED)
    return said
