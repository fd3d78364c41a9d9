"""Keys of machines: made, rotated, released, revoked; a secret is shown once and kept as a hash (design: api)."""

import secrets
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import transaction
from oauth2_provider.models import (
    AbstractApplication,
    get_access_token_model,
    get_grant_model,
    get_id_token_model,
)

from accounts.enums import Duty, NoticeEvent
from accounts.models import ApiClient, Organization, RefusedCalls, User
from accounts.rules import clients as rules
from accounts.selectors.clients import bureaus_over, facts_of_keys, line_of
from accounts.selectors.duties import holders_of
from accounts.services.notices import tell
from ceportal.kernel.rules.refusal import MovedOn, Refusal, refuse_if_any
from ceportal.kernel.services.trail import record

REFUSED_FOR = timedelta(days=30)
_PAGE = "/clients/"
_DESK = f"/{settings.ADMIN_PATH}accounts/apiclient/"


@transaction.atomic
def make_client(
    organization: Organization,
    *,
    name: str,
    scopes: tuple[str, ...],
    by: User | None,
    now: datetime,
    client_id: str | None = None,
    released_at: datetime | None = None,
    grant: str = AbstractApplication.GRANT_CLIENT_CREDENTIALS,
    **settings_of_it: Any,
) -> tuple[ApiClient, str]:
    """A key for `organization` and its secret in clear, which nobody can read again. In force from `released_at`."""
    secret = secrets.token_urlsafe(32)
    client = ApiClient(
        name=name,
        organization=organization,
        client_secret=secret,
        client_type=AbstractApplication.CLIENT_CONFIDENTIAL,
        authorization_grant_type=grant,
        allowed_scopes=" ".join(scopes),
        released_at=released_at,
        **settings_of_it,
    )
    if client_id:
        client.client_id = client_id
    client.save()
    record("client.make", organization, by=by, now=now, after={"client": client.client_id, "scopes": list(scopes)})
    return client, secret


@transaction.atomic
def begin_key(
    organization: Organization, *, name: str, is_sandbox: bool, by: User, now: datetime, files_courses: bool = False
) -> tuple[ApiClient, str]:
    """A platform's first key of a kind: for the sandbox in force at once, in earnest once a bureau has released it."""
    _refuse_further_line(organization, name, is_sandbox=is_sandbox, is_for_review=False)
    released_at = now if is_sandbox or settings.SANDBOX else None
    return make_client(
        organization, name=name.strip(), scopes=rules.scopes_with(rules.PLATFORM_SCOPES, files_courses=files_courses),
        by=by, now=now, released_at=released_at, is_sandbox=is_sandbox,
    )  # fmt: skip


@transaction.atomic
def register_review_system(bureau: Organization, *, name: str, by: User, now: datetime) -> tuple[ApiClient, str]:
    """A bureau's own title-review or appointment system, which may ask who has met what (S3-09, S2-10)."""
    _refuse_further_line(bureau, name, is_sandbox=False, is_for_review=True)
    scopes = rules.REVIEW_SCOPES
    return make_client(bureau, name=name.strip(), scopes=scopes, by=by, now=now, released_at=now)


@transaction.atomic
def rotate_client(client: ApiClient, *, by: User, now: datetime) -> tuple[ApiClient, str]:
    """The next key of the same line, with all that the old one may; the old one lives until it is revoked."""
    organization, client = _locked(client)
    refuse_if_any(rules.reasons_not_to_rotate(facts_of_keys(organization), line_of(client)))
    return make_client(
        organization, name=client.name, scopes=tuple(client.allowed_scopes.split()), by=by, now=now,
        released_at=now if client.released_at else None, is_sandbox=client.is_sandbox, report=client.report,
        first_key_id=line_of(client), address_list=client.address_list, daily_ceiling=client.daily_ceiling,
        asked_at=client.asked_at, grant=client.authorization_grant_type, algorithm=client.algorithm,
        entry_url=client.entry_url, redirect_uris=client.redirect_uris,
    )  # fmt: skip


@transaction.atomic
def bound_client(
    client: ApiClient, *, addresses: str, ceiling: int, by: User, now: datetime, files_courses: bool | None = None
) -> None:
    """From where a key may call and how many records a day (0: no bound); its line keeps one ceiling. With
    `files_courses` whether it may send courses to be filed; None leaves that as it is.
    """
    refuse_if_any([*rules.reasons_not_to_admit(addresses), *rules.reasons_not_to_bound(ceiling)])
    organization, client = _locked(client)
    listed = "\n".join(rules.networks_in(addresses))
    line = organization.api_clients.filter(pk__in=_keys_of_line(client))
    line.update(daily_ceiling=ceiling, address_list=listed)
    after: dict[str, Any] = {"client": client.client_id, "addresses": listed, "ceiling": ceiling}
    if files_courses is not None:
        scopes = rules.scopes_with(client.allowed_scopes.split(), files_courses=files_courses)
        line.update(allowed_scopes=" ".join(scopes))
        after["scopes"] = list(scopes)
    record("client.bound", organization, by=by, now=now, after=after)


