"""Where the signing key is kept, and by which keys a sheet of ours may be signed."""

import hashlib
import os
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.x509.oid import NameOID
from django.conf import settings

from certificates.documents.keys import SigningKeyMissing
from certificates.documents.modules import Module
from certificates.documents.signing import Seal, load_module_seal, load_seal, make_key, new_key, written_beside
from certificates.documents.timestamps import Outside

RETIRED = "signing-retired"


def seal(*, now: datetime) -> Seal:
    """The seal in use. Made at the first need where that is allowed (demo, tests); else raises `SigningKeyMissing`."""
    have_a_key(now=now)
    return kept_seal(now=now)


def kept_seal(*, now: datetime) -> Seal:
    """The seal of the settings: a file's key or a module's, with the timestamp authority if one is named. Makes
    nothing. Raises `SigningKeyMissing`.
    """
    module = _module()
    found = load_module_seal(key_file(), module, now=now) if module else load_seal(key_file(), now=now)
    return replace(found, timestamper=timestamper())


def timestamper() -> Outside | None:
    return Outside(settings.TIMESTAMP_URL) if settings.TIMESTAMP_URL else None


def _module() -> Module | None:
    if not settings.SIGNING_MODULE:
        return None
    return Module(
        settings.SIGNING_MODULE,
        settings.SIGNING_MODULE_TOKEN,
        settings.SIGNING_MODULE_KEY,
        settings.SIGNING_MODULE_PIN,
    )


def have_a_key(*, now: datetime) -> None:
    """Make one where that is allowed and none is there."""
    if settings.SIGNING_KEY_MAY_BE_MADE and not settings.SIGNING_MODULE:
        make_signing_key(now=now)


def make_signing_key(*, now: datetime) -> bool:
    """Make the key if there is none; true when one was made. An existing key is never touched."""
    return make_key(key_file(), now=now)


@dataclass(frozen=True)
class Replaced:
    """Fingerprints (SHA-256) of the certificates of the key before (empty: there was none) and of the one in use."""

    before: str
    after: str


class KeyNotInPlace(Exception):
    """The new key can sign, and the certificate of the old one (`before`, empty: there was none) is kept; but the key's
    file is not ours to write.
    """

    def __init__(self, why: str, *, before: str) -> None:
        super().__init__(why)
        self.before = before


def replace_signing_key(*, with_file: Path | None, now: datetime) -> Replaced:
    """Sign by a new key from now on: by the one in `with_file` (PEM, key and certificate), else by one made here.

    The certificate of the old key is put with the retired ones first, so that a crash leaves either key in use and
    every sheet verifiable; the old key itself is gone. Raises `SigningKeyMissing` for a key that cannot sign,
    `KeyNotInPlace` where somebody else has to put the new one there, `OSError` where nothing has changed.
    """
    kept = key_file()
    if settings.SIGNING_MODULE:
        words = "，旧证书已留存" if _retire(kept) else ""
        raise SigningKeyMissing(f"密钥在硬件密码模块里{words}：请用模块的工具生成新密钥，再换证书和 SIGNING_MODULE_KEY")
    if with_file:
        if with_file.resolve() == kept.resolve():
            raise SigningKeyMissing("这就是正在使用的密钥文件：请把新密钥放在另一个文件里")
        if with_file.exists():
            # Who may not read it is told of which file.
            with_file.open("rb").close()
        load_seal(with_file, now=now)
    text = with_file.read_bytes() if with_file else new_key(now)
    before = _retire(kept)
    try:
        _put(kept, text)
    except OSError as error:
        raise KeyNotInPlace(str(error.strerror), before=before) from error
    return Replaced(before, load_seal(kept, now=now).fingerprint)


def _retire(kept: Path) -> str:
    """Put the certificates of a key, whether it has run out or not, with the retired ones; gives the fingerprint."""
    found = _certificates_in(kept) if kept.exists() else b""
    if not found:
        return ""
    fingerprint = x509.load_pem_x509_certificate(found).fingerprint(hashes.SHA256()).hex()
    _put(_retired() / f"{fingerprint}.pem", found)
    return fingerprint


def _put(path: Path, text: bytes) -> None:
    """All of it or nothing, and no draft (it may hold a key) where that fails."""
    draft = written_beside(path, text)
    try:
        os.replace(draft, path)
    except OSError:
        os.unlink(draft)
        raise


def key_certificates(*, before: datetime | None = None) -> Iterator[bytes]:
    """The certificates (PEM) of each key that signs or signed, without any key: what a backup carries. With `before`,
    of those whose file nobody has touched since. Raises `OSError`.
    """
    for path in _files():
        if path.exists() and (before is None or path.stat().st_mtime < before.timestamp()):
            found = _certificates_in(path)
            if found:
                yield found


def keep_key_certificates(found: bytes) -> None:
    """Put what a backup carried with the retired ones, unless it is there: sheets signed by that key verify again."""
    if found not in key_certificates():
        _put(_retired() / f"{hashlib.sha256(found).hexdigest()}.pem", found)


def trusted_certificates() -> bytes:
    """The certificates (PEM) of the key in use and of those retired, so that old sheets go on verifying."""
    found = b"".join(_certificates_in(path) for path in _files() if path.exists())
    if not found:
        raise SigningKeyMissing("没有签名密钥")
    return found


def _retired() -> Path:
    """With the data, not with the key: a secret's folder may be closed to us."""
    return Path(settings.DATA_DIR) / "keys" / RETIRED


@dataclass(frozen=True)
class SignedBy:
    """Whose key it is and who vouches for that, by the names in its certificate; a self-made one vouches for itself."""

    subject: str
    issuer: str

    @property
    def is_self_made(self) -> bool:
        return self.subject == self.issuer


def signed_by(fingerprint: str = "") -> list[SignedBy]:
    """Whose keys sign, or signed, sheets of ours; of the one with that fingerprint (SHA-256) alone, where it is known.
    In each file the key's own certificate stands first, before those of who issued it and of a timestamp authority.
    """
    firsts = [part[0] for path in _files() if path.exists() and (part := _parsed(path))]
    named = [one for one in firsts if one.fingerprint(hashes.SHA256()).hex() == fingerprint]
    return list(dict.fromkeys(SignedBy(_words(one.subject), _words(one.issuer)) for one in named or firsts))


def _parsed(path: Path) -> list[x509.Certificate]:
    found = _certificates_in(path)
    return x509.load_pem_x509_certificates(found) if found else []


def _words(name: x509.Name) -> str:
    """The common name, else all there is."""
    common = name.get_attributes_for_oid(NameOID.COMMON_NAME)
    return str(common[0].value) if common else name.rfc4514_string()


def _files() -> list[Path]:
    return [key_file(), *sorted(_retired().glob("*.pem"))]


def key_file() -> Path:
    return Path(settings.SIGNING_KEY_FILE or Path(settings.DATA_DIR) / "keys" / "signing.pem")


def _certificates_in(path: Path) -> bytes:
    """The certificates of a PEM file without the key beside them."""
    begin, end = b"-----BEGIN CERTIFICATE-----", b"-----END CERTIFICATE-----"
    parts = path.read_bytes().split(begin)[1:]
    return b"".join(begin + part.split(end)[0] + end + b"\n" for part in parts)
