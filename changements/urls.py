from django.urls import path

from changements import views

app_name = "changements"
urlpatterns = [path("<uuid:cle>/annuler/", views.undo, name="undo")]
