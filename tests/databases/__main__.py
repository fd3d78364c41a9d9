"""`python -m tests.databases sqlite|postgresql|both|each [pytest arguments]`: the suite on one database, or on two.

`both` shares out what need be tried only once between the two; `each` tries everything with each.
PostgreSQL is a cluster in a temporary folder that ends with the run. Exits non-zero when the suite fails on any.
"""

import signal
import subprocess
import sys

from tests.databases.environments import ROOT, environments, make_tables
from tests.databases.shares import FIRST, SECOND


def main(which: str, arguments: list[str]) -> int:
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    codes: list[int] = []
    with environments(which) as databases:
        if "--numprocesses" in arguments:
            make_tables(databases.values())
        for name, environment in databases.items():
            sys.stdout.write(f"\n=== {name} ===\n")
            sys.stdout.flush()
            share = ["-p", SECOND if codes else FIRST] if which == "both" else []
            command = [sys.executable, "-m", "pytest", *share, *arguments]
            codes.append(subprocess.run(command, cwd=ROOT, env=environment).returncode)
    return max(codes, key=abs)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], sys.argv[2:]))
