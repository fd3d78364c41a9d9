"""How many keys, from where, how much a day, and what report opens the way to a key in earnest."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from accounts.rules import clients as rules
from accounts.rules.clients import (
    CEILING_LIMIT,
    MOST_ADDRESSES,
    MOST_LINES,
    REPORT_KIND,
    RULES_TRIED,
    KeyFacts,
    is_admitted,
    networks_in,
    reasons_not_to_admit,
    reasons_not_to_bound,
    reasons_not_to_call_it,
    reasons_not_to_make,
    reasons_not_to_rotate,
    reasons_not_to_take_report,
    told_of_report,
)

NOW = datetime(2026, 11, 20, 10, tzinfo=UTC)
LIVE, DEAD, SANDBOX = KeyFacts(1, False, True), KeyFacts(2, False, False), KeyFacts(3, True, True)


def codes(found: Any) -> list[str]:
    return [fault.code for fault in found]


@pytest.mark.parametrize(
    ("keys", "is_sandbox", "is_for_review", "expected"),
    [
        ([], False, False, []),
        ([DEAD, SANDBOX], False, False, []),
        ([LIVE], False, False, ["has_key"]),
        ([SANDBOX], True, False, ["has_key"]),
        ([LIVE], False, True, []),
        ([KeyFacts(n, False, True) for n in range(MOST_LINES)], False, True, ["many_keys"]),
        ([KeyFacts(n, False, False) for n in range(MOST_LINES)], False, True, []),
    ],
)
def test_how_many_lines(keys: list[KeyFacts], is_sandbox: bool, is_for_review: bool, expected: list[str]) -> None:
    assert codes(reasons_not_to_make(keys, is_sandbox=is_sandbox, is_for_review=is_for_review)) == expected


def test_two_of_a_line_live_at_once() -> None:
    other = KeyFacts(2, False, True)
    assert codes(reasons_not_to_rotate([LIVE, KeyFacts(1, False, False), other], 1)) == []
    assert codes(reasons_not_to_rotate([LIVE, LIVE], 1)) == ["two_live"]


@pytest.mark.parametrize(("name", "expected"), [("学习平台", []), (" ", ["name"]), ("长" * 51, ["name"])])
def test_what_a_key_is_called(name: str, expected: list[str]) -> None:
    assert codes(reasons_not_to_call_it(name)) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", []),
        ("203.0.113.7\n10.1.0.0/16，2001:db8::/32", []),
        ("10.1.2.3/16", []),
        ("example.org", ["address"]),
        ("203.0.113.256", ["address"]),
        ("٢٠٣.0.113.7", ["address"]),
        ("0.0.0.0/0", ["everywhere"]),
        ("\n".join(f"10.0.0.{n}" for n in range(MOST_ADDRESSES + 1)), ["many_addresses"]),
    ],
)
def test_from_where(text: str, expected: list[str]) -> None:
    assert codes(reasons_not_to_admit(text)) == expected


@pytest.mark.parametrize(
    ("address", "is_in"),
    [
        ("203.0.113.7", True),
        ("::ffff:203.0.113.7", True),
        ("10.1.255.1", True),
        ("10.2.0.1", False),
        ("2001:db8::1", False),
        ("", False),
        ("nonsense", False),
    ],
)
def test_who_is_admitted(address: str, is_in: bool) -> None:
    assert is_admitted(address, networks_in("203.0.113.7, 10.1.2.3/16")) is is_in
    assert is_admitted(address, [])


@pytest.mark.parametrize(("ceiling", "is_fine"), [(0, True), (CEILING_LIMIT, True), (-1, False), (10**9, False)])
def test_how_much_a_day(ceiling: int, is_fine: bool) -> None:
    assert (codes(reasons_not_to_bound(ceiling)) == []) is is_fine


def report(**changes: Any) -> dict[str, Any]:
    checks = [{"name": name, "passed": True} for name in RULES_TRIED]
    return {"kind": REPORT_KIND, "made_at": NOW.isoformat(), "checks": checks} | changes


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        (report(), []),
        ([], ["report"]),
        (report(kind="other"), ["report"]),
        (report(made_at="yesterday"), ["report_shape"]),
        (report(made_at=5), ["report_shape"]),
        (report(made_at="2026-11-20T10:00:00"), ["report_shape"]),
        (report(checks=[]), ["report_shape"]),
        (report(checks="all"), ["report_shape"]),
        (report(checks=[5]), ["report_shape"]),
        (report(checks=[{"name": 5, "passed": True}]), ["report_shape"]),
        (report(checks=[{"name": "令牌", "passed": 1}]), ["report_shape"]),
        (report(made_at=(NOW - timedelta(days=31)).isoformat()), ["report_old"]),
        (report(made_at=(NOW + timedelta(hours=2)).isoformat()), ["report_old"]),
        (report(checks=[{"name": name, "passed": name != RULES_TRIED[3]} for name in RULES_TRIED]), ["report_failed"]),
        (report(checks=[{"name": "令牌", "passed": True}]), ["report_lacks"]),
    ],
)
def test_which_report_is_taken(given: object, expected: list[str]) -> None:
    assert codes(reasons_not_to_take_report(given, now=NOW)) == expected


def test_what_is_kept_of_a_report() -> None:
    kept = told_of_report(report(url="http://x" * 100, more="…"))
    assert (set(kept), len(kept["url"]), kept["checks"][0]["name"]) == (
        {"made_at", "url", "checks"},
        200,
        RULES_TRIED[0],
    )


def test_a_key_may_send_courses_where_its_platform_wants_it() -> None:
    scopes = rules.scopes_with(rules.PLATFORM_SCOPES, files_courses=True)
    assert scopes == (*rules.PLATFORM_SCOPES, "courses:file") == rules.scopes_with(scopes, files_courses=True)
    assert rules.scopes_with(scopes, files_courses=False) == rules.PLATFORM_SCOPES
