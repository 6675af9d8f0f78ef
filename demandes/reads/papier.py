"""Where a dossier on paper may be recorded (HAB-3)."""

from annuaire.models import Lieu, Unite
from demandes.reads.destinataires import receiving
from dossiers import policies
from viatraj.core.actor import Actor
from viatraj.core.droits import Droit, Niveau, Orientation
from viatraj.core.policies import can


def _receiving():
    return Unite.objects.open().filter(receiving(Orientation.GRAND_AGE))


def may_receive(lieu: Lieu) -> bool:
    return lieu.row is not None and _receiving().filter(pk=lieu.row.pk).exists()


def lieux(actor: Actor) -> dict[str, Lieu]:
    """Open units of his, by their key; a guichet records at one of its units."""
    held = actor.rights.scopes(Droit.PAPIER, domaine=Orientation.GRAND_AGE).get(Niveau.UNITE, ())
    rows = _receiving().filter(pk__in=held).select_related("etablissement__coordination")
    found = map(Lieu.of, rows.order_by("etablissement__nom", "nom", "pk"))
    return {one.key: one for one in found if can(policies.receive_paper, actor, one)}
