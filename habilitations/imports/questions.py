"""A file tells of each person whether he has an account, so each counts as one search (COM-2)."""

from datetime import timedelta

from accounts import limits
from habilitations.models import Import

A_DAY = timedelta(days=1)
TOO_MANY = (
    "Ce fichier nomme {} personnes que vous n’avez pas encore cherchées aujourd’hui\u00a0: c’est plus que ce "
    "qui vous reste sur 1\u202f000 recherches par jour. Partagez-le, ou reprenez demain."
)


def wait(lines: list[dict], *, user, now) -> tuple[int, int]:
    """Returns (people not yet asked for today, seconds to wait); counts them when these are 0.

    The same file deposited again, corrected or by a double click, asks for nobody new.
    """
    before = Import.objects.filter(user=user, deposited_at__gt=now - A_DAY).values_list("lines", "report")
    known = {name for told in before for half in told for line in half for name in _names(line)}
    asked = {name for line in lines for name in _names(line)} - known
    seconds = limits.seconds_to_wait_for(
        limits.SEARCHES_A_DAY, "comptes", str(user.pk), count=len(asked), now=now.timestamp()
    )
    return len(asked), seconds


def _names(line) -> set[str]:
    """By what an account is looked for: an address, or a login."""
    return {str(line.get(key, "")).strip().lower() for key in ("email", "identifiant")} - {""}
