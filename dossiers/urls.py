from django.urls import path, re_path

from dossiers.views import dossiers, identites, listes, recherches

app_name = "dossiers"
urlpatterns = [
    path("", listes.index, name="index"),
    path("creer/", dossiers.create, name="create"),
    path("recherche/", recherches.search, name="search"),
    path("recherche/<str:cle>/", recherches.search, name="found"),
    re_path(r"^(?P<numero>[0-9]{8})/$", dossiers.detail, name="detail"),
    re_path(r"^(?P<numero>[0-9]{8})/identite/$", identites.identite, name="identite"),
    re_path(r"^(?P<numero>[0-9]{8})/historique/$", dossiers.history, name="history"),
]
