from django.urls import URLPattern, path

from ceportal.office.views import health

app_name = "office"
urlpatterns: list[URLPattern] = [
    path("healthz", health.healthz, name="healthz"),
    path("readyz", health.readyz, name="readyz"),
]
