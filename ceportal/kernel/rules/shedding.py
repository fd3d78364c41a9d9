"""Who is told to come back when more comes in than can be answered: whoever has waited too long already.

nginx writes when it handed a request over (`X-Request-Start: t=SECONDS.MSEC`). Under a load that lasts, a queue makes
everybody wait as long as its end; answering those who waited too long at once, and cheaply, keeps it short for the
others. Bulk work gives way first, then whoever is about to sign in (who is in shall come to an end, and a password
takes longer to compare than any page), then pages; what somebody has just handed in, last.
"""

import re

# Milliseconds.
MACHINES, ARRIVALS, PAGES, HANDED_IN = 500, 600, 900, 8000
# Clocks that differ by more, or a header that says so, mean nothing.
_NONSENSE = 120_000
_START = re.compile(r"t=([0-9]{9,11})\.([0-9]{3})", re.ASCII)
_ALWAYS = frozenset({"/healthz", "/readyz", "/metrics"})
_SIGN_IN = "/sign-in/"
_LOOKS = frozenset({"GET", "HEAD"})


def waited(header: str, now: int) -> int:
    """Milliseconds since nginx handed the request over; 0 where nothing sensible says so. `now` since the epoch."""
    found = _START.fullmatch(header)
    passed = now - int(found[1] + found[2]) if found else 0
    return passed if 0 < passed < _NONSENSE else 0


def patience(method: str, path: str) -> int:
    """How many milliseconds such a request may have waited and is still answered."""
    if path in _ALWAYS:
        return _NONSENSE
    if path.startswith("/api/"):
        return MACHINES
    if method in _LOOKS:
        return PAGES
    return ARRIVALS if path.startswith(_SIGN_IN) else HANDED_IN
