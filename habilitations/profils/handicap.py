"""Handicap: the MDPH that decides, the ESMS that it notifies."""

from habilitations.profils.base import (
    ECRITURE,
    ETAB_UNITE,
    LECTURE,
    OUI,
    REPONDRE,
    TABLEAU,
    VU,
    Profil,
    choix,
    fixe,
    groupe,
)
from viatraj.core.droits import Domaine, Droit, Niveau

MDPH = Profil(
    "mdph_gestionnaire",
    "MDPH – Gestionnaire",
    Domaine.HANDICAP,
    (Niveau.COORDINATION,),
    "Enregistre les décisions et les notifications de la MDPH.",
    (
        groupe(
            "Handicap – MDPH",
            Domaine.HANDICAP,
            fixe(Droit.DECISION),
            choix(Droit.ADMISSION_IMPOSSIBLE, OUI),
            fixe(Droit.NOTIFICATIONS, LECTURE),
        ),
    ),
)
MDPH_CONSULTATION = Profil(
    "mdph_consultation",
    "MDPH – Consultation",
    Domaine.HANDICAP,
    (Niveau.COORDINATION,),
    "Consulte les décisions et les notifications de la MDPH.",
    (groupe("Handicap – MDPH", Domaine.HANDICAP, fixe(Droit.NOTIFICATIONS, LECTURE)),),
)
ESMS = Profil(
    "esms_gestionnaire",
    "ESMS – Gestionnaire",
    Domaine.HANDICAP,
    ETAB_UNITE,
    "Gère les notifications reçues et le statut des usagers.",
    (
        groupe(
            "Handicap – ESMS",
            Domaine.HANDICAP,
            fixe(Droit.NOTIFICATIONS, REPONDRE),
            choix(Droit.STATUT, OUI),
            choix(Droit.EVALUATION, LECTURE, *VU),
        ),
    ),
)
ESMS_CONSULTATION = Profil(
    "esms_consultation",
    "ESMS – Consultation",
    Domaine.HANDICAP,
    ETAB_UNITE,
    "Consulte les notifications reçues.",
    (groupe("Handicap – ESMS", Domaine.HANDICAP, fixe(Droit.NOTIFICATIONS, LECTURE)),),
)
ESMS_STATISTIQUES = Profil(
    "esms_statistiques",
    "VT PH – Statistiques ESMS",
    Domaine.HANDICAP,
    (Niveau.ETABLISSEMENT,),
    "Commande les statistiques Handicap de l’établissement.",
    (groupe("Handicap – Statistiques", Domaine.HANDICAP, fixe(Droit.STATISTIQUES)),),
)
ACCOMPAGNANT_DUA = Profil(
    "accompagnant_dua",
    "Accompagnant DUA",
    Domaine.HANDICAP,
    (Niveau.ETABLISSEMENT,),
    "Suit les dossiers uniques d’admission des personnes accompagnées.",
    (groupe("Handicap – Accompagnant", Domaine.HANDICAP, choix(Droit.ACCOMPAGNEMENT, ECRITURE, *TABLEAU)),),
)

HANDICAP = (MDPH, MDPH_CONSULTATION, ESMS, ESMS_CONSULTATION, ESMS_STATISTIQUES, ACCOMPAGNANT_DUA)
