"""`python -m tests.another_day DAYS [arguments of tests.databases]`: the suite as it will run so many days from now.

A test that holds on the day it was written only, and a portal that does not know what to do on the first of January,
are found before that day comes. `clock.c` moves the clock of days under every process of the run, servers and browser
with them. Exits as the suite does; 2 where the clock could not be moved.
"""

import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping
from pathlib import Path

CLOCK = Path(__file__).with_name("clock.c")
# Prints its time, after a wait of each kind that this clock could make endless.
SAYS = """
import threading, time
time.sleep(0.01)
threading.Event().wait(0.01)
with (condition := threading.Condition()):
    condition.wait(0.01)
print(time.time())
"""
DAY, NEAR = 86400, 60


def environment(days: int, folder: Path) -> dict[str, str]:
    """Under which processes find themselves `days` from now."""
    library = folder / "clock.so"
    subprocess.run(["cc", "-shared", "-fPIC", "-O2", "-Wall", "-Werror", "-o", library, CLOCK, "-ldl"], check=True)
    # For PostgreSQL too, which runs as somebody else.
    folder.chmod(0o755)
    return {"LD_PRELOAD": str(library), "DAYS_FROM_NOW": str(days)}


def is_moved(days: int, moved: Mapping[str, str]) -> bool:
    """Asked of a process of its own, which may wait without end."""
    asks = [sys.executable, "-c", SAYS]
    try:
        said = subprocess.run(asks, env={**os.environ, **moved}, timeout=NEAR, capture_output=True, check=True)
    except subprocess.TimeoutExpired:
        return False
    return abs(float(said.stdout) - time.time() - days * DAY) < NEAR


def main(days: int, arguments: list[str]) -> int:
    with tempfile.TemporaryDirectory(prefix="ceportal-clock-") as folder:
        moved = environment(days, Path(folder))
        if not is_moved(days, moved):
            sys.stderr.write("The clock could not be moved here.\n")
            return 2
        command = [sys.executable, "-m", "tests.databases", *arguments]
        suite = subprocess.Popen(command, env={**os.environ, **moved})
        # It ends what it started; Ctrl-C reaches it by itself.
        signal.signal(signal.SIGTERM, lambda *_: suite.terminate())
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        return suite.wait()


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]), sys.argv[2:]))
