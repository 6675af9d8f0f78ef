"""What sheets of établissements and of units have in common."""

from viatraj.core.champs import Choix, Email, Ligne, Liste, Telephone

LIBRE, RESTREINT, TRES_RESTREINT = "1", "2", "3"  # TRE_R283; only the first is for everybody
CONFIDENTIALITES = (
    (LIBRE, "pour tous"),
    (RESTREINT, "pour les professionnels"),
    (TRES_RESTREINT, "pour l’établissement seul"),
)
ITINERAIRE_MAX, DESCRIPTIF_MAX = 2_000, 5_000


def contacts() -> Liste:
    """A function and how to reach it, never somebody’s name."""
    return Liste(
        "contacts",
        "Contacts",
        aide="Une fonction ou un service, et comment le joindre.",
        most=10,
        colonnes=(
            Ligne("fonction", "Fonction ou service", most=100),
            Telephone("telephone", "Téléphone"),
            Email("email", "Adresse mail"),
            Choix("confidentialite", "Montré", options=CONFIDENTIALITES),
        ),
    )
