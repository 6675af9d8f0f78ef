"""Rows of dossiers without a solution, as those of demandes (DOS-4): who asks, of how many, since when."""

from collections.abc import Sequence
from datetime import datetime

from django.db.models import Count, Q
from django.urls import reverse

from demandes.etats import Etat
from demandes.impasses import Impasse
from demandes.models import Demande, SansSolution
from demandes.reads.tableaux.lignes import LABELS, Ligne, nominatives, since, whose
from demandes.tableaux import Tableau
from dossiers.reads.lignes import asking
from viatraj.core.actor import Actor
from viatraj.core.droits import Orientation
from viatraj.core.typography import counted, in_groups

CHIPS = {
    Impasse.REFUS: ("Toutes refusées", "erreur", ""),
    Impasse.DELAI: ("Délai dépassé", "attention", "horloge"),
}


def lignes(rows: Sequence[SansSolution], tableau: Tableau, actor: Actor, *, now: datetime) -> list[Ligne]:
    """Four statements, however many rows."""
    known = nominatives(rows, tableau, actor, now=now)
    said, names = whose(rows, known, now=now)
    askers = asking(numero for numero, _ in said.values())
    asked = _asked({one.dossier_id for one in rows})
    return [
        Ligne(
            demande=one,
            url=reverse("dossiers:detail", args=[numero]),
            numero=numero,
            affiche=in_groups(numero, 4),
            patient=names[one.dossier_id] if one.pk in known else None,
            profil="" if one.pk in known else who,
            orientation=LABELS[Orientation(one.orientation)],
            chez=askers.get(numero, ""),
            **dict(zip(("etat", "tone", "icon"), CHIPS[Impasse(one.etat)], strict=True)),
            depuis=one.changed_at,
            envoyee=one.depuis,
            age=since(one.depuis, now),
            suite=asked.get(one.dossier_id, ""),
            retard=False,
            ouverte=f"Signalé {since(one.changed_at, now)}",
        )
        for one in rows
        for numero, who in [said[one.dossier_id]]
    ]


def _asked(dossiers: set[int]) -> dict[int, str]:
    """«3 structures sollicitées, 2 refus»."""
    rows = Demande.objects.received().filter(dossier__in=dossiers).order_by().values("dossier")
    counts = rows.annotate(toutes=Count("pk"), refus=Count("pk", filter=Q(etat=Etat.REFUSEE)))
    return {
        dossier: f"{counted(toutes, 'structure sollicitée')}, {_refused(refus)}"
        for dossier, toutes, refus in counts.values_list("dossier", "toutes", "refus")
    }


def _refused(count: int) -> str:
    return counted(count, "refus") if count else "aucun refus"
