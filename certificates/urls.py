from django.urls import path, re_path

from certificates.views import checking, eligibility, numbers, own, public, reporting, sharing, transcript

app_name = "certificates"
urlpatterns = [
    path("certificates/", own.mine, name="mine"),
    path("certificates/<uuid:ref>/pdf/", own.pdf, name="pdf"),
    path("certificates/<uuid:ref>/renew/", own.renew_one, name="renew"),
    path("certificates/<uuid:ref>/share/", sharing.share_one, name="share"),
    path("certificates/links/<uuid:ref>/end/", sharing.end_one, name="end_link"),
    path("s/<str:token>/", sharing.shared, name="shared"),
    path("s/<str:token>/pdf/", sharing.shared_file, name="shared_file"),
    path("eligibility/", eligibility.show_list, name="eligibility"),
    path("eligibility/table/", eligibility.table, name="eligibility_table"),
    path("eligibility/bundle/", eligibility.ask_bundle, name="ask_bundle"),
    path("eligibility/numbers/", numbers.ask_by_numbers, name="ask_by_numbers"),
    path("eligibility/bundles/<uuid:ref>/", eligibility.show_bundle, name="bundle"),
    path("eligibility/bundles/<uuid:ref>/zip/", eligibility.bundle_file, name="bundle_file"),
    path("transcript/", transcript.show_transcript, name="transcript"),
    path("transcript/pdf/", transcript.transcript_pdf, name="transcript_pdf"),
    path("verify/", public.look_up, name="look_up"),
    path("verify/file/", checking.check_a_file, name="check_file"),
    path("verify/list/", checking.check_a_list, name="check_list"),
    path("verify/report/", reporting.report_one, name="report"),
    path("verify/report/done/", reporting.reported, name="reported"),
    path("verify/keys.pem", checking.keys, name="keys"),
    path("v/<str:token>/", public.verify, name="verify"),
    # Whatever else stands after /v/ gets the same answer as a token that does not exist (inputs.md 139).
    re_path(r"^v/(?P<token>[\s\S]*)\Z", public.verify, name="verify_other"),
]
