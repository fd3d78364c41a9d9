from importlib import import_module

from django.apps import AppConfig


class KernelConfig(AppConfig):
    name = "ceportal.kernel"
    label = "kernel"
    verbose_name = "日历和操作记录"

    def ready(self) -> None:
        import_module(f"{self.name}.receivers").connect()
