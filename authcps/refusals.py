"""What the failure page says of each reason: what happened, what to do (CON-10)."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Refusal:
    """`retry`: putting the card in again may help."""

    happened: str
    todo: str
    retry: bool = True


AGAIN = "Recommencez depuis la page de connexion."
ORDER = "Commandez ou faites renouveler votre carte auprès de l’Agence du Numérique en Santé (ANS)."
SUPPORT = "Si cela se reproduit, contactez l’assistance."

UNKNOWN = Refusal("La lecture de la carte CPS a échoué.", "Vérifiez les points ci-dessous, puis réessayez.")
REASONS = {
    "no_card": Refusal(
        "Aucune carte n’a été présentée.",
        "Insérez votre carte dans le lecteur, puis choisissez votre certificat d’authentification.",
    ),
    "blocked": Refusal(
        "Votre carte est bloquée\u00a0: le code porteur a été saisi trois fois de suite avec une erreur.",
        "Elle se débloque auprès de l’Agence du Numérique en Santé (ANS).",
        retry=False,
    ),
    "revoked": Refusal("Cette carte a été mise en opposition.", ORDER, retry=False),
    "expired": Refusal("Cette carte n’est plus valable\u00a0: sa date est dépassée.", ORDER, retry=False),
    "foreign": Refusal(
        "Cette carte ne vient pas d’une autorité reconnue par le service.",
        "Utilisez votre carte CPS, CPE ou CPA.",
    ),
    "signature_certificate": Refusal(
        "Le certificat choisi est celui de signature.", "Choisissez le certificat d’authentification."
    ),
    "usage": Refusal(
        "Le certificat choisi ne sert pas à se connecter.", "Choisissez le certificat d’authentification."
    ),
    "test_card": Refusal(
        "Cette carte est une carte de test.", "Utilisez votre propre carte CPS, CPE ou CPA.", retry=False
    ),
    "not_a_card": Refusal(
        "Ce certificat n’est pas celui d’une carte CPx.", "Utilisez votre carte CPS, CPE ou CPA."
    ),
    "unnamed": Refusal(
        "Cette carte n’est pas nominative\u00a0: une carte de service ne permet pas de se connecter.",
        "Utilisez votre carte personnelle.",
        retry=False,
    ),
    "unknown_number": Refusal("Le numéro inscrit sur cette carte n’est pas reconnu.", SUPPORT, retry=False),
    "late": Refusal("Le délai de deux minutes est dépassé.", AGAIN),
    "used": Refusal("Cette lecture de carte a déjà été utilisée.", AGAIN),
    "other_browser": Refusal(
        "La carte a été lue pour une connexion commencée dans un autre navigateur, ou déjà terminée.", AGAIN
    ),
    "origin": Refusal("La carte a été lue pour une autre adresse que celle du service.", SUPPORT),
    "no_crl": Refusal("La validité de la carte ne peut pas être vérifiée en ce moment.", SUPPORT),
    "stale_crl": Refusal("La validité de la carte ne peut pas être vérifiée en ce moment.", SUPPORT),
}


def of(reason: str) -> Refusal:
    """Of a reason that the card or the address gives; whatever is not listed is a reading that failed."""
    return REASONS.get(reason, UNKNOWN)
