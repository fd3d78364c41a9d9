from importlib import import_module

from django.apps import AppConfig
from django.utils.module_loading import import_string


class AccountsConfig(AppConfig):
    name = "accounts"
    verbose_name = "人员与单位"

    def ready(self) -> None:
        import_module(f"{self.name}.receivers").connect()
        import_module(f"{self.name}.services.gateways").must_be_whole(import_string)
