"""All addresses of the portal."""

from django.contrib import admin
from django.urls import include, path

urlpatterns = [
    path("admin/", admin.site.urls),
    path("", include("ceportal.office.urls")),
    path("", include("accounts.urls")),
    path("", include("credits.urls")),
    path("", include("reviews.urls")),
    path("", include("certificates.urls")),
]
