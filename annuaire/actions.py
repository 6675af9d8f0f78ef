"""What can be done with the directory. The only writer of this app, with its loader, `annuaire.loading`."""

import time
from datetime import timedelta

from django.core.exceptions import ValidationError
from django.db import connection, transaction

from annuaire import loading, policies, rpps
from annuaire.models import (
    FILLED,
    Activite,
    Etablissement,
    Guichet,
    ImportRun,
    Lieu,
    Professionnel,
    Unite,
    lying,
)
from annuaire.reads import search
from annuaire.rpps import Refused
from journal.models import record
from viatraj.core.locks import ORDER
from viatraj.core.saving import locked, save_valid

LOCK = 0x52505053  # «RPPS»: one import at a time
FARTHEST_AHEAD = timedelta(days=31)  # a date mistyped far ahead would block later imports
NO_CARD = "Aucune carte n’est plus associée à ce compte\u00a0: associez-en une pour créer un dossier."
UNKNOWN = "Ce médecin ne figure pas dans l’annuaire national."


@transaction.atomic
def import_rpps(path, *, now, by, day=None, accept_loss=False) -> ImportRun:
    """Load or refresh the directory from the ANS's extraction (ANN-5, ANN-7); all of it, or `rpps.Refused`.

    `day` replaces the date in the file's name; `accept_loss` lifts the 5 % guard, and the journal says so.
    """
    policies.import_rpps(by)
    started = time.monotonic()
    _alone()
    last = ImportRun.objects.order_by("-id").first()
    with rpps.opened(path) as extraction:
        day = _accepted_day(day or extraction.day, last, now)
        same_layout = last is None or last.layout == extraction.layout
        outcome = loading.load(extraction, same_layout=same_layout, accept_loss=accept_loss)
    _follow(outcome.touched, now=now, by=by)
    seconds = time.monotonic() - started
    run = ImportRun.objects.create(
        file_name=extraction.file_name[:255],
        extraction_date=day,
        sha256=extraction.sha256,
        layout=extraction.layout,
        started_at=now,
        finished_at=now + timedelta(seconds=seconds),
        seconds=round(seconds, 3),
        by=str(by),
        accept_loss=accept_loss,
        **outcome.counts(),
    )
    record("extraction.imported", by=by, target=run, accept_loss=accept_loss, **outcome.counts())
    if outcome.added or outcome.removed:
        transaction.on_commit(loading.tidy, robust=True)
    return run


def _alone():
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [LOCK])
        if not cursor.fetchone()[0]:
            raise Refused("Un autre import de l’annuaire est en cours\u00a0: attendez qu’il finisse.")


def _accepted_day(day, last, now):
    if day is None:
        raise Refused("Le nom du fichier ne porte pas de date\u00a0: donnez-la avec --date AAAA-MM-JJ.")
    if day > now.date() + FARTHEST_AHEAD:
        raise Refused(f"L’extraction est datée du {day:%d/%m/%Y}, dans le futur.")
    if last and day < last.extraction_date:
        raise Refused(
            f"L’extraction du {day:%d/%m/%Y} est plus ancienne que la dernière chargée, "
            f"du {last.extraction_date:%d/%m/%Y}."
        )
    return day


def _follow(idnats, *, now, by):
    """Update each Professionnel from his lines, or mark him as gone (never one with an ADELI number)."""
    for professionnel in (
        Professionnel.objects.select_for_update(no_key=True).filter(idnat__in=idnats).order_by("pk")
    ):
        said = _said_of(professionnel.idnat)
        if said:
            said["vanished_at"] = None
        elif not professionnel.idnat.startswith("0"):
            said = {"vanished_at": professionnel.vanished_at or now}
        changed = [name for name, value in said.items() if getattr(professionnel, name) != value]
        for name in changed:
            setattr(professionnel, name, said[name])
        if changed:
            professionnel.save(update_fields=changed)
            record("professionnel.updated", by=by, target=professionnel, fields=changed)


def _said_of(idnat) -> dict:
    """What the extraction says of somebody, as fields of Professionnel; empty without a line."""
    fields = ("nom", "prenom", "profession", "categorie", "specialite", "code_postal", "commune")
    return {name: getattr(line, name) for line in Activite.objects.of(idnat)[:1] for name in fields}


