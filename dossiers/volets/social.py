"""Where the person lives, who helps, what is under way before the return."""

from dossiers.natures import Kind
from dossiers.volets.communs import AIDES_DOMICILE, GESTIONNAIRE
from dossiers.volets.formulaires import Formulaire, Section
from viatraj.core.champs import Choix, Nombre, OuiNon, Plusieurs, Texte
from viatraj.core.droits import Orientation

SANITAIRE = Formulaire(
    Kind.SOCIAL,
    Orientation.SANITAIRE,
    1,
    (
        Section(
            "logement",
            "Logement",
            (
                Choix(
                    "logement",
                    "Logement",
                    options=(
                        ("maison", "Maison"),
                        ("appartement", "Appartement"),
                        ("collectif", "Logement en établissement"),
                        ("precaire", "Hébergement précaire"),
                        ("sans", "Sans logement"),
                    ),
                ),
                Nombre("etage", "Étage", least=-2, most=60),
                OuiNon("ascenseur", "Ascenseur"),
                OuiNon("accessible", "Logement accessible à un fauteuil roulant"),
                OuiNon("seul", "La personne vit seule"),
            ),
        ),
        Section(
            "aides",
            "Aides",
            (
                Plusieurs("aides", "Aides en place", options=AIDES_DOMICILE),
                Choix(
                    "allocation",
                    "Allocation",
                    options=(
                        ("aucune", "Aucune"),
                        ("apa", "APA attribuée"),
                        ("apa_demande", "APA demandée"),
                        ("pch", "PCH attribuée"),
                        ("pch_demande", "PCH demandée"),
                    ),
                ),
                Plusieurs(
                    "demarches",
                    "Démarches en cours",
                    options=(
                        ("logement", "Adaptation du logement"),
                        ("aides", "Mise en place d’aides à domicile"),
                        ("ehpad", "Entrée en établissement d’hébergement"),
                        ("protection", "Mesure de protection"),
                        ("droits", "Ouverture de droits"),
                        ("mdph", "Demande à la MDPH"),
                    ),
                ),
            ),
        ),
        Section(
            "projet",
            "Projet de sortie",
            (
                OuiNon("evaluation", "Évaluation sociale faite", required=True),
                OuiNon("discute", "Projet discuté avec la personne", required=True),
                Texte("observations", "Observations", most=5000),
            ),
        ),
    ),
    par=GESTIONNAIRE,
)

FORMULAIRES = (SANITAIRE,)
