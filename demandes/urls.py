from django.urls import path, re_path

from demandes.etats import Verbe
from demandes.views import (
    decisions,
    delais,
    demandes,
    envoi,
    notifications,
    offre,
    papier,
    suivis,
    tableaux,
    vues,
)

app_name = "demandes"
OF_THEIR_OWN = (Verbe.SELECTIONNER, Verbe.CONSULTER, Verbe.ENREGISTRER)
VERBES = "|".join(one.value for one in Verbe if one not in OF_THEIR_OWN)
urlpatterns = [
    re_path(r"^dossier/(?P<numero>[0-9]{8})/$", envoi.index, name="index"),
    re_path(r"^dossier/(?P<numero>[0-9]{8})/recherche/$", offre.search, name="offre"),
    re_path(r"^dossier/(?P<numero>[0-9]{8})/recherche/(?P<cle>[^/]+)/$", offre.search, name="offre_found"),
    re_path(r"^dossier/(?P<numero>[0-9]{8})/choisir/$", envoi.choose, name="choose"),
    re_path(r"^dossier/(?P<numero>[0-9]{8})/envoyer/$", envoi.send, name="send"),
    path("papier/", papier.record_paper, name="papier"),
    re_path(r"^(?P<pk>[0-9]{1,14})/$", demandes.detail, name="detail"),
    re_path(rf"^(?P<pk>[0-9]{{1,14}})/(?P<verbe>{VERBES})/$", demandes.apply, name="apply"),
]
# Under an address and a name of their own.
TABLEAUX = (
    [
        path("", tableaux.index, name="index"),
        path("vues/", vues.index, name="vues"),
        re_path(r"^vues/(?P<pk>[0-9]{1,14})/$", vues.show, name="vue"),
        re_path(r"^vues/(?P<pk>[0-9]{1,14})/modifier/$", vues.edit, name="vue_edit"),
        re_path(r"^vues/(?P<pk>[0-9]{1,14})/supprimer/$", vues.remove, name="vue_remove"),
        path("mdph/", suivis.suivi, {"code": "mdph"}, name="mdph"),
        path("mdph/export/", suivis.workbook, {"code": "mdph"}, name="mdph_workbook"),
        path("esms/", suivis.suivi, {"code": "esms"}, name="esms"),
        path("esms/export/", suivis.workbook, {"code": "esms"}, name="esms_workbook"),
        path("<slug:code>/", tableaux.tableau, name="tableau"),
        path("<slug:code>/export/", tableaux.workbook, name="workbook"),
        path("<slug:code>/enregistrer/", vues.save, name="save"),
    ],
    "tableaux",
)
DELAIS = ([re_path(r"^coordinations/(?P<pk>[0-9]{1,14})/delais/$", delais.edit, name="edit")], "delais")
NOTIFICATIONS = (
    [
        path("recherche/", notifications.search, name="search"),
        path("recherche/<str:cle>/", notifications.search, name="found"),
        path("decisions/nouvelle/", decisions.create, name="create"),
        re_path(r"^decisions/(?P<pk>[0-9]{1,14})/$", decisions.detail, name="decision"),
        re_path(r"^decisions/(?P<pk>[0-9]{1,14})/notifier/$", decisions.notify, name="notify"),
        re_path(r"^decisions/(?P<pk>[0-9]{1,14})/corriger/$", decisions.correct, name="correct"),
        re_path(r"^decisions/(?P<pk>[0-9]{1,14})/annuler/$", decisions.cancel, name="cancel"),
        re_path(r"^decisions/(?P<pk>[0-9]{1,14})/retablir/$", decisions.restore, name="restore"),
        re_path(r"^(?P<pk>[0-9]{1,14})/$", notifications.detail, name="detail"),
        re_path(r"^(?P<pk>[0-9]{1,14})/statut/$", notifications.statut, name="statut"),
        re_path(r"^(?P<pk>[0-9]{1,14})/unite/$", notifications.unite, name="unite"),
    ],
    "notifications",
)
