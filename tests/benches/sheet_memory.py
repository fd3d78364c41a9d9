"""The memory of a process that draws certificates, after 40 sheets and after 10,000 more.

Apart from the rest of the certificates' bench: it takes a quarter of an hour, and does not ask for a quiet machine.
"""

from django.core.management import call_command

from tests.benches.certificates import memory, say
from tests.machine import machine

SHEETS = 10_000


def main(sheets: int = SHEETS) -> int:
    say(machine())
    call_command("load_reference", verbosity=0)
    return 0 if memory(sheets) else 1
