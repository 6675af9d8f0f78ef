"""Which menus whom: the navigation, the account's menu, the footer; drawn once for each set of links."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from django.utils.html import format_html
from django.utils.safestring import mark_safe

import annuaire.policies
import demandes.policies
import dossiers.policies
import habilitations.policies
import observatoire.policies
from accounts.policies import support_account
from delegations.reads import has_received, may_concern
from habilitations.reads.a_faire import waiting
from observatoire.rapports import Groupe
from viatraj.core import prepared
from viatraj.core.addresses import address
from viatraj.core.drawing import drawn
from viatraj.core.droits import Droit
from viatraj.core.policies import can

DOCUMENTATION = ("Documentation", "documentation")
RECEIVED = ("Délégations reçues", "delegations:received")
DOSSIERS, TABLEAUX = "dossiers:index", "tableaux:index"
MEDECIN_NAV = (
    ("Accueil", "medecin"),
    ("Créer un dossier", "dossiers:create"),
    ("Accéder à mes dossiers", DOSSIERS),
    ("Mes demandes", TABLEAUX),
    ("Mes délégations", "delegations:index"),
    DOCUMENTATION,
    ("En savoir plus", "en_savoir_plus"),
)
ACTING_NAV = tuple(
    (label.replace("mes dossiers", "ses dossiers").replace("Mes demandes", "Ses demandes"), name)
    for label, name in MEDECIN_NAV
    if name != "delegations:index"
)
# What a délégation may leave out: without the right, the entry is not shown.
LENT = {
    "dossiers:create": dossiers.policies.create,
    DOSSIERS: dossiers.policies.index,
    TABLEAUX: demandes.policies.boards,
}
DELEGATE_NAV = (("Pour qui je travaille", RECEIVED[1]), ("Mon compte", "mon_compte"), DOCUMENTATION)
EVERYONE = (("Mon compte", "mon_compte"), ("Mes référents", "mes_referents"), ("Mes droits", "mes_droits"))
# Of the directory: not every référent has them.
OFFER = {
    "annuaire:etablissements": annuaire.policies.fiches,
    "annuaire:guichets": annuaire.policies.guichets,
    "habilitations:deploiement": habilitations.policies.deployment,
    "annuaire:releves": annuaire.policies.follow,
}
REFERENTS = (
    ("Comptes et Habilitations", "habilitations:comptes"),
    ("Établissements", "annuaire:etablissements"),
    ("Guichets uniques", "annuaire:guichets"),
    ("Déploiement", "habilitations:deploiement"),
    ("Relevés du ROR", "annuaire:releves"),
    ("Revue des habilitations", "habilitations:revue"),
    ("Demandes d’habilitation", "habilitations:demandes"),
    ("Importer des habilitations", "habilitations:imports"),
    ("Campagnes de revue", "habilitations:campagnes"),
    ("Journal de vos structures", "habilitations:journal"),
)
# A page of statistics a domaine, all under one address.
COMMANDER = {one.value: f"observatoire:commander_{one.value.replace('-', '_')}" for one in Groupe}
CONSULTER = ("Consulter", "observatoire:consulter")
SUPPORT = ("Support", "gestion:index")
FOOTER = (
    ("Accessibilité\u00a0: non conforme", "accessibilite"),
    ("Mentions légales", "mentions_legales"),
    ("Données personnelles", "donnees_personnelles"),
    ("Charte d’utilisation", "charte_publique"),
    ("Plan du site", "plan_du_site"),
    DOCUMENTATION,
    ("Assistance", "assistance"),
)
AREAS = {
    "Administration": "/administration/",
    "Observatoire": "/observatoire/",
}  # also its pages that no menu names
HOMES = ("accueil", "medecin", "professionnel")
# Where the drawn menu leaves room for the number of demandes, which is never kept.
NUMBERED, ROOM = "habilitations:demandes", "\N{OBJECT REPLACEMENT CHARACTER}"
MANY = 100
NUMBER = '<span class="compteur">{}<span class="sr"> en attente</span></span>'


@dataclass(frozen=True)
class Link:
    """`links`: a menu, which has no page of its own. `room`: where a number goes."""

    label: str
    url: str
    current: str = ""  # "page", or "true" for the section one is in
    links: tuple = ()
    room: str = ""


def of(actor, *, medecin: bool, delegate: bool, today, path: str) -> tuple[str, tuple[Link, ...]]:
    """The navigation, drawn, and the links of the account's menu: none of these while acting for somebody."""
    if actor is None or actor.user is None:
        return "", ()
    if actor.is_acting:
        return _drawn("nav", links(_acting(actor), path)), ()
    entries = MEDECIN_NAV if medecin else DELEGATE_NAV if delegate else None
    shown, demandes = _moving(actor, entries is None, today)
    received = (RECEIVED,) if shown else ()
    menu = _drawn("nav", links(entries or _staff(actor, received), path))
    return _numbered(menu, demandes), links((*EVERYONE, *received))


