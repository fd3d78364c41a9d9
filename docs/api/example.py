"""Post two records and put one right: Python 3.11, nothing else. Address, key and person are those of demo.json."""

import base64
import json
import sys
import urllib.request
from datetime import date
from pathlib import Path
from typing import Any

DEMO = json.loads(Path(sys.argv[1] if len(sys.argv) > 1 else "var/demo.json").read_text(encoding="utf-8"))
URL, KEY, PERSON = DEMO["url"], DEMO["api"], DEMO["people"][0]


def call(path: str, content: Any = None, *, auth: str, form: bytes | None = None) -> Any:
    body = form or (json.dumps(content).encode() if content is not None else None)
    kind = "application/x-www-form-urlencoded" if form else "application/json"
    request = urllib.request.Request(URL + path, data=body, headers={"Authorization": auth, "Content-Type": kind})
    with urllib.request.urlopen(request, timeout=30) as answer:
        return json.load(answer)


basic = base64.b64encode(f"{KEY['client_id']}:{KEY['client_secret']}".encode()).decode()
token = call("/api/oauth/token", auth=f"Basic {basic}", form=b"grant_type=client_credentials")["access_token"]
bearer, today = f"Bearer {token}", date.today().isoformat()
records = [
    {
        "record_id": f"example-{today}-{number}", "id_number": PERSON["id_number"], "name": PERSON["name"],
        "subject": "public", "title": f"示例课程 {number}", "hours": "1.0", "started_on": today, "completed_on": today,
    }
    for number in (1, 2)
]  # fmt: skip
print(json.dumps(call("/api/v1/hour-batches", {"records": records}, auth=bearer), ensure_ascii=False, indent=2))
first = records[0]["record_id"]
put_right = {"action": "replace", "reason": "学时有误", "record": records[0] | {"hours": "1.5"}}
print(call(f"/api/v1/hours/{first}/corrections", put_right, auth=bearer))
print(json.dumps(call(f"/api/v1/hours/{first}", auth=bearer), ensure_ascii=False, indent=2))
