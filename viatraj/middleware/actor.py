"""Who is asking: `request.actor`, built once a request."""

from ipaddress import ip_address, ip_network

from django.conf import settings
from django.utils import timezone
from django.utils.functional import SimpleLazyObject

import delegations.rights
import habilitations.rights
from authcps.models import Attempt
from delegations.models import Delegation
from viatraj.core.actor import Actor
from viatraj.core.droits import Droit


def address_of(request) -> str:
    """The caller's address; a forwarded one is believed from our own proxies only."""
    address = request.META.get("REMOTE_ADDR", "")
    forwarded = request.META.get("HTTP_X_FORWARDED_FOR", "").split(",")
    while forwarded and _is_trusted(address):
        address = forwarded.pop().strip() or address
    try:
        return str(ip_address(address))
    except ValueError:
        return "inconnue"


def _is_trusted(address: str) -> bool:
    try:
        return any(ip_address(address) in ip_network(proxy) for proxy in settings.TRUSTED_PROXIES)
    except ValueError:
        return not address and bool(settings.TRUSTED_PROXIES)  # nginx on our unix socket


def actor(get_response):
    """`request.actor`: who, in whose name, with which rights; read from dates in SQL at each request."""

    def middleware(request):
        request.actor = SimpleLazyObject(lambda: _actor(request))
        return get_response(request)

    return middleware


def _actor(request) -> Actor:
    """Each space has its own rights, never both at once: the door chooses, then «Basculer» (CON-11)."""
    arguments = {"address": address_of(request), "request_id": request.request_id}
    user = request.user
    if not user.is_authenticated:
        return Actor.anonymous(**arguments)
    arguments["means"] = request.session.get("means", "")
    chosen = request.session.get("delegation")
    delegation = _delegation(chosen, user) if chosen else None
    request.delegation_ended = bool(chosen) and delegation is None
    if delegation:
        return Actor(
            user=user,
            on_behalf_of=delegation.delegant,
            rights=delegations.rights.of_delegate(delegation),
            quality=delegation.quality,
            delegation_id=delegation.pk,
            in_medecin_space=True,
            **arguments,
        )
    today = timezone.localdate()
    if user.is_medecin and request.session.get("door") != Attempt.Door.PROFESSIONNEL:
        return Actor(
            user=user,
            rights=delegations.rights.of_medecin(user.pk),
            quality="médecin",
            in_medecin_space=True,
            has_other_space=bool(habilitations.rights.of_user(user, on=today)),
            **arguments,
        )
    rights = habilitations.rights.of_user(user, on=today)
    return Actor(
        user=user,
        rights=rights,
        quality=_quality(user, rights),
        has_other_space=user.is_medecin,
        **arguments,
    )


def _quality(user, rights) -> str:
    if user.is_staff:
        return "support"
    return "référent" if rights.scopes(Droit.HABILITATION) else "professionnel"


def _delegation(pk, user):
    return (
        Delegation.objects.received_in_force(user, on=timezone.localdate())
        .select_related("delegant")
        .prefetch_related("droits")
        .filter(pk=pk)
        .first()
    )
