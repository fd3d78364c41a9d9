"""The day of a suite that runs on another one (`make test-later`)."""

import os

# What a program that starts with an environment of its own must be given to find itself on the same day.
SAME_DAY = {name: os.environ[name] for name in ("LD_PRELOAD", "DAYS_FROM_NOW") if name in os.environ}
