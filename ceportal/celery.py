"""The clock's engine. What runs when is in `CELERY_BEAT_SCHEDULE`; every job also runs by `manage.py tick`."""

import ctypes
import os
import signal

from celery import Celery
from celery.signals import worker_init, worker_process_init

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "ceportal.settings.dev")
PR_SET_PDEATHSIG = 1

app = Celery("ceportal")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
_main = {"pid": 0}


@worker_init.connect
def note_the_main_process(**_: object) -> None:
    _main["pid"] = os.getpid()


@worker_process_init.connect
def die_with_the_main_process(**_: object) -> None:
    """A pool process does not outlive its worker, even one that was killed."""
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != _main["pid"]:
        os._exit(1)
