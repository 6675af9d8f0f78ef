"""The demandes of one dossier, for who asks: each with its state, its age, what it waits for."""

from dataclasses import dataclass

from django.urls import reverse

from demandes.etats import Etat
from demandes.models import Demande
from demandes.reads.fil import chip
from dossiers.models import Dossier
from viatraj.core.typography import short_day


@dataclass(frozen=True)
class Ligne:
    """`suite`: a date or a motif, under the state."""

    demande: Demande
    url: str
    lieu: str
    etat: str
    tone: str
    icon: str
    suite: str


def lignes(dossier: Dossier) -> list[Ligne]:
    """The last to be asked first; selections that were taken back are left out."""
    rows = dossier.demandes.with_lieu().exclude(motif="retiree").order_by("-pk")
    return [_ligne(one) for one in rows]


def selection(dossier: Dossier) -> list[Demande]:
    return list(dossier.demandes.with_lieu().filter(etat=Etat.SELECTIONNEE).order_by("pk"))


def _ligne(one: Demande) -> Ligne:
    url = reverse("demandes:detail", args=[one.pk])
    return Ligne(one, url, str(one.lieu), *chip(one.etat), _suite(one))


def _suite(one: Demande) -> str:
    if one.etat in (Etat.ACCEPTEE, Etat.CONFIRMEE) and one.date_proposee and one.valable_jusqu:
        return f"le {short_day(one.date_proposee)}, valable jusqu’au {short_day(one.valable_jusqu)}"
    if one.date_admission:
        return f"le {short_day(one.date_admission)}"
    return "" if one.etat == Etat.AILLEURS else one.motif_dit
