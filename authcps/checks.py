"""What `manage.py check` refuses of the ways in: a simulator, or half a configuration, on a real server."""

from urllib.parse import urlsplit

from django.conf import settings
from django.core.checks import Error, Tags, register


@register(Tags.security)
def pro_sante_connect(app_configs, **kwargs) -> list[Error]:
    """CON-7: the demonstration's provider lets anybody in as anybody."""
    if settings.DEMO:
        return []
    found = []
    if "viatraj.demo" in settings.INSTALLED_APPS:
        found.append(Error("viatraj.demo est installé sans DEMO=1.", id="authcps.E001"))
    if not settings.PSC_ISSUER:
        return found
    addresses = (settings.PSC_ISSUER, settings.PSC_DISCOVERY or settings.PSC_ISSUER)
    if any("/demo/" in one or one.startswith(settings.SITE_URL) for one in addresses):
        found.append(Error("PSC_ISSUER désigne le simulateur de Pro Santé Connect.", id="authcps.E002"))
    if not all(one.startswith("https://") for one in addresses):
        found.append(Error("PSC_ISSUER et PSC_DISCOVERY s’écrivent en https.", id="authcps.E003"))
    if not (settings.PSC_CLIENT_ID and settings.PSC_CLIENT_SECRET):
        found.append(Error("Donnez PSC_CLIENT_ID et PSC_CLIENT_SECRET.", id="authcps.E004"))
    return found


@register(Tags.security)
def cards(app_configs, **kwargs) -> list[Error]:
    """CPX-1: cards of test are anybody's, and a card host without its secret believes any header or none."""
    found = []
    if settings.CPS_TEST_CARDS and not settings.DEMO:
        found.append(Error("CPS_TEST_CARDS ne vaut qu’avec DEMO=1.", id="authcps.E005"))
    is_sandbox = settings.DEMO or ".bas." in settings.PSC_ISSUER
    if settings.PSC_TEST_IDENTITIES and not is_sandbox:
        words = "PSC_TEST_IDENTITIES ne vaut qu’avec le «\u00a0bac à sable\u00a0» de Pro Santé Connect."
        found.append(Error(words, id="authcps.E006"))
    if settings.CARD_HOST and not settings.CARD_PROXY_SECRET:
        found.append(Error("CARD_HOST ne va pas sans CARD_PROXY_SECRET.", id="authcps.E007"))
    if settings.CARD_HOST and not settings.DEMO and not _is_another_host(settings.CARD_HOST):
        found.append(Error("CARD_HOST est un autre hôte que celui de SITE_URL, en https.", id="authcps.E008"))
    if bool(settings.CPS_CA_DIR) != bool(settings.CPS_CRL_DIR):
        found.append(Error("CPS_CA_DIR et CPS_CRL_DIR vont ensemble.", id="authcps.E009"))
    return found


def _is_another_host(address: str) -> bool:
    parts = urlsplit(address)
    return parts.scheme == "https" and parts.netloc not in ("", urlsplit(settings.SITE_URL).netloc)
