"""The history of a dossier, in words: who, in whose name, from which structure, and who has consulted it.

Names of fields, never values (DOS-5, DEL-6). Whoever may not know the patient reads the qualities and the
structures of the authors, not their names: that row is read without them.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

from django.contrib.contenttypes.models import ContentType
from django.contrib.postgres.expressions import ArraySubquery
from django.core.paginator import Page
from django.db.models import CharField, Count, Exists, Max, Min, OuterRef, Q, Subquery
from django.db.models.functions import Cast

import journal.reads
from annuaire.models import Etablissement, Unite
from dossiers import regards
from dossiers.events import SAID, UNNAMED
from dossiers.models import Dossier, Role
from habilitations.models import Habilitation
from habilitations.profils import PROFILS
from journal import sentences
from journal.models import Entry, EntryQuerySet, known_events, readings
from journal.reads import Lines
from viatraj.core.actor import Actor
from viatraj.core.droits import Droit
from viatraj.core.kept import Among

AT = ("etablissement_nom", "unite_nom")  # as it is called now
# Profiles of who receives; lines that say where a dossier lies.
RECEIVING = [one.code for one in PROFILS.values() if Droit.TABLEAU_RECEVEUR in {d.droit for d in one.droits}]
INTERNAL = ("demande.advised", "demande.listed", "demande.unlisted")  # of who receives, among themselves
OF_PLACES = ("dossier.presented", "dossier.withdrawn", "dossier.followed", "dossier.followed_back")


def names_shown(actor: Actor, dossier: Dossier) -> bool:
    """Whether this history may name people: to who may know the patient, and to nobody else."""
    return regards.of(actor, dossier).is_nominatif


def of(dossier: Dossier) -> Lines:
    """With the structure of the right that was used; none in a médecin's space."""
    return Lines(_about, _keys(dossier))


def with_demandes(dossier: Dossier) -> Lines:
    """And what became of its demandes."""
    return Lines(_about_demandes, _keys(dossier) | {"dossier": dossier.pk, "of_demandes": _kind(_demandes())})


def seen_by(actor: Actor, dossier: Dossier) -> Lines:
    """To who has only received it: nothing of another receveur, nor of where else it lies (DOS-4).

    Who asks, and whoever regulates, also reads what became of its demandes.
    """
    voies = regards.of(actor, dossier).voies
    if any(one.role != Role.RECEVEUR for one in voies):
        return Lines(_but_internal, with_demandes(dossier).asked)
    mine = {one.presence.lieu_key for one in voies} | {f"{v.board.niveau}:{v.board.lieu_id}" for v in voies}
    return Lines(_of_receveur, _keys(dossier) | {"mine": sorted(mine)})


def _keys(dossier: Dossier) -> dict[str, Any]:
    return {"numero": str(dossier.pk), "of_dossiers": _kind(Dossier)}


def _kind(model) -> int:
    return ContentType.objects.get_for_model(model).pk


def _demandes():
    """The model of the app above, by its relation."""
    return Dossier._meta.get_field("demandes").related_model


def _about(*, numero, of_dossiers) -> EntryQuerySet:
    return _placed(Q(content_type=of_dossiers, object_id=numero))


def _about_demandes(*, numero, of_dossiers, dossier, of_demandes) -> EntryQuerySet:
    demandes = _demandes().objects.filter(dossier=dossier).order_by()
    keys = ArraySubquery(demandes.values(text=Cast("pk", CharField())))
    theirs = Q(Among("object_id", keys), content_type=of_demandes)
    return _placed(Q(content_type=of_dossiers, object_id=numero) | theirs)


def _but_internal(**asked) -> EntryQuerySet:
    return _about_demandes(**asked).exclude(event__in=INTERNAL)


def _of_receveur(*, mine, **asked) -> EntryQuerySet:
    receiving = Habilitation.objects.filter(pk=OuterRef("habilitation_id"), profil__in=RECEIVING)
    elsewhere = Exists(receiving.exclude(Among("lieu_key", mine)))
    return _about(**asked).exclude(elsewhere).exclude(event__in=OF_PLACES)


