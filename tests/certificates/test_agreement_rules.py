"""A certificate's row against what the trail was told of it: rules alone."""

from dataclasses import dataclass, field, replace
from typing import Any

import pytest

from certificates.rules.agreement import Events, agrees
from certificates.rules.snapshots import digest

SAID = {"number": "N-1", "edition": 1, "year": 2026, "verify_url": "https://old.example/v/secret/", "hours": "90"}
PROMISE = ("certificate.promise", {"number": "N-1", "edition": 1, "snapshot_digest": digest(SAID)})
SHEET = ("certificate.issue", {"number": "N-1", "pdf": "a" * 64})
END = ("certificate.revoke", {"state": "revoked", "reason": "材料不实"})


@dataclass(frozen=True)
class Row:
    number: str = "N-1"
    edition: int = 1
    year: int = 2026
    token: str = "secret"
    state: str = "issued"
    ended_because: str = ""
    snapshot: Any = field(default_factory=lambda: SAID)
    snapshot_digest: str = digest(SAID)
    pdf_digest: str = "a" * 64


ISSUED = Row()
MORE = SAID | {"hours": "900"}
REWRITTEN = replace(ISSUED, snapshot=MORE, snapshot_digest=digest(MORE))


@pytest.mark.parametrize(
    ("row", "told"),
    [
        (ISSUED, [PROMISE, SHEET]),
        (replace(ISSUED, state="intended", pdf_digest=""), [PROMISE]),
        (replace(ISSUED, state="revoked", ended_because="材料不实"), [PROMISE, SHEET, END]),
        (replace(ISSUED, state="revoked", ended_because="材料不实", pdf_digest=""), [PROMISE, END]),
    ],
)
def test_what_the_services_leave_agrees(row: Row, told: Events) -> None:
    assert agrees(row, told)


@pytest.mark.parametrize(
    ("row", "told"),
    [
        (REWRITTEN, [PROMISE, SHEET]),
        (replace(ISSUED, snapshot=MORE), [PROMISE, SHEET]),
        (replace(ISSUED, snapshot=None), [PROMISE, SHEET]),
        (replace(ISSUED, pdf_digest="b" * 64), [PROMISE, SHEET]),
        (replace(ISSUED, token="another"), [PROMISE, SHEET]),
        (replace(ISSUED, number="N-2"), [PROMISE, SHEET]),
        (replace(ISSUED, year=2025), [PROMISE, SHEET]),
        (replace(ISSUED, edition=2), [PROMISE, SHEET]),
        (ISSUED, [PROMISE, SHEET, END]),
        (replace(ISSUED, state="revoked", ended_because="材料不实"), [PROMISE, SHEET]),
        (replace(ISSUED, state="revoked", ended_because="换发"), [PROMISE, SHEET, END]),
        (ISSUED, []),
        (ISSUED, [PROMISE]),
        (ISSUED, [SHEET]),
        (ISSUED, [PROMISE, ("certificate.promise", {}), SHEET]),
        (ISSUED, [PROMISE, SHEET, SHEET]),
    ],
)
def test_what_anybody_else_leaves_does_not(row: Row, told: Events) -> None:
    assert not agrees(row, told)
