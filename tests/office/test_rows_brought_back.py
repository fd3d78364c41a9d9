"""What `restore --row` leaves as the portal has made it since, and what it refuses: nothing is changed then."""

import sqlite3
import time
from contextlib import closing
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from threading import Event

import psycopg2
import pytest
from django.core.management import CommandError
from django.db import connection, transaction
from django.utils import timezone

from ceportal.kernel.models import AuditEvent, Job
from certificates.services.issuing import settle_changed_accounts
from credits.enums import ClaimState
from credits.models import Claim, Declaration, HourEntry, YearAccount
from credits.services.holding import Word, hold_claims, refuse_claims
from reviews.models import Decision
from tests.certificates import factories as certificates
from tests.office import test_mending_books as mending
from tests.office.test_mending_books import Books, account, checked, constrain_again
from tests.races import PATIENCE, at_once

pytestmark = pytest.mark.django_db(transaction=True)
books = mending.books


def word(books: Books) -> Word:
    """Of a leaked key's hold: its event stands at the job, and at none of the claims."""
    job, _ = Job.objects.get_or_create(kind="held", defaults={"created_at": timezone.now()})
    return Word("密钥泄露", books.portal.operator, timezone.now(), job)


def in_backup(books: Books, statement: str) -> None:
    """By whoever owns the backup's database."""
    if connection.vendor == "sqlite":
        with closing(sqlite3.connect(Path(books.beside.removeprefix("sqlite:///")))) as lite, lite:
            lite.execute(statement)
        return
    with closing(psycopg2.connect(books.beside)) as server, server, server.cursor() as cursor:
        cursor.execute(statement)


def wrong(books: Books) -> set[str]:
    """What the check finds, whatever else rings."""
    return {part for code, part in checked(books) if code == "books_differ"}


def is_refused(books: Books, kind: str, ref: str, why: str) -> None:
    """And nothing is changed."""
    rows = [list(each.objects.order_by("pk").values()) for each in (YearAccount, Claim, HourEntry, Decision)]
    with pytest.raises(CommandError, match=why) as refused:
        books.restore_row(kind, ref)
    assert "没有改动任何数据" in str(refused.value)
    assert [list(each.objects.order_by("pk").values()) for each in (YearAccount, Claim, HourEntry, Decision)] == rows
    assert not AuditEvent.objects.filter(action="row.bring_back").exists()


def test_a_claim_that_was_held_with_others_gets_its_days_and_stays_held(books: Books) -> None:
    claim = Claim.objects.get(hours=30)
    hold_claims([claim.pk], word(books), code="key_leaked")
    ref = mending.end_in_another_year(books)
    assert checked(books) == {("books_differ", "check.year")}
    books.restore_row("year", ref)
    assert checked(books) == set()
    now = Claim.objects.get(pk=claim.pk)
    assert (now.state, now.started_on, now.ended_on) == (ClaimState.HELD, claim.started_on, claim.ended_on)
    assert [why["code"] for why in now.reasons] == ["key_leaked"]
    constrain_again()


def test_days_come_back_to_no_claim_that_is_wrong_otherwise(books: Books) -> None:
    ref = mending.end_in_another_year(books)
    Claim.objects.filter(hours=30).update(hours=Decimal("30.5"))
    is_refused(books, "year", ref, f"claim {ref} 仍然不符")
    books.restore_row("claim", ref)
    assert checked(books) == set()
    constrain_again()


def test_what_was_refused_with_others_does_not_wait_for_the_bureau_again(books: Books) -> None:
    """The backup has it held; its hours were released and reversed since."""
    claim = Claim.objects.get(hours=30)
    hold_claims([claim.pk], word(books), code="key_leaked")
    in_backup(books, f"UPDATE credits_claim SET state = 'held' WHERE id = {claim.pk}")
    refuse_claims([claim.pk], word(books))
    Claim.objects.filter(pk=claim.pk).update(state=ClaimState.LIVE)
    is_refused(books, "claim", claim.ref.hex, f"claim {claim.ref.hex} 仍然不符")


def test_an_entrys_claim_keeps_the_state_it_has(books: Books) -> None:
    Claim.objects.filter(hours=30).update(state_reason="后来的说明", public_kind="compulsory")
    books.restore_row("entry", HourEntry.objects.get(hours=30).ref.hex)
    claim = Claim.objects.get(hours=30)
    assert (claim.state_reason, claim.public_kind) == ("后来的说明", "")


