"""A person’s number changes, ADELI → RPPS: his account, délégations and dossiers follow (ANN-5)."""

import time
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from django.apps import apps
from django.db import IntegrityError, models, transaction

from accounts.models import Identite, User
from annuaire import adeli, attaches, policies
from annuaire.actions.alone import alone
from annuaire.actions.professionnels import follow
from annuaire.adeli import Refused
from annuaire.models import Activite, Flux, Professionnel
from journal.models import record
from viatraj.core.actor import Actor
from viatraj.core.locks import ORDER
from viatraj.core.saisie import noms
from viatraj.core.turns import Turn

LOCK = Turn.ADELI
LISTED = 1_000
COUNTED = ("comptes", "professionnels", "fusionnes")
TWO_NUMBERS = "le fichier donne à ce numéro ADELI plusieurs numéros RPPS"
TWO_ACCOUNTS = "chacun des deux numéros a son compte"
TWO_PEOPLE = "les deux numéros portent des noms différents"
TWICE = "les deux numéros sont déjà dans un même dossier ou une même délégation"


@dataclass
class _Known:
    """All that we hold of both numbers, locked: what is read of it stays true until the end."""

    identites: dict[str, Identite]
    professionnels: dict[str, Professionnel]
    said: dict[str, tuple[str, str]]  # names of the extraction, by RPPS number
    conflicts: list[dict[str, str]] = field(default_factory=list)
    counts: Counter[str] = field(default_factory=Counter)

    def names(self, number: str) -> Iterable[tuple[str, str]]:
        for rows in (self.identites, self.professionnels):
            if number in rows:
                yield rows[number].nom, rows[number].prenom
        if number in self.said:
            yield self.said[number]


@transaction.atomic
def import_adeli(path: str | Path, *, now: datetime, by: Actor) -> Flux:
    """All that can follow does, conflicts are listed in `bilan`; or `adeli.Refused`, and nothing is done.

    The same file again, when nothing is left to follow, writes nothing and gives the last run.
    """
    policies.feed(by)
    started = time.monotonic()
    alone(LOCK, Refused)
    said = adeli.read(path)
    last = Flux.objects.filter(genre=Flux.Genre.ADELI).order_by("-id").first()
    several = {old for old, count in Counter(old for old, _ in said.pairs).items() if count > 1}
    wanted = _concerned(said.pairs)
    known = _locked(wanted)
    followed = [pair for pair in wanted if _follow(known, *pair, several=several, now=now, by=by)]
    follow([new for _, new in followed], now=now, by=by)
    if last and not followed and last.sha256 == said.sha256:
        return last
    counted = {name: known.counts[name] for name in COUNTED}
    bilan = {"suivis": len(followed), **counted, "nombre_conflits": len(known.conflicts)}
    flux = Flux.objects.create(
        genre=Flux.Genre.ADELI,
        file_name=said.file_name[:255],
        format=f"csv, {said.encodage}",
        sha256=said.sha256,
        lignes=said.lignes,
        bilan=bilan | {"conflits": known.conflicts[:LISTED]},
        started_at=now,
        seconds=round(time.monotonic() - started, 3),
        by=str(by),
    )
    record("adeli.imported", by=by, target=flux, lignes=said.lignes, **bilan)
    return flux


def _concerned(pairs: Iterable[tuple[str, str]]) -> list[tuple[str, str]]:
    """Those whose ADELI number somebody still has here."""
    ours = set(
        Identite.objects.filter(kind=Identite.Kind.ADELI, ended_at=None).values_list("idnat", flat=True)
    )
    ours |= set(Professionnel.objects.filter(idnat__startswith="0").values_list("idnat", flat=True))
    return sorted(pair for pair in pairs if pair[0] in ours)


