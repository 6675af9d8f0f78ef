from django.urls import path

from changements import views

app_name = "changements"
urlpatterns = [
    path("", views.index, name="index"),
    path("<uuid:cle>/annuler/", views.undo, name="undo"),
]
