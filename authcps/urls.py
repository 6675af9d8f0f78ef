from django.urls import path

from authcps.views import carte, code, identifiant, premiere, psc, reception, secours, sortie

app_name = "authcps"
urlpatterns = [
    path("connexion/medecin/", identifiant.medecin, name="medecin"),
    path("connexion/professionnel/", identifiant.professionnel, name="professionnel"),
    path("connexion/code/", code.code, name="code"),
    path("connexion/code/renvoyer/", code.resend, name="resend"),
    path("connexion/code/application/", secours.totp, name="totp"),
    path("connexion/code/secours/", secours.recovery, name="recovery"),
    path("connexion/appairage/", identifiant.pair, name="pair"),
    path("connexion/premiere/", premiere.first, name="first"),
    path("connexion/carte/", carte.card, name="card"),
    path("connexion/carte/reponse/", carte.answered, name="card_answer"),
    path("connexion/carte/tls/", carte.tls, name="card_tls"),
    path("connexion/carte/retour/", carte.returned, name="card_return"),
    path("connexion/carte/echec/", carte.failed, name="card_failed"),
    path("connexion/psc/", psc.start, name="psc"),
    path("connexion/psc/retour/", psc.returned, name="psc_return"),
    path("connexion/psc/exercice/", psc.exercice, name="psc_exercice"),
    path("deconnexion/retour/", psc.logged_out, name="psc_logout_return"),
    path("mon-compte/reception/", reception.choose, name="reception"),
    path("mon-compte/verifier/<str:token>/", reception.confirm, name="confirm_reception"),
    path("mon-compte/annuler/<str:token>/", reception.cancel, name="cancel_reception"),
    path("mon-compte/application/", secours.add_totp, name="add_totp"),
    path("mon-compte/application/retirer/", secours.remove_totp, name="remove_totp"),
    path("mon-compte/codes-de-secours/", secours.make_recovery, name="make_recovery"),
    path("deconnexion/", sortie.sign_out, name="sign_out"),
]
