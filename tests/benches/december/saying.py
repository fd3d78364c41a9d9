"""Said at once, for who looks on."""

import sys


def say(text: object) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()
