"""A net under every test: a refusal has a code, is a Chinese sentence, and names its field as forms and records do."""

import re
from functools import wraps
from typing import Any

from ceportal.kernel.rules.refusal import Refusal

CODE = re.compile(r"[a-z][a-z0-9_]*")
SENTENCE = re.compile(r"(?s).*[\u4e00-\u9fff].*[。？]")
FIELD = re.compile(r"[a-z0-9_.\-]*|/.+|[\u4e00-\u9fff（）/]+")


def must_be_sentences() -> None:
    """From now on in this process a refusal that is none raises where it is made."""
    made = Refusal.__init__

    @wraps(made)
    def judged(self: Refusal, *args: Any, **kwargs: Any) -> None:
        made(self, *args, **kwargs)
        for pattern, text in ((CODE, self.code), (SENTENCE, self.message), (FIELD, self.field)):
            if not isinstance(text, str) or not pattern.fullmatch(text):
                raise AssertionError(f"a refusal of this kind tells nobody anything: {self!r}")

    Refusal.__init__ = judged  # type: ignore[method-assign]
