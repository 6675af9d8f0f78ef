from django.urls import path

from authcps.views import code, identifiant, premiere, sortie

app_name = "authcps"
urlpatterns = [
    path("connexion/medecin/", identifiant.medecin, name="medecin"),
    path("connexion/professionnel/", identifiant.professionnel, name="professionnel"),
    path("connexion/code/", code.code, name="code"),
    path("connexion/code/renvoyer/", code.resend, name="resend"),
    path("connexion/appairage/", identifiant.pair, name="pair"),
    path("connexion/premiere/", premiere.first, name="first"),
    path("connexion/adresse/<str:token>/", premiere.address, name="address"),
    path("deconnexion/", sortie.sign_out, name="sign_out"),
]
