"""The machine interface to certificates (design: api). Paths stand without a trailing slash."""

from django.urls import path

from certificates.api import checking, eligibility

app_name = "certificates_api"
urlpatterns = [
    path("certificates/<str:token>", checking.OneCertificate.as_view(), name="certificate"),
    path("certificate-files", checking.OneFile.as_view(), name="file"),
    path("revocations", checking.Revocations.as_view(), name="revocations"),
    path("eligibility-checks", eligibility.EligibilityChecks.as_view(), name="eligibility_checks"),
]
