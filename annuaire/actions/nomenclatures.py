"""Nomenclatures loaded version by version: no code is ever taken away (ANN-1)."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

from django.db import transaction

from annuaire import nomenclatures, policies
from annuaire.actions.alone import alone
from annuaire.models import Concept, Nomenclature
from annuaire.nomenclatures import Publication, Refused, Terme
from journal.models import record
from viatraj.core.actor import Actor
from viatraj.core.turns import Turn

LOCK = Turn.NOMENCLATURES
HIGHEST_LOSS = 0.3
KEPT = ("libelle", "groupe", "rang", "debut", "fin")


@dataclass
class Bilan:
    """What a load did to a nomenclature, in codes."""

    nomenclature: str
    version: str
    added: int = 0
    changed: int = 0
    ended: int = 0

    @property
    def written(self) -> int:
        return self.added + self.changed + self.ended


@transaction.atomic
def import_nomenclature(
    path: str | Path,
    *,
    now: datetime,
    by: Actor,
    version: str = "",
    extract: bool = False,
    accept_loss: bool = False,
) -> Bilan:
    """A published file taken in: all of it, or `nomenclatures.Refused`; the same again writes nothing.

    A whole version ends the codes that it leaves out, on its day; an extract ends nothing.
    """
    policies.feed(by)
    said = nomenclatures.read(path, version=version, extract=extract)
    alone(LOCK, Refused)
    row = Nomenclature.objects.filter(pk=said.code).first()
    bilan = Bilan(said.code, said.version)
    if row is None:
        row = Nomenclature(code=said.code)
    elif _is_older(said.version, row.version):
        raise Refused(
            f"Cette version de {said.code}, {said.version}, est plus ancienne que celle qui est chargée, "
            f"{row.version}."
        )
    elif (row.version, row.sha256, row.complete) == (said.version, said.sha256, said.complete):
        return bilan
    row.nom, row.version, row.complete, row.sha256 = said.nom, said.version, said.complete, said.sha256
    row.chargee_le = now
    row.save()
    _take_in(said, bilan, accept_loss=accept_loss)
    counts = {"added": bilan.added, "changed": bilan.changed, "ended": bilan.ended}
    record("nomenclature.loaded", by=by, target=row, version=said.version, complete=said.complete, **counts)
    return bilan


def load_nomenclatures(*, now: datetime, by: Actor) -> list[Bilan]:
    """Those that come with the product, where what is loaded is not at least as new."""
    policies.feed(by)
    loaded = dict(Nomenclature.objects.order_by("pk").values_list("code", "version"))
    missing = [
        path
        for path, code, version in nomenclatures.shipped()
        if code not in loaded or _is_older(loaded[code], version)
    ]
    with transaction.atomic():
        return [import_nomenclature(path, now=now, by=by) for path in missing]


def _is_older(version: str, than: str) -> bool:
    """AAAAMMJJ is the beginning of its day."""
    return version.ljust(14, "0") < than.ljust(14, "0")


def _take_in(said: Publication, bilan: Bilan, *, accept_loss: bool) -> None:
    locking = Concept.objects.filter(nomenclature_id=said.code).select_for_update(no_key=True)
    known = {one.code: one for one in locking.order_by("pk")}
    new, changed = [], []
    for rang, terme in enumerate(said.termes):
        if terme.code in known:
            changed += _changed(known[terme.code], terme, rang, extract=not said.complete)
        else:
            new.append(_concept(said, terme, rang))
    ended = _ended(known.values(), said) if said.complete else []
    _guard(len(ended), sum(_lives(one, said.day) for one in known.values()), accept_loss=accept_loss)
    Concept.objects.bulk_create(new)
    Concept.objects.bulk_update(sorted([*changed, *ended], key=lambda one: one.pk), KEPT)
    bilan.added, bilan.changed, bilan.ended = len(new), len(changed), len(ended)


def _concept(said: Publication, terme: Terme, rang: int) -> Concept:
    return Concept(
        nomenclature_id=said.code,
        code=terme.code,
        libelle=terme.libelle,
        groupe=terme.groupe,
        rang=rang,
        debut=terme.debut,
        fin=terme.fin,
        depuis=said.version,
    )


def _changed(old: Concept, terme: Terme, rang: int, *, extract: bool) -> list[Concept]:
    """An extract says neither ranks nor, often, dates: those that are known stay."""
    said = {"libelle": terme.libelle, "groupe": terme.groupe, "rang": rang}
    said |= {"debut": terme.debut, "fin": terme.fin}
    if extract:
        said |= {"rang": old.rang, "debut": terme.debut or old.debut, "fin": terme.fin or old.fin}
        said["groupe"] = terme.groupe or old.groupe
    if all(getattr(old, name) == value for name, value in said.items()):
        return []
    for name, value in said.items():
        setattr(old, name, value)
    return [old]


def _lives(one: Concept, day: date) -> bool:
    return one.fin is None or one.fin > day


def _ended(known: Iterable[Concept], said: Publication) -> list[Concept]:
    """Codes that live, and that this whole version no longer has."""
    listed = {one.code for one in said.termes}
    ended = [one for one in known if one.code not in listed and _lives(one, said.day)]
    for one in ended:
        one.fin = max(said.day, one.debut or said.day)
    return ended


def _guard(ended: int, total: int, *, accept_loss: bool) -> None:
    if ended > HIGHEST_LOSS * total and not accept_loss:
        raise Refused(
            f"{ended} codes sur {total} disparaissent, soit plus de {100 * HIGHEST_LOSS:.0f}\u00a0%\u00a0: "
            "rien n’est changé. Si c’est un extrait, relancez avec --extract\u202f; si c’est voulu, avec "
            "--accept-loss."
        )
