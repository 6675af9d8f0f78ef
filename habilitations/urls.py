from django.urls import path

from habilitations.views import attribution, comptes, fiche, habilitations, profils

app_name = "habilitations"
urlpatterns = [
    path("comptes/", comptes.index, name="comptes"),
    path("comptes/creer/", fiche.create, name="create"),
    path("comptes/attribuer/", attribution.choose, name="grant"),
    path("comptes/attribuer/<slug:profil>/", attribution.grant, name="grant_profil"),
    path("comptes/<int:pk>/", comptes.compte, name="compte"),
    path("comptes/<int:pk>/droits/", comptes.effective, name="effective"),
    path("comptes/<int:pk>/modifier/", fiche.correct, name="correct"),
    path("comptes/<int:pk>/adresse-e-mail/", fiche.change_email, name="change_email"),
    path("comptes/<int:pk>/debloquer/", fiche.unlock, name="unlock"),
    path("comptes/<int:pk>/premier-lien/", fiche.welcome_again, name="welcome_again"),
    path("comptes/<int:pk>/depart/", habilitations.depart, name="depart"),
    path("habilitations/<int:pk>/droits/", habilitations.droits, name="droits"),
    path("habilitations/<int:pk>/fin/", habilitations.fin, name="fin"),
    path("habilitations/<int:pk>/supprimer/", habilitations.revoke, name="revoke"),
    path("profils/", profils.index, name="profils"),
]
