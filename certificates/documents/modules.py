"""A key that never leaves its hardware: PKCS#11, through the library its maker delivers and pyHanko's signer.

`python-pkcs11` is not installed with the portal (`pip install 'pyhanko[pkcs11]'`): who has no module needs none of it.
"""

import os
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from asn1crypto import x509
from pyhanko.sign.signers import Signer
from pyhanko_certvalidator.registry import SimpleCertificateStore

from certificates.documents.keys import SigningKeyMissing


@dataclass(frozen=True)
class Module:
    """Where a key lies: the module's library, the token, the key's label there and the PIN."""

    library: str
    token: str
    key: str
    pin: str = field(repr=False)


_sessions: dict[tuple[Module, int], Any] = {}


def signer_in(module: Module, certificate: x509.Certificate) -> Signer:
    """Who signs by the module's key, as the owner of `certificate`. Raises `SigningKeyMissing`."""
    try:
        from pyhanko.sign.pkcs11 import PKCS11Signer  # noqa: PLC0415 - only where there is a module
    except ImportError as error:
        raise SigningKeyMissing("没有安装硬件密码模块的接口（python-pkcs11）") from error
    if not Path(module.library).exists():
        raise SigningKeyMissing("没有找到硬件密码模块的程序库（SIGNING_MODULE）")

    class OfModule(PKCS11Signer):
        """What the module refuses, or a module that was pulled out, makes sheets wait."""

        def _init_cert_registry(self) -> SimpleCertificateStore:
            """The signer's certificate stands in an envelope once, as `signing._is_plain` asks."""
            return SimpleCertificateStore()

        async def async_sign_raw(self, data: bytes, digest_algorithm: str, dry_run: bool = False) -> bytes:
            try:
                return bytes(await super().async_sign_raw(data, digest_algorithm, dry_run=dry_run))
            except Exception as error:
                raise _unusable(error) from error

    try:
        found = OfModule(_session(module), signing_cert=certificate, key_label=module.key, use_raw_mechanism=True)
        found._load_objects()
    except Exception as error:
        raise _unusable(error) from error
    return found


def _session(module: Module) -> Any:
    """One for each process of ours: a session outlives no fork, and a second one cannot log in beside it."""
    from pyhanko.config.pkcs11 import TokenCriteria  # noqa: PLC0415
    from pyhanko.sign.pkcs11 import open_pkcs11_session  # noqa: PLC0415

    key = module, os.getpid()
    if key not in _sessions:
        wanted = TokenCriteria(label=module.token)
        _sessions[key] = open_pkcs11_session(module.library, token_criteria=wanted, user_pin=module.pin)
    return _sessions[key]


def _unusable(error: Exception) -> SigningKeyMissing:
    """The next need opens another session."""
    while _sessions:
        (_, process), session = _sessions.popitem()
        if process == os.getpid():
            with suppress(Exception):
                session.close()
    return SigningKeyMissing(f"硬件密码模块不能使用（{type(error).__name__}）")
