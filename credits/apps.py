from importlib import import_module

from django.apps import AppConfig

# Django by itself looks into `admin` alone; each desk has a file of its own.
DESKS = (
    "calendar",
    "clients",
    "exceptions",
    "held",
    "missing",
    "rule_drafts",
    "rule_runs",
    "rule_sets",
)


class CreditsConfig(AppConfig):
    name = "credits"
    verbose_name = "学时"

    def ready(self) -> None:
        for desk in DESKS:
            import_module(f"{self.name}.admin.{desk}")
