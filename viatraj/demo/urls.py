from django.urls import include, path

from viatraj.demo import views

app_name = "demo"
urlpatterns = [
    path("psc/", include("viatraj.demo.psc.urls")),
    path("courriels/", views.courriels, name="mailbox"),
]
