"""Codes, passwords, tries and steps: the rules alone, at every edge."""

import base64
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as some

from accounts.rules import recovery, totp
from accounts.rules.codes import CODE_DIGITS, new_code, wording
from accounts.rules.entering import Standing, Step, is_within, next_step
from accounts.rules.guessing import OF_A_PAIR, OF_A_PLACE, OF_AN_ACCOUNT, budgets
from accounts.rules.mail import mask_mail, tidy_mail
from accounts.rules.passwords import POLICIES, days_left, reasons_not_to_choose

RFC_SECRET = base64.b32encode(b"12345678901234567890").decode()
NOW = datetime(2026, 11, 20, 9, 30, 10, tzinfo=UTC)
HERE = totp.step_of(NOW)


@pytest.mark.parametrize(
    ("seconds", "code"),
    [
        (59, "94287082"),
        (1111111109, "07081804"),
        (1111111111, "14050471"),
        (1234567890, "89005924"),
        (2000000000, "69279037"),
        (20000000000, "65353130"),
    ],
)
def test_codes_are_those_of_rfc_6238_appendix_b(seconds, code):
    """The RFC shows eight digits; apps show the last six of them."""
    assert totp.code_at(RFC_SECRET, seconds // totp.STEP_SECONDS) == code[2:]


@pytest.mark.parametrize(("off", "matches"), [(-2, False), (-1, True), (0, True), (1, True), (2, False)])
def test_a_clock_may_be_one_step_off(off, matches):
    code = totp.code_at(RFC_SECRET, HERE + off)
    found = totp.matching_step(RFC_SECRET, code, now=NOW, last_step=0)
    assert found == (HERE + off if matches else None)


@pytest.mark.parametrize("last", [HERE, HERE + 1])
def test_no_code_of_a_step_that_was_taken_or_before_it(last):
    assert totp.matching_step(RFC_SECRET, totp.code_at(RFC_SECRET, HERE), now=NOW, last_step=last) is None
    assert totp.matching_step(RFC_SECRET, totp.code_at(RFC_SECRET, HERE), now=NOW, last_step=HERE - 1) == HERE


@pytest.mark.parametrize("typed", ["", "12345", "1234567", "abcdef", "１２３４５６", "\x00" * 6, "😀"])
def test_what_is_no_code_matches_nothing(typed):
    assert totp.matching_step(RFC_SECRET, typed, now=NOW, last_step=0) is None


def test_secrets_are_160_bits_and_differ():
    made = {totp.new_secret() for _ in range(50)}
    assert len(made) == 50
    assert all(len(base64.b32decode(secret)) == 20 for secret in made)


def test_the_app_reads_name_and_issuer_whatever_stands_in_them():
    address = totp.app_address(RFC_SECRET, label="张 三&secret=x", issuer="继续教育")
    assert address.startswith("otpauth://totp/%E7%BB%A7")
    assert address.count("secret=") == 1
    assert "&issuer=%E7%BB%A7%E7%BB%AD%E6%95%99%E8%82%B2" in address


def test_recovery_codes_are_read_however_they_are_typed():
    codes = recovery.new_codes()
    assert len(codes) == len({code[: recovery.HALF] for code in codes}) == recovery.COUNT
    halves = (codes[0][: recovery.HALF], codes[0][recovery.HALF :])
    for typed in (codes[0], codes[0].lower(), recovery.in_groups(codes[0]), f" {halves[0]} {halves[1]} "):
        assert recovery.halves(typed) == halves


@pytest.mark.parametrize("typed", ["", "123456", "ABCDEF-GHJKM", "ABCDEF-GHJKMO", "ABCDEF-GHJKM0"])
def test_what_has_not_the_shape_is_no_recovery_code(typed):
    assert recovery.halves(typed) is None


@pytest.mark.asvs("v5.0.0-6.2.1")
@pytest.mark.parametrize(
    ("policy", "password", "has_factor", "code"),
    [
        ("djbh3", "Abcdefgh1", False, "password_too_short"),
        ("djbh3", "Abcdefghi1", False, ""),
        ("djbh3", "abcdefghi1", False, "password_too_simple"),
        ("djbh3", "abcdefgh-1", False, ""),
        ("djbh3", "ABCDEFGHIJ", True, "password_too_simple"),
        ("djbh3", "密码密码密码密码A1", False, ""),
        ("nist", "a" * 14, False, "password_too_short"),
        ("nist", "a" * 15, False, ""),
        ("nist", "a" * 7, True, "password_too_short"),
        ("nist", "a" * 8, True, ""),
    ],
)
def test_what_a_policy_refuses(policy, password, has_factor, code):
    found = [reason.code for reason in reasons_not_to_choose(password, POLICIES[policy], has_factor=has_factor)]
    assert found == ([code] if code else [])


@pytest.mark.parametrize(
    ("after", "left"),
    [
        (timedelta(0), 90),
        (timedelta(seconds=1), 90),
        (timedelta(days=89, hours=23), 1),
        (timedelta(days=90), 0),
        (timedelta(days=91), -1),
    ],
)
def test_days_until_a_password_runs_out(after, left):
    assert days_left(NOW, now=NOW + after, max_days=90) == left


@given(some.booleans(), some.booleans(), some.booleans(), some.booleans())
def test_nobody_gets_in_without_what_is_asked(has_factor, needs_factor, gave_factor, ran_out):
    step = next_step(Standing(has_factor, needs_factor, gave_factor, ran_out))
    if step in (Step.IN, Step.NEW_PASSWORD):
        assert gave_factor or not has_factor
        assert has_factor or not needs_factor
    if step is Step.IN:
        assert not ran_out


def test_who_tries_uses_up_their_own_count_and_strangers_share_more():
    def spent(**who):
        asked = {"account": "a", "place": "p", "device": "", "place_is_known": False} | who
        return {budget.key[1]: budget.most for budget in budgets("sign-in", **asked)}

    assert spent() == {"pair": OF_A_PAIR, "account": OF_AN_ACCOUNT, "place": OF_A_PLACE}
    assert spent(place_is_known=True) == {"pair": OF_A_PAIR}
    assert spent(device="d") == {"device": OF_A_PAIR}


def test_a_stamp_is_within_its_span():
    now = int(NOW.timestamp())
    assert is_within(now - 600, timedelta(minutes=10), NOW)
    assert not is_within(now - 601, timedelta(minutes=10), NOW)
    assert not is_within(None, timedelta(minutes=10), NOW)


@pytest.mark.asvs("v5.0.0-6.5.4")
def test_codes_that_are_sent_are_six_digits():
    made = {new_code() for _ in range(200)}
    assert all(len(code) == CODE_DIGITS and code.isdecimal() for code in made)
    assert len(made) > 190
    assert "123456" in wording("123456", "找回密码")


@pytest.mark.parametrize(
    ("address", "shown"),
    [("zhangsan@example.com", "zh***@example.com"), ("ab@example.com", "a***@example.com")],
)
def test_mail_is_shown_masked(address, shown):
    assert mask_mail(address) == shown
    assert tidy_mail(" Ab@EXAMPLE.com ") == "Ab@example.com"
