"""The machine interface to hours (design: api). Paths stand without a trailing slash."""

from django.urls import path

from credits.api import checks, courses, explanations, records, reference, requirements, schema, statements, views

app_name = "credits_api"
urlpatterns = [
    path("schema", schema.schema, name="schema"),
    path("reference", reference.show_reference, name="reference"),
    path("requirements", requirements.RequirementsInForce.as_view(), name="requirements"),
    path("explanations", explanations.Explanations.as_view(), name="explanations"),
    path("explanations/<str:year>", explanations.OwnExplanation.as_view(), name="own_explanation"),
    path("identity-checks", checks.IdentityChecks.as_view(), name="identity_checks"),
    path("statements/<str:day>", statements.Statements.as_view(), name="statement"),
    path("hour-batches", views.Batches.as_view(), name="batches"),
    path("hour-batches/<str:batch_id>", views.StoredBatch.as_view(), name="batch"),
    path("courses", courses.Courses.as_view(), name="courses"),
    path("courses/<path:code>", courses.OneCourse.as_view(), name="course"),
    path("hours", records.Records.as_view(), name="records"),
    path("hours/<str:record_id>", records.OneRecord.as_view(), name="record"),
    path("hours/<str:record_id>/corrections", records.Corrections.as_view(), name="corrections"),
]
