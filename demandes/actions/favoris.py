"""The favourites of a unit, or of a médecin (DOS-4)."""

from django.db import transaction

from annuaire.models import Unite
from demandes import policies
from demandes.models import Favori
from dossiers.models import Dossier
from journal.models import record
from viatraj.core.actor import Actor


@transaction.atomic
def add_favori(*, dossier: Dossier, unite: Unite, by: Actor) -> None:
    """`dossier`: the one that is being sent; who asks for it keeps the favourite."""
    by, owner = policies.keep_favoris(by, dossier)
    _, is_new = Favori.objects.get_or_create(**owner, cible=unite)
    if is_new:
        record("favori.added", by=by, target=unite)


@transaction.atomic
def remove_favori(*, dossier: Dossier, unite: Unite, by: Actor) -> None:
    by, owner = policies.keep_favoris(by, dossier)
    if Favori.objects.of(owner).filter(cible=unite).delete()[0]:
        record("favori.removed", by=by, target=unite)
