"""Small pictures and papers of the tests are looked at in their bounded child once: it says of the same bytes the same.

Once a process; once a run where `tests.databases` gives its processes a folder for what was said. Most tests of hours
hand in a photo or two, and the child takes longer to start than all the rest of such a test. What the child does has
tests of its own (`tests/kernel/test_file_zoo.py`), whose files are too large or too odd to repeat.
"""

import hashlib
import os
from collections.abc import Iterator
from pathlib import Path
from unittest import mock

import pytest

from ceportal.kernel.services import files
from tests.databases.shares import PICTURES

SMALL = 16 * 1024


@pytest.fixture(autouse=True, scope="session")
def what_the_child_said_is_remembered() -> Iterator[None]:
    ask, said, folder = files.run_in_bounds, dict[str, bytes](), os.environ.get(PICTURES, "")

    def asked(program: str, data: bytes, *arguments: str) -> bytes:
        if len(data) > SMALL:
            return ask(program, data, *arguments)
        key = hashlib.sha256(repr((program, arguments)).encode() + data).hexdigest()
        kept = Path(folder, key)
        if key not in said and folder and kept.exists():
            said[key] = kept.read_bytes()
        if key not in said:
            answer = ask(program, data, *arguments)
            if not answer:
                return answer
            said[key] = answer
            if folder:
                half = kept.with_suffix(f".{os.getpid()}")
                half.write_bytes(answer)
                half.rename(kept)
        return said[key]

    with mock.patch.object(files, "run_in_bounds", asked):
        yield
