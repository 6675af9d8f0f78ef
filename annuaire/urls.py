from django.urls import include, path

from annuaire.views import (
    coordinations,
    fermetures,
    fiches,
    guichets,
    listes,
    offre,
    publiques,
    releves,
    repartitions,
    ror,
)
from viatraj.core.droits import Niveau

app_name = "annuaire"
ETABLISSEMENT, UNITE = {"niveau": Niveau.ETABLISSEMENT}, {"niveau": Niveau.UNITE}
ADMINISTRATION = [
    path("etablissements/", listes.index, name="etablissements"),
    path("etablissements/<int:pk>/", fiches.show, ETABLISSEMENT, name="etablissement"),
    path("etablissements/<int:pk>/unites/", listes.unites, name="unites"),
    path("etablissements/<int:pk>/synchronisation/", listes.synchronisation, name="synchronisation"),
    path("etablissements/<int:pk>/rapprochement/", ror.reconcile, name="rapprochement"),
    path(
        "etablissements/<int:pk>/rapprochement/<int:rapprochement>/defaire/",
        ror.undo,
        name="rapprochement_undo",
    ),
    path("etablissements/<int:pk>/activer/", ror.enter, name="activation"),
    path("etablissements/<int:pk>/quitter/", ror.leave, name="desactivation"),
    path("etablissements/<int:pk>/verifier/", fiches.verify, ETABLISSEMENT, name="verify_etablissement"),
    path(
        "etablissements/<int:pk>/modifier/<slug:rubrique>/",
        fiches.edit,
        ETABLISSEMENT,
        name="edit_etablissement",
    ),
    path(
        "etablissements/<int:pk>/historique/<slug:champ>/",
        fiches.history,
        ETABLISSEMENT,
        name="history_etablissement",
    ),
    path("ror/", releves.index, name="releves"),
    path("ror/<int:pk>/", releves.show, name="releve"),
    path("unites/<int:pk>/", fiches.show, UNITE, name="unite"),
    path("unites/<int:pk>/verifier/", fiches.verify, UNITE, name="verify_unite"),
    path("unites/<int:pk>/modifier/<slug:rubrique>/", fiches.edit, UNITE, name="edit_unite"),
    path("unites/<int:pk>/historique/<slug:champ>/", fiches.history, UNITE, name="history_unite"),
    path("fermetures/", fermetures.index, name="fermetures"),
    path("fermetures/<slug:niveau>/<int:pk>/", fermetures.close, name="fermeture"),
    path("fermetures/<slug:niveau>/<int:pk>/rouvrir/", fermetures.reopen, name="fermeture_reopen"),
    path("fermetures/<slug:niveau>/<int:pk>/garder/", fermetures.keep_open, name="fermeture_keep"),
    path("fermetures/etablissement/<int:pk>/repartir/", repartitions.share, name="repartir"),
    path("guichets/", guichets.index, name="guichets"),
    path("guichets/creer/<slug:niveau>/<int:pk>/", guichets.create, name="guichet_create"),
    path("guichets/<int:pk>/", guichets.show, name="guichet"),
    path("guichets/<int:pk>/modifier/", guichets.edit, name="guichet_edit"),
    path("unites/<int:pk>/thesaurus/", offre.groupes, name="thesaurus"),
    path("unites/<int:pk>/thesaurus/<slug:slug>/", offre.groupe, name="thesaurus_groupe"),
    path("unites/<int:pk>/couverture/", offre.couverture, name="couverture"),
    path("coordinations/<int:pk>/", coordinations.edit, name="coordination"),
    path("coordinations/<int:pk>/couverture/", coordinations.territoire, name="territoire"),
]
PUBLIQUES = [
    path("", publiques.index, name="publique"),
    path("etablissement/<str:finess>/", publiques.etablissement, name="public"),
    path("export/csv/", publiques.export_csv, name="export_csv"),
    path("export/json/", publiques.export_json, name="export_json"),
]
urlpatterns = [
    path("administration/", include(ADMINISTRATION)),
    path("annuaire/", include(PUBLIQUES)),
    path("GrandAge/Pages/Public/AccesEtablissement.aspx", publiques.former, name="former"),
]
