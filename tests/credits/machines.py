"""A platform's machine: its key, its token, its calls."""

import base64
import json
from datetime import datetime
from typing import Any

from django.http import HttpResponse
from django.test import Client
from oauth2_provider.models import AbstractApplication

from accounts.models import ApiClient, Organization, Professional
from tests.credits.factories import NOW
from tests.credits.platforms import number_of, platform

SECRET = "a-secret-of-the-tests"
ALL_SCOPES = "hours:write hours:read identity:check eligibility:read courses:file"
BATCHES = "/api/v1/hour-batches"
HOURS, COURSES = "/api/v1/hours", "/api/v1/courses"


def api_client(
    organization: Organization, *, scopes: str = ALL_SCOPES, released_at: datetime | None = NOW, **changes: Any
) -> ApiClient:
    return ApiClient.objects.create(
        name=organization.name,
        organization=organization,
        client_secret=SECRET,
        client_type=AbstractApplication.CLIENT_CONFIDENTIAL,
        authorization_grant_type=AbstractApplication.GRANT_CLIENT_CREDENTIALS,
        allowed_scopes=scopes,
        released_at=released_at,
        **changes,
    )


def ask_token(client: ApiClient, *, secret: str = SECRET, **fields: str) -> HttpResponse:
    basic = base64.b64encode(f"{client.client_id}:{secret}".encode()).decode()
    data = {"grant_type": "client_credentials", **fields}
    return Client().post("/api/oauth/token", data, headers={"Authorization": f"Basic {basic}"})


class Machine:
    """Calls the interface with a token of its own."""

    def __init__(self, organization: Organization | None = None, *, scopes: str = ALL_SCOPES) -> None:
        self.organization = organization or platform()
        self.client = api_client(self.organization, scopes=scopes)
        self.token = ask_token(self.client).json()["access_token"]

    @classmethod
    def again(cls, known: "Machine") -> "Machine":
        """With the same key, and a token of today."""
        made = cls.__new__(cls)
        made.organization, made.client = known.organization, known.client
        made.token = ask_token(known.client).json()["access_token"]
        return made

    @property
    def headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.token}"}

    def get(self, path: str) -> HttpResponse:
        return Client().get(path, headers=self.headers)

    def send(self, path: str, body: bytes | str, content_type: str = "application/json", **more: str) -> HttpResponse:
        """The bytes as they are."""
        headers = self.headers | more
        return Client().generic("POST", path, body, content_type=content_type, headers=headers)

    def post(self, *records: Any, dry_run: bool = False) -> dict[str, Any]:
        """The answer to a batch that is well-formed."""
        response = self.send(BATCHES + ("?dry_run=true" if dry_run else ""), json.dumps({"records": records}))
        assert response.status_code == 200, response.content
        return response.json()

    def correct(self, record_id: str, action: str, record: Any = None, reason: str = "学员退课") -> HttpResponse:
        body = {"action": action, "reason": reason} | ({"record": record} if record is not None else {})
        return self.send(f"{HOURS}/{record_id}/corrections", json.dumps(body))


def posted(person: Professional, record_id: str = "r-1", **changes: Any) -> dict[str, Any]:
    """A record as a platform writes it; a change of None leaves a key out."""
    record: dict[str, Any] = {
        "record_id": record_id,
        "id_number": number_of(person),
        "name": person.name,
        "subject": "professional",
        "title": f"课程 {record_id}",
        "hours": "2.0",
        "started_on": "2026-03-01",
        "completed_on": "2026-03-02",
    } | changes
    return {key: value for key, value in record.items() if value is not None}
