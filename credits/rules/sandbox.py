"""Made-up people of a sandbox whose numbers bring about what else hangs on something earlier (docs/api/sandbox.md).

Whatever is reported of two of them has arrived once before, and counted; a correction of the third one's meets a filed
month. Asked in a sandbox alone: elsewhere nobody has these numbers.
"""

from typing import NamedTuple

from msgspec.structs import replace

from ceportal.kernel.rules.text import TITLE_LIMIT
from credits.rules.records import Record


class Known(NamedTuple):
    """Number and name, by which a record finds its person."""

    id_number: str
    name: str


SENT_BEFORE = Known("410225198602202111", "蒋十三")
SENT_OTHERWISE = Known("410225198704102234", "沈十四")
FILED = Known("410225198908152356", "韩十五")
_OTHERWISE = "（先前报送）"


def sent_before(record: Record) -> Record | None:
    """What is taken to have arrived under the same `record_id` before this one; None where nothing is."""
    if record.id_number == SENT_BEFORE.id_number:
        return record
    if record.id_number == SENT_OTHERWISE.id_number:
        return replace(record, title=record.title[: TITLE_LIMIT - len(_OTHERWISE)] + _OTHERWISE)
    return None
