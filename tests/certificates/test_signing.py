"""The signature: made once, valid over the whole file, and found out by any change."""

import asyncio
import hashlib
import os
import random
import stat
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path

import pytest
from asn1crypto import cms
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from django.utils import timezone

from certificates.documents.envelopes import QuickSigner
from certificates.documents.sheet import render_sheet
from certificates.documents.signing import NOT_SIGNED, SigningKeyMissing, examine, load_seal, make_key
from certificates.enums import PaperKind
from tests.certificates.factories import content

NOW = datetime(2026, 11, 20, 2, 0, tzinfo=UTC)


@pytest.fixture(scope="module")
def key(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("keys") / "inner" / "signing.pem"
    # pyHanko judges by the real clock.
    assert make_key(path, now=timezone.now())
    return path


@cache
def unsigned() -> bytes:
    return render_sheet(content(2))


@pytest.fixture(scope="module")
def signed(key: Path) -> bytes:
    return load_seal(key, now=timezone.now()).put_on(unsigned(), PaperKind.CERTIFICATE)


def test_a_key_is_made_once_and_for_its_owner_alone(tmp_path: Path) -> None:
    path = tmp_path / "keys" / "signing.pem"
    assert make_key(path, now=NOW)
    before = path.read_bytes()
    assert not make_key(path, now=NOW)
    assert path.read_bytes() == before
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert os.listdir(path.parent) == ["signing.pem"]


def test_a_missing_broken_or_expired_key_is_no_key(tmp_path: Path) -> None:
    path = tmp_path / "signing.pem"
    with pytest.raises(SigningKeyMissing, match="没有签名密钥"):
        load_seal(path, now=NOW)
    path.write_bytes(b"not a key")
    with pytest.raises(SigningKeyMissing, match="无法读取"):
        load_seal(path, now=NOW)
    path.unlink()
    make_key(path, now=NOW)
    with pytest.raises(SigningKeyMissing, match="有效期"):
        load_seal(path, now=NOW + timedelta(days=366 * 11))


def test_the_signature_is_valid_and_covers_the_entire_file(key: Path, signed: bytes) -> None:
    found = examine(signed, trusted=key.read_bytes())
    assert found.is_genuine
    assert len(signed) - len(unsigned()) < 12_000


def test_it_certifies_that_nothing_may_be_changed(signed: bytes) -> None:
    assert b"/DocMDP" in signed
    assert b"/P 1" in signed
    assert b"ETSI.CAdES.detached" in signed


def test_unsigned_appended_and_foreign_are_found_out(key: Path, signed: bytes, tmp_path: Path) -> None:
    trusted = key.read_bytes()
    assert examine(unsigned(), trusted=trusted) == NOT_SIGNED
    assert not examine(signed + b"\n%appended", trusted=trusted).is_genuine
    assert not examine(b"", trusted=trusted).is_genuine
    assert not examine(b"%PDF-1.7 nonsense", trusted=trusted).is_genuine
    assert examine(signed[:-40], trusted=trusted).names_us, "what can no longer be read still bears our key"
    other = tmp_path / "other.pem"
    make_key(other, now=timezone.now())
    forged = load_seal(other, now=timezone.now()).put_on(unsigned(), PaperKind.CERTIFICATE)
    assert examine(forged, trusted=other.read_bytes()).is_genuine
    assert not examine(forged, trusted=trusted).is_genuine
    assert examine(forged, trusted=trusted).names_us, "signed anew in our name"


def test_flipped_bytes_are_found(key: Path, signed: bytes) -> None:
    """Also inside the signature itself, which no signature covers."""
    trusted = key.read_bytes()
    gap = signed.index(b"/Contents <")
    chance = random.Random(20261120)
    picked = chance.sample(range(len(signed)), 60) + chance.sample(range(gap, gap + 2700), 60)
    for place in picked:
        changed = bytearray(signed)
        changed[place] ^= 1 << place % 8
        assert not examine(bytes(changed), trusted=trusted).is_genuine, place


def test_an_envelope_that_is_filled_in_is_the_one_that_would_be_made(key: Path) -> None:
    """Whatever the length of its signature; and only a PDF's without a timestamp is filled in."""
    seal = load_seal(key, now=timezone.now())
    assert isinstance(seal.signer, QuickSigner)
    assert [
        examine(seal.put_on(unsigned(), PaperKind.CERTIFICATE), trusted=key.read_bytes()).is_genuine for _ in range(3)
    ] == [True] * 3
    public = x509.load_pem_x509_certificate(key.read_bytes()).public_key()
    assert isinstance(public, ec.EllipticCurvePublicKey)
    lengths = set()
    for place in range(60):
        digest = hashlib.sha256(bytes([place])).digest()
        filled = asyncio.run(seal.signer.async_sign(digest, "sha256", use_pades=True, is_pdf_sig=True))
        made = cms.ContentInfo.load(filled.dump(), strict=True)
        signed = made["content"]["signer_infos"][0]
        public.verify(signed["signature"].native, signed["signed_attrs"].untag().dump(), ec.ECDSA(hashes.SHA256()))
        native = made.native
        assert made.dump(force=True) == filled.dump(), native
        attributes = {one["type"]: one["values"][0] for one in native["content"]["signer_infos"][0]["signed_attrs"]}
        assert attributes["message_digest"] == digest
        lengths.add(len(signed["signature"].native))
    assert len(lengths) > 1, "or nothing was said of lengths"
    apart = cms.ContentInfo.load(seal.sign_apart(b"a list"))["content"]["signer_infos"][0]
    digests = [one["values"][0].native for one in apart["signed_attrs"] if one["type"].native == "message_digest"]
    assert digests == [hashlib.sha256(b"a list").digest()]
