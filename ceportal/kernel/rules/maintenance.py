"""What rests while the portal is being worked on, and what goes on (docs/decisions, maintenance).

*closed*: nobody gets in; of the clock only the signs of life and the sealing of the trail go on. *read-only*: people
and machines may look, sign in and check certificates, and change nothing; the clock goes on, for what was handed in
before is owed.
"""

import json
from dataclasses import dataclass
from datetime import datetime

CLOSED, READ_ONLY = "closed", "read-only"
MODES = (CLOSED, READ_ONLY)
# Seconds after which to come back where nobody has said until when, and at the earliest.
COME_BACK, SOONEST = 600, 60
_LOOKS = frozenset({"GET", "HEAD", "OPTIONS"})
_ALWAYS = frozenset({"/healthz", "/readyz", "/metrics"})
# POST all the same: signing in and out, checking a certificate, a machine's token.
_HARMLESS = ("/sign-in/", "/sign-out/", "/verify/", "/api/oauth/token", "/api/v1/certificate-files")
_REPORTS = "/verify/report/"
_GOES_ON = frozenset({"office.heartbeat", "kernel.seal_trail"})


@dataclass(frozen=True)
class Maintenance:
    """`until` is when it is expected to end, if anybody has said so."""

    mode: str
    since: datetime
    until: datetime | None = None

    def stops(self, method: str, path: str) -> bool:
        """Whether a request is answered with 503."""
        if path in _ALWAYS:
            return False
        if self.mode == CLOSED:
            return True
        is_harmless = path.startswith(_HARMLESS) and not path.startswith(_REPORTS)
        return method not in _LOOKS and not is_harmless

    def rests(self, job: str) -> bool:
        """Whether a job of the clock is left for later."""
        return self.mode == CLOSED and job not in _GOES_ON

    def come_back(self, now: datetime) -> int:
        """Seconds until it is worth asking again."""
        return max(SOONEST, int((self.until - now).total_seconds())) if self.until else COME_BACK

    def written(self) -> str:
        until = self.until.isoformat() if self.until else None
        return json.dumps({"mode": self.mode, "since": self.since.isoformat(), "until": until})


def read(text: str) -> Maintenance | None:
    """What `Maintenance.written` wrote; None for what is no such thing."""
    try:
        found = json.loads(text)
        until = found["until"] and datetime.fromisoformat(found["until"])
        return Maintenance(MODES[MODES.index(found["mode"])], datetime.fromisoformat(found["since"]), until)
    except (ValueError, KeyError, TypeError):
        return None
