"""Addresses for the proof that one without a name is found."""

from django.http import HttpRequest, HttpResponse
from django.urls import path


def show(request: HttpRequest) -> HttpResponse:
    return HttpResponse()


urlpatterns = [path("somewhere/", show)]
