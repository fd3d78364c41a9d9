"""The clock's engine. What runs when is in `CELERY_BEAT_SCHEDULE`; every job also runs by `manage.py tick`."""

import ctypes
import os
import signal
from typing import Any

from celery import Celery, Task
from celery.exceptions import Ignore
from celery.signals import worker_init, worker_process_init
from kombu.transport import redis, virtual

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "ceportal.settings.dev")
PR_SET_PDEATHSIG = 1


class ClockTask(Task):  # type: ignore[type-arg]
    """Rests while the portal is closed; a job that rested leaves no sign that it was done."""

    abstract = True

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        from ceportal.kernel.selectors.maintenance import maintenance  # noqa: PLC0415

        found = maintenance()
        if found and found.rests(str(self.name)):
            raise Ignore
        return super().__call__(*args, **kwargs)


class PlacesGivenBack(redis.QoS):  # type: ignore[misc]
    """Which messages a worker holds. One whose acknowledgement the broker did not hear is held no longer.

    kombu goes on counting it: after as many as the worker may hold, a broker that was silent for a while and came back
    has a worker that waits for ever. The broker gives such a message out again after `visibility_timeout`, when it has
    long expired.
    """

    def ack(self, delivery_tag: str) -> None:
        try:
            super().ack(delivery_tag)
        finally:
            virtual.QoS.ack(self, delivery_tag)

    def reject(self, delivery_tag: str, requeue: bool = False) -> None:
        try:
            super().reject(delivery_tag, requeue=requeue)
        finally:
            virtual.QoS.ack(self, delivery_tag)


redis.Channel.QoS = PlacesGivenBack
app = Celery("ceportal", task_cls=ClockTask)
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