@transaction.atomic
def ask_release(client: ApiClient, report: Mapping[str, Any], *, by: User, now: datetime) -> None:
    """Ask the bureau to release a key, with the report that its machine keeps to the contract."""
    refuse_if_any(rules.reasons_not_to_take_report(report, now=now))
    organization, client = _locked(client)
    waiting = ApiClient.objects.filter(pk=client.pk, released_at__isnull=True, is_sandbox=False)
    if not waiting.update(report=rules.told_of_report(report), asked_at=now, refusal=""):
        raise _moved()
    record("client.ask_release", organization, by=by, now=now, after={"client": client.client_id})
    text = f"{organization.name}的一致性测试已通过，申请启用正式密钥“{client.name}”。"
    for bureau in bureaus_over(organization):
        key = f"client:{client.client_id}:{now:%Y%m%d%H%M%S}"
        to = holders_of(bureau, Duty.MANAGE_CLIENTS)
        tell(to, NoticeEvent.REQUEST_WAITING, key=key, text=text, link=_DESK, now=now)


@transaction.atomic
def release_client(client: ApiClient, *, by: User, now: datetime) -> None:
    """The bureau's yes: from now on the key opens the interface in earnest."""
    organization, client = _locked(client)
    asked = ApiClient.objects.filter(pk=client.pk, asked_at__isnull=False, refusal="", released_at__isnull=True)
    if not asked.update(released_at=now):
        raise _moved()
    record("client.release", organization, by=by, now=now, after={"client": client.client_id})
    _answer(client, organization, "released", f"正式密钥“{client.name}”已经启用，可以报送学时。", now)


@transaction.atomic
def refuse_release(client: ApiClient, *, reason: str, by: User, now: datetime) -> None:
    """The bureau's no, with its reason; the platform may ask again."""
    refuse_if_any([] if reason.strip() else [Refusal("reason_missing", "请写明理由，对方会看到。", field="reason")])
    organization, client = _locked(client)
    asked = ApiClient.objects.filter(pk=client.pk, asked_at__isnull=False, refusal="", released_at__isnull=True)
    if not asked.update(refusal=reason.strip()[:300]):
        raise _moved()
    after = {"client": client.client_id, "reason": reason.strip()[:300]}
    record("client.refuse", organization, by=by, now=now, after=after)
    _answer(client, organization, "refused", f"正式密钥“{client.name}”暂不启用：{reason.strip()[:200]}", now)


@transaction.atomic
def revoke_client(client: ApiClient, *, by: User | None, now: datetime) -> bool:
    """From now on its key and its tokens open nothing. False when it was revoked already."""
    if not ApiClient.objects.filter(pk=client.pk, revoked_at__isnull=True).update(revoked_at=now):
        return False
    get_access_token_model().objects.filter(application=client).delete()
    get_grant_model().objects.filter(application=client).delete()
    if client.organization is not None:
        record("client.revoke", client.organization, by=by, now=now, after={"client": client.client_id})
    return True


def forget_tokens(*, now: datetime) -> int:
    """Tokens and codes that have run out are of no use to anybody; what was refused is told for 30 days."""
    get_grant_model().objects.filter(expires__lt=now).delete()
    get_id_token_model().objects.filter(expires__lt=now).delete()
    RefusedCalls.objects.filter(last_at__lt=now - REFUSED_FOR).delete()
    return get_access_token_model().objects.filter(expires__lt=now).delete()[0]


def _locked(client: ApiClient) -> tuple[Organization, ApiClient]:
    """The living key as it stands, its organization's row held: two acts on the keys of one come one after another."""
    organization = Organization.objects.select_for_update(of=("self",)).get(pk=client.organization_id)
    fresh = ApiClient.objects.filter(pk=client.pk, revoked_at__isnull=True).first()
    if fresh is None:
        raise _moved()
    return organization, fresh


def _refuse_further_line(organization: Organization, name: str, *, is_sandbox: bool, is_for_review: bool) -> None:
    Organization.objects.select_for_update(of=("self",)).get(pk=organization.pk)
    keys = facts_of_keys(organization)
    lines = rules.reasons_not_to_make(keys, is_sandbox=is_sandbox, is_for_review=is_for_review)
    refuse_if_any([*rules.reasons_not_to_call_it(name), *lines])


def _keys_of_line(client: ApiClient) -> list[int]:
    first = line_of(client)
    return [first, *ApiClient.objects.filter(first_key=first).values_list("pk", flat=True)]


def _moved() -> MovedOn:
    return MovedOn([Refusal("moved_on", "这个密钥刚刚有变动，请刷新后再看。")])


def _answer(client: ApiClient, organization: Organization, what: str, text: str, now: datetime) -> None:
    to, key = holders_of(organization, Duty.MANAGE_CLIENTS), f"client:{client.client_id}:{what}:{now:%Y%m%d%H%M%S}"
    tell(to, NoticeEvent.REQUEST_DECIDED, key=key, text=text, link=_PAGE, now=now)
