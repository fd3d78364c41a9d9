from importlib import import_module

from django.apps import AppConfig

# Django by itself looks into `admin` alone; each desk has a file of its own.
DESKS = ("recognitions", "courses", "textbooks")


class BasesConfig(AppConfig):
    name = "bases"
    verbose_name = "施教机构"

    def ready(self) -> None:
        for desk in DESKS:
            import_module(f"{self.name}.admin.{desk}")
