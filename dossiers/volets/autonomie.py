"""Autonomy by the AGGIR grid: ten results from which the GIR follows, seven that illustrate it."""

from collections.abc import Mapping
from typing import Any

from dossiers.natures import Kind
from dossiers.volets.aggir import VARIABLES, gir
from dossiers.volets.communs import MEDECIN
from dossiers.volets.formulaires import Formulaire, Section, past
from viatraj.core.champs import Choix, Jour, Texte
from viatraj.core.droits import Orientation

REPONSES = (
    ("A", "A\u00a0: fait seul, spontanément, totalement, habituellement et correctement"),
    ("B", "B\u00a0: fait en partie, ou pas toujours correctement"),
    ("C", "C\u00a0: ne fait pas"),
)
LABELS = (
    "Cohérence",
    "Orientation dans le temps et l’espace",
    "Toilette",
    "Habillage",
    "Alimentation",
    "Élimination",
    "Transferts",
    "Déplacements à l’intérieur",
    "Déplacements à l’extérieur",
    "Communication à distance",
)
ILLUSTRATIVES = (
    ("gestion", "Gestion"),
    ("cuisine", "Cuisine"),
    ("menage", "Ménage"),
    ("transport", "Transports"),
    ("achats", "Achats"),
    ("suivi_traitement", "Suivi du traitement"),
    ("temps_libre", "Activités du temps libre"),
)
GIRS = tuple((str(one), f"GIR {one}") for one in range(1, 7))

GRAND_AGE = Formulaire(
    Kind.AUTONOMIE,
    Orientation.GRAND_AGE,
    1,
    (
        Section(
            "grille",
            "Grille AGGIR",
            tuple(
                Choix(code, label, required=True, options=REPONSES)
                for code, label in zip(VARIABLES, LABELS, strict=True)
            ),
            aide="Le résultat de chaque variable. Le GIR en est calculé.",
        ),
        Section(
            "illustratives",
            "Variables illustratives",
            tuple(Choix(code, label, options=REPONSES) for code, label in ILLUSTRATIVES),
            aide="Elles ne comptent pas dans le GIR.",
        ),
        Section(
            "evaluation",
            "Évaluation",
            (
                Choix(
                    "gir_declare",
                    "GIR indiqué par l’évaluateur",
                    options=GIRS,
                    aide="S’il diffère du GIR calculé, les deux sont affichés.",
                ),
                Jour("evaluation", "Date de l’évaluation", required=True),
                Texte("observations", "Observations", most=5000),
            ),
        ),
    ),
    par=MEDECIN,
    rules=(past("evaluation", "La date de l’évaluation ne peut pas être à venir."),),
)

FORMULAIRES = (GRAND_AGE,)


def difference(values: Mapping[str, Any]) -> tuple[int, int] | None:
    """The GIR computed and the one stated, when they differ."""
    computed, stated = gir(values), values.get("gir_declare")
    if computed is None or stated is None or int(stated) == computed:
        return None
    return computed, int(stated)
