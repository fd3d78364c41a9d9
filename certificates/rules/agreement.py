"""Whether a certificate's row still says what the trail was told when it was made and when it ended (S3-10).

Who owns the database can rewrite a row together with its digest; the trail's events are sealed in a chain, so that
rewriting them too shows there.
"""

from collections.abc import Iterable, Mapping
from typing import Any, Protocol

from certificates.rules.snapshots import digest

PROMISED, MADE = "certificate.promise", "certificate.issue"
_ENDS = ("certificate.revoke", "certificate.supersede")
TOLD = (PROMISED, MADE, *_ENDS)
# What the portal itself reports of such a certificate to its bureau.
DIFFERS = (
    "平台在查验时发现：这份证书的登记内容与签发时留下的操作记录不一致，可能有人直接改过数据库。"
    "查清之前它不再按有效显示；请联系平台运行维护人员核对，不要自行改数据。"
)
Events = Iterable[tuple[str, Mapping[str, Any]]]


class Row(Protocol):
    """What is compared of a certificate; `state` is a word of `CertificateState`."""

    number: str
    edition: int
    year: int
    token: str
    state: str
    ended_because: str
    snapshot: Any
    snapshot_digest: str
    pdf_digest: str


def agrees(row: Row, told: Events) -> bool:
    """`told`: the events of the certificate whose action is in `TOLD`, as (action, after), in their order.

    One promise with the digest of what is printed, at most one sheet with its digest, and the state of the last event.
    """
    events = list(told)
    promises = [after for action, after in events if action == PROMISED]
    sheets = [after.get("pdf", "") for action, after in events if action == MADE]
    ends = [(after.get("state"), after.get("reason")) for action, after in events if action in _ENDS]
    by_now = ends[-1] if ends else ("issued" if sheets else "intended", "")
    is_as_promised = [_promise_of(row)] == [{**_NOTHING, **after} for after in promises]
    return is_as_promised and [row.pdf_digest] == (sheets or [""]) and (row.state, row.ended_because) == by_now


_NOTHING = {"number": "", "edition": 0, "snapshot_digest": ""}


def _promise_of(row: Row) -> dict[str, Any] | None:
    """What would be told of the row today; None where the row and what is printed are not of one certificate."""
    said = row.snapshot if isinstance(row.snapshot, dict) else {}
    own = [row.number, row.edition, row.year, f"/v/{row.token}/", row.snapshot_digest]
    printed = [said.get("number"), said.get("edition"), said.get("year"), _place(said), digest(said)]
    if own != printed:
        return None
    return {"number": row.number, "edition": row.edition, "snapshot_digest": row.snapshot_digest}


def _place(said: Mapping[str, Any]) -> str:
    """The last parts of the address in the QR code: the portal's own name may have changed since."""
    return "/v/" + str(said.get("verify_url", "")).rpartition("/v/")[2]
