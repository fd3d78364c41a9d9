"""Into what an answer is counted for the operator: whom it was for, how it ended, and whether it was slow."""

PAGES, MACHINES = "pages", "machines"
ANSWERED, REFUSED, BUSY, FAILED, SLOW = "answered", "refused", "busy", "failed", "slow"
OUTCOMES = (ANSWERED, REFUSED, BUSY, FAILED)
# Seconds: what 95 of 100 pages keep at the peak of December.
SLOW_FROM = 1.0
# Who watches asks all day long, and is no visitor.
_WATCHED = frozenset({"/healthz", "/readyz", "/metrics"})
_BUSY = 503
_SERVER, _CLIENT = 500, 400


def counted_as(path: str, status: int, seconds: float) -> list[str]:
    """The names under which it is counted, `KIND.OUTCOME` and where it was slow `KIND.slow`; none for who watches."""
    if path in _WATCHED:
        return []
    kind = MACHINES if path.startswith("/api/") else PAGES
    outcome = BUSY if status == _BUSY else FAILED if status >= _SERVER else REFUSED if status >= _CLIENT else ANSWERED
    return [f"{kind}.{outcome}", *([f"{kind}.{SLOW}"] if seconds > SLOW_FROM else [])]
