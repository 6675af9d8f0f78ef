"""Files go ten days after they are ready, lines stay; two days before, their persons are told (OBS-5)."""

from collections import defaultdict
from datetime import datetime, timedelta

from django.core.files.storage import Storage, storages
from django.db import transaction

from journal.models import record
from observatoire import emails, policies
from observatoire.actions.commandes import WHERE
from observatoire.models import Commande, Etat
from viatraj.core.actor import Actor
from viatraj.core.files import vault
from viatraj.core.saving import by_slices, save_valid

TOLD_BEFORE = timedelta(days=2)
ORPHAN = timedelta(days=1)  # bytes that no row names, once no worker can be about to name them


def erase_files(*, now: datetime, by: Actor) -> int:
    """First the key, with the line of the journal: what is left is noise that no row opens. Then the bytes,
    again at each run until the storage has let go of them. Returns how many files."""
    policies.system(by)

    def forget(part: list[Commande]) -> None:
        for commande in part:
            commande.etat, commande.sealed_key = Etat.SUPPRIMEE, None
            save_valid(commande)
            record("commande.erased", by=by, target=commande, rapport=commande.rapport)

    count = by_slices(Commande.objects.ending(now), forget)
    by_slices(Commande.objects.left_over(), _destroy)
    _sweep(now)
    return count


def _destroy(part: list[Commande]) -> None:
    for commande in part:
        if vault.drop(commande.stored_as or "", where=WHERE):
            commande.stored_as = None
            save_valid(commande)


def _sweep(now: datetime) -> None:
    """Of workers that died between the file and its row."""
    storage = storages[WHERE]
    for name in _names(storage):
        if not Commande.objects.filter(stored_as=name).exists() and _is_old(storage, name, now):
            vault.drop(name, where=WHERE)


def _names(storage: Storage) -> list[str]:
    """Two levels, as `parts.keep` names them; nothing where the storage is not there, or does not answer."""
    try:
        folders, _ = storage.listdir("")
        return [f"{folder}/{one}" for folder in folders for one in storage.listdir(folder)[1]]
    except Exception:  # each storage has exceptions of its own
        return []


def _is_old(storage: Storage, name: str, now: datetime) -> bool:
    try:
        return storage.get_modified_time(name) < now - ORPHAN
    except Exception:  # gone meanwhile
        return False


@transaction.atomic
def remind(*, now: datetime, by: Actor) -> int:
    """One letter a person for all that goes within two days; once for each file."""
    policies.system(by)
    soon = Commande.objects.ending(now + TOLD_BEFORE).filter(ends_at__gt=now, reminded_at=None)
    rows = soon.select_for_update(of=("self",), no_key=True).select_related("user").order_by("pk")
    of_people = defaultdict(list)
    for commande in rows:
        commande.reminded_at = now
        save_valid(commande)
        of_people[commande.user].append(commande)
    for user, commandes in of_people.items():
        emails.ending(user, commandes)
    if of_people:
        record("commande.reminded", by=by, count=sum(map(len, of_people.values())))
    return len(of_people)
