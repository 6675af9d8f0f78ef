"""What `manage.py check` refuses of the ROR’s configuration: half of it, or one that shows its secrets."""

from django.conf import settings
from django.core.checks import Error, Tags, register

from annuaire.ror.acces import PROFILS


@register(Tags.security)
def ror(app_configs, **kwargs) -> list[Error]:
    """ANN-7: without ROR_URL nothing is synchronised, and nothing is asked here."""
    if not settings.ROR_URL:
        return []
    found = []
    addresses = (settings.ROR_URL, settings.ROR_TOKEN_URL)
    if not settings.DEMO and not all(one.startswith("https://") for one in addresses):
        found.append(Error("ROR_URL et ROR_TOKEN_URL s’écrivent en https.", id="annuaire.E001"))
    if not settings.ROR_CLIENT_ID:
        found.append(Error("Donnez ROR_CLIENT_ID.", id="annuaire.E002"))
    if bool(settings.ROR_CERTIFICAT) != bool(settings.ROR_CLE):
        found.append(Error("ROR_CERTIFICAT et ROR_CLE vont ensemble.", id="annuaire.E003"))
    if bool(settings.ROR_CLIENT_SECRET) == bool(settings.ROR_CERTIFICAT):
        found.append(Error("Donnez ROR_CLIENT_SECRET (profil 0) ou ROR_CERTIFICAT.", id="annuaire.E004"))
    if settings.ROR_NIVEAU not in PROFILS:
        found.append(Error("ROR_NIVEAU est un profil d’accès, de 0 à 5.", id="annuaire.E005"))
    return found
