"""Settings from the environment: small readers that fail loudly, and the folder where a running portal keeps itself.

Everything a first start makes (keys, database, broker socket, files) lies in `DATA_DIR`; so another shell needs that
one variable, and none when the default folder is used.
"""

import os
import re
import secrets
import sqlite3
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
_PATH = re.compile(r"[A-Za-z_]\w*(?:\.[A-Za-z_]\w*)+", re.ASCII)


class MissingSetting(Exception):
    """A setting without a default is absent, or holds what cannot be read."""


def text(name: str, default: str | None = None) -> str:
    """The variable `name`, or the content of the file named by `name_FILE` (for secrets mounted as files)."""
    if path := os.environ.get(f"{name}_FILE"):
        return Path(path).read_text(encoding="utf-8").strip()
    value = os.environ.get(name, default)
    if value is None:
        raise MissingSetting(f"{name} is not set")
    return value


def flag(name: str, *, default: bool) -> bool:
    value = os.environ.get(name, "1" if default else "0").strip().lower()
    if value in {"1", "true", "yes", "on"}:
        return True
    if value in {"0", "false", "no", "off", ""}:
        return False
    raise MissingSetting(f"{name} must be 1 or 0, not {value!r}")


def number(name: str, default: int) -> int:
    """A whole number; a line that names none leaves the default."""
    value = os.environ.get(name, "").strip() or str(default)
    try:
        return int(value)
    except ValueError as error:
        raise MissingSetting(f"{name} must be a whole number, not {value!r}") from error


def hours(name: str, default: str) -> tuple[int, int]:
    """Two hours of a day, the first before the last, as `8-21`; `0-24` is the whole day."""
    value = os.environ.get(name, default)
    first, dash, last = value.strip().partition("-")
    if not (value.isascii() and dash and first.isdecimal() and last.isdecimal() and int(first) < int(last) <= 24):
        raise MissingSetting(f"{name} must be two hours such as 8-21, not {value!r}")
    return int(first), int(last)


def code(name: str, length: int) -> str:
    """A code of exactly so many digits and capital letters; empty when it is not set."""
    value = text(name, "").strip().upper()
    if value and not (len(value) == length and value.isascii() and value.isalnum()):
        raise MissingSetting(f"{name} must be {length} letters and digits, not {value!r}")
    return value


def one_of(name: str, default: str, *others: str) -> str:
    """One of a few words; `default` is the first of them."""
    value = text(name, default)
    if value not in (default, *others):
        raise MissingSetting(f"{name} must be one of {', '.join((default, *others))}, not {value!r}")
    return value


def word_or_path(name: str, default: str, *others: str) -> str:
    """One of a few words, or the dotted path of a class that takes their place."""
    value = text(name, default)
    if value not in (default, *others) and not _PATH.fullmatch(value):
        words = ", ".join((default, *others))
        raise MissingSetting(f"{name} must be one of {words}, or the dotted path of a class, not {value!r}")
    return value


def names(name: str, default: str = "") -> list[str]:
    """A comma-separated list, blanks dropped."""
    return [part.strip() for part in os.environ.get(name, default).split(",") if part.strip()]


def data_dir() -> Path:
    folder = Path(os.environ.get("DATA_DIR", "var"))
    return folder if folder.is_absolute() else ROOT / folder


def held_open(path: Path) -> sqlite3.Connection | None:
    """A connection to the SQLite database at `path`, if there is one, that does nothing but be there.

    With the last connection SQLite takes its log away. Who comes next begins another; where the disk is full there is
    no room for it, and nobody could even read (X16).
    """
    if not path.exists():
        return None
    connection = sqlite3.connect(path, timeout=60)
    connection.execute("SELECT name FROM sqlite_master LIMIT 1").fetchall()
    return connection


def secret(name: str, *, make: bool) -> str:
    """A key kept outside the database: from the environment, a mounted file, or `DATA_DIR/keys/<name>`.

    With `make` a missing key is made once (64 hex digits, mode 600); without it a missing key stops the start, so
    that production never runs on a key nobody has put away.
    """
    variable = f"CEPORTAL_{name.upper()}"
    if variable in os.environ or f"{variable}_FILE" in os.environ:
        return text(variable)
    path = data_dir() / "keys" / name
    if make and not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        _write_once(path, secrets.token_hex(32))
    if not path.exists():
        raise MissingSetting(f"{variable} is not set and {path} does not exist")
    return path.read_text(encoding="ascii").strip()


def rsa_key(name: str, file: str) -> str:
    """The PEM of a key that signs what others check at once: from the environment, a mounted file, or
    `DATA_DIR/keys/<file>`, which is made at the first start.

    Losing it costs nothing: another one is published in its place. Several machines need the same one.
    """
    variable = f"CEPORTAL_{name.upper()}"
    if pem := text(variable, ""):
        if "PRIVATE KEY-----" not in pem:
            raise MissingSetting(f"{variable} holds no private key (PEM)")
        return pem
    path = data_dir() / "keys" / file
    if not path.exists():
        from cryptography.hazmat.primitives import serialization  # noqa: PLC0415
        from cryptography.hazmat.primitives.asymmetric import rsa  # noqa: PLC0415

        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        made = rsa.generate_private_key(65537, 2048).private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
        _write_once(path, made.decode("ascii"))
    return path.read_text(encoding="ascii")


def secret_file(name: str) -> str:
    """The file a running portal reads the key `name` from, and reads anew when it changes; empty where the environment
    itself holds the key.
    """
    variable = f"CEPORTAL_{name.upper()}"
    if path := os.environ.get(f"{variable}_FILE"):
        return path
    return "" if variable in os.environ else str(data_dir() / "keys" / name)


def _write_once(path: Path, value: str) -> None:
    """Several processes may start at once: the first one's key stands for all, whole or not at all."""
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="ascii") as file:
        file.write(value)
        file.flush()
        os.fsync(file.fileno())
    try:
        os.link(draft, path)
    except FileExistsError:
        pass
    finally:
        draft.unlink()


def broker_here() -> str:
    """The unix socket that `make run` has put into `DATA_DIR/run/broker.url`."""
    note = data_dir() / "run" / "broker.url"
    if note.exists():
        return note.read_text(encoding="ascii").strip()
    return f"redis+socket://{data_dir() / 'run' / 'broker.sock'}?virtual_host=0"
