"""FINESS, the first feeder: établissements created and completed, never a person’s word (ANN-1, ANN-2)."""

import time
from dataclasses import asdict
from datetime import date, datetime, timedelta
from pathlib import Path

from django.conf import settings
from django.db import transaction

from annuaire import finess, policies
from annuaire.actions.alone import alone
from annuaire.actions.avis import closed_by_feed
from annuaire.actions.positions import place_communes
from annuaire.finess import Publication, Refused
from annuaire.loading import finess as loading
from annuaire.models import AvisFermeture, Etablissement, Flux
from journal.models import record
from viatraj.core.actor import Actor
from viatraj.core.saving import act
from viatraj.core.turns import Turn

LOCK = Turn.FINESS
FARTHEST_AHEAD = timedelta(days=31)  # a date mistyped far ahead would block later imports
HIGHEST_LOSS = 0.05
LISTED = 1_000  # numbers of absent ones that a run keeps


@transaction.atomic
def import_finess(
    path: str | Path, *, now: datetime, by: Actor, day: date | None = None, accept_loss: bool = False
) -> Flux:
    """All of a publication, or `finess.Refused`; the same again writes nothing, and gives the last run.

    `day` replaces the date that the file bears; `accept_loss` lifts the guard, and the journal says so.
    """
    policies.feed(by)
    started = time.monotonic()
    alone(LOCK, Refused)
    last = Flux.objects.filter(genre=Flux.Genre.FINESS).order_by("-id").first()
    publication = finess.opened(path)
    day = _accepted_day(day or publication.day, last, now)
    outcome = loading.arrive(publication.sites(settings.FINESS_CATEGORIES), settings.FINESS_CATEGORIES)
    if not accept_loss:
        _guard(len(outcome.absents) + len(outcome.fermes), outcome.connus, "établissements sur")
        _guard((last.lignes if last else 0) - outcome.lus, last.lignes if last else 0, "lignes sur")
    loading.write(
        outcome, flux=f"{publication.path.name[:80]} du {day:%d/%m/%Y}", now=now, day=day.isoformat()
    )
    place_communes(by=by)
    if last and not outcome.written and (last.sha256, last.jour) == (publication.sha256, day):
        return last
    flux = Flux.objects.create(
        genre=Flux.Genre.FINESS,
        file_name=publication.path.name[:255],
        jour=day,
        format=f"{publication.format}, {publication.encodage}",
        sha256=publication.sha256,
        lignes=outcome.lus,
        bilan=_bilan(outcome, publication),
        accept_loss=accept_loss,
        started_at=now,
        seconds=round(time.monotonic() - started, 3),
        by=str(by),
    )
    counts = {"crees": outcome.crees, "completes": outcome.completes, "champs": outcome.champs}
    record("finess.imported", by=by, target=flux, accept_loss=accept_loss, lignes=outcome.lus, **counts)
    return flux


def warn_closed(flux: Flux, *, now: datetime, by: Actor) -> int:
    """Each établissement that FINESS says closed: told to whoever decides, in a transaction of its own.

    Returns of how many nothing had been said before; told again, none.
    """
    policies.feed(by)
    told, fermes = [], flux.bilan["fermes"]
    for row in Etablissement.objects.filter(finess__in=fermes, closed_at=None).order_by("pk"):
        on = date.fromisoformat(fermes[row.finess]) if fermes[row.finess] else flux.jour
        said = f"FINESS, {flux.jour:%d/%m/%Y}"
        avis: AvisFermeture | None = act(closed_by_feed, row, on=on, flux=said, now=now, by=by)
        if avis and avis.recu_le == now:
            told.append(row.finess)
    if told:
        record("finess.closed", by=by, target=flux, etablissements=told)
    return len(told)


def _accepted_day(day: date | None, last: Flux | None, now: datetime) -> date:
    if day is None:
        raise Refused("Le fichier ne porte pas de date\u00a0: donnez-la avec --date AAAA-MM-JJ.")
    if day > now.date() + FARTHEST_AHEAD:
        raise Refused(f"Le fichier est daté du {day:%d/%m/%Y}, dans le futur.")
    if last and last.jour and day < last.jour:
        raise Refused(
            f"Le fichier du {day:%d/%m/%Y} est plus ancien que le dernier chargé, du {last.jour:%d/%m/%Y}."
        )
    return day


def _guard(lost: int, total: int, what: str) -> None:
    if lost > HIGHEST_LOSS * total:
        raise Refused(
            f"{lost} {what} {total} disparaissent, soit plus de {100 * HIGHEST_LOSS:.0f}\u00a0%\u00a0: "
            "rien n’est changé. Si c’est voulu, relancez avec --accept-loss."
        )


def _bilan(outcome: loading.Outcome, publication: Publication) -> dict:
    """`fermes` are for `warn_closed`; `absents`, which FINESS no longer publishes, are only told."""
    bilan = asdict(outcome) | {"notes": dict(sorted(publication.notes.items()))}
    return bilan | {"nombre_absents": len(outcome.absents), "absents": outcome.absents[:LISTED]}
