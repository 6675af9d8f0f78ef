"""TND-01: what platforms of coordination and orientation were asked."""

from django.db.models import F, OuterRef, Q, QuerySet, Subquery

from demandes.etats import Etat
from observatoire.masquage.tableau import Tableau
from observatoire.models import FaitDemande, FaitDossier
from observatoire.rapports import criteres, cumuls, moteur
from observatoire.rapports.base import Cadre, Colonne, Groupe, Nature, Rapport
from observatoire.rapports.communs import (
    LIEU,
    MOIS,
    TOUS,
    at_most,
    ensemble_de,
    lignes_de,
    nombre,
    quartiles,
    recues,
)
from observatoire.rapports.groupes import Compte
from viatraj.core.droits import Domaine, Droit

COLONNES = (
    MOIS,
    LIEU,
    Colonne(
        "age_mois",
        "Âge",
        definition="Âge de l’enfant à la création du dossier, par année, en mois.",
        largeur=16,
    ),
    Colonne(
        "adresseur",
        "Adresseur",
        definition="Spécialité du médecin qui adresse\u202f; pour un service, «\u00a0établissement\u00a0».",
        largeur=30,
    ),
    nombre("n", "Demandes", "Demandes reçues ce mois-là (dernier envoi de chacune)."),
    nombre(
        "precisions",
        "Avec précision demandée",
        "Parmi elles, celles pour lesquelles une précision est demandée.",
    ),
    nombre("admises", "Prises en charge", "Parmi elles, celles dont l’enfant est pris en charge."),
    nombre("refusees", "Refusées", "Parmi elles, celles que la plateforme a refusées."),
    nombre("repondues", "Répondues", "Parmi elles, celles qui ont eu une première réponse."),
    nombre("sans_reponse", "Sans réponse", "Parmi elles, celles qui n’en ont eu aucune au dernier relevé."),
    *quartiles("reponse_", "Réception → première réponse"),
)
FIGURES = (
    Compte("n"),
    Compte("precisions", Q(precisions__gt=0), "n"),
    Compte("admises", Q(etat=Etat.ADMIS), "n"),
    Compte("refusees", Q(etat=Etat.REFUSEE), "n"),
    Compte("repondues", Q(delai_reponse__isnull=False), "n"),
    Compte("sans_reponse", Q(delai_reponse=None), "n"),
    *moteur.quartiles("reponse_", "repondues", "delai_reponse"),
)


def rows(cadre: Cadre) -> QuerySet[FaitDemande]:
    received = recues(cadre, Domaine.TND).filter(moteur.during(cadre, "envoyee_at"))
    months = FaitDossier.objects.filter(pk=OuterRef("dossier")).values("age_mois")
    return received.annotate(mois_de_vie=Subquery(months))


def _compute(cadre: Cadre) -> Tableau:
    lieu = moteur.grain(cadre.perimetre)
    dimensions = {
        "mois": moteur.mois(cadre, "envoyee_at"),
        lieu: moteur.unite_of(cadre, lieu),
        "age_mois": moteur.whole(F("mois_de_vie"), 12),
        "adresseur": moteur.text("par_professionnel__specialite"),
    }
    known = moteur.fixe(cadre, is_monthly=True)
    return moteur.tableau(rows(cadre), "tnd", dimensions, FIGURES, known=known)


tableau = cumuls.by_month("TND-01", _compute, "envoyee_at", Domaine.TND)

RAPPORT = Rapport(
    code="TND-01",
    titre="Activité des plateformes TND (PCO)",
    resume="Les enfants adressés\u00a0: leur âge, par qui, quelle réponse, en combien de temps.",
    ligne="un mois, une plateforme, un âge, un adresseur",
    groupe=Groupe.HANDICAP,
    nature=Nature.AGREGE,
    periode_sur="date de réception",
    droit=Droit.STATISTIQUES,
    domaine=Domaine.TND,
    niveaux=TOUS,
    colonnes=COLONNES,
    criteres=(criteres.STRUCTURES,),
    lignes=lignes_de(tableau),
    estime=at_most(30),
    tableau=tableau,
    ensemble=ensemble_de(rows, "tnd", FIGURES),
)
