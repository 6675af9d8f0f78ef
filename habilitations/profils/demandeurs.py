"""Those who ask: hospital prescribers, their teams, those who accompany people at home."""

from habilitations.profils.base import (
    AUCUN,
    ECRITURE,
    ETAB_UNITE,
    LECTURE,
    OUI,
    TABLEAU,
    VALIDATION,
    VU,
    Profil,
    choix,
    fixe,
    groupe,
)
from viatraj.core.droits import Domaine, Droit, Niveau

PRESCRIPTEUR, DEMANDEUR = "Sanitaire – Prescripteur", "Grand Âge – Demandeur"


def _soignant(code, label, does, medical, *, upto, envoi) -> Profil:
    """`medical`: how far he goes in the volets of a médecin, and at most in those of care (`upto`)."""
    return Profil(
        code,
        label,
        Domaine.SANITAIRE,
        ETAB_UNITE,
        does,
        (
            groupe(
                PRESCRIPTEUR,
                Domaine.SANITAIRE,
                choix(Droit.TABLEAU_DEMANDEUR, ECRITURE, *TABLEAU),
                choix(Droit.DOSSIER_CREATION, OUI),
                choix(Droit.VOLET_ADMINISTRATIF, ECRITURE, *TABLEAU),
                fixe(Droit.VOLET_ORIENTATION, medical),
                fixe(Droit.VOLET_MEDICAL, medical),
                choix(Droit.VOLET_SOINS, medical, *upto),
                choix(Droit.ENVOI, envoi),
                choix(Droit.SUIVI, OUI),
                fixe(Droit.PIECES),
                choix(Droit.STATISTIQUES, AUCUN),
            ),
            groupe(
                DEMANDEUR,
                Domaine.GRAND_AGE,
                choix(Droit.TABLEAU_DEMANDEUR, ECRITURE, *TABLEAU),
                choix(Droit.DOSSIER_CREATION, OUI),
                choix(Droit.VOLET_ADMINISTRATIF, ECRITURE, *TABLEAU),
                choix(Droit.VOLET_AUTONOMIE, medical, *upto),
                fixe(Droit.VOLET_MEDICAL, medical),
                choix(Droit.ENVOI, envoi),
            ),
        ),
    )


PRESCRIPTEUR_MEDICAL = _soignant(
    "prescripteur_medical",
    "Prescripteur médical",
    "Renseigne et valide les volets Orientation et Médical du dossier sanitaire et le volet Médical du "
    "dossier Grand Âge.",
    VALIDATION,
    upto=(LECTURE, ECRITURE, VALIDATION),
    envoi=OUI,
)
EQUIPE_SOIGNANTE = _soignant(
    "equipe_soignante",
    "Équipe soignante",
    "Renseigne les volets Orientation et Médical du dossier sanitaire et le volet Médical du dossier "
    "Grand Âge, sans pouvoir les valider.",
    ECRITURE,
    upto=(LECTURE, ECRITURE),
    envoi=AUCUN,
)
GESTIONNAIRE = Profil(
    "gestionnaire_administratif",
    "Gestionnaire administratif et social",
    Domaine.SANITAIRE,
    ETAB_UNITE,
    "Renseigne et valide les informations administratives. L’accès aux volets médicaux en lecture est "
    "possible.",
    (
        groupe(
            PRESCRIPTEUR,
            Domaine.SANITAIRE,
            fixe(Droit.TABLEAU_DEMANDEUR, ECRITURE),
            choix(Droit.DOSSIER_CREATION, OUI),
            fixe(Droit.VOLET_ADMINISTRATIF, VALIDATION),
            choix(Droit.VOLET_ORIENTATION, LECTURE, *VU),
            choix(Droit.VOLET_MEDICAL, LECTURE, *VU),
            choix(Droit.VOLET_SOINS, LECTURE, *VU),
            choix(Droit.ENVOI, AUCUN),
            choix(Droit.SUIVI, OUI),
            fixe(Droit.PIECES),
            choix(Droit.STATISTIQUES, AUCUN),
        ),
        groupe(
            DEMANDEUR,
            Domaine.GRAND_AGE,
            fixe(Droit.TABLEAU_DEMANDEUR, ECRITURE),
            choix(Droit.DOSSIER_CREATION, OUI),
            fixe(Droit.VOLET_ADMINISTRATIF, VALIDATION),
            choix(Droit.VOLET_AUTONOMIE, LECTURE, *VU, ECRITURE),
            choix(Droit.VOLET_MEDICAL, LECTURE, *VU),
            choix(Droit.ENVOI, OUI),
        ),
    ),
)
ACCOMPAGNANT = Profil(
    "accompagnant_medico_social",
    "Accompagnant médico-social",
    Domaine.GRAND_AGE,
    (Niveau.ETABLISSEMENT, Niveau.COORDINATION),
    "Accompagne les personnes (DAC, CLIC, CCAS)\u00a0: renseigne le volet administratif et envoie les "
    "demandes.",
    (
        groupe(
            DEMANDEUR,
            Domaine.GRAND_AGE,
            choix(Droit.TABLEAU_DEMANDEUR, ECRITURE, *TABLEAU),
            choix(Droit.DOSSIER_CREATION, OUI),
            choix(Droit.VOLET_ADMINISTRATIF, ECRITURE, *TABLEAU),
            choix(Droit.ENVOI, OUI),
        ),
    ),
)
ADRESSEUR_TND = Profil(
    "adresseur_tnd",
    "Prescripteur TND",
    Domaine.TND,
    ETAB_UNITE,
    "Renseigne le dossier adressé à la plateforme de coordination et d’orientation, et l’envoie.",
    (
        groupe(
            "TND – Demandeur",
            Domaine.TND,
            choix(Droit.TABLEAU_DEMANDEUR, ECRITURE, *TABLEAU),
            choix(Droit.DOSSIER_CREATION, OUI),
            choix(Droit.VOLET_ADMINISTRATIF, ECRITURE, *TABLEAU),
            choix(Droit.VOLET_MEDICAL, VALIDATION, LECTURE, ECRITURE, VALIDATION),
            choix(Droit.ENVOI, OUI),
        ),
    ),
)

DEMANDEURS = (PRESCRIPTEUR_MEDICAL, EQUIPE_SOIGNANTE, GESTIONNAIRE, ACCOMPAGNANT, ADRESSEUR_TND)
