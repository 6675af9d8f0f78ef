"""The région of the demonstration and its ROR: received by the product's own run, matched by its référents.

Every état of synchronisation has its établissement, and a référent of the hospital something to decide.
"""

import time
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction

import annuaire.actions
from accounts.models import User
from annuaire.actions import Choix
from annuaire.models import Etablissement, Rapprochement, Releve, SiteRor, Synchronisation
from annuaire.reads import rapprochements as reads
from annuaire.ror import sources
from annuaire.ror.refus import Refused
from annuaire.ror.sources import Source
from viatraj.core.actor import Actor
from viatraj.demo import fiches
from viatraj.demo.fiches import CLOSED
from viatraj.demo.structures import COORDINATIONS, IN_ERROR

REGIONAL = ("haute-lauze", "pays-orbe")  # overseas, nobody has begun
TO_MATCH, MATCHED = "clinique-tilleuls", "had-lauze"  # this one waits for somebody to activate it
DECIDES = {"ch-saint-aubin": "nelamrani"}  # elsewhere the coordination does
LOOKS = 60  # a second apart; the beat goes on, and whoever starts the demonstration again
LEFT = ("ch-saint-aubin", "Soins palliatifs")  # the one unit there that nobody has joined yet


def make(users: dict[str, User], rows: dict[str, object], *, folder: str, now: datetime, by: Actor) -> None:
    """Received once; an établissement where somebody has decided of something is left as it is."""
    if not _is_received() and (why := _receive(folder, now, by)):
        print(f"Relevé du ROR\u00a0: {why}", flush=True)  # all else of the demonstration stands
        return
    for (_, _, coordination, *_), (_, structures) in COORDINATIONS.items():
        for one in structures:
            if coordination in REGIONAL and one.key not in (TO_MATCH, IN_ERROR, CLOSED):
                referent = users[DECIDES.get(one.key, fiches.REFERENTS[coordination])]
                _match(one.key, rows[one.key], fiches.referent(referent, now), now)


def _is_received() -> bool:
    return Releve.objects.filter(etat=Releve.Etat.FINI).exists()


def _receive(folder: str, now: datetime, by: Actor) -> str:
    """The simulator makes its export ready within seconds. "" once it is received, else why not."""
    try:
        source = _source(folder)
        releve = annuaire.actions.sync_ror(source, full=True, now=now, by=by)
        for n in range(1, LOOKS + 1):
            if releve.etat != Releve.Etat.ATTENTE:
                break
            time.sleep(1)
            annuaire.actions.look_ror(source, now=now + timedelta(seconds=n), by=by)
            releve.refresh_from_db()
    except Refused as error:  # the run says why on its page
        return str(error)
    return "" if releve.etat == Releve.Etat.FINI else releve.refus or str(releve.get_etat_display())


def _source(folder: str) -> Source:
    """The simulator that `make run` starts; where there is none, the folder that it would serve."""
    return sources.opened("" if settings.ROR_URL else folder, settings)


@transaction.atomic
def _match(key: str, etablissement, referent: Actor, now: datetime) -> None:
    """Each offer to the unit of its name, then the synchronisation entered."""
    etablissement = Etablissement.objects.select_related("coordination").get(pk=etablissement.pk)
    site = reads.site_of(etablissement)
    if site is None or Rapprochement.objects.filter(etablissement=etablissement).exists():
        return
    propositions, unites = reads.propositions(site, etablissement)
    by_nom = {unite.nom: unite for unite in unites if (key, unite.nom) != LEFT}
    choix = [
        Choix(Rapprochement.Suite.JOINTE, one.offre, by_nom[one.offre.nom])
        for one in propositions
        if one.offre.nom in by_nom
    ]
    annuaire.actions.reconcile(etablissement, choix=choix, now=now, by=referent)
    if key != MATCHED:
        _activate(etablissement.pk, referent, now)


def _activate(pk: int, referent: Actor, now: datetime) -> None:
    etablissement = Etablissement.objects.select_related("coordination").get(pk=pk)
    if etablissement.synchronisation != Synchronisation.RAPPROCHE:
        return  # it has been since before
    site = SiteRor.objects.get(finess=etablissement.finess)
    seen = reads.seen(site, etablissement, list(reads.joined(etablissement)))
    annuaire.actions.enter_ror(etablissement, seen=seen, now=now, by=referent)
