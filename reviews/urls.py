from django.urls import path

from reviews.views import desk, item

app_name = "reviews"
urlpatterns = [
    path("reviews/", desk.show_inbox, name="inbox"),
    path("reviews/done/", desk.show_done, name="done"),
    path("reviews/<uuid:ref>/", item.review_declaration, name="review"),
    path("reviews/<uuid:ref>/not-opened/", item.show_not_opened, name="not_opened"),
    path("reviews/<uuid:ref>/decide/", item.decide_declaration, name="decide"),
    path("reviews/<uuid:ref>/evidence/<uuid:evidence>/", item.show_evidence, name="evidence_file"),
]
