"""What a unit answers for each pathologie of the thésaurus: by group, or as another unit does (ANN-2)."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from annuaire import policies
from annuaire.models import Concept, Lieu, Modification, PriseEnCharge, Unite
from annuaire.origines import Origine
from annuaire.reads.thesaurus import FIELDS, PATHOLOGIES
from journal.models import record
from viatraj.core.actor import Actor
from viatraj.core.saving import Stale, locked, save_valid

NOT_CURRENT = "Le thésaurus a changé entre-temps\u00a0: rouvrez la page."
ITSELF = "Choisissez une autre unité que celle-ci."
MEANWHILE = "Le thésaurus de cette unité vient d’être modifié\u00a0: relisez-le, puis recommencez."
NOTHING = "Cette unité n’a rien renseigné dans son thésaurus."


@transaction.atomic
def answer_thesaurus(
    unite: Unite, *, answers: Mapping[str, Mapping[str, Any] | None], version: int, now: datetime, by: Actor
) -> Unite:
    """By code of pathologie: the fields of PriseEnCharge, or None for what is not answered (any more).

    Raises Stale when the sheet was changed since it was read, and nothing of it is written then.
    """
    unite = locked(unite)
    by = policies.edit_fiche(by, unite)
    known = Concept.objects.filter(nomenclature=PATHOLOGIES, code__in=answers)
    if known.current(timezone.localdate(now)).count() != len(answers):
        raise ValidationError(NOT_CURRENT)
    changed = _changed(unite, answers)
    if changed and unite.version != version:
        raise Stale(unite)
    return _write(unite, changed, now=now, by=by)


@transaction.atomic
def copy_thesaurus(unite: Unite, *, source: Unite, version: int, now: datetime, by: Actor) -> Unite:
    """All that another unit of one’s perimeter answers; what it leaves open stays as it is here."""
    if unite.pk == source.pk:
        raise ValidationError(ITSELF, code="source")
    unite = locked(unite)
    by = policies.edit_fiche(by, unite)
    policies.edit_fiche(by, source)
    answers = {one.pathologie: _said(one) for one in source.prises_en_charge.all()}
    if not answers:
        raise ValidationError(NOTHING, code="source")
    if unite.version != version:  # there is no text to compare: what is there now is to be read first
        raise ValidationError(MEANWHILE, code="source")
    return _write(unite, _changed(unite, answers), now=now, by=by)


def _said(one: PriseEnCharge) -> dict[str, Any]:
    return {name: getattr(one, name) for name in FIELDS}


def _changed(unite, answers) -> dict[str, tuple[PriseEnCharge | None, Mapping[str, Any] | None]]:
    """By code: the row as it is, what it is to say."""
    rows = {one.pathologie: one for one in unite.prises_en_charge.filter(pathologie__in=answers)}
    return {
        code: (rows.get(code), said)
        for code, said in answers.items()
        if said != (_said(rows[code]) if code in rows else None)
    }


def _write(unite: Unite, changed, *, now: datetime, by: Actor) -> Unite:
    if not changed:
        return unite
    history = []
    for code, (row, said) in sorted(changed.items()):
        before = _said(row) if row else None
        if said is None:
            row.delete()
        else:
            row = row or PriseEnCharge(unite=unite, pathologie=code)
            for name, value in said.items():
                setattr(row, name, value)
            save_valid(row)
        history.append(
            Modification(
                unite=unite,
                champ=f"thesaurus:{code}",
                avant=before,
                apres=said,
                origine=Origine.LOCAL,
                le=now,
                par=by.user,
            )
        )
    Modification.objects.bulk_create(history)
    unite.version += 1
    unite.origines["thesaurus"] = [Origine.LOCAL, timezone.localdate(now).isoformat()]
    save_valid(unite)
    record("thesaurus.answered", by=by, target=unite, label=str(Lieu.of(unite)), pathologies=sorted(changed))
    return unite
