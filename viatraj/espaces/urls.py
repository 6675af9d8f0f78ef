from django.urls import path

from viatraj.espaces import views

urlpatterns = []