@transaction.atomic
def refer(idnat, *, by) -> Professionnel:
    """The Professionnel row of a médecin, created when a délégation or dossier first names him.

    Raises ValidationError (code `idnat`) when no médecin of the extraction has this number.
    """
    policies.refer(by)
    idnat = search.readable(idnat)
    said = _said_of(idnat)
    if not said or not Professionnel(**said).is_medecin:
        raise ValidationError(UNKNOWN, code="idnat")
    professionnel, created = Professionnel.objects.get_or_create(idnat=idnat, defaults=said)
    if created:
        record("professionnel.referred", by=by, target=professionnel)
    return professionnel


@transaction.atomic
def refer_account(user, *, by) -> Professionnel:
    """The row of a médecin who has an account: as the extraction says him, else as his card does.

    Raises ValidationError when no living number tells who he is.
    """
    policies.refer(by)
    numbers = user.identites.filter(ended_at=None, kind__in=["rpps", "adeli"]).order_by("-kind", "pk")
    living = {one.idnat: one for one in numbers}
    known = Professionnel.objects.filter(idnat__in=living)
    if found := min(known, key=lambda one: [*living].index(one.idnat), default=None):
        return found
    if not living:
        raise ValidationError(NO_CARD)
    idnat, identite = next(iter(living.items()))
    said = _said_of(idnat) or {
        "nom": identite.nom,
        "prenom": identite.prenom,
        "profession": user.profession,
        "categorie": user.categorie,
    }
    professionnel, created = Professionnel.objects.get_or_create(idnat=idnat, defaults=said)
    if created:
        record("professionnel.referred", by=by, target=professionnel)
    return professionnel


@transaction.atomic
def open_structure(row, *, by):
    """A région, coordination, établissement, unit or guichet that no synchronisation brings."""
    policies.open_structure(by)
    row = save_valid(row)
    record("structure.opened", by=by, target=row, label=str(Lieu.of(row)))
    return row


@transaction.atomic
def gather(guichet, *, unites, by):
    """The units behind one door (ANN-4)."""
    policies.open_structure(by)
    guichet = locked(guichet)
    if strangers := [str(Lieu.of(one)) for one in unites if not guichet.gathers(one)]:
        raise ValidationError(
            f"{Lieu.of(guichet)} ne peut pas réunir des unités d’un autre établissement\u00a0: "
            f"{', '.join(strangers)}."
        )
    guichet.unites.set(unites)
    record(
        "guichet.gathered",
        by=by,
        target=guichet,
        label=str(Lieu.of(guichet)),
        unites=[one.pk for one in unites],
    )


@transaction.atomic
def move(structure, *, into, by):
    """A unit to another établissement, an établissement to another coordination, with all that lies there.

    Rows of every app follow, and an établissement's guichets; a unit leaves the guichets of its former place.
    """
    policies.move(by)
    structure = _held_still(structure)
    above = "etablissement" if isinstance(structure, Unite) else "coordination"
    before = getattr(structure, above)
    if before == into:
        return structure
    if Lieu.of(into).is_closed:
        raise ValidationError(f"{into} est une structure fermée.")
    setattr(structure, above, into)
    save_valid(structure)
    if isinstance(structure, Etablissement):
        structure.guichets.update(coordination=into)
    record(
        "structure.moved",
        by=by,
        target=structure,
        label=str(structure),
        before=str(before),
        after=str(into),
        carried=_carry(structure),
        left=_leave_guichets(structure),
    )
    return structure


def _held_still(structure):
    """Lock the structure FOR UPDATE: whoever adds a row there waits, then reads its new place."""
    return structure._meta.model.objects.select_for_update(of=("self",)).get(pk=structure.pk)


def _carry(structure) -> dict[str, int]:
    """Move the rows of each model, whose triggers copy the new place; returns how many of each."""
    lieu, counts = Lieu.of(structure), {}
    above = {name: lieu.columns[f"{name}_id"] for name in FILLED[lieu.niveau] if name != lieu.niveau}
    for model in sorted(lying(), key=lambda model: ORDER.index(model._meta.db_table)):
        rows = model._base_manager.filter(**{lieu.niveau: structure})
        pks = rows.select_for_update(of=("self",), no_key=True).order_by("pk").values_list("pk", flat=True)
        counts[model._meta.label] = model._base_manager.filter(pk__in=list(pks)).update(**above)
    return counts


def _leave_guichets(structure) -> list[int]:
    """Ids of the guichets that a unit has left, or the units of an établissement."""
    units = {"unite": structure} if isinstance(structure, Unite) else {"unite__etablissement": structure}
    doors = Guichet.unites.through.objects.filter(**units).select_related("guichet", "unite__etablissement")
    left = [door for door in doors.order_by("pk") if not door.guichet.gathers(door.unite)]
    for door in left:
        door.delete()
    return [door.guichet_id for door in left]
