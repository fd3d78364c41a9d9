"""What this portal does not do: the work stands in the queue alone, with Celery's defaults.

A worker of this app is run by test_naive.py. A task leaves a file named by its number in WORK_DIR: with the number of
its process while it is at it, empty once it is done.
"""

import os
import time
from pathlib import Path

from celery import Celery

app = Celery("naive", set_as_current=False, broker=os.environ.get("NAIVE_BROKER"))
# How long a sheet takes.
SECONDS = 0.4


@app.task(name="naive.make_sheet", ignore_result=True)
def make_sheet(number: int, seconds: float = SECONDS) -> None:
    sheet = Path(os.environ["WORK_DIR"], str(number))
    sheet.write_text(str(os.getpid()), encoding="ascii")
    time.sleep(seconds)
    sheet.write_text("", encoding="ascii")
