"""The indexes that dashboards walk, one of each place of a demande: from its newest row, or from its oldest
that lives; of several places, the one whose row comes first (docs/adr/0065)."""

from collections.abc import Iterable, Iterator

from django.db import models
from django.db.models import F, Q

from demandes.etats import RECUS, VIVANTS, Etat
from viatraj.core.droits import Niveau

RECEVANT = ("unite", "guichet", "etablissement", "coordination")
DEMANDANT = ("par_unite", "par_professionnel", "par_etablissement", "par_coordination")
# What a coordination asks itself, not what its structures do.
SEULE = {"par_coordination": Q(par_niveau=Niveau.COORDINATION.value)}
# What it receives itself: the CPAM’s.
CPAM = Q(niveau=Niveau.COORDINATION.value)


def among(etats: Iterable[str]) -> list[str]:
    """As a constraint writes them: always in one order."""
    return [one.value for one in Etat if one in etats]


def of_boards() -> Iterator[models.Index]:
    yield from (_newest(column, f"demandes_{column}", _at(column)) for column in (*RECEVANT, *DEMANDANT))
    yield _newest("coordination", "demandes_cpam", CPAM)
    yield from (_waiting(column, f"demandes_{column}_vit", _at(column)) for column in (*RECEVANT, *DEMANDANT))
    yield _waiting("coordination", "demandes_cpam_vit", CPAM)


def _at(column: str) -> Q:
    return Q(**{f"{column}__isnull": False}) & SEULE.get(column, Q())


def _newest(column: str, name: str, condition: Q) -> models.Index:
    """What a place has, the last to be changed first."""
    return models.Index(
        column,
        F("changed_at").desc(),
        F("id").desc(),
        include=["etat", "orientation"],
        name=name,
        condition=condition,
    )


def _waiting(column: str, name: str, condition: Q) -> models.Index:
    """What is not settled there, the oldest first: one in fifteen. Who asks also has what he has chosen."""
    etats = VIVANTS if column in DEMANDANT else RECUS
    return models.Index(
        column,
        "depuis",
        "id",
        include=["etat", "orientation", "rappels", "echeance_at", "changed_at"],
        name=name,
        condition=condition & Q(etat__in=among(etats)),
    )
