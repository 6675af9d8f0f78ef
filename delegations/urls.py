from django.urls import path, re_path

from delegations.models import Delegation
from delegations.views import absence, activite, assistants, medecin, recues

app_name = "delegations"
urlpatterns = [
    path("medecin/delegations/", medecin.index, name="index"),
    path(
        "medecin/delegations/historique/medecins/",
        medecin.history,
        {"kind": Delegation.Kind.CONFRERE},
        name="history_confreres",
    ),
    path(
        "medecin/delegations/historique/assistants/",
        medecin.history,
        {"kind": Delegation.Kind.ASSISTANT},
        name="history_assistants",
    ),
    path("medecin/delegations/confrere/", medecin.search, name="search"),
    path("medecin/delegations/confrere/recherche/<str:cle>/", medecin.search, name="found"),
    re_path(r"^medecin/delegations/confrere/(?P<idnat>[08][0-9AB]{8,13})/$", medecin.grant, name="grant"),
    path("medecin/delegations/activite/", activite.activity, name="activity"),
    path("medecin/delegations/activite/export/", activite.export, name="export_activity"),
    path("medecin/delegations/absence/", absence.cover, name="cover"),
    path("medecin/delegations/absence/<str:cle>/", absence.cover, name="cover_search"),
    path("medecin/delegations/assistant/", assistants.grant, name="grant_assistant"),
    path("medecin/delegations/<int:pk>/", medecin.show, name="show"),
    path("medecin/delegations/<int:pk>/modifier/", medecin.modify, name="modify"),
    path("medecin/delegations/<int:pk>/renvoyer/", medecin.resend, name="resend"),
    path("medecin/delegations/<int:pk>/supprimer/", medecin.revoke, name="revoke"),
    path("delegations/recues/", recues.received, name="received"),
    path("delegations/recues/<int:pk>/", recues.answer, name="answer"),
    path("delegations/recues/<int:pk>/renoncer/", recues.renounce, name="renounce"),
    path("delegations/invitation/<str:token>/", recues.invitation, name="invitation"),
    path("delegations/au-nom-de/", recues.switch, name="switch"),
]
