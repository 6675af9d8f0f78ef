"""Which addresses are of the MSSanté, the secured mail of health professionals; nothing more leaves by it."""

from django.conf import settings

# Of patients: it is in the same space, and no professional reads it.
PATIENTS = "patient.mssante.fr"


def is_mssante(address: str) -> bool:
    """By its domain, or one above it: operators open theirs under «mssante.fr»."""
    domain = address.rpartition("@")[2].lower()
    if domain == PATIENTS:
        return False
    return any(domain == one or domain.endswith(f".{one}") for one in settings.MSSANTE_DOMAINS)
