"""A timestamp authority (RFC 3161), asked through the portal's one way out: it says when a sheet was signed."""

import asyncio

from asn1crypto import tsp
from pyhanko.sign.timestamps import TimeStamper, TimestampRequestError
from pyhanko.sign.timestamps.common_utils import set_tsp_headers

from ceportal.kernel.services.outgoing import NotCalled, call

_SECONDS = 10.0


class Outside(TimeStamper):
    """The authority at `url`. Its answers are signed, so plain http will do; pyHanko judges nonce and status."""

    def __init__(self, url: str) -> None:
        super().__init__()
        self._url = url

    async def async_request_tsa_response(self, req: tsp.TimeStampReq) -> tsp.TimeStampResp:
        try:
            answer = call(
                self._url,
                method="POST",
                body=req.dump(),
                headers=set_tsp_headers({}),
                schemes=("https", "http"),
                seconds=_SECONDS,
            )
            if answer.status != 200 or answer.headers.get("content-type") != "application/timestamp-reply":
                raise TimestampRequestError(f"status {answer.status}")
            found = tsp.TimeStampResp.load(answer.body, strict=True)
            if not found.native["status"]:
                raise TimestampRequestError("no status")
            return found
        except (NotCalled, ValueError) as error:
            raise TimestampRequestError(type(error).__name__) from error


def answers(stamper: TimeStamper) -> bool:
    """Whether the authority gives a timestamp now."""
    try:
        asyncio.run(stamper.async_timestamp(b"\0" * 32, "sha256"))
    except (TimestampRequestError, ValueError, LookupError, TypeError):
        return False
    return True
