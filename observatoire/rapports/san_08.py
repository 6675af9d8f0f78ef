"""SAN-08: from which territory patients come, in which they are admitted."""

from django.db.models import QuerySet

from observatoire.masquage.tableau import Tableau
from observatoire.models import FaitDemande
from observatoire.rapports import criteres, cumuls, moteur
from observatoire.rapports.base import Cadre, Colonne, Groupe, Nature, Rapport
from observatoire.rapports.communs import MOIS, TERRITOIRES, at_most, lignes_de, nombre, part
from observatoire.rapports.criteres import retenus
from observatoire.rapports.groupes import Compte, Part
from viatraj.core.droits import Domaine, Droit

COLONNES = (
    MOIS,
    Colonne(
        "origine",
        "Origine",
        definition="Coordination de la structure qui a demandé, ou médecin libéral.",
        largeur=34,
    ),
    Colonne("destination", "Destination", definition="Coordination de l’unité qui admet.", largeur=34),
    nombre("n", "Admissions", "Demandes dont le patient est admis, par sa date d’admission.", "admissions"),
    part("part", "Part", "Parmi les admissions de même origine, le même mois."),
)


def rows(cadre: Cadre) -> QuerySet[FaitDemande]:
    """What comes in, and what goes out: the other end may lie anywhere."""
    ours = moteur.at_places(cadre.perimetre) | moteur.at_places(cadre.perimetre, "par_")
    admitted = FaitDemande.objects.filter(ours, module=Domaine.SANITAIRE, admise_at__isnull=False)
    return admitted.filter(retenus(cadre), moteur.on_days(cadre, "date_admission"))


def _compute(cadre: Cadre) -> Tableau:
    return moteur.tableau(
        rows(cadre),
        "admission",
        {
            "mois": moteur.mois_of_day(cadre, "date_admission"),
            "origine": "par_coordination",
            "destination": "coordination",
        },
        (Compte("n"), Part("part", "n", parmi=("mois", "origine"))),
        known=moteur.fixe(cadre, is_monthly=True),
    )


tableau = cumuls.by_month("SAN-08", _compute, "date_admission", Domaine.SANITAIRE)

RAPPORT = Rapport(
    code="SAN-08",
    titre="Flux entre territoires",
    resume="Combien de patients d’un territoire sont admis dans quel autre, mois par mois.",
    ligne="un mois, une origine, une destination",
    groupe=Groupe.SANITAIRE,
    nature=Nature.AGREGE,
    periode_sur="date d’admission",
    droit=Droit.STATISTIQUES,
    domaine=Domaine.SANITAIRE,
    niveaux=TERRITOIRES,
    colonnes=COLONNES,
    criteres=(criteres.TYPE_SANITAIRE,),
    lignes=lignes_de(tableau),
    estime=at_most(20),
    tableau=tableau,
)
