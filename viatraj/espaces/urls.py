from django.urls import path

from viatraj.espaces.views import (
    accueil,
    alertes,
    assistant,
    cartes,
    compte,
    etablissements,
    medecin,
    mes_droits,
)

urlpatterns = [
    path("", accueil.accueil, name="accueil"),
    path("medecin/", medecin.medecin, name="medecin"),
    path("connexion/assistant/", assistant.first_assistant, name="first_assistant"),
    path("basculer/", accueil.switch_space, name="switch_space"),
    path("professionnel/", accueil.professionnel, name="professionnel"),
    path("mon-compte/", compte.compte, name="mon_compte"),
    path("mon-compte/sessions/", compte.end_other_sessions, name="end_other_sessions"),
    path("mon-compte/appairages/<int:pk>/retirer/", compte.remove_identite, name="remove_identite"),
    path("mon-compte/habilitations/<int:pk>/e-mails/", mes_droits.notify, name="notify_habilitation"),
    path("mon-compte/habilitations/<int:pk>/renoncer/", mes_droits.give_up, name="give_up_habilitation"),
    path("administration/comptes/<int:pk>/cartes/<int:identite>/retirer/", cartes.unpair, name="unpair"),
    path(
        "administration/etablissements/<int:pk>/habilitations/",
        etablissements.people,
        name="etablissement_habilitations",
    ),
    path("mes-referents/", mes_droits.referents_index, name="mes_referents"),
    path("mes-referents/<int:pk>/", mes_droits.referents_of, name="referents_of"),
    path("mes-droits/", mes_droits.droits, name="mes_droits"),
    path("alertes/", alertes.index, name="alertes"),
    path("alertes/nombre/", alertes.number, name="alertes_nombre"),
    path("alertes/choix/", alertes.choix, name="alertes_choix"),
    path("alertes/<int:pk>/", alertes.alerte, name="alerte"),
    path("charte/", compte.charte, name="charte"),
    path("session/prolonger/", compte.stay, name="prolonger"),
]
