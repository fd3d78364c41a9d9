"""Where files arrive in pieces (docs/api/uploads.md)."""

from django.urls import path

from ceportal.kernel import views

app_name = "kernel"
urlpatterns = [
    path("", views.announce_upload, name="uploads"),
    path("<uuid:ref>/", views.show_or_receive, name="upload"),
]
