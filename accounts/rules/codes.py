"""Codes that are sent: how long, for how many tries, and what the message says."""

import secrets
from datetime import timedelta

CODE_DIGITS = 6
LIFETIME = timedelta(minutes=10)
MOST_TRIES = 5


def new_code() -> str:
    return f"{secrets.randbelow(10**CODE_DIGITS):0{CODE_DIGITS}d}"


def wording(code: str, purpose: str) -> str:
    """What a phone or a letter says. Who did not ask learns that nothing has happened yet."""
    minutes = LIFETIME.seconds // 60
    return (
        f"【继续教育学时管理平台】您正在{purpose}，验证码 {code}，{minutes} 分钟内有效，请勿告诉他人。"
        "如非本人操作，请不必理会。"
    )
