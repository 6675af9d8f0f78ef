"""The contacts that a unit gave last, for its next dossier (DOS-3)."""

from dossiers.models import ContactsUnite, Presence, Role, Volet
from dossiers.natures import Kind


def remembered(volet: Volet) -> list:
    """Of the unit that asks; none for another volet, or a dossier that no unit has made."""
    if volet.kind != Kind.SERVICE:
        return []
    unites = Presence.objects.filter(dossier=volet.dossier, role=Role.DEMANDEUR).values("unite")
    found = ContactsUnite.objects.filter(unite__in=unites).first()
    return found.contacts if found else []
