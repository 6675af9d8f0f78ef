"""Which motifs a status may have (ASS_A32, 2025-04-11), and the texts of codes, as the ANS publishes them.

Texts are those of the files that the directory ships (JDV_J250, JDV_J251, TRE_R244, TRE_R213); codes that are
kept stand here, since a constraint and a choice are made of them.
"""

from functools import cache

from annuaire import nomenclatures
from demandes.handicap.statuts import Statut, StatutUnite

S, U = Statut, StatutUnite
_IMPOSSIBLE = (
    "86",
    "113",
    "114",
    "115",
    "116",
    "117",
    "118",
    "119",
    "120",
    "121",
    "122",
    "127",
    "124",
    "148",
)
# In the order of the table; 90 «Décès» has ended, 124 says it.
MOTIFS: dict[str, tuple[str, ...]] = {
    S.DECISION_ANNULEE.value: ("112", "124", "173", "174"),
    S.CONTACT.value: ("150", "151", "152", "153"),
    S.IMPOSSIBLE.value: _IMPOSSIBLE,
    S.ENTERINEE.value: _IMPOSSIBLE,
    S.ANNULEE.value: ("100", "109", "112", "124", "173", "174"),
    S.REORIENTATION.value: ("92", "93", "172"),
    S.REACTIVEE.value: ("109", "112", "168", "170"),
    U.NON_CONCLUANT.value: ("84", "85"),
    U.RETIRE.value: ("95", "124", "109", "98", "100", "112"),
    U.FIN.value: (
        *("87", "88", "89", "124", "91", "125", "126", "127", "128", "135", "136", "146", "147", "157"),
        *("158", "159", "184", "204", "253"),
    ),
}
# Without a motif these say too little; others may have one.
MOTIVES = frozenset((S.IMPOSSIBLE, S.ENTERINEE, S.ANNULEE, S.REORIENTATION))
AUTOMATIQUE = "95"
# What an orientation may be towards: organisations of TRE_R244 that a CDAPH orients to.
CATEGORIES = (
    *("31", "32", "37", "39", "40", "41", "42", "43", "44", "45", "46", "47", "48", "49", "50", "51"),
    *("52", "53", "54", "57", "58", "59", "60", "65"),
)
MODES = ("46", "47", "48")


@cache
def _textes(*wanted: str) -> dict[str, str]:
    """Of files that come with the product: read once a process."""
    found: dict[str, str] = {}
    for path, code, _ in nomenclatures.shipped():
        if code in wanted:
            found |= {one.code: one.libelle.replace("'", "’") for one in nomenclatures.read(path).termes}
    return found


def motif_dit(code: str) -> str:
    return _textes("JDV_J250", "JDV_J251").get(code, "")


def categorie_dite(code: str) -> str:
    return _textes("TRE_R244").get(code, "")


def mode_dit(code: str) -> str:
    return _textes("TRE_R213").get(code, "")


def motifs(statut: str) -> dict[str, str]:
    """Those of one status, with their texts; empty where it has none."""
    return {code: motif_dit(code) for code in MOTIFS.get(statut, ())}
