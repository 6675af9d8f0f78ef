from django.urls import path

from viatraj.espaces.views import accueil, assistant, compte, documentation, legal, medecin, sante

urlpatterns = [
    path("", accueil.accueil, name="accueil"),
    path("medecin/", medecin.medecin, name="medecin"),
    path("connexion/assistant/", assistant.first_assistant, name="first_assistant"),
    path("basculer/", accueil.switch_space, name="switch_space"),
    path("professionnel/", accueil.professionnel, name="professionnel"),
    path("mon-compte/", compte.compte, name="mon_compte"),
    path("mon-compte/sessions/", compte.end_other_sessions, name="end_other_sessions"),
    path("mon-compte/appairages/<int:pk>/retirer/", compte.remove_identite, name="remove_identite"),
    path("charte/", compte.charte, name="charte"),
    path("session/prolonger/", compte.stay, name="prolonger"),
    path("accessibilite/", legal.accessibility, name="accessibilite"),
    path("mentions-legales/", legal.legal_notice, name="mentions_legales"),
    path("donnees-personnelles/", legal.personal_data, name="donnees_personnelles"),
    path("charte-d-utilisation/", legal.charte, name="charte_publique"),
    path("plan-du-site/", legal.site_map, name="plan_du_site"),
    path("assistance/", legal.support, name="assistance"),
    path("documentation/se-connecter/", documentation.sign_in, name="documentation_connexion"),
    path("documentation/carte/", documentation.card, name="documentation_carte"),
    path("documentation/deleguer/assistant/", documentation.to_assistant, name="documentation_assistant"),
    path("documentation/deleguer/confrere/", documentation.to_confrere, name="documentation_confrere"),
    path("en-savoir-plus/", legal.about, name="en_savoir_plus"),
    path("sante/vif", sante.alive, name="alive"),
    path("sante/pret", sante.ready, name="ready"),
]
