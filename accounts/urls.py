from django.urls import path

from accounts.views import compte, oubli

app_name = "accounts"
urlpatterns = [
    path("mot-de-passe/oublie/", oubli.forgotten, name="forgotten"),
    path("mot-de-passe/oublie/envoye/", oubli.sent, name="sent"),
    path("mot-de-passe/nouveau/<str:token>/", oubli.new_password, name="new_password"),
    path("mot-de-passe/enregistre/", oubli.saved, name="saved"),
    path("mot-de-passe/expire/", compte.expired_password, name="expired_password"),
    path("mon-compte/mot-de-passe/", compte.change_password, name="change_password"),
    path("mon-compte/adresse-e-mail/", compte.change_email, name="change_email"),
    path("mon-compte/portable/", compte.change_mobile, name="change_mobile"),
]
