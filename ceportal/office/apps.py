from django.apps import AppConfig
from django.contrib.admin.apps import AdminConfig

from ceportal.celery import app as celery_app  # noqa: F401  (every process that knows the apps knows the broker)


class OfficeConfig(AppConfig):
    name = "ceportal.office"
    label = "office"
    verbose_name = "综合"


class BureauAdminConfig(AdminConfig):
    """The admin site is the bureaus' desk: its own title, its own door."""

    default_site = "ceportal.office.admin.BureauAdminSite"
