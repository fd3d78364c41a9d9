"""Where a person declares hours and reads how they came about, and where a base reports those of its classes."""

from django.urls import path

from credits.views import (
    choosing,
    editing,
    evidence,
    exceptions,
    hours,
    reading,
    roster_acts,
    roster_files,
    rosters,
    standards,
)

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
    path("exceptions/", exceptions.show_exceptions, name="exceptions"),
    path("exceptions/for/<uuid:person>/", exceptions.ask, name="ask_exception"),
    path("exceptions/<uuid:ref>/", exceptions.show_exception, name="exception"),
    path("exceptions/<uuid:ref>/edit/", exceptions.edit, name="edit_exception"),
    path("exceptions/<uuid:ref>/withdraw/", exceptions.take_back, name="withdraw_exception"),
    path("exceptions/<uuid:ref>/rule/", exceptions.rule, name="rule_exception"),
    path("exceptions/<uuid:ref>/document/", exceptions.show_document, name="exception_document"),
    path("standards/", standards.show_standards, name="standards"),
    path("standards/<uuid:ref>/", standards.show_standards, name="standards_of"),
    path("standards/<uuid:ref>/<slug:activity>/", standards.edit_standard, name="edit_standard"),
    path("rosters/", rosters.show_rosters, name="rosters"),
    path("rosters/new/", rosters.new_roster, name="new_roster"),
    path("rosters/<uuid:ref>/", rosters.show_roster, name="roster"),
    path("rosters/<uuid:ref>/class/", rosters.edit_roster, name="edit_roster"),
    path("rosters/<uuid:ref>/template/", roster_files.download_template, name="roster_template"),
    path("rosters/<uuid:ref>/file/", roster_files.take_file, name="roster_file"),
    path("rosters/<uuid:ref>/problems/", roster_files.download_problems, name="roster_problems"),
    path("rosters/<uuid:ref>/progress/", rosters.show_progress, name="roster_progress"),
    path("rosters/<uuid:ref>/confirm/", roster_acts.confirm, name="confirm_roster"),
    path("rosters/<uuid:ref>/undo/", roster_acts.undo, name="undo_roster"),
    path("rosters/<uuid:ref>/drop/", roster_acts.drop, name="drop_roster"),
]
