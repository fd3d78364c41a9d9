"""The year is met: a certificate is promised. Hours are taken back: it is superseded or revoked (S4-11, S3-09, A14).
So it is when a name or number was put right, or the account merged into another. Once the year is closed its holder
can have a new edition that lists all hours.

The clock reads what the ledger left (`ChangedAccount`). A promise is a row with its number and frozen content; the
sheet is made from that row alone (`sheets.py`), so a crash anywhere leaves a state that explains itself.
"""

import secrets
from datetime import datetime
from functools import partial

from django.db import transaction
from django.db.models import BooleanField, ExpressionWrapper, Max, QuerySet

from accounts.enums import NoticeEvent
from accounts.models import Professional, User
from accounts.selectors.people import goes_on
from accounts.services.notices import tell
from ceportal.kernel.rules.refusal import refuse, refuse_if_any
from ceportal.kernel.services.claims import one_by_one
from ceportal.kernel.services.counters import next_number
from ceportal.kernel.services.trail import record
from certificates.enums import CertificateState
from certificates.models import LIVE, Certificate
from certificates.rules.entitlement import (
    RENEWED,
    Verdict,
    plain,
    verdict,
    verdict_of_merged,
    why_it_ended,
    why_merged,
)
from certificates.rules.numbers import certificate_number
from certificates.rules.snapshots import digest
from certificates.selectors import (
    certified_elsewhere,
    goes_on_met,
    has_hours,
    live_certificate,
    printed_items,
    reasons_against_renewing,
)
from certificates.services.contents import content_of, person_on_sheet
from credits.models import ChangedAccount, YearAccount
from credits.rules.requirements import Requirements, is_met, thresholds
from credits.selectors.accounts import standing_of
from credits.selectors.bench import Bench
from credits.selectors.regulation import RuleBook, rule_book

SETTLE = "certificates.settle_changed_accounts"
CERTIFICATES_PAGE = "/certificates/"
# 20 random bytes: 160 bits, 27 characters.
TOKEN_BYTES = 20
_PROVINCE, _CITY = 0, 1
_ENDS = {Verdict.REVOKE: CertificateState.REVOKED, Verdict.SUPERSEDE: CertificateState.SUPERSEDED}


def settle_changed_accounts(*, now: datetime, limit: int = 1000) -> int:
    """Draw the consequences of every account that changed, the oldest first. Gives how many were settled.

    Each account is its own transaction: one the database refuses is reported, left for the next round, and does not
    stand in the way of the others (X21).
    """
    changed = ChangedAccount.objects.order_by("id")
    if not changed.exists():
        return 0
    return one_by_one(SETTLE, changed, partial(_settle, book=rule_book(), now=now), now=now, limit=limit)


def _settle(changed: ChangedAccount, *, book: RuleBook, now: datetime) -> bool:
    """Lock in the ledger's order (account, then its mark). Who finds the mark at another version has nothing to do."""
    account = _locked().get(pk=changed.account_id)
    taken, _ = ChangedAccount.objects.filter(account=account, version=changed.version).delete()
    if not taken:
        return False
    if account.professional.merged_into_id is not None:
        _act_on_merged(account, now)
        return True
    asked = _asked_in(account, Bench(book, now))
    met = asked if asked is not None and is_met(asked, standing_of(account)) else None
    _act(account, met, live_certificate(account.professional_id, account.year), now)
    return True


@transaction.atomic
def renew(certificate: Certificate, *, by: User, now: datetime) -> Certificate:
    """A new edition of a closed year with all that counts, at its holder's wish (A14); the one before gives way to it.

    Raises `Refused`.
    """
    account = _locked().get(professional=certificate.professional_id, year=certificate.year)
    live = live_certificate(account.professional_id, account.year)
    if live is None or live.pk != certificate.pk:
        raise refuse("not_valid", "这份证书已经换发过或已失效，请在“我的证书”中查看。")
    refuse_if_any(reasons_against_renewing(live, now=now))
    asked = _asked_in(account, Bench(rule_book(), now))
    if asked is None or not is_met(asked, standing_of(account)):
        raise refuse("under_review", "本年度的学时正在复核，请稍后再试。")
    _end(live, CertificateState.SUPERSEDED, RENEWED, now, by=by)
    return _promise(account, asked, now=now, by=by)


def _locked() -> QuerySet[YearAccount]:
    rows = YearAccount.objects.select_for_update(of=("self",))
    rows = rows.annotate(is_elsewhere=ExpressionWrapper(certified_elsewhere(), output_field=BooleanField()))
    return rows.select_related("professional__user", "professional__title_series", "area", "organization")


