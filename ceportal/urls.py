"""All addresses of the portal."""

from django.conf import settings
from django.contrib import admin
from django.urls import include, path, re_path

from accounts.views.token import ClientTokenView
from ceportal.kernel.web.problems import NoSuchAddress

handler400 = "ceportal.office.views.errors.bad_request"
handler500 = "ceportal.office.views.errors.server_error"

urlpatterns = [
    path(settings.ADMIN_PATH, admin.site.urls),
    path("api/oauth/token", ClientTokenView.as_view(), name="token"),
    path("api/v1/", include("credits.api.urls")),
    path("api/v1/", include("certificates.api.urls")),
    re_path("^api/(?P<rest>.*)$", NoSuchAddress.as_view(), name="no_such_address"),
    path("uploads/", include("ceportal.kernel.urls")),
    path("", include("ceportal.office.urls")),
    path("", include("accounts.urls")),
    path("", include("bases.urls")),
    path("", include("credits.urls")),
    path("", include("reviews.urls")),
    path("", include("certificates.urls")),
]
