"""docs/operations/identity-provider.md says what the code does: address, settings, claims, words, lines of the log."""

import re
from datetime import UTC, datetime

from django.conf import settings
from django.urls import reverse

from accounts.rules.outside import ALGORITHMS, reasons_not_to_believe
from tests.portals import ROOT

TEXT = (ROOT / "docs/operations/identity-provider.md").read_text(encoding="utf-8")
CODE = "".join((ROOT / "accounts" / name / "outside.py").read_text(encoding="utf-8") for name in ("services", "rules"))


def rows(heading: str) -> list[str]:
    """The first column of the tables below a heading."""
    part = TEXT.partition(f"## {heading}\n")[2].partition("\n## ")[0]
    return re.findall(r"^\| ([^|]+) \|", part, re.MULTILINE)


def test_the_redirect_address_is_the_one_that_is_answered() -> None:
    assert f"`PUBLIC_URL{reverse('accounts:outside_back')}`" in TEXT


def test_every_setting_is_named_and_is_one() -> None:
    named = set(re.findall(r"OIDC_[A-Z_]+?(?=_FILE|\b)", TEXT))
    assert named == {name for name in dir(settings) if name.startswith("OIDC_")}


def test_every_refusal_stands_there_as_a_person_reads_it() -> None:
    words = rows("What a person sees when it does not work")[1:]
    assert len(words) == 5
    assert [said for said in words if f'"{said}"' not in CODE] == []
    refused = re.findall(r'(?:refuse\("[a-z_]+", |NOT_BELIEVED = )"([^"]+)"', CODE)
    assert set(refused) == set(words)


def test_every_reason_not_to_believe_is_named() -> None:
    nothing = reasons_not_to_believe(
        {"azp": "x"}, issuer="i", client_id="c", nonce="n", now=datetime(2026, 11, 23, tzinfo=UTC)
    )
    (line,) = [line for line in TEXT.splitlines() if "outside_audience" in line]
    assert {reason.code.removeprefix("outside") for reason in nothing} - {"_audience"} == set(
        re.findall(r"`(_[a-z_]+)`", line)
    )


def test_claims_and_kinds_of_signature_are_those_that_are_read() -> None:
    claims = {name for row in rows("Which claims are read") for name in re.findall(r"`([a-z]+)`", row)}
    assert claims == set(re.findall(r'claims\.get\("([a-z]+)"', CODE))
    assert {name[:2] for name in ALGORITHMS} == {"RS", "PS", "ES"}
    assert "RS, PS or ES 256, 384 or 512" in TEXT
