"""By which ways somebody might be told of a demande, a dossier, a notification (DOS-6, HAB-8).

What he holds where it lies, his own space, whom he works for; whether it concerns him, `interesses` asks,
of what each of these gives.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from functools import cache, reduce
from operator import or_

from django.db.models import Prefetch, Q

import delegations.rights
import habilitations.rights
from accounts.models import Identite, User
from annuaire.models import COLUMNS, AtLieu, Professionnel
from delegations.models import Delegation
from demandes.alertes import REFERENT, USUAL
from demandes.etats import Cote
from demandes.handicap.statuts import Cote as Partie
from demandes.models import Demande, Notification, Preference
from dossiers.models import Dossier, LienMedecin
from dossiers.models.presences import ORIGINES
from habilitations.models import Habilitation
from habilitations.profils import PROFILS
from viatraj.core.actor import Actor, Rights
from viatraj.core.droits import Droit, Niveau

ASKED = {
    Cote.RECEVEUR: Droit.TABLEAU_RECEVEUR,
    Cote.DEMANDEUR: Droit.TABLEAU_DEMANDEUR,
    REFERENT: Droit.HABILITATION,
    Partie.MDPH: Droit.NOTIFICATIONS,
    Partie.ESMS: Droit.NOTIFICATIONS,
}
ABOVE = (Niveau.COORDINATION, Niveau.REGION)
NEAR = (Niveau.UNITE, Niveau.ETABLISSEMENT)
Sujet = Demande | Dossier | Notification
# What he has chosen, where a mail may leave at all, and what he may do by this way.
Way = tuple[User, list[str], Actor]
Only = Sequence[int] | None


@cache
def profils(droit: Droit) -> list[str]:
    return [one.code for one in PROFILS.values() if any(each.droit == droit for each in one.droits)]


def of(sujet: Sujet, cote: str, on: date, only: Only) -> Iterator[Way]:
    """`only`: among these."""
    if isinstance(sujet, Notification):
        yield from _of_habilitations(_notified(sujet, cote), cote, on, only)
        return
    if cote == Cote.DEMANDEUR:
        niveau, columns, medecin = _asks(sujet)
        yield from _of_habilitations(_at(niveau, columns), cote, on, only)
        yield from _of_medecins(
            sujet.dossier_id if isinstance(sujet, Demande) else sujet.pk, medecin, on, only
        )
    elif isinstance(sujet, Demande):
        yield from _of_habilitations(_received(sujet, cote), cote, on, only)


def _of_habilitations(places: Q, cote: str, on: date, only: Only) -> Iterator[Way]:
    """«Réception des e-mails» is the master: without it no mail leaves."""
    held = Habilitation.objects.in_force(on).filter(places, profil__in=profils(ASKED[cote]))
    if only is not None:
        held = held.filter(user__in=only)
    rows = held.select_related("user").prefetch_related("droits", "guichet__unites").order_by("pk")
    kept = dict(Preference.objects.filter(habilitation__in=rows).values_list("habilitation", "choix"))
    for row in rows:
        rights = Rights(frozenset(habilitations.rights.grants(row)))
        choix = [kept.get(row.pk, USUAL)] if row.emails else []
        yield row.user, choix, Actor(user=row.user, rights=rights)


def _asks(sujet: Demande | Dossier) -> tuple[str, Mapping[str, int | None], int | None]:
    """The level and the place of who asks, or the médecin whose space it is."""
    if isinstance(sujet, Demande):
        columns = {name: getattr(sujet, f"par_{name}_id") for name in ("coordination", *NEAR)}
        return sujet.par_niveau, columns, sujet.par_professionnel_id
    one = sujet.presences.filter(role__in=ORIGINES).first()
    if one is None:  # on paper nobody asks
        return "", {}, None
    return one.niveau, _columns(one), one.professionnel_id


def _received(demande: Demande, cote: str) -> Q:
    """Above an établissement one is told of what goes on below only if one has ticked it."""
    columns = _columns(demande) | {"guichet": demande.guichet_id or demande.entree_id}
    here = _at(demande.niveau, columns, (*NEAR, Niveau.GUICHET))
    wider = {one.value: columns[one] for one in ABOVE if columns[one] and cote != REFERENT}
    return reduce(or_, (Q(niveau=name, emails=True, **{name: pk}) for name, pk in wider.items()), here)


def _notified(notification: Notification, cote: str) -> Q:
    """The MDPH; or the ESMS, and the unit that takes the person in: never the coordination above it."""
    if cote == Partie.MDPH:
        return _at(Niveau.COORDINATION, {"coordination": notification.mdph_id}, ())
    return _at(notification.niveau, _columns(notification))


def _columns(row: AtLieu) -> dict[str, int | None]:
    return {name: getattr(row, f"{name}_id") for name in COLUMNS}


def _at(niveau: str, columns: Mapping[str, int | None], near: Sequence[Niveau] = NEAR) -> Q:
    """Of this place; of a coordination, only what lies there itself."""
    names = (*near, *([Niveau.COORDINATION] if niveau == Niveau.COORDINATION else []))
    held = [Q(niveau=one.value, **{one.value: columns[one]}) for one in names if columns.get(one)]
    return reduce(or_, held, Q(pk__in=[]))


def _of_medecins(dossier: int, medecin: int | None, on: date, only: Only) -> Iterator[Way]:
    """Of those in whose space it lies, and of whoever works for them."""
    known = LienMedecin.objects.filter(dossier=dossier, etat=LienMedecin.Etat.ACCEPTE)
    wanted_ones = Q(pk=medecin) | Q(pk__in=known.values("professionnel"))
    idnats = Professionnel.objects.filter(wanted_ones).values("idnat")
    living = Identite.objects.filter(idnat__in=idnats, ended_at=None)
    medecins = User.objects.filter(pk__in=living.values("user"), disabled_at=None)
    lent = Delegation.objects.in_force(on).filter(delegataire__isnull=False).prefetch_related("droits")
    lent = lent.select_related("delegataire").order_by("pk")
    for one in medecins.prefetch_related(Prefetch("delegations_granted", lent, to_attr="lent")):
        if only is None or one.pk in only:
            rights = delegations.rights.of_medecin(one.pk)
            yield one, [choix_of(medecin=one)], Actor(user=one, rights=rights, in_medecin_space=True)
        for each in one.lent:
            if only is None or each.delegataire_id in only:
                rights = delegations.rights.of_delegate(each)
                actor = Actor(user=each.delegataire, on_behalf_of=one, rights=rights, in_medecin_space=True)
                yield each.delegataire, [choix_of(delegation=each)], actor


def choix_of(**owner) -> str:
    return Preference.objects.filter(**owner).values_list("choix", flat=True).first() or USUAL
