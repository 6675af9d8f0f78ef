"""The territory of a year taken in, its communes placed, a coordination for each département (ANN-7)."""

from datetime import datetime
from pathlib import Path

from django.db import transaction

from annuaire import policies
from annuaire.actions.alone import alone
from annuaire.actions.structures import open_structure
from annuaire.loading import territoires as loading
from annuaire.models import Coordination, Departement, Millesime
from annuaire.territoires import Refused, Territoire, fichier
from journal.models import record
from viatraj.core.actor import Actor
from viatraj.core.turns import Turn
from viatraj.core.typography import counted

LOCK = Turn.COMMUNES
ANOTHER = "Un autre chargement du territoire est en cours\u00a0: attendez qu’il finisse."
EMPTY = "Le territoire n’est pas encore chargé\u00a0: lancez d’abord load_territoire."
HIGHEST_LOSS = 0.05  # a year takes away one commune in a thousand
NO_SITE = ("984", "989")  # nobody lives there: no care to coordinate


@transaction.atomic
def load_territoire(path: Path = fichier.DEFAULT, *, now: datetime, by: Actor) -> Millesime | None:
    """Load a year's file: all of it, or Refused; None when everything says so already (ANN-7)."""
    policies.load_territoire(by)
    territoire, sha256 = fichier.read(path)
    alone(LOCK, Refused, ANOTHER)
    last = Millesime.objects.order_by("-annee", "-id").first()
    _refuse_older(territoire, last)
    written = loading.load(territoire)
    if not written and last and (last.annee, last.version) == (territoire.annee, territoire.version):
        return None
    millesime = Millesime.objects.create(
        annee=territoire.annee,
        version=territoire.version,
        sha256=sha256,
        communes=len(territoire.communes),
        epci=len(territoire.epci),
        ecrites=written,
        charge_le=now,
    )
    record("territoire.loaded", by=by, target=millesime, version=territoire.version, ecrites=written)
    return millesime


def _refuse_older(territoire: Territoire, last: Millesime | None) -> None:
    if last is None:
        return
    if territoire.annee < last.annee:
        raise Refused(
            f"Ce territoire, de {territoire.annee}, est plus ancien que celui de {last.annee}, déjà chargé."
        )
    lost = loading.lost(territoire)
    if lost > HIGHEST_LOSS * last.communes:
        raise Refused(
            f"{counted(lost, 'commune')} sur {last.communes} disparaîtraient\u00a0: rien n’est changé."
        )


@transaction.atomic
def create_territory(*, by: Actor) -> list[Coordination]:
    """A coordination for each département that has none; those that were made, in the order of codes."""
    policies.open_structure(by)
    departements = list(Departement.objects.select_related("region").order_by("code"))
    if not departements:
        raise Refused(EMPTY)
    taken = set(Coordination.objects.exclude(departement=None).values_list("departement_id", flat=True))
    made = [
        open_structure(Coordination(region=one.region, departement=one, nom=f"Coordination {one.nom}"), by=by)
        for one in departements
        if one.code not in taken and one.code not in NO_SITE
    ]
    if made:
        record("territoire.covered", by=by, coordinations=len(made))
    return made