def test_a_certificate_speaks_of_the_account_it_spoke_of(books: Books) -> None:
    """Hours came and went since the backup: the clock has confirmed the certificate, without an event."""
    one = books.certificate
    entry = certificates.credit(books.portal.person, "5", title="备份以后的学习", now=timezone.now())
    certificates.take_back(entry)
    settle_changed_accounts(now=timezone.now())
    one.refresh_from_db()
    assert one.account_version == account().version
    mending.rewrite_certificate(books)
    assert wrong(books) == {"check.certificate"}
    books.restore_row("certificate", one.ref.hex)
    was, digest = one.account_version, one.snapshot_digest
    one.refresh_from_db()
    assert (one.account_version, one.snapshot_digest) == (was, digest)
    assert wrong(books) == set()


def test_what_the_clock_has_done_about_a_declaration_is_not_done_again(books: Books) -> None:
    Declaration.objects.update(awaits_follow_up=False, searched_version=7)
    ref = mending.say_it_was_in_a_later_round(books)
    in_backup(books, "UPDATE credits_declaration SET awaits_follow_up = '1', searched_version = 0")
    books.restore_row("state", ref)
    assert Declaration.objects.values_list("round", "awaits_follow_up", "searched_version").get() == (1, False, 7)


def test_a_backup_of_another_version_is_refused(books: Books) -> None:
    mending.add_to_account(books)
    in_backup(books, "ALTER TABLE credits_yearaccount ADD COLUMN another integer")
    is_refused(books, "total", account().ref.hex, "credits_yearaccount 的 another 只有一边有")
    HourEntry.objects.filter(hours=30).delete()
    in_backup(books, "ALTER TABLE credits_hourentry DROP COLUMN clause")
    is_refused(books, "total", account().ref.hex, "credits_hourentry 的 clause 只有一边有")


@pytest.mark.parametrize(
    ("address", "why"),
    [("nowhere", "DATABASE_URL"), ("postgresql://here:port/x", "DATABASE_URL"), ("", "连不上")],
)
def test_an_address_that_leads_nowhere_is_said(books: Books, address: str, why: str) -> None:
    mending.add_to_account(books)
    books.beside = address or books.beside.replace("portal.sqlite3", "none").replace("_beside", "_none")
    is_refused(books, "total", account().ref.hex, why)


def test_another_row_of_the_same_number_is_not_taken_for_it(books: Books) -> None:
    mending.add_to_account(books)
    entry = HourEntry.objects.get(hours=30)
    in_backup(books, f"UPDATE credits_hourentry SET ref = '{'0' * 32}' WHERE id = {entry.pk}")
    is_refused(books, "total", account().ref.hex, f"credits_hourentry 的第 {entry.pk} 行，在本系统里是另外一行")


def test_the_same_row_of_another_number_is_not_made_twice(books: Books) -> None:
    mending.add_to_account(books)
    number = HourEntry.objects.get(hours=30).pk
    in_backup(books, f"UPDATE credits_hourentry SET id = {number + 1000} WHERE id = {number}")
    is_refused(books, "total", account().ref.hex, f"第 {number + 1000} 行，在本系统里是另外一行")


def test_a_decision_on_another_declaration_is_not_taken_for_it(books: Books) -> None:
    mending.say_it_was_in_a_later_round(books)
    other = Declaration.objects.get()
    other.pk, other.ref = other.pk + 1, Job.objects.create(kind="x", created_at=timezone.now()).ref
    other.save(force_insert=True)
    Decision.objects.update(subject=other)
    is_refused(books, "state", books.declaration.ref.hex, "另外一行")


@pytest.mark.skipif("connection.vendor != 'postgresql'", reason="SQLite locks all at once")
def test_accounts_are_locked_before_claims_as_in_the_ledger(books: Books) -> None:
    mending.add_to_account(books)
    held, ref = Event(), account().ref.hex

    def ledger() -> None:
        with transaction.atomic():
            YearAccount.objects.select_for_update().get()
            held.set()
            _until_somebody_waits()
            Claim.objects.select_for_update(nowait=True).get(hours=30)

    def restore() -> None:
        assert held.wait(PATIENCE)
        books.restore_row("total", ref)

    at_once([ledger, restore])
    assert account().public == Decimal(30)


def _until_somebody_waits() -> None:
    waits = "SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
    until = timezone.now() + timedelta(seconds=PATIENCE / 2)
    while timezone.now() < until:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_stat_clear_snapshot()")
            cursor.execute(waits)
            if cursor.fetchone():
                return
        time.sleep(0.05)
    raise AssertionError("nobody waits")
