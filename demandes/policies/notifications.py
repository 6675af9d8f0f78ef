"""Who may do what of a decision and of its notifications: the MDPH, the ESMS, each at its own place (DOS-4).

Those that let somebody act return the actor with the right that he uses (docs/adr/0016).
"""

from demandes.handicap.statuts import Cote, Passage
from demandes.handicap.suivis import suivis
from demandes.models import Decision, Notification
from viatraj.core.actor import Actor, Place
from viatraj.core.droits import Domaine, Droit, Mode
from viatraj.core.policies import Denied


def decide(actor: Actor, mdph_id: int) -> Actor:
    """Enter a decision, notify it, cancel it: the MDPH of this coordination alone."""
    place = Place(coordination=mdph_id)
    by = actor.using(Droit.DECISION, place, domaine=Domaine.HANDICAP)
    if by is None:
        raise Denied("Seule la MDPH qui a pris cette décision l’enregistre, la notifie ou l’annule.")
    return by


def read_decision(actor: Actor, decision: Decision) -> Actor:
    by = _reading(actor, decision.place)
    if by is None:
        raise Denied("Cette décision n’est pas de celles de votre MDPH.")
    return by


def read_notification(actor: Actor, notification: Notification) -> Actor:
    """On either side."""
    by = _reading(actor, notification.place_mdph) or _reading(actor, notification.place_esms)
    if by is None:
        raise Denied("Cette notification n’est pas de celles que vous consultez.")
    return by


def watch_notification(actor: Actor, notification: Notification) -> Actor:
    """Of the MDPH that has sent it."""
    by = _reading(actor, notification.place_mdph)
    if by is None:
        raise Denied("Cette notification n’est pas de celles de votre MDPH.")
    return by


def receive_notification(actor: Actor, notification: Notification) -> Actor:
    """Of the ESMS: whoever opens it first has read it."""
    by = _reading(actor, notification.place_esms)
    if by is None:
        raise Denied("Cette notification n’est pas adressée à votre structure.")
    return by


def _reading(actor: Actor, place: Place) -> Actor | None:
    return actor.using(Droit.NOTIFICATIONS, place, domaine=Domaine.HANDICAP, mode=Mode.LECTURE)


def change_notification(actor: Actor, notification: Notification, passage: Passage) -> Actor:
    """The right of the row, at the place of its side; the ESMS answers by a board in répondre as well."""
    assert passage.droit is not None  # noqa: S101
    is_mdph = passage.cote == Cote.MDPH
    place = notification.place_mdph if is_mdph else notification.place_esms
    answers = actor.rights.cover(
        Droit.NOTIFICATIONS, place, domaine=Domaine.HANDICAP, mode=Mode.LECTURE if is_mdph else Mode.REPONDRE
    )
    by = actor.using(passage.droit, place, domaine=Domaine.HANDICAP, mode=Mode.OUI)
    if by is None or not answers:
        raise Denied(f"Vous n’avez pas le droit «\u00a0{passage.droit.label}\u00a0» sur cette notification.")
    return by


def search_notifications(actor: Actor) -> None:
    if not suivis(actor):
        raise Denied("Vos droits n’ouvrent aucune notification d’orientation.")
