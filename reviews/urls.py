from django.urls import path

from reviews.views import appeals, deputies, desk, item, sharing, spot_checks, watch

app_name = "reviews"
urlpatterns = [
    path("spot-checks/", spot_checks.show_campaigns, name="spot_checks"),
    path("spot-checks/<uuid:ref>/published.json", spot_checks.show_published, name="published"),
    path("spot-checks/asked/", spot_checks.show_asked, name="asked"),
    path("spot-checks/asked/<uuid:ref>/", spot_checks.answer_inspection, name="answer"),
    path("reviews/", desk.show_inbox, name="inbox"),
    path("reviews/done/", desk.show_done, name="done"),
    path("appeals/", appeals.show_appeals, name="appeals"),
    path("appeals/about/<uuid:ref>/", appeals.new_appeal, name="new_appeal"),
    path("appeals/<uuid:ref>/", appeals.show_appeal, name="appeal"),
    path("appeals/<uuid:ref>/decide/", appeals.decide, name="decide_appeal"),
    path("appeals/<uuid:ref>/withdraw/", appeals.withdraw_appeal, name="withdraw_appeal"),
    path("appeals/<uuid:ref>/document/", appeals.show_document, name="appeal_document"),
    path("reviews/deputies/", deputies.keep_deputies, name="deputies"),
    path("reviews/deputies/end/", deputies.dismiss, name="dismiss_deputy"),
    path("reviews/watch/", watch.show_watch, name="watch"),
    path("reviews/watch/list/", watch.show_watched, name="watched"),
    path("reviews/together/", sharing.approve_together, name="together"),
    path("reviews/allot/", sharing.allot, name="allot"),
    path("reviews/<uuid:ref>/", item.review_declaration, name="review"),
    path("reviews/<uuid:ref>/not-opened/", item.show_not_opened, name="not_opened"),
    path("reviews/<uuid:ref>/decide/", item.decide_declaration, name="decide"),
    path("reviews/<uuid:ref>/keep/", item.keep, name="keep"),
    path("reviews/<uuid:ref>/evidence/<uuid:evidence>/", item.show_evidence, name="evidence_file"),
    path("reviews/<uuid:ref>/evidence/<uuid:evidence>/<int:page>/", item.show_page, name="evidence_page"),
]
