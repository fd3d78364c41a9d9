"""Recovery codes: ten, each good once, for whoever has no authenticator app at hand."""

import re
import secrets

COUNT = 10
HALF = 6
# Without letters and digits that look alike.
ALPHABET = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"
_CODE = re.compile(rf"[{ALPHABET}]{{{2 * HALF}}}")
_SEPARATORS = re.compile(r"[\s\-－—]")


def new_codes() -> list[str]:
    """Twelve characters each. The first half, different for each code, finds it; the second proves it."""
    codes: dict[str, str] = {}
    while len(codes) < COUNT:
        codes.setdefault(_random(), _random())
    return [first + second for first, second in codes.items()]


def halves(typed: str) -> tuple[str, str] | None:
    """What was typed as the two halves of a code; None for what is no recovery code by its shape."""
    code = _SEPARATORS.sub("", typed).upper()
    return (code[:HALF], code[HALF:]) if _CODE.fullmatch(code) else None


def in_groups(code: str) -> str:
    return f"{code[:HALF]}-{code[HALF:]}"


def _random() -> str:
    return "".join(secrets.choice(ALPHABET) for _ in range(HALF))
