"""Where a person declares hours, follows a declaration, and reads how their hours came about."""

from django.urls import path

from credits.views import choosing, editing, evidence, hours, reading

app_name = "credits"
urlpatterns = [
    path("declare/", choosing.declare, name="declare"),
    path("declarations/", reading.show_declarations, name="declarations"),
    path("declarations/<uuid:ref>/", reading.show_declaration, name="declaration"),
    path("declarations/<uuid:ref>/edit/", editing.edit_declaration, name="edit_declaration"),
    path("declarations/<uuid:ref>/autosave/", editing.autosave, name="autosave"),
    path("declarations/<uuid:ref>/evidence/", evidence.add, name="add_evidence"),
    path("declarations/<uuid:ref>/submit/", editing.submit, name="submit"),
    path("declarations/<uuid:ref>/withdraw/", reading.withdraw, name="withdraw"),
    path("declarations/<uuid:ref>/again/", choosing.declare_again, name="declare_again"),
    path("evidence/<uuid:ref>/", evidence.show_file, name="evidence_file"),
    path("evidence/<uuid:ref>/remove/", evidence.remove, name="remove_evidence"),
    path("hours/", hours.show_hours, name="hours"),
]
