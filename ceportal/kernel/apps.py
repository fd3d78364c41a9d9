from django.apps import AppConfig


class KernelConfig(AppConfig):
    name = "ceportal.kernel"
    label = "kernel"
    verbose_name = "公共底座"
