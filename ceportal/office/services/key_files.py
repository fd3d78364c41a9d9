"""The files a ring of keys is read from: another key first, and the old ones put away (docs/decisions/0032)."""

import os
import secrets
from pathlib import Path

from django.conf import settings

from ceportal.kernel.fields import INDEX, SEALING, name_of, ring
from ceportal.kernel.rules.refusal import refuse

# The index first: whoever seals by the new key also indexes by it.
RINGS = (INDEX, SEALING)


def are_in_files() -> bool:
    """Whether the keys come from files, not from the environment itself."""
    return all(getattr(settings, f"{name}_FILE") for name in RINGS)


def put_new_keys() -> None:
    """A new key first into each ring. Refused where a file cannot be replaced from here; then nothing has changed."""
    for name in RINGS:
        if not os.access(_file(name).parent, os.W_OK):
            raise refuse("files_not_writable", f"不能在这里改写密钥文件：{_file(name).name}。请在主机上改写。")
    for name in RINGS:
        _replace(_file(name), [secrets.token_bytes(32), *ring(name)])


def retire_keys() -> list[str]:
    """Only the first key stays in each ring. The others go into `<file>.retired`: older backups need them.

    Gives their names.
    """
    names = []
    for name in reversed(RINGS):
        first, *others = ring(name)
        kept = _file(name).with_name(f"{_file(name).name}.retired")
        _replace(kept, [*others, *(bytes.fromhex(line) for line in _lines(kept))])
        _replace(_file(name), [first])
        names += [name_of(key) for key in others]
    return names


def _file(name: str) -> Path:
    return Path(getattr(settings, f"{name}_FILE"))


def _lines(path: Path) -> list[str]:
    return path.read_text(encoding="ascii").split() if path.exists() else []


def _replace(path: Path, keys: list[bytes]) -> None:
    """Whole or not at all; for this user alone."""
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    with open(draft, "x", encoding="ascii", opener=lambda name, flags: os.open(name, flags, 0o600)) as file:
        file.write("".join(f"{key.hex()}\n" for key in keys))
        file.flush()
        os.fsync(file.fileno())
    draft.replace(path)
