"""A program: what the signature of a stranger's file is worth, found out in a process with bounds of its own.

`main` reads the file from its input and the trusted certificates (PEM) from its first argument, and writes a `Finding`
as JSON. A file made to burst readers bursts this one alone (`ceportal.kernel.services.bounded`).
"""

import json
import resource
import sys
from dataclasses import asdict

from certificates.documents.signing import examine

MEMORY = 512 * 1024 * 1024
CPU_SECONDS = 10


def main() -> None:
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_SECONDS, CPU_SECONDS))
    found = examine(sys.stdin.buffer.read(), trusted=sys.argv[1].encode())
    sys.stdout.write(json.dumps(asdict(found)))
