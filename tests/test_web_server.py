"""What the web server holds before it forks a worker."""

import subprocess
import sys

from tests.test_compose import ROOT

ASKED = """
import sys
from ceportal.wsgi import application
from django.db import connections
assert not any(each.connection for each in connections.all(initialized_only=True)), "workers would share it"
print(*sorted(name for name in sys.modules if name.endswith(".urls")))
"""


def test_every_page_is_there_and_no_connection() -> None:
    done = subprocess.run([sys.executable, "-c", ASKED], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert {"reviews.urls", "credits.api.urls", "accounts.urls"} <= set(done.stdout.split())