def _moving(actor, staff: bool, today) -> tuple[bool, int]:
    """Are «Délégations reçues» shown, how many demandes wait for him: asked at each page, at once."""
    asked, always = {}, not staff or actor.user.is_medecin
    if not always:
        asked["may_concern"] = may_concern(actor.user, on=today)
    if staff and is_referent(actor):
        asked["waiting"] = waiting(actor, at_most=MANY)
    found = prepared.values(asked)
    shown = always or (found["may_concern"] and has_received(actor.user, on=today))
    return shown, found.get("waiting", 0)


def footer(path: str, contacts: dict[str, str]) -> str:
    return _drawn("footer", links(FOOTER, path), tuple(contacts.items()))


def _acting(actor) -> tuple:
    return tuple(entry for entry in ACTING_NAV if entry[1] not in LENT or can(LENT[entry[1]], actor))


def _staff(actor, received) -> tuple:
    people = is_referent(actor)
    referents = (
        entry for entry in REFERENTS if (can(OFFER[entry[1]], actor) if entry[1] in OFFER else people)
    )
    return (
        ("Accueil", "professionnel"),
        *((("Dossiers", DOSSIERS),) if can(dossiers.policies.index, actor) else ()),
        *((("Tableaux de bord", TABLEAUX),) if can(demandes.policies.boards, actor) else ()),
        ("Administration", (*EVERYONE, *referents)),
        *_observatoire(actor),
        *received,
        DOCUMENTATION,
        *((SUPPORT,) if can(support_account, actor) else ()),
    )


def _observatoire(actor) -> tuple:
    """Of the domaines of which he may order something."""
    groupes = [one for one in Groupe if can(observatoire.policies.groupe, actor, one.value)]
    if not groupes:
        return ()
    commander = tuple((one.label, COMMANDER[one.value]) for one in groupes)
    return (("Observatoire", (("Commander", commander), CONSULTER)),)


def is_referent(actor) -> bool:
    return bool(actor.rights.scopes(Droit.HABILITATION))


def _numbered(menu: str, count: int) -> str:
    """With how many demandes wait for him, in the room that the drawn menu leaves."""
    shown = format_html(NUMBER, count if count < MANY else f"{MANY - 1}+") if count else ""
    return mark_safe(menu.replace(ROOM, shown))  # noqa: S308  (both are drawn)


def links(entries, path="") -> tuple[Link, ...]:
    """The menu's entries whose page exists; the one nearest to `path` is marked as current."""
    sections = [found for name in _names(entries) if name not in HOMES and (found := address(name))]
    nearest = max((target for target in sections if path.startswith(target)), key=len, default=None)
    return tuple(link for label, to in entries if (link := _link(label, to, nearest, path)))


def _names(entries) -> Iterator[str]:
    for _, to in entries:
        yield from [to] if isinstance(to, str) else _names(to)


def _link(label, to, nearest, path) -> Link | None:
    if isinstance(to, str):
        found = address(to)
        current = "page" if found == path else "true" if found == nearest else ""
        return Link(label, found, current, room=ROOM if to == NUMBERED else "") if found else None
    inner = tuple(link for one, name in to if (link := _link(one, name, nearest, path)))
    inside = any(link.current for link in inner) or path.startswith(AREAS.get(label, "//"))
    return Link(label, "", "true" if inside else "", inner, room="".join(link.room for link in inner))


@lru_cache(maxsize=512)
def _drawn(part: str, shown: tuple[Link, ...], known: tuple = ()) -> str:
    """A menu as HTML, kept in the process for each set of links; it holds no name, no right and no number."""
    return drawn(f"components/{part}.html", {"links": shown, **dict(known)})
