"""Whether an address of a list still leads anywhere (S0-16: what is public must be found)."""

# So many failed looks in a row, days apart: a site that is down for a night is not dead.
FAILURES_TO_BE_DEAD = 3
_GONE = frozenset({404, 410})


def words_of_status(status: int) -> str:
    """Why an answer means that nobody finds anything there; empty: somebody lives there.

    Who asks for a sign-in, turns robots away or sends elsewhere is there.
    """
    if status in _GONE:
        return f"网页不存在（{status}）"
    return f"网站出错（{status}）" if status >= 500 else ""
