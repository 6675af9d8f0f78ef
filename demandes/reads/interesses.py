"""Whom a demande concerns today, on one side, and by which mail each wants to be told (DOS-6, HAB-8).

Who might be concerned is found by the place; whether he is, is asked of `demandes.regards`, with what each
habilitation, space or délégation gives by itself.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache, reduce
from operator import or_
from typing import Any

from django.db.models import Prefetch, Q

import delegations.rights
import habilitations.rights
from accounts.models import Identite, User
from annuaire.models import Professionnel
from courrier.models import Message
from delegations.models import Delegation
from demandes import regards
from demandes.alertes import REFERENT, USUAL, Envoi, Evenement, strongest, wanted
from demandes.etats import Cote
from demandes.models import Alerte, Demande, Preference
from dossiers.models import LienMedecin
from habilitations.models import Habilitation
from habilitations.profils import PROFILS
from viatraj.core.actor import Actor, Rights
from viatraj.core.droits import Droit, Niveau

ASKED = {
    Cote.RECEVEUR: Droit.TABLEAU_RECEVEUR,
    Cote.DEMANDEUR: Droit.TABLEAU_DEMANDEUR,
    REFERENT: Droit.HABILITATION,
}
ABOVE = (Niveau.COORDINATION, Niveau.REGION)
NAMING = "lien"  # as the keys of letters of médecins traitants begin


@dataclass(frozen=True)
class Interesse:
    """`choix`: of each way by which it concerns him; none of them may send a mail. `ways`: these."""

    user: User
    choix: tuple[str, ...]
    ways: tuple[Actor, ...]

    def envoi(self, evenement: str) -> Envoi:
        return strongest(Envoi.AUCUN, *(wanted(one, evenement) for one in self.choix))


def of(demande: Demande, cote: str, *, on: date, users: Iterable[int] | None = None) -> list[Interesse]:
    """Each once; `users`: only among these."""
    only = None if users is None else list(users)
    found: dict[int, Interesse] = {}
    for user, choix, actor in _ways(demande, cote, on, only):
        if user.disabled_at is None and _concerns(actor, demande, cote):
            one = found.get(user.pk, Interesse(user, (), ()))
            found[user.pk] = Interesse(user, (*one.choix, *choix), (*one.ways, actor))
    return list(found.values())


def _concerns(actor: Actor, demande: Demande, cote: str) -> bool:
    if cote == REFERENT:
        return actor.rights.nearest(Droit.HABILITATION, demande.place) is not None
    vue = regards.of(actor, demande)
    return bool(vue.asking if cote == Cote.DEMANDEUR else vue.receiving)


def _ways(demande, cote, on, only) -> Iterator[tuple[User, list[str], Actor]]:
    yield from _of_habilitations(demande, cote, on, only)
    if cote == Cote.DEMANDEUR:
        yield from _of_medecins(demande, on, only)


def _of_habilitations(demande, cote, on, only):
    """«Réception des e-mails» is the master: without it no mail leaves. Above an établissement one is told
    of what goes on below only if one has ticked it."""
    held = Habilitation.objects.in_force(on).filter(_places(demande, cote), profil__in=_profils(ASKED[cote]))
    if only is not None:
        held = held.filter(user__in=only)
    rows = held.select_related("user").prefetch_related("droits", "guichet__unites").order_by("pk")
    kept = dict(Preference.objects.filter(habilitation__in=rows).values_list("habilitation", "choix"))
    for row in rows:
        rights = Rights(frozenset(habilitations.rights.grants(row)))
        choix = [kept.get(row.pk, USUAL)] if row.emails else []
        yield row.user, choix, Actor(user=row.user, rights=rights)


@cache
def _profils(droit: Droit) -> list[str]:
    return [one.code for one in PROFILS.values() if any(each.droit == droit for each in one.droits)]


def _places(demande: Demande, cote: str) -> Q:
    if cote == Cote.DEMANDEUR:
        near = {"unite": demande.par_unite_id, "etablissement": demande.par_etablissement_id}
        if demande.par_niveau == Niveau.COORDINATION:
            near["coordination"] = demande.par_coordination_id
        above = {}
    else:
        near = {"unite": demande.unite_id, "etablissement": demande.etablissement_id}
        near["guichet"] = demande.guichet_id or demande.entree_id
        if demande.niveau == Niveau.COORDINATION:
            near["coordination"] = demande.coordination_id
        above = {one.value: getattr(demande, f"{one}_id") for one in ABOVE if cote != REFERENT}
    here = [Q(niveau=name, **{name: pk}) for name, pk in near.items() if pk]
    wider = [Q(niveau=name, emails=True, **{name: pk}) for name, pk in above.items() if pk]
    return reduce(or_, here + wider, Q(pk__in=[]))


def _of_medecins(demande, on, only):
    """Of those in whose space it lies, and of whoever works for them."""
    known = LienMedecin.objects.filter(dossier=demande.dossier_id, etat=LienMedecin.Etat.ACCEPTE)
    wanted_ones = Q(pk=demande.par_professionnel_id) | Q(pk__in=known.values("professionnel"))
    idnats = Professionnel.objects.filter(wanted_ones).values("idnat")
    living = Identite.objects.filter(idnat__in=idnats, ended_at=None)
    medecins = User.objects.filter(pk__in=living.values("user"), disabled_at=None)
    lent = Delegation.objects.in_force(on).filter(delegataire__isnull=False).prefetch_related("droits")
    lent = lent.select_related("delegataire").order_by("pk")
    for medecin in medecins.prefetch_related(Prefetch("delegations_granted", lent, to_attr="lent")):
        if only is None or medecin.pk in only:
            choix = _choix(medecin=medecin)
            rights = delegations.rights.of_medecin(medecin.pk)
            yield medecin, [choix], Actor(user=medecin, rights=rights, in_medecin_space=True)
        for one in medecin.lent:
            if only is None or one.delegataire_id in only:
                rights = delegations.rights.of_delegate(one)
                actor = Actor(
                    user=one.delegataire, on_behalf_of=medecin, rights=rights, in_medecin_space=True
                )
                yield one.delegataire, [_choix(delegation=one)], actor


def _choix(**owner) -> str:
    return Preference.objects.filter(**owner).values_list("choix", flat=True).first() or USUAL


def envoi(alerte: Alerte, *, on: date) -> Envoi:
    """As its person wants it today; none if it concerns him no more."""
    found = of(alerte.demande, alerte.cote, on=on, users=[alerte.user_id])
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
    """`muted`: why no mail leaves, whatever is chosen."""

    cle: str
    owner: dict[str, Any]
    label: str
    choix: str
    muted: bool = False


def owners(user: User, *, on: date) -> list[Owner]:
    """By what somebody may be told: his own space, what he holds, whom he works for."""
    found = []
    if user.is_medecin:
        found.append(Owner("m", {"medecin": user}, "Mon espace de médecin libéral", _choix(medecin=user)))
    boards = {profil for droit in ASKED.values() for profil in _profils(droit)}
    held = Habilitation.objects.of(user).current(on).filter(profil__in=boards)
    for row in held.with_lieu().order_by("pk"):
        choix = _choix(habilitation=row)
        found.append(Owner(f"h{row.pk}", {"habilitation": row}, row.intitule, choix, not row.emails))
    for one in Delegation.objects.received_in_force(user, on=on).select_related("delegant").order_by("pk"):
        label = f"Au nom du {one.delegant.titre}"
        found.append(Owner(f"d{one.pk}", {"delegation": one}, label, _choix(delegation=one)))
    return found
