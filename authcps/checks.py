"""What `manage.py check` refuses of the ways in: a simulator, or half a configuration, on a real server."""

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
