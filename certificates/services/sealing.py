"""Where the signing key is kept, and by which keys a sheet of ours may be signed."""

from datetime import datetime
from pathlib import Path

from django.conf import settings

from certificates.documents.signing import Seal, SigningKeyMissing, load_seal, make_key

RETIRED = "signing-retired"


def seal(*, now: datetime) -> Seal:
    """The seal in use. Made at the first need where that is allowed (demo, tests); else raises `SigningKeyMissing`."""
    have_a_key(now=now)
    return load_seal(key_file(), now=now)


def have_a_key(*, now: datetime) -> None:
    """Make one where that is allowed and none is there."""
    if settings.SIGNING_KEY_MAY_BE_MADE:
        make_signing_key(now=now)


def make_signing_key(*, now: datetime) -> bool:
    """Make the key if there is none; true when one was made. An existing key is never touched."""
    return make_key(key_file(), now=now)


def trusted_certificates() -> bytes:
    """The certificates (PEM) of the key in use and of those retired, so that old sheets go on verifying."""
    kept = key_file()
    files = [kept, *sorted(kept.parent.glob(f"{RETIRED}/*.pem"))]
    found = b"".join(_certificates_in(path) for path in files if path.exists())
    if not found:
        raise SigningKeyMissing("没有签名密钥")
    return found


def key_file() -> Path:
    return Path(settings.SIGNING_KEY_FILE or Path(settings.DATA_DIR) / "keys" / "signing.pem")


def _certificates_in(path: Path) -> bytes:
    """The certificates of a PEM file without the key beside them."""
    begin, end = b"-----BEGIN CERTIFICATE-----", b"-----END CERTIFICATE-----"
    parts = path.read_bytes().split(begin)[1:]
    return b"".join(begin + part.split(end)[0] + end + b"\n" for part in parts)
