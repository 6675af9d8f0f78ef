from django.urls import path, re_path

from dossiers.natures import Kind
from dossiers.views import (
    decisions,
    dossiers,
    historiques,
    identites,
    impressions,
    listes,
    pieces,
    recherches,
    traitants,
    volets,
)

app_name = "dossiers"
KINDS = "|".join(Kind.values)
urlpatterns = [
    path("", listes.index, name="index"),
    path("creer/", dossiers.create, name="create"),
    path("accepter/", traitants.accept_all, name="accept_all"),
    path("recherche/", recherches.search, name="search"),
    path("recherche/<str:cle>/", recherches.search, name="found"),
    re_path(r"^(?P<numero>[0-9]{8})/$", dossiers.detail, name="detail"),
    re_path(r"^(?P<numero>[0-9]{8})/identite/$", identites.identite, name="identite"),
    re_path(r"^(?P<numero>[0-9]{8})/etat/$", decisions.decide, name="decide"),
    re_path(r"^(?P<numero>[0-9]{8})/medecin-traitant/$", traitants.search, name="traitant"),
    re_path(r"^(?P<numero>[0-9]{8})/medecin-traitant/retirer/$", traitants.remove, name="remove_traitant"),
    re_path(
        r"^(?P<numero>[0-9]{8})/medecin-traitant/recherche/(?P<cle>[^/]+)/$",
        traitants.search,
        name="traitant_found",
    ),
    re_path(
        r"^(?P<numero>[0-9]{8})/medecin-traitant/(?P<idnat>[0-9A-Z]{9,40})/$",
        traitants.name,
        name="name_traitant",
    ),
    re_path(r"^(?P<numero>[0-9]{8})/reponse/$", traitants.answer, name="answer"),
    re_path(r"^(?P<numero>[0-9]{8})/imprimer/$", impressions.print_dossier, name="print_dossier"),
    re_path(r"^(?P<numero>[0-9]{8})/demande-admission/$", impressions.download, name="download"),
    re_path(r"^(?P<numero>[0-9]{8})/historique/$", historiques.history, name="history"),
    re_path(r"^(?P<numero>[0-9]{8})/historique/imprimer/$", historiques.print_history, name="print_history"),
    re_path(r"^(?P<numero>[0-9]{8})/pieces/$", pieces.index, name="pieces"),
    re_path(r"^(?P<numero>[0-9]{8})/pieces/(?P<pk>[0-9]{1,14})/$", pieces.show, name="piece"),
    re_path(r"^(?P<numero>[0-9]{8})/pieces/(?P<pk>[0-9]{1,14})/retirer/$", pieces.hide, name="piece_hide"),
    re_path(rf"^(?P<numero>[0-9]{{8}})/volets/(?P<kind>{KINDS})/$", volets.volet, name="volet"),
    re_path(
        rf"^(?P<numero>[0-9]{{8}})/volets/(?P<kind>{KINDS})/modifier/$",
        volets.edit_volet,
        name="edit_volet",
    ),
    re_path(
        rf"^(?P<numero>[0-9]{{8}})/volets/(?P<kind>{KINDS})/saisie/effacer/$",
        volets.forget_typed,
        name="forget_typed",
    ),
]
