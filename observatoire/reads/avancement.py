"""How far an order is: its place in the queue, the lines already written."""

from observatoire.models import Commande
from viatraj.core import progress

A_SECOND = 20_000  # lines, on a slow machine
BEFORE_ANY = 2  # seconds


def _key(commande: Commande) -> str:
    return f"commande:{commande.pk}:{commande.passage}"


def tell(commande: Commande, done: int) -> None:
    progress.tell(_key(commande), done)


def read(commande: Commande) -> int:
    return progress.read(_key(commande))


def places() -> dict[int, int]:
    """Of each order that waits, by its key; 1 is the next one."""
    waiting = Commande.objects.in_turn().values_list("pk", flat=True)
    return {pk: place for place, pk in enumerate(waiting, 1)}


def seconds(lignes: int) -> int:
    """About how long so many lines take."""
    return BEFORE_ANY + lignes // A_SECOND