def _placed(rule: Q) -> EntryQuerySet:
    return Entry.objects.filter(rule).annotate(
        etablissement_nom=_nom(Etablissement, "etablissement_id"), unite_nom=_nom(Unite, "unite_id")
    )


def _nom(model, column: str) -> Subquery:
    return Subquery(model.objects.filter(pk=OuterRef(column)).values("nom")[:1])


class Ligne(NamedTuple):
    pk: int
    at: datetime
    sentence: str
    champs: list[str]
    quality: str
    structure: str


class Consultation(NamedTuple):
    """`first` where it was asked."""

    who: str
    quality: str
    structure: str
    count: int
    last: datetime
    first: datetime | None = None


class Pli(NamedTuple):
    """Readings between two acts; `people` where they are told apart."""

    count: int
    people: int
    readers: list[Consultation]


class Rang(NamedTuple):
    ligne: Ligne | None = None
    pli: Pli | None = None


@dataclass(frozen=True)
class Historique:
    rangs: list[Rang]
    page_obj: Page | None = None


def latest(lines: Lines, size: int, *, named: bool) -> Historique:
    return _told(journal.reads.latest(lines, size, _telling(named)), named)


def paged(entries: EntryQuerySet, *, size: int, number, fold: bool, named: bool) -> Historique:
    return _told(
        journal.reads.paged(entries, size=size, number=number, fold=fold, telling=_telling(named)), named
    )


def consultations(entries: EntryQuerySet, *, named: bool) -> list[Consultation]:
    """«Qui a consulté ce dossier», who read it last first: one query, along the index of the dossier."""
    telling = _telling(named)
    columns = telling.who + telling.at
    read = entries.filter(event__in=readings()).order_by().values(*columns)
    counted = read.annotate(times=Count("pk"), latest=Max("at"), earliest=Min("at")).order_by("-latest")
    found = [
        (telling.reader(*row), earliest)
        for *row, earliest in counted.values_list(*columns, "times", "latest", "earliest")
    ]
    return [_consultation(reader, first) for reader, first in found]


def _telling(named: bool) -> journal.reads.Telling:
    if named:
        return journal.reads.NAMED._replace(at=(*journal.reads.NAMED.at, *AT))
    return journal.reads.Telling(_unnamed, ("quality",), _capital_somebody, AT, names_people=False)


def _unnamed(entries: EntryQuerySet) -> EntryQuerySet:
    return entries.order_by("-id")


def _capital_somebody(quality: str) -> str:
    name = sentences.somebody(quality)
    return name[:1].upper() + name[1:]


def _told(histoire: journal.reads.Histoire, named: bool) -> Historique:
    rangs = [
        Rang(pli=_pli(row.fold)) if row.fold else Rang(_ligne(row.entry, named)) for row in histoire.rows
    ]
    return Historique(rangs, histoire.page_obj)


def _ligne(entry: Entry, named: bool) -> Ligne:
    return Ligne(
        entry.pk,
        entry.at,
        entry.sentence if named else _unnamed_sentence(entry),
        [str(one) for one in entry.data.get("champs", [])],
        _quality(entry.quality),
        _structure(*(getattr(entry, name) for name in AT)),
    )


def _unnamed_sentence(entry: Entry) -> str:
    fragment = UNNAMED.get(entry.event) or known_events().get(entry.event)
    return sentences.unnamed(entry, fragment, SAID)


def _pli(fold: journal.reads.Fold) -> Pli:
    return Pli(fold.count, fold.people, [_consultation(reader) for reader in fold.readers])


def _consultation(reader: journal.reads.Reader, first=None) -> Consultation:
    quality, where = reader.known[0], _structure(*reader.known[-len(AT) :])
    return Consultation(reader.name, _quality(quality), where, reader.count, reader.last, first)


def _quality(quality: str) -> str:
    """At that time; a process has none."""
    if quality in ("system", "anonymous"):
        return ""
    return quality[:1].upper() + quality[1:]


def _structure(etablissement: str | None, unite: str | None) -> str:
    return ", ".join(one for one in (etablissement, unite) if one)
