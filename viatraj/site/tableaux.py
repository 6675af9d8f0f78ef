"""A fiche for each dashboard, whose counters are those of its table (DOC-1)."""

from demandes.etats import Cote
from demandes.tableaux import REFUSED_DAYS, TABLEAUX, Vue

# By fiche, its dashboard.
BOARDS = {
    "tableau-prescripteur-sanitaire": "prescripteur",
    "tableau-receveur-sanitaire": "receveur",
    "tableau-receveur-ehpad-usld": "receveur-ehpad",
    "tableau-redacteur-ehpad-usld": "redacteur",
    "tableau-pco": "pco",
    "tableau-guichet": "guichet",
    "tableau-medecin": "medecin",
    "demandes-sans-solution": "regulateur",
}
REFUSEES = (
    f"Refusées depuis moins de {REFUSED_DAYS}\u00a0jours, avec leur motif. Les plus anciennes sont parmi les "
    "closes."
)
CLOSES = "Terminées, de la plus récente à la plus ancienne. Elles ne comptent pas dans les nombres affichés."
NON_LUES = "Personne de la structure ne les a encore ouvertes."
LATE = "Le délai de rappel est passé\u00a0: le demandeur attend une réponse."
SAYS: dict[Cote | None, dict[str, str]] = {
    Cote.DEMANDEUR: {
        "a-traiter": "Tout ce qui attend votre geste\u00a0: une sélection à envoyer, une précision à donner, "
        "une admission à confirmer.",
        "precision": "Le receveur pose une question. La demande reprend son cours dès votre réponse.",
        "a-confirmer": "Une admission est proposée, avec sa date. Confirmez-la ou déclinez-la avant "
        "l’échéance affichée.",
        "a-envoyer": "Des structures sont choisies, et rien n’est encore parti.",
        "sans-reponse": "Envoyées, et le délai de rappel est passé. Relancez, ou cherchez une autre "
        "structure.",
        "en-attente": "Le receveur les étudie, ou les garde sur sa liste d’attente.",
        "confirmees": "La date convient aux deux côtés. Le receveur déclarera l’admission.",
        "refusees": REFUSEES,
        "closes": CLOSES,
    },
    Cote.RECEVEUR: {
        "a-traiter": "Tout ce qui attend votre geste\u00a0: les demandes à étudier, les admissions "
        "confirmées à déclarer.",
        "non-lues": NON_LUES,
        "sans-reponse": LATE,
        "precision": "Vous avez posé une question. Le demandeur n’a pas encore répondu.",
        "liste-attente": "Sur votre liste d’attente. Le rang n’est visible que de votre structure.",
        "a-confirmer": "Vous avez proposé une date. Sans confirmation avant l’échéance, la proposition "
        "expire.",
        "confirmees": "Le demandeur a confirmé. Déclarez l’admission le jour de l’entrée.",
        "refusees": REFUSEES,
        "closes": CLOSES,
    },
    Cote.GUICHET: {
        "a-repartir": "À confier à l’unité qui prendra le patient en charge.",
        "non-lues": NON_LUES,
        "sans-reponse": LATE,
        "precision": "Le guichet a posé une question. Le demandeur n’a pas encore répondu.",
        "refusees": REFUSEES,
        "closes": CLOSES,
    },
    None: {
        "sans-solution": "Tous les dossiers signalés, d’abord ceux qui cherchent depuis le plus longtemps.",
        "refusees": "Une structure a refusé, et plus aucune ne peut encore répondre.",
        "delai": "La première demande est plus ancienne que le délai de la coordination.",
    },
}


def compteurs(slug: str) -> list[tuple[Vue, str]]:
    """The counters of a fiche's dashboard, in its order, each with what it counts."""
    tableau = TABLEAUX[BOARDS[slug]]
    return [(vue, SAYS[tableau.cote][vue.code]) for vue in tableau.vues]
