from django.urls import path

from habilitations.views import comptes

app_name = "habilitations"
urlpatterns = [
    path("comptes/", comptes.index, name="comptes"),
]
