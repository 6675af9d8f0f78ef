"""Who may order which figures, of whose structures, and who may open what was made (OBS-2, OBS-7)."""

from datetime import date
from typing import Any

import accounts.policies
import habilitations.policies
from annuaire.models import Coordination, Etablissement, Region, Unite
from observatoire import perimetres, rapports
from observatoire.models import Commande, Etat, ModeleCommande
from observatoire.perimetres import Perimetre
from observatoire.rapports import Rapport
from viatraj.core.actor import Actor
from viatraj.core.droits import Domaine, Droit, Mode, Niveau
from viatraj.core.policies import Denied, can, refusal
from viatraj.core.policies import system as system

PROPRES = (Niveau.ETABLISSEMENT, Niveau.UNITE)
TERRITOIRES = (Niveau.REGION, Niveau.COORDINATION)  # of which one is chosen
ORDERING = (Droit.STATISTIQUES, Droit.DEPLOIEMENT)
PLACES: dict[str, tuple[Any, tuple[str, ...]]] = {
    Niveau.REGION: (Region, ()),
    Niveau.COORDINATION: (Coordination, ()),
    Niveau.ETABLISSEMENT: (Etablissement, ("coordination",)),
    Niveau.UNITE: (Unite, ("etablissement__coordination",)),
}
ENDED = "Votre habilitation ne couvre plus les structures de ce fichier."


def consult(actor: Actor) -> None:
    """One's own orders: also those of a right that has ended, without their files."""
    if actor.user is None or actor.is_acting:
        raise Denied("Les statistiques se commandent en son propre nom.")


def groupe(actor: Actor, groupe: str) -> None:
    """The page of a domaine: whoever may order one of its files sees what the others would hold."""
    consult(actor)
    held = {(one.droit, one.domaine, one.niveau) for one in actor.rights.grants if one.droit in ORDERING}
    for one in rapports.by_group(groupe):
        niveaux = [niveau for niveau in one.niveaux if niveau in PROPRES or not one.nominal]
        if held & {(one.droit, domaine, niveau) for domaine in (one.domaine, "") for niveau in niveaux}:
            return
    raise Denied("Vos habilitations ne permettent de commander aucun de ces fichiers.")


def order(actor: Actor, rapport: Rapport, today: date) -> Perimetre:
    """Of which structures; the levels at which this report may be ordered."""
    consult(actor)
    found = perimetres.of(actor, rapport, today)
    if found and rapport.nominal:
        found = Perimetre(unites=found.unites, etablissements=found.etablissements)
    if not found:
        raise Denied(_missing(actor, rapport))
    return found


def order_at(actor: Actor, rapport: Rapport, niveau: str, territoire: int | None, today: date) -> Perimetre:
    """At one level, of one territory: figures of one's own are not mixed with those of others."""
    found = narrowed(order(actor, rapport, today), niveau, territoire)
    if not found:
        raise Denied("Vous ne pouvez pas commander ce fichier à ce niveau.")
    return found


def narrowed(perimetre: Perimetre, niveau: str, territoire: int | None) -> Perimetre:
    """Empty when it is none of it."""
    found = perimetre.only(niveau)
    if niveau not in TERRITOIRES:
        return found if territoire is None else Perimetre()
    if territoire not in found.ids[Niveau(niveau)]:
        return Perimetre()
    chosen = (territoire,)
    return Perimetre(regions=chosen) if niveau == Niveau.REGION else Perimetre(coordinations=chosen)


def _missing(actor: Actor, rapport: Rapport) -> str:
    """Not the right, or not where this file is ordered."""
    if not actor.rights.scopes(rapport.droit, mode=Mode.OUI, domaine=rapport.domaine):
        where = f" ({Domaine(rapport.domaine).label})" if rapport.domaine else ""
        return f"Ce fichier demande le droit «\u00a0{Droit(rapport.droit).label}\u00a0»{where}."
    if rapport.nominal or set(rapport.niveaux) <= {*PROPRES}:
        return "Ce fichier se commande pour une unité ou un établissement, où vous détenez ce droit."
    return "Ce fichier se commande pour une coordination, une région ou le pays, où vous détenez ce droit."


def own(actor: Actor, row: Commande | ModeleCommande) -> None:
    consult(actor)
    if actor.user is None or row.user_id != actor.user.pk:
        raise Denied("Cette commande n’est pas la vôtre.")


def fetch(actor: Actor, commande: Commande, today: date) -> None:
    """The right and the structures of the file are asked again: it was made when they were other ones."""
    own(actor, commande)
    rapport = rapports.get(commande.rapport)
    if commande.etat != Etat.DISPONIBLE or rapport is None:
        raise Denied("Ce fichier n’est pas ou n’est plus disponible.")
    if refusal(order, actor, rapport, today) or not _covers(actor, rapport, commande.perimetre, today):
        raise Denied(ENDED)


def _covers(actor: Actor, rapport: Rapport, perimetre: dict[str, list[int]], today: date) -> bool:
    """Each structure whose figures the file holds: one of his, or below one of his."""
    now = order(actor, rapport, today)
    if now.national:
        return bool(perimetre)
    if not perimetre or Niveau.NATIONAL in perimetre:
        return False
    for niveau, ids in perimetre.items():
        model, above = PLACES[niveau]
        left = set(ids).difference(now.ids[Niveau(niveau)])
        rows = model._default_manager.select_related(*above).filter(pk__in=left)
        there = [row.place for row in rows]
        if len(there) < len(left) or not all(
            actor.rights.cover(rapport.droit, place, domaine=rapport.domaine, mode=Mode.OUI)
            for place in there
        ):
            return False
    return True


def stopped(actor: Actor) -> None:
    """Monthly orders of his people that have stopped: their référent."""
    habilitations.policies.administer(actor)


def follow_store(actor: Actor) -> None:
    """How true the figures are: who orders those of the whole country, and the support."""
    if can(accounts.policies.support, actor):
        return
    consult(actor)
    if not any(Niveau.NATIONAL in actor.rights.scopes(droit, mode=Mode.OUI) for droit in ORDERING):
        raise Denied("Cette page est réservée à l’administration nationale et au support.")


def refresh_store(actor: Actor) -> None:
    """What the night does, or an operator’s command."""
    system(actor)
