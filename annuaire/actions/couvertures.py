"""Where an HAD goes, chosen as a whole: what is left out of the new list goes (ANN-2, row 38)."""

from collections.abc import Sequence
from datetime import datetime

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from annuaire import policies
from annuaire.models import Couverture, Lieu, Modification, Unite
from annuaire.natures import Nature
from annuaire.origines import Origine
from annuaire.reads.couvertures import KINDS, Zone, zones
from journal.models import record
from viatraj.core.actor import Actor
from viatraj.core.saving import Stale, locked, save_valid

ONLY_HAD = "Seule une unité d’hospitalisation à domicile a une couverture géographique."
UNKNOWN = "Cette zone n’existe pas, ou n’existe plus\u00a0: {zone}."
TWICE = "Cette zone figure deux fois dans la liste\u00a0: {zone}."


@transaction.atomic
def choose_zones(unite: Unite, *, chosen: Sequence[Zone], version: int, now: datetime, by: Actor) -> Unite:
    """Raises ValidationError for another kind of unit, a zone that is unknown, or said twice; Stale."""
    unite = locked(unite)
    by = policies.edit_fiche(by, unite)
    if unite.nature != Nature.HAD:
        raise ValidationError(ONLY_HAD)
    before, after = zones(unite), _checked(chosen)
    if before == after:
        return unite
    if unite.version != version:
        raise Stale(unite)
    unite.couvertures.all().delete()
    Couverture.objects.bulk_create(
        Couverture(unite=unite, exclue=zone.exclue, **{f"{zone.kind}_id": zone.code}) for zone in after
    )
    Modification.objects.create(
        unite=unite,
        champ="couverture",
        avant=[str(zone) for zone in before] or None,
        apres=[str(zone) for zone in after] or None,
        origine=Origine.LOCAL,
        le=now,
        par=by.user,
    )
    unite.version += 1
    unite.origines["couverture"] = [Origine.LOCAL, timezone.localdate(now).isoformat()]
    save_valid(unite)
    record("couverture.chosen", by=by, target=unite, label=str(Lieu.of(unite)), zones=len(after))
    return unite


def _checked(chosen: Sequence[Zone]) -> list[Zone]:
    """In one order, each once; their rows are there, and of today."""
    seen: set[tuple[str, str]] = set()
    for zone in chosen:
        if (zone.kind, zone.code) in seen:
            raise ValidationError(TWICE.format(zone=zone.code))
        seen.add((zone.kind, zone.code))
    for kind in KINDS:
        model = Couverture._meta.get_field(kind).related_model
        codes = {zone.code for zone in chosen if zone.kind == kind}
        known = model._default_manager.filter(pk__in=codes)
        if kind != "departement":
            known = known.filter(disparu_en=None)
        if missing := codes - set(known.values_list("pk", flat=True)):
            raise ValidationError(UNKNOWN.format(zone=min(missing)))
    rank = {kind: -index for index, kind in enumerate(KINDS)}
    return sorted(chosen, key=lambda zone: (rank[zone.kind], zone.exclue, zone.code))
