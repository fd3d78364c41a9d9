from django.apps import AppConfig


class BasesConfig(AppConfig):
    name = "bases"
    verbose_name = "施教机构"
