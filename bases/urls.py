"""Where anybody looks institutions and classes up, and where they keep what they disclose and teach; plans."""

from django.urls import path

from bases.views import classes, complaints, consenting, directory, disclosing, planning, plans, present, teaching

app_name = "bases"
urlpatterns = [
    path("institutions/", directory.show_directory, name="directory"),
    path("institutions/<uuid:ref>/", directory.show_institution, name="institution"),
    path("complaints/", complaints.show_complaints, name="complaints"),
    path("complaints/new/", complaints.new_complaint, name="new_complaint"),
    path("complaints/<uuid:ref>/", complaints.show_complaint, name="complaint"),
    path("complaints/<uuid:ref>/more/", complaints.complete_complaint, name="complete_complaint"),
    path("complaints/<uuid:ref>/document/", complaints.show_document, name="complaint_document"),
    path("disclosures/", disclosing.show_disclosures, name="disclosures"),
    path("disclosures/<uuid:ref>/", disclosing.edit_disclosure, name="edit_disclosure"),
    path("classes/", classes.show_classes, name="classes"),
    path("classes/mine/", classes.show_my_classes, name="my_classes"),
    path("classes/completion/", classes.look_up_completion, name="completion"),
    path("classes/<uuid:ref>/", classes.show_class, name="class"),
    path("classes/<uuid:ref>/enrol/", classes.enrol_self, name="enrol"),
    path("classes/<uuid:ref>/leave/", classes.leave_class, name="leave"),
    path("classes/<uuid:ref>/sign-in/<str:code>/", classes.sign_in, name="sign_in_class"),
    path("teaching/", teaching.show_own_classes, name="own_classes"),
    path("teaching/plan/", teaching.show_plan, name="plan"),
    path("teaching/new/", teaching.new_class, name="new_class"),
    path("teaching/consents/", consenting.show_consents, name="consents"),
    path("teaching/consents/<uuid:ref>/", consenting.show_consent, name="consent"),
    path("teaching/consents/<uuid:ref>/document/", consenting.show_document, name="consent_document"),
    path("teaching/<uuid:ref>/", teaching.show_desk, name="class_desk"),
    path("teaching/<uuid:ref>/edit/", teaching.edit, name="edit_class"),
    path("teaching/<uuid:ref>/consent/", consenting.ask, name="ask_consent"),
    path("teaching/<uuid:ref>/attendance/", present.show_attendance, name="attendance"),
    path("teaching/<uuid:ref>/results/", present.show_results, name="class_results"),
    path("plans/", plans.show_plans, name="training_plans"),
    path("plans/new/", plans.new_plan, name="new_training_plan"),
    path("plans/inspections/<uuid:ref>/", planning.answer, name="answer_inspection"),
    path("plans/<uuid:ref>/", plans.show_plan, name="training_plan"),
    path("plans/<uuid:ref>/send/", planning.send_plan, name="send_training_plan"),
    path("plans/<uuid:ref>/document/", plans.show_document, name="training_plan_document"),
    path("plans/<uuid:ref>/inspect/", planning.inspect, name="inspect_training_plan"),
    path("plans/<uuid:ref>/papers/new/", planning.attach, name="attach_to_plan"),
    path("plans/<uuid:ref>/papers/<uuid:paper>/", plans.show_paper, name="plan_paper"),
    path("plans/<uuid:ref>/trainings/new/", planning.new_training, name="new_planned_training"),
    path("plans/<uuid:ref>/trainings/<uuid:item>/", planning.edit_training, name="planned_training"),
]
