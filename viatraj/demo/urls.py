from django.urls import path

from viatraj.demo import views

app_name = "demo"
urlpatterns = [
    path("courriels/", views.courriels, name="mailbox"),
]
