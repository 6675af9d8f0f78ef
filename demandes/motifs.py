"""Why a demande ends or is refused, as data (DOS-4); codes are kept for good, as those of states."""

from collections.abc import Mapping

from viatraj.core.droits import Domaine, Orientation

AUTRE = "autre"
_AUTRE = {AUTRE: "autre motif (à préciser)"}
# Lists of motifs that people choose from: each ends by «autre», which asks for a text.
REFUS: dict[str, Mapping[str, str]] = {
    Orientation.SANITAIRE: {
        "place": "pas de place disponible",
        "pathologie": "pathologie hors compétence de l’unité",
        "plateau": "plateau technique inadapté",
        "instable": "état clinique instable ou soins trop lourds",
        "projet": "autonomie ou projet non adapté",
        "secteur": "éloignement géographique ou hors secteur",
        "incomplet": "dossier incomplet",
        "social": "prise en charge sociale non organisée",
    }
    | _AUTRE,
    Orientation.GRAND_AGE: {
        "place": "pas de place disponible",
        "dependance": "niveau de dépendance ou de soins non adapté",
        "protegee": "unité protégée non disponible",
        "age": "hors critères d’âge",
        "financement": "financement",
        "secteur": "éloignement géographique ou hors secteur",
        "incomplet": "dossier incomplet",
    }
    | _AUTRE,
    Orientation.TND: {
        "age": "hors critères d’âge",
        "reconnu": "reconnaissance MDPH ou suivi médico-social déjà en cours",
        "secteur": "éloignement géographique ou hors secteur",
        "incomplet": "dossier incomplet",
    }
    | _AUTRE,
    Domaine.CPAM: {
        "criteres": "hors critères du programme PRADO",
        "liberaux": "aucun professionnel libéral disponible près du domicile",
        "souhait": "souhait de la personne ou de ses proches",
        "secteur": "éloignement géographique ou hors secteur",
        "incomplet": "dossier incomplet",
    }
    | _AUTRE,
}
ANNULATION: Mapping[str, str] = {
    "domicile": "retour à domicile",
    "deces": "décès",
    "solution": "autre solution trouvée",
    "etat": "évolution de l’état de santé",
    "souhait": "souhait de la personne ou de ses proches",
    "erreur": "envoyée par erreur",
} | _AUTRE
DECLIN: Mapping[str, str] = {
    "date": "la date proposée ne convient pas",
    "solution": "autre solution trouvée",
    "etat": "évolution de l’état de santé",
    "souhait": "souhait de la personne ou de ses proches",
} | _AUTRE
DESADMISSION: Mapping[str, str] = {
    "absent": "la personne n’est pas venue",
    "saisie": "erreur de saisie",
} | _AUTRE
# Noted by the service itself.
AUTOMATIQUES: Mapping[str, str] = {
    "dossier": "dossier annulé ou archivé",
    "deces": "décès",
    "structure": "structure fermée",
    "ailleurs": "admis ailleurs",
    "retiree": "retirée avant l’envoi",
}
LISTES: tuple[Mapping[str, str], ...] = (*REFUS.values(), ANNULATION, DECLIN, DESADMISSION)
MOTIFS: dict[str, str] = {code: label for one in (*LISTES, AUTOMATIQUES) for code, label in one.items()}
