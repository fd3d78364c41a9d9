"""What this portal does not do: the work stands in the queue alone, with Celery's defaults.

A worker of this app is run by test_naive.py; a task done leaves a file named by its number in WORK_DIR.
"""

import os
import time
from pathlib import Path

from celery import Celery

app = Celery("naive", broker=os.environ.get("NAIVE_BROKER"))
# How long a sheet takes.
SECONDS = 0.4


@app.task(name="naive.make_sheet", ignore_result=True)
def make_sheet(number: int) -> None:
    time.sleep(SECONDS)
    Path(os.environ["WORK_DIR"], str(number)).touch()
