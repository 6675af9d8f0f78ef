"""Of a lot, the sheets that the ROR feeds: held, and written many in one statement (ANN-7)."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from annuaire.actions.valeurs import Feuille, Structure, known_communes, of_the_ror, put
from annuaire.loading import fiches as loading
from annuaire.models import (
    AvisFermeture,
    Etablissement,
    Lieu,
    Offre,
    Rapprochement,
    Releve,
    SiteRor,
    Unite,
)
from annuaire.origines import Origine
from annuaire.ror.mapping import Lue
from journal.models import record_each
from viatraj.core.actor import Actor
from viatraj.core.saving import checked


@dataclass
class Nourris:
    """The decisions of a lot's offers, by offer, and the units that they join.

    `fermees`: units of which the ROR has once said that they close.
    """

    jointes: dict[int, Rapprochement] = field(default_factory=dict)
    unites: dict[int, Unite] = field(default_factory=dict)
    fermees: set[int] = field(default_factory=set)

    def hold_decisions(self, offres: Iterable[Offre]) -> None:
        standing = Rapprochement.objects.standing().filter(offre__in=[one.pk for one in offres])
        rows = standing.filter(unite__isnull=False).select_for_update(of=("self",), no_key=True)
        self.jointes = {one.offre_id: one for one in rows.order_by("pk")}

    def hold_units(self, etablissements: Iterable[Etablissement]) -> None:
        """After their établissements, which say whether the ROR feeds them."""
        above = {one.pk: one for one in etablissements}
        pks = [one.unite_id for one in self.jointes.values()]
        rows = Unite.objects.filter(pk__in=pks).select_for_update(of=("self",), no_key=True)
        for one in rows.prefetch_related("elements").order_by("pk"):
            self.unites[one.pk] = one
            if one.etablissement_id in above:
                one.etablissement = above[one.etablissement_id]
        told = AvisFermeture.objects.filter(unite__in=pks, flux__startswith="ROR")
        self.fermees = set(told.values_list("unite", flat=True)) if pks else set()

    def is_plain(
        self, lue: Lue, etablissement: Etablissement | None, known: Iterable[Offre], *, believes_absence: bool
    ) -> bool:
        """Nothing closes, opens again, or lies elsewhere: its sheets are fed, if anything.

        `known`: its offers, as we know them.
        """
        said = {one.cle: one for one in lue.offres}
        if lue.ferme_le and etablissement is not None and etablissement.is_synchronised:
            return False
        for offre in known:
            jointe = self.jointes.get(offre.pk)
            if jointe is None:
                continue
            here = self.unites[jointe.unite_id]
            if etablissement is None or here.etablissement_id != etablissement.pk or here.pk in self.fermees:
                return False
            one = said.get(offre.cle)
            if one is None and (believes_absence or offre.fermee_le or offre.absences):
                return False
            if one is not None and one.fermee_le:
                return False
        return True


@dataclass
class Nourriture:
    """What a lot feeds: a sheet, and what the ROR says of it."""

    releve: Releve
    now: datetime
    by: Actor
    dits: list[tuple[Structure, SiteRor | Offre]] = field(default_factory=list)

    def feed(self, etablissements: Iterable[Etablissement]) -> dict[int, int]:
        """How many values have changed, by key of the établissement; `etablissements`: those to be written.

        ValidationError of a sheet that may not be so: who writes it alone says which one it is.
        """
        communes = known_communes([said.valeurs for _, said in self.dits])
        feuilles = [self._heard(structure, said, communes) for structure, said in self.dits]
        changed = [one for one in feuilles if one.apres]
        put(changed, origine=Origine.ROR, now=self.now, by=self.by, flux=str(self.releve))
        structures = [one.structure for one in changed]
        sheets = list(etablissements)
        units = [one for one in structures if isinstance(one, Unite)]
        for row in (*sheets, *units):
            checked(row)
        loading.save(Etablissement, sheets)
        loading.save(Unite, units)
        record_each("fiche.fed", map(_line, changed), by=self.by)
        counts: dict[int, int] = {}
        for one in changed:
            here = one.structure
            pk = here.etablissement_id if isinstance(here, Unite) else here.pk
            counts[pk] = counts.get(pk, 0) + len(one.apres)
        return counts

    def _heard(self, structure: Structure, said: SiteRor | Offre, communes: set[str]) -> Feuille:
        feuille = Feuille.of(structure)
        feuille.libelles = said.libelles
        feuille.hear(of_the_ror(structure, said.valeurs, communes), Origine.ROR)
        return feuille


def _line(one: Feuille) -> tuple[Structure, str, dict[str, Any]]:
    return one.structure, str(Lieu.of(one.structure)), {"champs": sorted(one.apres)}
