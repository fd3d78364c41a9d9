"""The files a ring of keys is read from: another key first, and the old ones put away (docs/decisions/0032)."""

import os
import secrets
import shlex
from pathlib import Path

from django.conf import settings

from ceportal.kernel.fields import INDEX, SEALING, name_of, ring
from ceportal.kernel.rules.refusal import refuse

# The index first: whoever seals by the new key also indexes by it.
RINGS = (INDEX, SEALING)


def are_in_files() -> bool:
    """Whether the keys come from files, not from the environment itself."""
    return all(getattr(settings, f"{name}_FILE") for name in RINGS)


def are_ours() -> bool:
    """Whether the files can be replaced from here. In an installation by the document they are root's."""
    return all(os.access(_file(name).parent, os.W_OK) for name in RINGS)


def lines_to_begin() -> list[str]:
    """What root types in place of `put_new_keys`: a new key first into each file, whose owner and mode stay."""
    return [_by_root(name, '(openssl rand -hex 32; cat "$F") > "$F.new"') for name in RINGS]


def lines_to_end() -> list[str]:
    """What root types in place of `retire_keys`; none where each ring holds one key."""
    # The line end first: a ring that was made without one would run into what is put away next.
    retire = '(echo; tail -n +2 "$F") >> "$F.retired" && head -n 1 "$F" > "$F.new"'
    return [_by_root(name, retire) for name in reversed(RINGS) if len(ring(name)) > 1]


def put_new_keys() -> None:
    """A new key first into each ring. Refused where a file cannot be replaced from here; then nothing has changed."""
    _must_be_ours()
    for name in RINGS:
        _replace(_file(name), [secrets.token_bytes(32), *ring(name)])


def retire_keys() -> list[str]:
    """Only the first key stays in each ring. The others go into `<file>.retired`: older backups need them.

    Gives their names. Refused where a file cannot be replaced from here; then nothing has changed.
    """
    _must_be_ours()
    names = []
    for name in reversed(RINGS):
        first, *others = ring(name)
        kept = _file(name).with_name(f"{_file(name).name}.retired")
        _replace(kept, [*others, *(bytes.fromhex(line) for line in _lines(kept))])
        _replace(_file(name), [first])
        names += [name_of(key) for key in others]
    return names


def _must_be_ours() -> None:
    if not are_ours():
        raise refuse("files_not_writable", "不能在这里改写密钥文件，请由 root 在主机上改写。")


def _by_root(name: str, write: str) -> str:
    keep = 'chown --reference="$F" "$F.new" && chmod --reference="$F" "$F.new" && mv "$F.new" "$F"'
    return f"(umask 077; F={shlex.quote(str(_file(name)))}; {write} && {keep})"


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
