from django.urls import path

from authcps.views import code, identifiant, premiere, psc, sortie

app_name = "authcps"
urlpatterns = [
    path("connexion/medecin/", identifiant.medecin, name="medecin"),
    path("connexion/professionnel/", identifiant.professionnel, name="professionnel"),
    path("connexion/code/", code.code, name="code"),
    path("connexion/code/renvoyer/", code.resend, name="resend"),
    path("connexion/appairage/", identifiant.pair, name="pair"),
    path("connexion/premiere/", premiere.first, name="first"),
    path("connexion/adresse/<str:token>/", premiere.address, name="address"),
    path("connexion/psc/", psc.start, name="psc"),
    path("connexion/psc/retour/", psc.returned, name="psc_return"),
    path("connexion/psc/exercice/", psc.exercice, name="psc_exercice"),
    path("deconnexion/retour/", psc.logged_out, name="psc_logout_return"),
    path("deconnexion/", sortie.sign_out, name="sign_out"),
]
