from django.urls import URLPattern, path

from ceportal.office.views import filings, health, home, metrics, my_data, my_year, notices, operation, public

app_name = "office"
urlpatterns: list[URLPattern] = [
    path("", public.show_front, name="front"),
    path("policy/", public.show_policy, name="policy"),
    path("help/", public.show_help, name="help"),
    path("trail/", public.show_trail_heads, name="trail_heads"),
    path("home/", home.go_home, name="home"),
    path("today/", home.show_work, name="work"),
    path("operation/", operation.show_operation, name="operation"),
    path("operation/retry/", operation.retry, name="retry"),
    path("my-year/", my_year.show_my_year, name="my_year"),
    path("my-year/<int:year>/", my_year.show_my_year, name="my_year_of"),
    path("my-data/", my_data.show_my_data, name="my_data"),
    path("my-data/download/", my_data.download_my_data, name="download_my_data"),
    path("filings/<uuid:ref>/csv/", filings.filing_list, name="filing_list"),
    path("filings/<uuid:ref>/pdf/", filings.filing_form, name="filing_form"),
    path("notices/", notices.show_notices, name="notices"),
    path("healthz", health.healthz, name="healthz"),
    path("readyz", health.readyz, name="readyz"),
    path("metrics", metrics.show_metrics, name="metrics"),
]
