"""Programs of the rules run on what came from outside, in a process with bounds: what bursts there bursts alone."""

import logging
import subprocess
import sys

from django.conf import settings

security_log = logging.getLogger("ceportal.security")
_SECONDS = 30


def run_in_bounds(program: str, data: bytes, *arguments: str) -> bytes:
    """What `program` says of `data`: a module with a `main`, without dots one of `ceportal.kernel.rules`.

    Empty when it did not come to an end. It bounds its own memory and processor; here its time is.
    """
    module = program if "." in program else f"ceportal.kernel.rules.{program}"
    start = f"import sys; sys.path.insert(0, {str(settings.BASE_DIR)!r})"
    code = f"{start}; from {module} import main; main()"
    command = [sys.executable, "-I", "-B", "-c", code, *arguments]
    try:
        done = subprocess.run(command, input=data, capture_output=True, timeout=_SECONDS, env={})  # noqa: S603
    except subprocess.TimeoutExpired:
        security_log.warning("%s did not end in %s s", program, _SECONDS)
        return b""
    if done.returncode != 0:
        security_log.warning("%s ended with %s: %s", program, done.returncode, done.stderr[-300:])
        return b""
    return done.stdout
