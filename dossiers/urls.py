from django.urls import path, re_path

from dossiers import views

app_name = "dossiers"
urlpatterns = [
    path("", views.index, name="index"),
    path("creer/", views.create, name="create"),
    path("recherche/", views.search, name="search"),
    path("recherche/<str:cle>/", views.search, name="found"),
    re_path(r"^(?P<numero>[0-9]{8})/$", views.detail, name="detail"),
    re_path(r"^(?P<numero>[0-9]{8})/identite/$", views.identite, name="identite"),
    re_path(r"^(?P<numero>[0-9]{8})/historique/$", views.history, name="history"),
]
