"""What a run of the ROR asks of référents: one letter each (ANN-1, ANN-7)."""

from django.utils import timezone

from annuaire.models import Etablissement, Releve
from habilitations import emails
from habilitations.reads import ror as reads


def tell_ror(releve: Releve, concerned: list[tuple[Etablissement, dict[str, int]]]) -> int:
    """To the référents of each établissement, else to those of its coordination. Returns how many letters."""
    people = reads.told(concerned, today=timezone.localdate(releve.fini_le))
    return sum(emails.ror(user, rows, releve=releve) for user, rows in people.items())
