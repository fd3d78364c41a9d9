from django.apps import AppConfig


class KernelConfig(AppConfig):
    name = "ceportal.kernel"
    label = "kernel"
    verbose_name = "日历和操作记录"
