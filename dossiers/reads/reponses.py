"""The answers of a volet as a page shows them, and the volets of a dossier in one table (DOS-3, DOS-4)."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, NamedTuple

from django.db.models import Count, Exists, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.urls import reverse

from dossiers import policies, regards, volets
from dossiers.models import Brouillon, Dossier, Etat, PieceJointe, Volet
from dossiers.natures import Kind, of_orientation
from dossiers.volets import aggir, autonomie
from viatraj.core.actor import Actor
from viatraj.core.champs import Liste, Texte
from viatraj.core.droits import Mode
from viatraj.core.kept import kept
from viatraj.core.policies import can

TONES = {
    Etat.VIDE: ("neutre", ""),
    Etat.EN_COURS: ("info", "crayon"),
    Etat.COMPLETE: ("info", "ok"),
    Etat.VALIDE: ("succes", ""),
    Etat.A_REVALIDER: ("attention", "sablier"),
}
FORMER = "Texte saisi avant ce formulaire"  # of version 0
WRITES = (Mode.ECRITURE, Mode.VALIDATION)


class Reponse(NamedTuple):
    label: str
    lines: list[str]
    is_long: bool  # over the width of a page, or over a sheet


class Ligne(NamedTuple):
    """A volet in the table of a dossier."""

    url: str  # "" when it may not be read
    label: str
    etat: str
    tone: str
    icon: str
    volet: Volet
    may_edit: bool
    pieces: int  # joined to it, of those that may be read


def answers(form: volets.Formulaire, values: Mapping[str, Any]) -> list[tuple[str, list[Reponse]]]:
    """(section, its answers); what has none is left out."""
    found = [
        (one.titre, [_answer(c, values[c.code]) for c in one.champs if c.code in values])
        for one in form.sections
    ]
    return [(titre, told) for titre, told in found if told]


def _answer(champ, value) -> Reponse:
    lines = champ.said_rows(value) if isinstance(champ, Liste) else [champ.said(value)]
    return Reponse(champ.label, lines, isinstance(champ, Texte | Liste))


def shown(volet: Volet, mode: Mode) -> volets.Values:
    """Of its answers, those that this mode lets be seen."""
    return volets.anonymous(volet.form, volet.values) if mode == Mode.ANONYME else volet.values


def girs(volet: Volet) -> dict[str, Any]:
    """Of a volet autonomie: the GIR computed, and the two that differ."""
    if volet.kind != Kind.AUTONOMIE:
        return {"gir": None, "difference": None}
    return {"gir": aggir.gir(volet.values), "difference": autonomie.difference(volet.values)}


def lignes(actor: Actor, dossier: Dossier, *, now: datetime) -> list[Ligne]:
    """In the order of a page; those that exist, whoever may read them."""
    regard = regards.of(actor, dossier)
    known = {one.kind: one for one in _volets(dossier=dossier.pk, user=actor.user.pk, now=now)}
    for one in known.values():
        one.dossier = dossier
    return [
        _ligne(actor, dossier, known[kind], regard.volet(kind))
        for kind in of_orientation(dossier.orientation)
        if kind in known
    ]


@kept
def _volets(*, dossier, user, now) -> QuerySet:
    drafts = Brouillon.objects.living(now).filter(user=user, volet=OuterRef("pk"))
    rows = Volet.objects.filter(dossier=dossier).select_related("validated_by", "validated_for")
    return rows.annotate(kept=Exists(drafts), joined=_joined())


def _joined() -> Subquery:
    """How many files are joined to a volet."""
    shown = PieceJointe.objects.shown().filter(volet=OuterRef("pk")).order_by()
    return Coalesce(Subquery(shown.values("volet").annotate(count=Count("pk")).values("count")), 0)


def etat_of(volet: Volet) -> tuple[str, str, str]:
    """(label, tone, icon) of its chip."""
    etat = Etat(volet.etat)
    return (etat.label, *TONES[etat])


def _ligne(actor, dossier, volet, mode) -> Ligne:
    label, tone, icon = etat_of(volet)
    return Ligne(
        url=reverse("dossiers:volet", args=[dossier.numero, volet.kind]) if mode else "",
        label=volet.get_kind_display().capitalize(),
        etat=label,
        tone=tone,
        icon=icon,
        volet=volet,
        may_edit=mode in WRITES,
        pieces=volet.joined if can(policies.read_piece, actor, dossier, volet.kind) else 0,
    )
