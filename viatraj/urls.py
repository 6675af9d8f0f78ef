"""The map of the site; paths in French, names in English."""

from django.urls import include, path

urlpatterns = [
    path("", include("viatraj.espaces.urls")),
]
