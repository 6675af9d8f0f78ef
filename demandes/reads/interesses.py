"""Whom a demande, a dossier, a notification concerns today, and how each wants to be told (DOS-6, HAB-8).

Who might be concerned is found by the place (`voies`); whether he is, is asked of `demandes.regards`, of
`dossiers.regards` or of the right on notifications, with what each habilitation, space or délégation gives by
itself.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import dossiers.regards
from accounts.models import Identite, User
from courrier.models import Message
from delegations.models import Delegation
from demandes import policies, regards
from demandes.alertes import REFERENT, USUAL, Envoi, Evenement, strongest, told_to, wanted
from demandes.etats import Cote
from demandes.handicap.statuts import Cote as Partie
from demandes.models import Alerte, Demande, Notification, Preference
from demandes.reads import voies
from demandes.reads.voies import Sujet, choix_of
from dossiers.models import LienMedecin
from habilitations.models import Habilitation
from viatraj.core.actor import Actor
from viatraj.core.droits import Droit, Niveau
from viatraj.core.policies import can

NAMING = "lien"  # as the keys of letters of médecins traitants begin


@dataclass(frozen=True)
class Interesse:
    """`choix`: of each way by which it concerns him; none of them may send a mail. `ways`: these."""

    user: User
    choix: tuple[str, ...]
    ways: tuple[Actor, ...]

    def envoi(self, evenement: str) -> Envoi:
        return strongest(Envoi.AUCUN, *(wanted(one, evenement) for one in self.choix))


def of(sujet: Sujet, cote: str, *, on: date, users: Iterable[int] | None = None) -> list[Interesse]:
    """Each once; `users`: only among these."""
    found: dict[int, Interesse] = {}
    for user, choix, actor in voies.of(sujet, cote, on, None if users is None else list(users)):
        if user.disabled_at is None and _concerns(actor, sujet, cote):
            one = found.get(user.pk, Interesse(user, (), ()))
            found[user.pk] = Interesse(user, (*one.choix, *choix), (*one.ways, actor))
    return list(found.values())


def _concerns(actor: Actor, sujet: Sujet, cote: str) -> bool:
    if isinstance(sujet, Notification):
        side = policies.watch_notification if cote == Partie.MDPH else policies.receive_notification
        return can(side, actor, sujet)
    if not isinstance(sujet, Demande):
        return any(map(regards.is_asking, dossiers.regards.of(actor, sujet).voies))
    if cote == REFERENT:
        return actor.rights.nearest(Droit.HABILITATION, sujet.place) is not None
    vue = regards.of(actor, sujet)
    return bool(vue.asking if cote == Cote.DEMANDEUR else vue.receiving)


def envoi(alerte: Alerte, *, on: date) -> Envoi:
    """As its person wants it today; none if it concerns him no more."""
    found = of(alerte.sujet, alerte.cote, on=on, users=[alerte.user_id])
    return found[0].envoi(alerte.evenement) if found else Envoi.AUCUN


def may_name(message: Message, now: datetime) -> bool:
    """Asked by the sender, of the letters of médecins traitants: the one that asks him for an answer leaves
    as he has chosen in his own space."""
    _, lien, letter, _ = message.key.split(":")
    if letter != "traitant_named":
        return True
    named = LienMedecin.objects.filter(pk=lien).values("professionnel__idnat")
    living = Identite.objects.filter(ended_at=None, idnat__in=named)
    kept = Preference.objects.filter(medecin__in=living.values("user")).values_list("choix", flat=True)
    return wanted(kept.first() or USUAL, Evenement.NOMME) != Envoi.AUCUN


@dataclass(frozen=True)
class Owner:
    """`evenements`: of which he may be told by it. `muted`: why no mail leaves, whatever is chosen."""

    cle: str
    owner: dict[str, Any]
    label: str
    choix: str
    evenements: list[Evenement]
    muted: bool = False


def owners(user: User, *, on: date) -> list[Owner]:
    """By what somebody may be told: his own space, what he holds, whom he works for."""
    found, asked = [], told_to(Cote.DEMANDEUR)
    if user.is_medecin:
        own, named = "Mon espace de médecin libéral", [Evenement.NOMME]
        found.append(Owner("m", {"medecin": user}, own, choix_of(medecin=user), asked + named))
    boards = {profil for droit in voies.ASKED.values() for profil in voies.profils(droit)}
    held = Habilitation.objects.of(user).current(on).filter(profil__in=boards)
    for row in held.with_lieu().order_by("pk"):
        owner = {"habilitation": row}
        known = told_to(*_cotes(row))
        found.append(Owner(f"h{row.pk}", owner, row.intitule, choix_of(**owner), known, not row.emails))
    for one in Delegation.objects.received_in_force(user, on=on).select_related("delegant").order_by("pk"):
        label = f"Au nom du {one.delegant.titre}"
        found.append(Owner(f"d{one.pk}", {"delegation": one}, label, choix_of(delegation=one), asked))
    return found


def _cotes(row: Habilitation) -> list[str]:
    """The sides on which a habilitation stands."""
    other = Partie.ESMS if row.niveau == Niveau.COORDINATION else Partie.MDPH
    held = [cote for cote, droit in voies.ASKED.items() if row.profil in voies.profils(droit)]
    return [one for one in held if one != other]
