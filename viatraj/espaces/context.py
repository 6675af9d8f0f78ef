"""What every page shows around its content: name, menus, account, assistance."""

from django.conf import settings
from django.utils import timezone

from accounts.mots_de_passe import expires_at, is_soon_over
from viatraj.core.actor import BY_PASSWORD
from viatraj.core.addresses import address
from viatraj.core.policies import can
from viatraj.espaces import menus, policies, support

OF_STRUCTURES = {"dossiers": "Dossiers", "patients": "Patients"}
MEDECIN = "medecin"  # the door, as the session keeps it


def site(request):
    """Context processor. Also serves error pages, where the request may have no actor yet."""
    actor = getattr(request, "actor", None)
    person = getattr(actor, "user", None)
    medecin = person is not None and in_medecin_space(request)
    delegate = person is not None and not medecin and _is_delegate(request)
    nav, account = menus.of(
        actor, medecin=medecin, delegate=delegate, today=timezone.localdate(), path=request.path
    )
    known = getattr(request, "supports", ())  # where the page has asked
    contacts = _contacts(known[0] if len(known) == 1 else support.everybodys())
    return {
        "site": {
            "name": settings.SITE_NAME,
            "demo": settings.DEMO,
            **contacts,
            "tops": settings.TOPS_URL,
            "ecps_faq": settings.ECPS_FAQ_URL,
            "home": address(_home(person, medecin, delegate)) or "/",
            "space": _space(person, medecin or delegate),
            "person": person,
            "acting_for": actor.on_behalf_of if person else None,
            "delegation_ended": bool(person) and getattr(request, "delegation_ended", False),
            "nav": nav,
            "account": account,
            "footer": menus.footer(request.path, contacts),
            **_possessive(person and actor.on_behalf_of, medecin),
            "sign_out": address("authcps:sign_out"),
            "switch": address("delegations:switch"),
            "other_space": _other_space(request, actor, medecin) if person else "",
            "alertes": _unread(request) if person else 0,
            "prolong": address("prolonger"),
            "idle": _seconds_left(request) if person else 0,
            "password_ends": _password_ends(request, person, actor) if person else None,
        }
    }


def _seconds_left(request) -> int:
    session = getattr(request, "session", None)
    left = getattr(session, "seconds_left", None)
    return left(timezone.now()) if left else int(settings.SESSION_IDLE.total_seconds())


def _unread(request) -> int:
    """Read with the session."""
    return getattr(getattr(request, "session", None), "beside", {}).get("unread") or 0


def _password_ends(request, person, actor):
    """MDP-3: warned before, by a banner on every page; a session by card has nothing to renew."""
    if actor.means not in BY_PASSWORD or actor.is_acting:
        return None
    return expires_at(person) if is_soon_over(person, timezone.now()) else None


def _possessive(acting_for, medecin: bool) -> dict[str, str]:
    """Nobody reads «mes» of what is somebody else's (DEL-5), or of a whole structure."""
    if acting_for:
        return {"dossiers": f"Dossiers du {acting_for.titre}", "patients": f"Patients du {acting_for.titre}"}
    return {"dossiers": "Mes dossiers", "patients": "Mes patients"} if medecin else OF_STRUCTURES


def in_medecin_space(request) -> bool:
    """A médecin is in his own space unless he came by, or switched to, the professionals' one (CON-11)."""
    return request.actor.in_medecin_space


def _is_delegate(request) -> bool:
    """An assistant: he came by the médecins' door, in his own name."""
    door = getattr(request, "session", {}).get("door")
    return door == MEDECIN and not request.actor.user.is_medecin


def _other_space(request, actor, medecin) -> str:
    if medecin:
        may = can(policies.leave_medecin_space, actor)
        return "Basculer vers l’espace professionnel" if may else ""
    return "Basculer vers l’espace médecin libéral" if can(policies.medecin_space, actor) else ""


def _contacts(one: support.Support) -> dict[str, str]:
    return {"phone": one.phone, "tel": one.tel, "hours": one.hours, "email": one.email}


def _home(person, medecin, delegate) -> str:
    if medecin:
        return "medecin"
    if delegate:
        return "delegations:received"
    return "professionnel" if person else "accueil"


def _space(person, medecin) -> str:
    if medecin:
        return "Espace médecin libéral"
    return "Professionnels en établissement" if person else ""
