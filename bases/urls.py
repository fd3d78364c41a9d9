"""Where anybody looks institutions up, and where institutions keep what they disclose."""

from django.urls import path

from bases.views import directory, disclosing

app_name = "bases"
urlpatterns = [
    path("institutions/", directory.show_directory, name="directory"),
    path("institutions/<uuid:ref>/", directory.show_institution, name="institution"),
    path("disclosures/", disclosing.show_disclosures, name="disclosures"),
    path("disclosures/<uuid:ref>/", disclosing.edit_disclosure, name="edit_disclosure"),
]
