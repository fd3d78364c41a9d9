"""Questions of machines about many people at once: what is sent, and how it is answered."""

import hashlib
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from django.conf import settings
from rest_framework.request import Request

from accounts.web.machines import MachineView
from ceportal.kernel.rules.refusal import Refusal
from ceportal.kernel.web.problems import Problem, as_error
from credits.rules.checking import MOST_CHECKS

MATCH, NO_MATCH, INVALID = "match", "no_match", "invalid"


class CheckView(MachineView):
    """`{"records": [...]}`, at most 200. People are counted by a limit of their own: nobody tries them out."""

    def records(self, request: Request) -> tuple[list[Any], str]:
        """What was asked, and the digest of its bytes for the trail. 403 for a sandbox key outside a sandbox."""
        self.refuse_rehearsal()
        envelope, raw = self.body(request)
        if not isinstance(envelope, dict) or not isinstance(envelope.get("records"), list):
            raise Problem(400, "no_records", '请求体应是 {"records": [...]}。', pointer="/records")
        if envelope.keys() - {"records"}:
            raise Problem(400, "unknown_key", "请求体里除 records 外不能有其他字段。")
        asked: list[Any] = envelope["records"]
        if not asked:
            raise Problem(400, "empty", "records 里没有内容。", pointer="/records")
        if len(asked) > MOST_CHECKS:
            raise Problem(413, "too_many_records", f"一次最多 {MOST_CHECKS} 人，这一次有 {len(asked)} 人。")
        self.spend("checks", settings.API_CHECK_RATE, cost=len(asked))
        return asked, hashlib.sha256(raw).hexdigest()


def answers(
    asked: Iterable[Any], faults: Iterable[list[Refusal]], told: Callable[[Any], dict[str, Any]]
) -> list[dict[str, Any]]:
    """One answer a question, in order: its faults, or what `told` says."""

    def each_one() -> Iterator[dict[str, Any]]:
        for index, (each, wrong) in enumerate(zip(asked, faults, strict=True)):
            errors = [as_error(fault, f"/records/{index}") for fault in wrong]
            yield {"index": index} | ({"outcome": INVALID, "errors": errors} if wrong else told(each))

    return list(each_one())
