"""What every page shows around its content: name, navigation by role, account, assistance."""

import re
from dataclasses import dataclass
from functools import lru_cache

from django.conf import settings
from django.utils import timezone

import dossiers.policies
from accounts.mots_de_passe import expires_at, is_soon_over
from viatraj.core.actor import BY_PASSWORD
from viatraj.core.addresses import address
from viatraj.core.drawing import drawn
from viatraj.core.droits import Droit
from viatraj.core.policies import can
from viatraj.core.typography import unbroken_hours
from viatraj.espaces import policies

MEDECIN_NAV = (
    ("Accueil", "medecin"),
    ("Créer un dossier", "dossiers:create"),
    ("Accéder à mes dossiers", "dossiers:index"),
    ("Mes délégations", "delegations:index"),
    ("Documentation", "documentation"),
    ("En savoir plus", "en_savoir_plus"),
)
ACTING_NAV = tuple(entry for entry in MEDECIN_NAV if entry[1] != "delegations:index")
# What a délégation may leave out: without the right, the entry is not shown.
LENT = {"dossiers:create": dossiers.policies.create, "dossiers:index": dossiers.policies.index}
DELEGATE_NAV = (
    ("Pour qui je travaille", "delegations:received"),
    ("Mon compte", "mon_compte"),
    ("Documentation", "documentation"),
)
EVERYONE = (("Mon compte", "mon_compte"), ("Mes référents", "mes_referents"), ("Mes droits", "mes_droits"))
REFERENTS = (("Comptes et Habilitations", "habilitations:comptes"),)
STAFF_NAV = (
    ("Accueil", "professionnel"),
    ("Administration", (*EVERYONE, *REFERENTS)),
    ("Délégations reçues", "delegations:received"),
    ("Documentation", "documentation"),
)
WITHOUT_REFERENTS = tuple(
    (label, to if isinstance(to, str) else tuple(one for one in to if one not in REFERENTS))
    for label, to in STAFF_NAV
)
ACCOUNT = (*EVERYONE, ("Délégations reçues", "delegations:received"))
FOOTER = (
    ("Accessibilité\u00a0: non conforme", "accessibilite"),
    ("Mentions légales", "mentions_legales"),
    ("Données personnelles", "donnees_personnelles"),
    ("Charte d’utilisation", "charte_publique"),
    ("Plan du site", "plan_du_site"),
    ("Documentation", "documentation"),
    ("Assistance", "assistance"),
)
AREAS = {"Administration": "/administration/"}  # also its pages that no menu names
HOMES = ("accueil", "medecin", "professionnel")
MEDECIN = "medecin"  # the door, as the session keeps it


@dataclass(frozen=True)
class Link:
    """`links`: a menu, which has no page of its own."""

    label: str
    url: str
    current: str = ""  # "page", or "true" for the section one is in
    links: tuple = ()


def site(request):
    """Context processor. Also serves error pages, where the request may have no actor yet."""
    actor = getattr(request, "actor", None)
    person = getattr(actor, "user", None)
    medecin = person is not None and in_medecin_space(request)
    delegate = person is not None and not medecin and _is_delegate(request)
    contacts = _contacts(settings.SUPPORT_PHONE, settings.SUPPORT_HOURS, settings.SUPPORT_EMAIL)
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
            "nav": _drawn("nav", links(_nav(actor, person, medecin, delegate), request.path)),
            "account": () if person and actor.is_acting else links(ACCOUNT),
            "footer": _drawn("footer", links(FOOTER, request.path), tuple(contacts.items())),
            "sign_out": address("authcps:sign_out"),
            "switch": address("delegations:switch"),
            "other_space": _other_space(request, actor, medecin) if person else "",
            "prolong": address("prolonger"),
            "idle": _seconds_left(request) if person else 0,
            "password_ends": _password_ends(request, person, actor) if person else None,
        }
    }


def _seconds_left(request) -> int:
    session = getattr(request, "session", None)
    left = getattr(session, "seconds_left", None)
    return left(timezone.now()) if left else int(settings.SESSION_IDLE.total_seconds())


def _password_ends(request, person, actor):
    """MDP-3: warned before, by a banner on every page; a session by card has nothing to renew."""
    if actor.means not in BY_PASSWORD or actor.is_acting:
        return None
    return expires_at(person) if is_soon_over(person, timezone.now()) else None


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


def links(entries, path="") -> tuple[Link, ...]:
    """The menu's entries whose page exists; the one nearest to `path` is marked as current."""
    names = [name for _, to in entries for name in ([to] if isinstance(to, str) else [one for _, one in to])]
    sections = [found for name in names if name not in HOMES and (found := address(name))]
    nearest = max((target for target in sections if path.startswith(target)), key=len, default=None)
    return tuple(link for label, to in entries if (link := _link(label, to, nearest, path)))


def _link(label, to, nearest, path) -> Link | None:
    if isinstance(to, str):
        found = address(to)
        current = "page" if found == path else "true" if found == nearest else ""
        return Link(label, found, current) if found else None
    inner = tuple(link for one, name in to if (link := _link(one, name, nearest, path)))
    inside = any(link.current for link in inner) or path.startswith(AREAS.get(label, "//"))
    return Link(label, "", "true" if inside else "", inner)


@lru_cache(maxsize=512)
def _drawn(part: str, shown: tuple[Link, ...], known: tuple = ()) -> str:
    """A menu as HTML, kept in the process for each set of links; it holds no name and no right."""
    return drawn(f"components/{part}.html", {"links": shown, **dict(known)})


@lru_cache(maxsize=64)
def _contacts(phone, hours, email) -> dict[str, str]:
    return {"phone": phone, "tel": dialled(phone), "hours": unbroken_hours(hours), "email": email}


def dialled(phone) -> str:
    """«01 99 00 00 00» → +33199000000, for tel: links."""
    digits = re.sub(r"\D", "", phone)
    return f"+33{digits[1:]}" if digits.startswith("0") else f"+{digits}"


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


def _nav(actor, person, medecin, delegate) -> tuple:
    if person is None:
        return ()
    if actor.is_acting:
        return tuple(entry for entry in ACTING_NAV if entry[1] not in LENT or can(LENT[entry[1]], actor))
    if delegate:
        return DELEGATE_NAV
    if medecin:
        return MEDECIN_NAV
    return STAFF_NAV if actor.rights.scopes(Droit.HABILITATION) else WITHOUT_REFERENTS
