"""SAN-07: dossiers without a solution on a day, as they stood at its end (docs/adr/0069 says which)."""

from django.db.models import Count, Exists, F, Max, OuterRef, Q, QuerySet, Subquery, Value
from django.db.models.functions import Coalesce

from dossiers.models import Origine
from observatoire.masquage.tableau import Tableau
from observatoire.models import FaitDemande, FaitDossier
from observatoire.rapports import criteres, cumuls, etiquettes, moteur
from observatoire.rapports.base import Cadre, Colonne, Groupe, Nature, Rapport
from observatoire.rapports.communs import (
    LIEU_DEMANDEUR,
    TOUS,
    at_most,
    ensemble_de,
    lignes_de,
    nombre,
    ouverts,
    quartiles,
)
from observatoire.rapports.groupes import Compte
from viatraj.core.droits import Domaine, Droit, Orientation

COLONNES = (
    LIEU_DEMANDEUR,
    Colonne(
        "type", "Type demandé", definition="Tel que le volet orientation le dit aujourd’hui.", largeur=30
    ),
    Colonne(
        "refus",
        "Refus",
        definition="Demandes du dossier refusées ce jour-là\u00a0: aucune, une, deux, trois ou plus.",
    ),
    nombre(
        "n",
        "Dossiers",
        "Au moins une demande en cours ou refusée, aucune admission proposée ni faite à la fin du jour dit.",
        "dossiers",
    ),
    nombre(
        "refuses", "Toutes refusées", "Parmi eux, ceux dont plus aucune demande n’était en cours.", "dossiers"
    ),
    *quartiles("anciennete_", "Ancienneté depuis le premier envoi"),
)
FIGURES = (
    Compte("n"),
    Compte("refuses", Q(cherche=False), "n"),
    *moteur.quartiles("anciennete_", "n", "anciennete"),
)


def rows(cadre: Cadre) -> QuerySet[FaitDossier]:
    instant = moteur.instant_of(cadre)
    demandes = FaitDemande.objects.filter(dossier=OuterRef("pk"))  # of the CPAM too
    weighing = demandes.filter(Q(recherchee__au=instant) | Q(refus__au=instant))
    refused = demandes.filter(refus__au=instant).order_by().values("dossier").annotate(n=Count("pk"))
    waited = Max(moteur.seconds("premier_envoi_at", Value(instant)))
    longest = weighing.order_by().values("dossier").annotate(waited=waited)
    found = ouverts(cadre, Orientation.SANITAIRE).exclude(origine=Origine.PAPIER)
    return (
        found.filter(Q(decision="") | Q(decide_at__gt=instant), cree_at__lt=instant)
        .filter(Exists(weighing))
        .exclude(Exists(demandes.filter(proposee__au=instant)))
        .annotate(
            cherche=Exists(demandes.filter(recherchee__au=instant)),
            refus=Coalesce(Subquery(refused.values("n")), 0),
            anciennete=Subquery(longest.values("waited")),
        )
    )


def _lieu(cadre: Cadre) -> str:
    return moteur.grain(cadre.perimetre)


def _compute(cadre: Cadre) -> Tableau:
    lieu = _lieu(cadre)
    refus = moteur.Tranche("refus", ("0", "1", "2", "3+"), range(4))
    dimensions = {lieu: F(f"par_{lieu}"), "type": etiquettes.seul_type(), "refus": refus}
    known = moteur.fixe(cadre, is_monthly=False)
    return moteur.tableau(rows(cadre), "sans_solution", dimensions, FIGURES, known=known)


tableau = cumuls.by_photo("SAN-07", _compute, Orientation.SANITAIRE)

RAPPORT = Rapport(
    code="SAN-07",
    titre="Demandes sans solution",
    resume=(
        "À une date\u00a0: les dossiers auxquels personne n’a rien proposé, depuis combien de temps, après "
        "combien de refus."
    ),
    ligne="une structure, un type, un nombre de refus",
    groupe=Groupe.SANITAIRE,
    nature=Nature.PHOTO,
    periode_sur="à la fin du dernier jour choisi",
    droit=Droit.STATISTIQUES,
    domaine=Domaine.SANITAIRE,
    niveaux=TOUS,
    colonnes=COLONNES,
    criteres=(criteres.UNITE_DEMANDEUSE, criteres.TYPE_SANITAIRE),
    lignes=lignes_de(tableau),
    estime=at_most(12),
    tableau=tableau,
    ensemble=ensemble_de(rows, "sans_solution", FIGURES),
)
