"""Who posts batches over HTTP, one connection each, and how long each answer took."""

import base64
import http.client
import json
import time
import urllib.parse
from dataclasses import dataclass, field
from typing import Any

from accounts.models import ApiClient
from tests.benches.posting.batches import as_body
from tests.credits.machines import SECRET

# The server lets go of a connection that was silent for longer.
KEPT_SECONDS = 3
OURS, ITEM, BULK = "/api/v1/hour-batches", "/api/v1/peers/item", "/api/v1/peers/bulk"


@dataclass
class Caller:
    """A platform's machine with a connection that it keeps."""

    port: int
    client_id: str
    token: str = ""
    connection: http.client.HTTPConnection = field(init=False)
    last: float = 0.0

    def __post_init__(self) -> None:
        self.connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=300)

    def post(self, records: list[dict[str, Any]], path: str = OURS) -> float:
        """Seconds until the whole answer is here; every record must have been accepted."""
        body = as_body(records)
        self.token = self.token or self._new_token()
        if time.monotonic() - self.last > KEPT_SECONDS:
            self.connection.close()
            self.connection.connect()
        headers = {"Authorization": f"Bearer {self.token}", "Content-Type": "application/json"}
        began = time.perf_counter()
        status, answer = self._send(path, body, headers)
        took, self.last = time.perf_counter() - began, time.monotonic()
        assert status == http.HTTPStatus.OK, answer[:500]
        told = json.loads(answer)["counts"]
        assert told["accepted"] == len(records), told
        return took

    def _new_token(self) -> str:
        basic = base64.b64encode(f"{self.client_id}:{SECRET}".encode()).decode()
        headers = {"Authorization": f"Basic {basic}", "Content-Type": "application/x-www-form-urlencoded"}
        form = urllib.parse.urlencode({"grant_type": "client_credentials", "scope": "hours:write hours:read"})
        return str(json.loads(self._send("/api/oauth/token", form.encode(), headers)[1])["access_token"])

    def _send(self, path: str, body: bytes, headers: dict[str, str]) -> tuple[int, bytes]:
        self.connection.request("POST", path, body, headers)
        answer = self.connection.getresponse()
        return answer.status, answer.read()


def caller(port: int, client: ApiClient) -> Caller:
    return Caller(port, client.client_id)
