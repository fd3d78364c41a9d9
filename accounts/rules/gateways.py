"""What is said to a gateway for texts, and what its answer means (docs/decisions/0078). Pure."""

import json
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit


def reasons_not_to_start(url: str, accepted: str) -> Iterator[str]:
    """What is wrong with `SMS_GATEWAY_URL` and `SMS_GATEWAY_ACCEPTED`, in words for whoever starts the portal."""
    if not url:
        yield "SMS_GATEWAY=http needs SMS_GATEWAY_URL, the https:// address that texts are posted to"
    elif urlsplit(url).scheme != "https":
        yield "SMS_GATEWAY_URL must begin with https://: numbers and codes go there"
    if accepted and not all(accepted.partition("=")):
        yield "SMS_GATEWAY_ACCEPTED must be a field of the answer and its value, such as code=0"


def said(phone: str, text: str, key: str) -> bytes:
    """The body of the one POST; `key` is the same however often the same text is handed in."""
    return json.dumps({"phone": phone, "text": text, "id": key}, ensure_ascii=False).encode()


def is_accepted(status: int, body: bytes, accepted: str) -> bool:
    """Whether the text was taken. `accepted` is empty (any 2xx says so) or `field=value`, which the answer's JSON must
    hold besides: many gateways say 200 and mean no.
    """
    if not 200 <= status < 300:
        return False
    if not accepted:
        return True
    field, _, wanted = accepted.partition("=")
    try:
        answer: Any = json.loads(body)
    except ValueError:
        return False
    found = answer.get(field) if isinstance(answer, dict) else None
    return (found if isinstance(found, str) else json.dumps(found)) == wanted
