"""The history of one field of a sheet, and what going back to a former value would write (ANN-2)."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Q

from annuaire.fiches import Donnee, Stock
from annuaire.models import Modification
from annuaire.reads import couvertures, termes, thesaurus
from annuaire.reads.couvertures import Zone
from annuaire.reads.presentation import Sheet
from annuaire.reads.thesaurus import PATHOLOGIES


@dataclass(frozen=True)
class Changement:
    row: Modification
    avant: list[str]
    apres: list[str]
    may_restore: bool

    @property
    def par(self) -> str:
        """A person, or a feeder and its run."""
        if self.row.par:
            return self.row.par.nom_complet
        return f"{self.row.get_origine_display()} ({self.row.flux})"


def of(sheet: Sheet, donnee: Donnee):
    """Newest first; of the thésaurus, one line a pathologie («thesaurus:AVC»)."""
    named = Q(champ=donnee.code) | Q(champ__startswith=f"{donnee.code}:")
    rows = Modification.objects.of(sheet.structure).filter(named)
    return rows.select_related("par").order_by("-pk")


def shown(sheet: Sheet, donnee: Donnee, rows: Sequence[Modification]) -> list[Changement]:
    """One statement, for the labels; three for zones, by kind."""
    if donnee.stock == Stock.LIGNES:
        told = IN_WORDS[donnee.code](rows)
        return [Changement(row, *told[row.pk], may_restore=False) for row in rows]
    wanted: set[str] = set()
    for row in rows:
        wanted |= termes.codes([donnee], {donnee.code: row.avant})
        wanted |= termes.codes([donnee], {donnee.code: row.apres})
    mots = termes.mots(wanted, sheet.elements.get(donnee.code, ()))
    return [
        Changement(
            row, mots.lines(donnee, row.avant), mots.lines(donnee, row.apres), may_restore(sheet, donnee, row)
        )
        for row in rows
    ]


def _answers(rows: Sequence[Modification]) -> dict[int, tuple[list[str], list[str]]]:
    codes = {row.pk: f"{PATHOLOGIES}:{row.champ.partition(':')[2]}" for row in rows}
    mots = termes.mots(codes.values())

    def said(row, value) -> list[str]:
        return [f"{mots.label(codes[row.pk])}\u00a0: {thesaurus.said(value)}"] if value else []

    return {row.pk: (said(row, row.avant), said(row, row.apres)) for row in rows}


def _zones(rows: Sequence[Modification]) -> dict[int, tuple[list[str], list[str]]]:
    read = {text: Zone.of(text) for row in rows for text in (*(row.avant or ()), *(row.apres or ()))}
    labels = couvertures.labels(read.values())
    return {
        row.pk: tuple([labels[read[text]] for text in texts or ()] for texts in (row.avant, row.apres))
        for row in rows
    }


IN_WORDS = {"thesaurus": _answers, "couverture": _zones}


def may_restore(sheet: Sheet, donnee: Donnee, row: Modification) -> bool:
    """There was a value, it is not the one that stands, and people write it."""
    if row.avant is None or sheet.why(donnee):
        return False
    return former(sheet, donnee, row) != sheet.values.get(donnee.code)


def former(sheet: Sheet, donnee: Donnee, row: Modification) -> Any:
    """What the field held before; of a list, its greyed items stay as they are today."""
    if donnee.stock != Stock.ELEMENTS:
        return row.avant
    locked = sheet.locked(donnee)
    return sorted({*(row.avant or ()), *locked}) or None
