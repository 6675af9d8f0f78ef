"""A child sent to a platform of coordination for neurodevelopmental disorders: up to 6 years included."""

from collections.abc import Mapping
from typing import Any

from dossiers.natures import Kind
from dossiers.volets.communs import MEDECIN
from dossiers.volets.formulaires import Contexte, Formulaire, Section, past
from viatraj.core.champs import OUI, Choix, Jour, Ligne, Liste, Nom, Nombre, OuiNon, Plusieurs, Texte
from viatraj.core.droits import Orientation

OLDEST = 6  # in whole years, at the day it is sent
TOO_OLD = (
    "L’enfant a 7\u00a0ans ou plus\u00a0: les plateformes de coordination et d’orientation accueillent "
    "les enfants jusqu’à 6\u00a0ans inclus."
)
ALREADY_FOLLOWED = (
    "Un enfant dont la situation est reconnue par la MDPH, ou suivi par un établissement médico-social, "
    "ne relève pas d’une plateforme de coordination et d’orientation."
)
NOT_AGREED = "L’accord des titulaires de l’autorité parentale est nécessaire pour adresser l’enfant."

DOMAINES = (
    ("motricite_globale", "Motricité globale"),
    ("motricite_fine", "Motricité fine"),
    ("langage", "Langage"),
    ("communication", "Communication et interactions"),
    ("jeu", "Jeu"),
    ("cognition", "Cognition"),
    ("comportement", "Comportement"),
    ("sommeil", "Sommeil"),
    ("alimentation", "Alimentation"),
    ("sensoriel", "Particularités sensorielles"),
)
PROFESSIONNELS = (
    ("ergotherapeute", "Ergothérapeute"),
    ("psychomotricien", "Psychomotricien"),
    ("psychologue", "Psychologue"),
)


def age_on(naissance, jour) -> int:
    """In whole years."""
    return jour.year - naissance.year - ((jour.month, jour.day) < (naissance.month, naissance.day))


def is_too_old(naissance, jour) -> bool:
    return age_on(naissance, jour) > OLDEST


def _young_enough(values: Mapping[str, Any], contexte: Contexte) -> Mapping[str, str]:
    born = contexte.naissance
    return {"": TOO_OLD} if born and is_too_old(born, contexte.jour) else {}


def _not_followed_yet(values: Mapping[str, Any], _: Contexte) -> Mapping[str, str]:
    return {"mdph": ALREADY_FOLLOWED} if values.get("mdph") == OUI else {}


def _agreed(values: Mapping[str, Any], _: Contexte) -> Mapping[str, str]:
    return {"accord": NOT_AGREED} if values.get("accord") != OUI else {}


TND = Formulaire(
    Kind.ADRESSAGE,
    Orientation.TND,
    1,
    (
        Section(
            "parents",
            "Titulaires de l’autorité parentale",
            (
                Liste(
                    "titulaires",
                    "Titulaires de l’autorité parentale",
                    required=True,
                    nominative=True,
                    most=2,
                    colonnes=(Nom("nom", "Nom"), Nom("prenom", "Prénom")),
                ),
                OuiNon("accord", "Ils sont informés et d’accord", required=True),
            ),
        ),
        Section(
            "reperage",
            "Repérage",
            (
                Ligne("ecole", "École, crèche ou mode de garde", nominative=True),
                Choix(
                    "repere_par",
                    "Difficultés repérées par",
                    options=(
                        ("parents", "Les parents"),
                        ("medecin", "Un médecin"),
                        ("pmi", "La protection maternelle et infantile"),
                        ("ecole", "L’école"),
                        ("creche", "La crèche ou l’assistant maternel"),
                        ("paramedical", "Un professionnel paramédical"),
                    ),
                ),
                Jour("consultation", "Date de la consultation", required=True),
                Nombre("terme", "Terme de naissance", mesure="semaines d’aménorrhée", least=22, most=43),
                Plusieurs(
                    "risques",
                    "Facteurs de haut risque",
                    options=(
                        ("prematurite", "Grande prématurité"),
                        ("hypotrophie", "Petit poids de naissance"),
                        ("encephalopathie", "Encéphalopathie"),
                        ("cardiopathie", "Cardiopathie congénitale opérée"),
                        ("infection", "Infection congénitale"),
                        ("toxiques", "Exposition à l’alcool ou à des toxiques"),
                        ("fratrie", "Trouble du neurodéveloppement dans la fratrie"),
                        ("genetique", "Maladie génétique connue"),
                    ),
                ),
            ),
        ),
        Section(
            "signes",
            "Signes d’alerte",
            (
                Plusieurs("signes", "Domaines concernés", required=True, options=DOMAINES),
                Texte("signes_detail", "Description des signes", most=5000),
            ),
        ),
        Section(
            "examens",
            "Examens et bilans",
            (
                Plusieurs(
                    "examens",
                    "Examens faits",
                    options=(
                        ("audition", "Audition"),
                        ("vision", "Vision"),
                        ("neuropediatre", "Avis d’un neuropédiatre"),
                        ("genetique", "Consultation de génétique"),
                    ),
                ),
                Plusieurs(
                    "bilans",
                    "Bilans déjà demandés",
                    options=(
                        ("orthophonie", "Orthophonie"),
                        ("kinesitherapie", "Kinésithérapie"),
                        ("orthoptie", "Orthoptie"),
                        *PROFESSIONNELS,
                    ),
                ),
                Plusieurs("souhaites", "Professionnels souhaités", options=PROFESSIONNELS),
            ),
        ),
        Section(
            "situation",
            "Situation",
            (
                OuiNon(
                    "mdph",
                    "Situation reconnue par la MDPH, ou suivi par un établissement médico-social",
                    required=True,
                ),
                Choix(
                    "urgence",
                    "Degré d’urgence",
                    options=(("haute", "Élevé"), ("moyenne", "Moyen"), ("faible", "Faible")),
                ),
                Texte("commentaire", "Commentaire", most=5000),
            ),
        ),
    ),
    par=MEDECIN,
    rules=(past("consultation", "La date de la consultation ne peut pas être à venir."),),
    validating=(_young_enough, _not_followed_yet, _agreed),
)

FORMULAIRES = (TND,)
