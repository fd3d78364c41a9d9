from importlib import import_module

from django.apps import AppConfig


class AccountsConfig(AppConfig):
    name = "accounts"
    verbose_name = "人员与单位"

    def ready(self) -> None:
        import_module(f"{self.name}.receivers").connect()
