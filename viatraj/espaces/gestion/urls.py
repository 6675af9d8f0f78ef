from django.urls import path

from viatraj.espaces.gestion import views

app_name = "gestion"
urlpatterns = [
    path("", views.index, name="index"),
    path("recherche/<slug:cle>/", views.index, name="recherche"),
    path("comptes/<int:pk>/", views.compte, name="compte"),
    path("comptes/<int:pk>/droits/", views.droits, name="droits"),
    path("comptes/<int:pk>/journal/", views.journal, name="journal"),
    path("comptes/<int:pk>/envois/", views.compte_envois, name="compte_envois"),
    path("envois/", views.envois, name="envois"),
]