def _locked(wanted: list[tuple[str, str]]) -> _Known:
    """In the order of `viatraj.core.locks`: accounts, identities, people, then what refers to them."""
    numbers = sorted({number for pair in wanted for number in pair})
    living = Identite.objects.filter(idnat__in=numbers, ended_at=None)
    accounts = User.objects.filter(pk__in=list(living.values_list("user_id", flat=True)))
    list(accounts.select_for_update(no_key=True).order_by("pk"))
    identites = {one.idnat: one for one in living.select_for_update(no_key=True).order_by("pk")}
    people = Professionnel.objects.filter(idnat__in=numbers).select_for_update(no_key=True).order_by("pk")
    professionnels = {one.idnat: one for one in people}
    former = [professionnels[old].pk for old, _ in wanted if old in professionnels]
    for model, name in _referring():
        rows = model._base_manager.filter(**{f"{name}__in": former})
        list(rows.select_for_update(of=("self",), no_key=True).order_by("pk").values_list("pk"))
    lines = Activite.objects.filter(idnat__in=[new for _, new in wanted])
    said = {idnat: (nom, prenom) for idnat, nom, prenom in lines.values_list("idnat", "nom", "prenom")}
    return _Known(identites, professionnels, said)


def _referring() -> list[tuple[type[models.Model], str]]:
    """Model and field of all that refers to a Professionnel, in whichever app, in the order of locks."""
    found = [
        (model, one.name)
        for model in apps.get_models()
        for one in model._meta.local_fields
        if one.related_model is Professionnel
    ]
    return sorted(found, key=lambda one: ORDER.index(one[0]._meta.db_table))


def _follow(known: _Known, old: str, new: str, *, several: set[str], now: datetime, by: Actor) -> bool:
    """All of a pair or nothing: a conflict is listed, with its reason."""
    reason = _refusal(known, old, new, several)
    if not reason:
        try:
            with transaction.atomic():
                _renumber(known, old, new, now=now, by=by)
        except IntegrityError:
            reason = TWICE
    if reason:
        known.conflicts.append({"adeli": old, "rpps": new, "motif": reason})
    return not reason


def _refusal(known: _Known, old: str, new: str, several: set[str]) -> str:
    if old in several:
        return TWO_NUMBERS
    mine, theirs = known.identites.get(old), known.identites.get(new)
    if mine and theirs and mine.user_id != theirs.user_id:
        return TWO_ACCOUNTS
    named = [(one, other) for one in known.names(old) for other in known.names(new)]
    return "" if all(noms.same(one, other) for one, other in named) else TWO_PEOPLE


def _renumber(known: _Known, old: str, new: str, *, now: datetime, by: Actor) -> None:
    counts = Counter[str]()
    if identite := known.identites.get(old):
        _follow_account(identite, new, holds=new in known.identites, now=now, by=by)
        counts["comptes"] += 1
    if former := known.professionnels.get(old):
        if kept := known.professionnels.get(new):
            _merge(former, kept, now=now)
            counts["fusionnes"] += 1
        else:
            kept, former.idnat = former, new
        kept.former_idnats = [*kept.former_idnats, old]
        kept.save(update_fields=["idnat", "former_idnats"])
        attaches.renumber(old, new)
        record("professionnel.renumbered", by=by, target=kept, avant=old, apres=new)
        known.professionnels[new] = kept
        counts["professionnels"] += 1
    known.counts += counts


def _follow_account(identite: Identite, new: str, *, holds: bool, now: datetime, by: Actor) -> None:
    """`holds`: the account has the new number already."""
    identite.ended_at = now
    identite.save(update_fields=["ended_at"])
    if not holds:
        said: dict[str, Any] = {"user": identite.user, "nom": identite.nom, "prenom": identite.prenom}
        Identite.objects.create(idnat=new, kind=Identite.Kind.RPPS, since=now, **said)
    record("identite.followed", by=by, target=identite.user, idnat=new)


def _merge(former: Professionnel, kept: Professionnel, *, now: datetime) -> None:
    """What named the former number names the new one; the former stays, as somebody who is gone."""
    for model, name in _referring():
        rows = model._base_manager.filter(**{name: former}).order_by("pk")
        for pk in list(rows.values_list("pk", flat=True)):
            model._base_manager.filter(pk=pk).update(**{name: kept})
    former.vanished_at = former.vanished_at or now
    former.save(update_fields=["vanished_at"])
