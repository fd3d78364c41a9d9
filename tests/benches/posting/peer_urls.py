from django.urls import include, path

from tests.benches.posting.peers import ItemByItem, ManyAndBulk

urlpatterns = [
    path("api/v1/peers/item", ItemByItem.as_view()),
    path("api/v1/peers/bulk", ManyAndBulk.as_view()),
    path("", include("ceportal.urls")),
]
