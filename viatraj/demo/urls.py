from django.urls import include, path

from viatraj.demo import views
from viatraj.demo.lecteur.views import lecteur

app_name = "demo"
urlpatterns = [
    path("lecteur/", lecteur, name="reader"),
    path("psc/", include("viatraj.demo.psc.urls")),
    path("courriels/", views.courriels, name="mailbox"),
]
