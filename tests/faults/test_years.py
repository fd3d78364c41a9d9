"""The year's end in whatever zone the server stands (X11): a process with a zone of its own, as a container has."""

import json
import os
import subprocess
import sys

import pytest

from tests.credits.test_year_window import ZONES
from tests.faults.seeds import said
from tests.portals import ROOT

INSTANTS = 100_000
WHERE_THE_PORTAL_IS = "Asia/Shanghai"


@pytest.mark.deep
@pytest.mark.parametrize("zone", ZONES)
def test_no_instant_about_new_year_falls_into_a_wrong_year(zone: str) -> None:
    """Control of X11 too: the server's own clock says a wrong year for hours, but in Shanghai."""
    command = [sys.executable, "-m", "tests.faults.years", str(said()), str(INSTANTS)]
    done = subprocess.run(command, cwd=ROOT, env=os.environ | {"TZ": zone}, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    wrong = json.loads(done.stdout.splitlines()[-1])
    sys.stdout.write(f"{zone}: of {INSTANTS} wrong {wrong['portal']}, by the server's clock {wrong['server']}\n")
    assert wrong["portal"] == 0
    assert (wrong["server"] == 0) if zone == WHERE_THE_PORTAL_IS else (wrong["server"] > INSTANTS // 10)
