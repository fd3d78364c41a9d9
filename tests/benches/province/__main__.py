"""`python -m tests.benches.province pages|desk|lay`: pages of two provinces, looked at in turns in one run.

A full run lays twenty million entries down with all that grows beside them, which takes some hours and some forty GB;
`--large` asks for fewer and the output says so. What was laid down stays in `--folder` for the next run, and is gone
on with when a run was ended (by SIGTERM or SIGINT: the server ends with it). `lay` only lays down.
"""

import argparse
import signal
import sys
from contextlib import ExitStack
from pathlib import Path

from tests.benches.province import comparing
from tests.benches.province.children import Watch, lay
from tests.benches.province.comparing import say
from tests.benches.province.places import DATABASES, FIRST, FOLDER, LARGE, LATER, SMALL, alone_in, databases
from tests.machine import machine

ENTRIES = {"small": SMALL, "large": LARGE}


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("bench", choices=["pages", "desk", "lay"])
    parser.add_argument("--folder", type=Path, default=FOLDER)
    parser.add_argument("--small", type=int, default=SMALL, help="entries of the small province")
    parser.add_argument("--large", type=int, default=LARGE, help="entries of the large one")
    parser.add_argument("--database", choices=["postgresql", "sqlite"], default="postgresql")
    parser.add_argument("--only", default="", help="pages in whose name one of these texts stands, between commas")
    chosen = parser.parse_args()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    entries = {"small": chosen.small, "large": chosen.large}
    say(f"machine: {machine()}; {chosen.database}")
    if entries != ENTRIES:
        sizes = " and ".join(f"{count:,}" for count in entries.values())
        say(f"REDUCED: {sizes} entries; the bounds are for {SMALL:,} and {LARGE:,}")
    with ExitStack() as open_now:
        open_now.enter_context(alone_in(chosen.folder))
        place_of = open_now.enter_context(databases(chosen.folder, chosen.database))
        places = {}
        for name in DATABASES:
            places[name] = place_of(name)
            say(f"{name}: {lay(name, entries[name], places[name])}")
        if chosen.bench == "lay":
            return 0
        only = chosen.only.split(",")
        sides = {name: open_now.enter_context(Watch(chosen.bench, name, place, only)) for name, place in places.items()}
        return int(getattr(comparing, chosen.bench)(sides[FIRST], sides[LATER]))


if __name__ == "__main__":
    sys.exit(main())