def _asked_in(account: YearAccount, bench: Bench) -> Requirements | None:
    """Whether less than the rule was asked stands in the account; only then is it read why."""
    if account.obligation:
        return bench.asked_in(account, account.area)
    return bench.asked(account.area, account.year, account.level, account.trade)


def _act(account: YearAccount, met: Requirements | None, live: Certificate | None, now: datetime) -> None:
    """`met` is what the account meets, or None when it does not."""
    printed = printed_items(live) if live else None
    another = live is not None and met is not None and _is_of_another_level(live, account, met)
    renamed = live is not None and _is_renamed(live, account.professional)
    found = verdict(is_met=met is not None, printed=printed, is_of_another_level=another, is_renamed=renamed)
    if live and printed is not None and found in _ENDS:
        _end(live, _ENDS[found], why_it_ended(printed, is_met=met is not None, is_renamed=renamed), now)
    if live and found == Verdict.CONFIRM:
        Certificate.objects.filter(pk=live.pk).update(account_version=account.version)
    if met and found is Verdict.PROMISE and account.is_elsewhere:  # type: ignore[attr-defined]
        return
    if met and found in {Verdict.PROMISE, Verdict.SUPERSEDE}:
        _promise(account, met, now=now)


def _is_renamed(live: Certificate, person: Professional) -> bool:
    """Who is no longer kept by name keeps the certificates as they are."""
    return person.user.erased_at is None and live.snapshot["person"] != person_on_sheet(person)


def _act_on_merged(account: YearAccount, now: datetime) -> None:
    """Its certificate stands until its hours are brought over; then that of the account that goes on is the one."""
    live = live_certificate(account.professional_id, account.year)
    is_met = goes_on_met(account.professional, account.year)
    still_counts = has_hours(account.professional_id, account.year)
    found = verdict_of_merged(has_live=live is not None, still_counts=still_counts, is_met=is_met)
    if live and found in _ENDS:
        _end(live, _ENDS[found], why_merged(is_met=is_met), now)


def _is_of_another_level(live: Certificate, account: YearAccount, asked: Requirements) -> bool:
    """A promotion alone leaves a certificate as it is; one that changed what the year asks does not."""
    printed = {line["kind"]: line["need"] for line in live.snapshot["thresholds"]}
    needs = {line.kind: plain(line.need) for line in thresholds(asked, standing_of(account))}
    return live.snapshot["title"]["level"] != account.level and printed != needs


def _promise(account: YearAccount, asked: Requirements, *, now: datetime, by: User | None = None) -> Certificate:
    """Reserve the number, freeze the content. The edition before, if any, leads to this one."""
    earlier = Certificate.objects.filter(professional=account.professional, year=account.year)
    edition = (earlier.aggregate(last=Max("edition"))["last"] or 0) + 1
    codes = account.area.codes
    city = codes[_CITY] if len(codes) > 1 else codes[_PROVINCE]
    sequence = next_number(f"certificate:{city}:{account.year}")
    number = certificate_number(area_code=city, year=account.year, sequence=sequence)
    token = secrets.token_urlsafe(TOKEN_BYTES)
    snapshot = content_of(account, asked, number=number, edition=edition, token=token, now=now)
    certificate = Certificate.objects.create(
        professional=account.professional,
        year=account.year,
        edition=edition,
        number=number,
        token=token,
        account_version=account.version,
        snapshot=snapshot,
        snapshot_digest=digest(snapshot),
        promised_at=now,
        supersedes=earlier.filter(edition=edition - 1).first(),
    )
    after = {"number": number, "edition": edition, "snapshot_digest": certificate.snapshot_digest}
    record("certificate.promise", certificate, by=by, now=now, after=after)
    return certificate


def _end(live: Certificate, state: CertificateState, reason: str, now: datetime, *, by: User | None = None) -> None:
    """A live certificate is no longer one, says why and since when; it is never deleted."""
    rows = Certificate.objects.filter(pk=live.pk, state__in=LIVE)
    rows.update(state=state, ended_at=now, ended_because=reason, claimed_until=None)
    after = {"state": state.value, "reason": reason}
    record(f"certificate.{_VERBS[state]}", live, by=by, now=now, before={"state": live.state}, after=after)
    if live.issued_at is None:
        return
    text = f"您的 {live.year} 年度继续教育证书（编号 {live.number}）{_WORDS[state]}。原因：{reason}"
    to, event = goes_on(live.professional).user, NoticeEvent.CERTIFICATE_REVOKED
    tell([to], event, key=f"{state}:{live.ref}", text=text, link=CERTIFICATES_PAGE, now=now)


_VERBS = {CertificateState.REVOKED: "revoke", CertificateState.SUPERSEDED: "supersede"}
_WORDS = {CertificateState.REVOKED: "已撤销", CertificateState.SUPERSEDED: "已失效，由新的证书替代"}
