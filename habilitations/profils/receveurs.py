"""Those who answer: admissions, régulateurs, CPAM, the platforms of TND."""

from habilitations.profils.base import (
    ANONYME,
    AUCUN,
    ETAB_UNITE,
    LECTURE,
    LU,
    OUI,
    REPONDRE,
    VU,
    Profil,
    choix,
    fixe,
    groupe,
)
from viatraj.core.droits import Domaine, Droit, Niveau

RESPONSABLE_ADMISSIONS = Profil(
    "responsable_admissions",
    "Responsable des admissions",
    Domaine.SANITAIRE,
    (Niveau.UNITE, Niveau.GUICHET),
    "Consulte les demandes de SMR, HAD et soins palliatifs reçues par l’unité, et y répond.",
    (
        groupe(
            "Sanitaire – Receveur",
            Domaine.SANITAIRE,
            choix(Droit.TABLEAU_RECEVEUR, REPONDRE, *LU, REPONDRE),
            choix(Droit.RECU_ADMINISTRATIF, LECTURE, *LU),
            choix(Droit.RECU_ORIENTATION, LECTURE, *LU),
            choix(Droit.RECU_SOINS, LECTURE, *LU),
            choix(Droit.RECU_MEDICAL, LECTURE, *LU),
            choix(Droit.REPONSE, OUI),
            choix(Droit.REPARTITION, OUI, only_at=Niveau.GUICHET),
            choix(Droit.STATISTIQUES, AUCUN),
        ),
    ),
)
RESPONSABLE_ADMISSIONS_GA = Profil(
    "responsable_admissions_ga",
    "Responsable des admissions Grand Âge",
    Domaine.GRAND_AGE,
    (Niveau.UNITE, Niveau.GUICHET),
    "Consulte les demandes d’hébergement reçues (EHPAD, USLD, résidence autonomie), et y répond.",
    (
        groupe(
            "Grand Âge – Receveur",
            Domaine.GRAND_AGE,
            choix(Droit.TABLEAU_RECEVEUR, REPONDRE, *LU, REPONDRE),
            fixe(Droit.RECU_ADMINISTRATIF, LECTURE),
            choix(Droit.RECU_AUTONOMIE, LECTURE, *LU),
            choix(Droit.RECU_MEDICAL, AUCUN, *VU),
            choix(Droit.REPONSE, OUI),
            choix(Droit.PAPIER, OUI),
            choix(Droit.STATISTIQUES, AUCUN),
        ),
    ),
)
MEDECIN_COORDONNATEUR = Profil(
    "medecin_coordonnateur",
    "Médecin coordonnateur",
    Domaine.GRAND_AGE,
    ETAB_UNITE,
    "Lit les volets médical et autonomie des demandes reçues, et donne son avis.",
    (
        groupe(
            "Grand Âge – Receveur",
            Domaine.GRAND_AGE,
            choix(Droit.TABLEAU_RECEVEUR, LECTURE, LECTURE, REPONDRE),
            fixe(Droit.RECU_MEDICAL, LECTURE),
            fixe(Droit.RECU_AUTONOMIE, LECTURE),
            choix(Droit.REPONSE, AUCUN),
        ),
    ),
)
REGULATEUR = Profil(
    "regulateur",
    "Régulateur",
    Domaine.SANITAIRE,
    (Niveau.ETABLISSEMENT,),
    "Accède aux demandes sans solution d’un établissement.",
    (
        groupe(
            "Sanitaire – Régulateur",
            Domaine.SANITAIRE,
            choix(Droit.TABLEAU_REGULATEUR, LECTURE, *LU),
            choix(Droit.RECU_ADMINISTRATIF, ANONYME, *LU),
            choix(Droit.RECU_ORIENTATION, ANONYME, *LU),
            choix(Droit.RECU_SOINS, ANONYME, *LU),
            choix(Droit.RECU_MEDICAL, ANONYME, *LU),
            choix(Droit.STATISTIQUES, OUI),
        ),
    ),
)
REGULATEUR_GA = Profil(
    "regulateur_ga",
    "Régulateur Grand Âge",
    Domaine.GRAND_AGE,
    (Niveau.COORDINATION,),
    "Suit, pour un département, les demandes d’hébergement sans solution.",
    (
        groupe(
            "Grand Âge – Régulateur",
            Domaine.GRAND_AGE,
            choix(Droit.TABLEAU_REGULATEUR, ANONYME, *LU),
            fixe(Droit.STATISTIQUES),
        ),
    ),
)
CONSEILLER_PRADO = Profil(
    "conseiller_prado",
    "Conseiller PRADO",
    Domaine.CPAM,
    (Niveau.COORDINATION,),
    "Suit les demandes de retour à domicile avec le programme PRADO, et y répond.",
    (
        groupe(
            "CPAM – PRADO",
            Domaine.CPAM,
            choix(Droit.TABLEAU_RECEVEUR, REPONDRE, *LU, REPONDRE),
            fixe(Droit.RECU_ADMINISTRATIF, LECTURE),
            fixe(Droit.RECU_ORIENTATION, LECTURE),
            choix(Droit.REPONSE, OUI),
            choix(Droit.STATISTIQUES, OUI),
        ),
    ),
)


def _pco(code, label, does, *lus, stats=AUCUN) -> Profil:
    """`stats`: proposed, to who runs the platform."""
    tableau = choix(Droit.TABLEAU_RECEVEUR, REPONDRE, *LU, REPONDRE)
    ends = choix(Droit.REPONSE, OUI), choix(Droit.STATISTIQUES, stats)
    droits = groupe("TND – PCO", Domaine.TND, tableau, *lus, *ends)
    return Profil(code, label, Domaine.TND, (Niveau.ETABLISSEMENT,), does, (droits,))


LUS = (fixe(Droit.RECU_ADMINISTRATIF, LECTURE), fixe(Droit.RECU_MEDICAL, LECTURE))

PCO_GESTIONNAIRE = _pco(
    "pco_gestionnaire",
    "PCO – Gestionnaire",
    "Suit les dossiers reçus par la plateforme, et demande des précisions.",
    *LUS,
    stats=OUI,
)
PCO_MEDECIN = _pco(
    "pco_medecin",
    "PCO – Médecin",
    "Étudie les dossiers reçus par la plateforme, et demande des précisions.",
    *LUS,
)
PCO_SECRETARIAT = _pco(
    "pco_secretariat",
    "PCO – Secrétariat",
    "Assure le suivi des dossiers reçus par la plateforme.",
    choix(Droit.RECU_ADMINISTRATIF, LECTURE, *LU),
    choix(Droit.RECU_MEDICAL, LECTURE, *LU),
)

RECEVEURS = (
    RESPONSABLE_ADMISSIONS,
    RESPONSABLE_ADMISSIONS_GA,
    MEDECIN_COORDONNATEUR,
    REGULATEUR,
    REGULATEUR_GA,
    CONSEILLER_PRADO,
    PCO_GESTIONNAIRE,
    PCO_MEDECIN,
    PCO_SECRETARIAT,
)
