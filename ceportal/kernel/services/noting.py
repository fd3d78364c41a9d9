"""What is noted on the way to an answer and is not worth refusing it: when somebody last clicked, how often a page was
looked at. While the database cannot write (its disk is full, X16) it is left out, and the page is shown.
"""

import logging
from collections.abc import Callable
from functools import wraps
from typing import ParamSpec

from django.db import DatabaseError, InterfaceError, OperationalError

What = ParamSpec("What")
# PostgreSQL's read_only_sql_transaction, which Django knows as an internal error.
_READ_ONLY = "25006"
log = logging.getLogger(__name__)


def is_no_fault_of_ours(error: Exception) -> bool:
    """Whether the database did not answer, cannot write, or left in the middle: then the driver knows no better word
    than DatabaseError, and of what is closed says InterfaceError.
    """
    takes_no_writes = getattr(error.__cause__, "pgcode", None) == _READ_ONLY
    return takes_no_writes or isinstance(error, OperationalError | InterfaceError) or type(error) is DatabaseError


def left_out_when_full(note: Callable[What, None]) -> Callable[What, None]:
    """Of a function that notes something in a transaction of its own, outermost."""

    @wraps(note)
    def noted(*args: What.args, **kwargs: What.kwargs) -> None:
        try:
            note(*args, **kwargs)
        except (DatabaseError, InterfaceError) as error:
            if not is_no_fault_of_ours(error):
                raise
            log.warning("%s was left out: %s", note.__qualname__, type(error).__name__)

    return noted
