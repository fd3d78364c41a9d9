"""What is said to a gateway for texts, and what its answer means."""

import json

import pytest

from accounts.rules.gateways import is_accepted, reasons_not_to_start, said


@pytest.mark.parametrize(
    ("url", "accepted", "words"),
    [
        ("https://sms.example/v2", "", []),
        ("https://sms.example/v2", "code=0", []),
        ("", "", ["SMS_GATEWAY_URL"]),
        ("http://sms.example/v2", "", ["https://"]),
        ("sms.example", "code", ["https://", "code=0"]),
        ("https://sms.example/v2", "=0", ["code=0"]),
        ("https://sms.example/v2", "code=", ["code=0"]),
    ],
)
def test_what_is_wrong_with_the_settings_is_said(url: str, accepted: str, words: list[str]) -> None:
    reasons = list(reasons_not_to_start(url, accepted))
    assert len(reasons) == len(words)
    assert all(word in reason for word, reason in zip(words, reasons, strict=True))


def test_a_text_is_said_with_its_number_and_key() -> None:
    body = said("13812340881", "您好", "ab12")
    assert json.loads(body) == {"phone": "13812340881", "text": "您好", "id": "ab12"}
    assert "您好".encode() in body


@pytest.mark.parametrize(
    ("status", "body", "accepted", "is_taken"),
    [
        (200, b"", "", True),
        (202, b"rubbish", "", True),
        (199, b"", "", False),
        (302, b"", "", False),
        (503, b"", "", False),
        (200, b'{"code": 0}', "code=0", True),
        (200, b'{"code": "0"}', "code=0", True),
        (200, b'{"success": true}', "success=true", True),
        (200, b'{"code": 7}', "code=0", False),
        (200, b"{}", "code=0", False),
        (200, b"[0]", "code=0", False),
        (200, b"rubbish", "code=0", False),
        (200, b"\xff", "code=0", False),
        (500, b'{"code": 0}', "code=0", False),
    ],
)
def test_an_answer_is_yes_only_when_it_says_so(status: int, body: bytes, accepted: str, is_taken: bool) -> None:
    assert is_accepted(status, body, accepted) is is_taken
