"""Rows of a dashboard, ready to be written (DOS-4): which may say a name is known before any name is read.

Each says how old it is and what it waits for, in words. Who receives is told who asks and who has opened it,
never of whom else the same was asked; who asks is told where it went.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import QuerySet
from django.urls import reverse
from django.utils import timezone

from demandes.etats import A_ETUDIER, CLOS, PROPOSES, Cote, Etat
from demandes.models import Demande, SansSolution
from demandes.reads.fil import chip
from demandes.reads.tableaux.lieux import columns
from demandes.tableaux import Tableau
from dossiers.models import Dossier
from dossiers.reads.lignes import NAMES, ON_PAPER, PROFIL, Patient, age, patient, profil
from dossiers.regards import is_of_a_coordination
from viatraj.core.actor import Actor
from viatraj.core.droits import Mode, Niveau, Orientation
from viatraj.core.typography import counted, in_groups, instant, short_day

Row = Demande | SansSolution
LABELS = dict(Orientation.choices)
# Of somebody, an answer.
AWAITED = A_ETUDIER | {Etat.PRECISION}
HALF_A_DAY = 12 * 60
# By side: the other one, and no more: PostgreSQL takes longer to plan twelve joins than to do them.
JOINED = {
    True: (
        "par_unite__etablissement",
        "par_etablissement",
        "par_coordination",
        "par_professionnel",
        "opened_by",
    ),
    False: ("unite__etablissement", "guichet__etablissement", "coordination"),
}
# Of those, what a row says: sheets are long to read.
TITRE = ("nom", "prenom", "profession", "categorie")
NAMED = {
    True: (
        *(
            "par_unite__nom",
            "par_unite__etablissement__nom",
            "par_etablissement__nom",
            "par_coordination__nom",
        ),
        *(f"{who}__{part}" for who in ("par_professionnel", "opened_by") for part in TITRE),
    ),
    False: ("unite__nom", "unite__etablissement__nom", "guichet__nom", "guichet__etablissement__nom"),
}


@dataclass(frozen=True)
class Ligne:
    """`chez`: the other side. `suite`: what it waits for, or how it ended; `retard`: too long already."""

    demande: Row
    url: str
    numero: str
    affiche: str
    patient: Patient | None
    profil: str
    orientation: str
    chez: str
    etat: str
    tone: str
    icon: str
    depuis: datetime
    envoyee: datetime | None
    age: str
    suite: str
    retard: bool
    ouverte: str


def lignes(rows: Sequence[Demande], tableau: Tableau, actor: Actor, *, now: datetime) -> list[Ligne]:
    """Two statements, however many rows: what all may know, then names, of those that say one."""
    known = nominatives(rows, tableau, actor, now=now)
    said, names = whose(rows, known, now=now)
    return [
        Ligne(
            demande=one,
            url=reverse("demandes:detail", args=[one.pk]),
            numero=numero,
            affiche=in_groups(numero, 4),
            patient=names[one.dossier_id] if one.pk in known else None,
            profil="" if one.pk in known else who,
            orientation=LABELS[Orientation(one.orientation)],
            chez=_asker(one) if tableau.is_received else str(one.lieu),
            **dict(zip(("etat", "tone", "icon"), chip(one.etat), strict=True)),
            depuis=one.depuis,
            envoyee=one.sent_at,
            age=since(one.depuis, now),
            suite=suite(one, now),
            retard=is_late(one, now),
            ouverte=_opened(one, now, named=one.pk in known) if tableau.is_received else "",
        )
        for one in rows
        for numero, who in [said[one.dossier_id]]
    ]


def whose(
    rows: Collection[Row], known: Collection[int], *, now: datetime
) -> tuple[dict[int, tuple[str, str]], dict[int, Patient]]:
    """Of each dossier, its number and what all may know; of those of `known` rows, who it is."""
    dossiers = Dossier.objects.filter(pk__in={one.dossier_id for one in rows})
    names = dossiers.filter(pk__in={one.dossier_id for one in rows if one.pk in known})
    return _profils(dossiers, today=timezone.localdate(now)), _names(names)


def nominatives(rows: Collection[Row], tableau: Tableau, actor: Actor, *, now: datetime) -> frozenset[int]:
    """Whose patient may be told, by a right of this dashboard that names, at the place of the row."""
    at, held = columns(tableau), set()
    for grant in tableau.grants(actor, mode=naming(tableau)):
        held.add((at[Niveau(grant.niveau)], grant.lieu_id, grant.domaine))
    if tableau.niveaux == (Niveau.MEDECIN,):
        return frozenset(one.pk for one in rows)  # a médecin’s own: his list has no anonymous mode
    return frozenset(
        one.pk
        for one in rows
        if (not tableau.is_received or one.names_patient(now))
        and any(
            (column, getattr(one, column), domaine) in held
            for niveau, column in at.items()
            if tableau.cote != Cote.DEMANDEUR or _is_reached(niveau, one)
            for domaine in ("", one.module if tableau.is_received else one.orientation)
        )
    )


def naming(tableau: Tableau) -> Mode:
    """The least mode of its right that tells who the patient is."""
    return Mode.LECTURE if Mode.ANONYME in tableau.droit.modes else tableau.droit.modes[0]


def _is_reached(niveau: str, one: Demande) -> bool:
    return not is_of_a_coordination(niveau, "demandeur") or one.par_niveau == Niveau.COORDINATION


def _profils(dossiers: QuerySet, *, today: date) -> dict[int, tuple[str, str]]:
    """Number, and «78 ans, féminin, département 69»."""
    rows = dossiers.annotate(vu_age=age(today)).values_list("pk", "numero", *PROFIL)
    return {pk: (numero, profil(*said)) for pk, numero, *said in rows}


def _names(dossiers: QuerySet) -> dict[int, Patient]:
    return {pk: patient(*named) for pk, *named in dossiers.values_list("pk", *NAMES)}


def _asker(one: Demande) -> str:
    if one.par_professionnel:
        return one.par_professionnel.titre
    if one.par_unite:
        return f"{one.par_unite.nom}, {one.par_unite.etablissement}"
    return str(one.par_etablissement or one.par_coordination or ON_PAPER)


def _opened(one: Demande, now: datetime, *, named: bool) -> str:
    """So that two people at one list do not both begin; by whom, to who may know the patient."""
    if one.opened_by is None or one.opened_at is None:
        return "" if one.etat != Etat.ENVOYEE else "Pas encore ouverte"
    par = f" par {one.opened_by.titre}" if named else ""
    return f"Ouverte{par} {since(one.opened_at, now)}"


def since(at: datetime, now: datetime) -> str:
    """«à l’instant», «il y a 5 h», «hier», «il y a 12 jours»."""
    minutes, days = _between(at, now)
    if minutes < 1:
        return "à l’instant"
    return "hier" if days == 1 and minutes >= HALF_A_DAY else f"il y a {lasting(at, now)}"


def lasting(at: datetime, now: datetime) -> str:
    """«20 min», «5 h», «12 jours»."""
    minutes, days = _between(at, now)
    if minutes < 60:
        return f"{minutes}\u00a0min"
    return f"{minutes // 60}\u00a0h" if days < 1 or minutes < HALF_A_DAY else counted(days, "jour")


def _between(at: datetime, now: datetime) -> tuple[int, int]:
    """Minutes, and midnights."""
    days = timezone.localdate(now) - timezone.localdate(at)
    return max(0, int((now - at).total_seconds() // 60)), days.days


def is_late(one: Demande, now: datetime) -> bool:
    """Its first reminder is due: by the delay of the coordination of who receives, there."""
    due = one.echeance_at is not None and one.echeance_at <= now
    return one.etat in AWAITED and (due or one.rappels > 0)


def suite(one: Demande, now: datetime) -> str:
    """Its deadline or its dates, or why it ended."""
    if is_late(one, now) and one.attendue_at:
        return f"Sans réponse depuis {lasting(one.attendue_at, now)}"
    if one.etat in AWAITED and one.echeance_at:
        return f"Réponse attendue avant le {instant(one.echeance_at)}"
    if one.etat in PROPOSES and one.date_proposee and one.valable_jusqu:
        upto = f", valable jusqu’au {short_day(one.valable_jusqu)}" if one.etat == Etat.ACCEPTEE else ""
        return f"Entrée le {short_day(one.date_proposee)}{upto}"
    if one.date_admission:
        return f"Le {short_day(one.date_admission)}"
    return one.motif_dit.capitalize() if one.etat in CLOS - {Etat.AILLEURS} else ""
