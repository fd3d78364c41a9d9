from importlib import import_module

from django.apps import AppConfig

# Django by itself looks into `admin` alone; each desk has a file of its own.
DESKS = (
    "filings",
    "registers",
    "reversals",
    "signals",
    "spot_checks",
    "steering",
)


class ReviewsConfig(AppConfig):
    name = "reviews"
    verbose_name = "审核"

    def ready(self) -> None:
        for desk in DESKS:
            import_module(f"{self.name}.admin.{desk}")
