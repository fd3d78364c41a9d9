"""The clock's engine. What runs when is in `CELERY_BEAT_SCHEDULE`; every job also runs by `manage.py tick`."""

import os

from celery import Celery

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "ceportal.settings.dev")

app = Celery("ceportal")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
