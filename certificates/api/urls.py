"""The machine interface to certificates (design: api). Paths stand without a trailing slash."""

from django.urls import path

from certificates.api import bundles, checking, eligibility

app_name = "certificates_api"
urlpatterns = [
    path("certificates/<str:token>", checking.OneCertificate.as_view(), name="certificate"),
    path("certificate-files", checking.OneFile.as_view(), name="file"),
    path("revocations", checking.Revocations.as_view(), name="revocations"),
    path("eligibility-checks", eligibility.EligibilityChecks.as_view(), name="eligibility_checks"),
    path("certificate-bundles", bundles.Bundles.as_view(), name="bundles"),
    path("certificate-bundles/<str:ref>", bundles.OneBundle.as_view(), name="bundle"),
    path("certificate-bundles/<str:ref>/file", bundles.BundleFile.as_view(), name="bundle_file"),
]
