"""The places that a file names, found by a few queries whatever its length."""

from collections import defaultdict

from django.core.exceptions import ValidationError
from django.db.models import Q, Value

from annuaire.models import Cle, Coordination, Etablissement, Guichet, Lieu, Unite
from habilitations.imports.colonnes import plain
from viatraj.core.droits import Droit


class Lieux:
    """Found in the whole directory, which is public; who may give there is the policy's answer.

    Of several établissements, or coordinations, of one name, that of `by`'s perimeter.
    """

    def __init__(self, rows, *, by):
        self.by = by
        self.structures, self.below = defaultdict(list), defaultdict(list)
        named = {row["etablissement"] for row in rows} - {""}
        same_name = Q(cle__in=[Cle(Value(name)) for name in named])
        etablissements = Etablissement.objects.filter(Q(finess__in=named) | same_name, closed_at=None)
        for one in etablissements.select_related("coordination__region"):
            for name in {one.finess or "", one.nom}:
                self.structures[plain(name)].append(one)
        for one in Coordination.objects.annotate(cle=Cle("nom")).filter(same_name).select_related("region"):
            self.structures[plain(one.nom)].append(one)
        self._know_below([one for several in self.structures.values() for one in several])

    def _know_below(self, structures):
        """Of an établissement, its units and guichets; of a coordination, guichets of its own."""
        inside = {one.pk for one in structures if isinstance(one, Etablissement)}
        beside = {one.pk for one in structures if isinstance(one, Coordination)}
        units = Unite.objects.filter(etablissement__in=inside, closed_at=None)
        guichets = Guichet.objects.open().filter(
            Q(etablissement__in=inside) | Q(etablissement=None, coordination__in=beside)
        )
        for row in (
            *units.select_related("etablissement__coordination__region"),
            *guichets.select_related("coordination__region", "etablissement"),
        ):
            above = row.etablissement or row.coordination
            self.below[Lieu.of(above).key, plain(row.nom)].append(row)

    def find(self, structure: str, unite: str) -> Lieu:
        if not structure:
            raise ValidationError({"etablissement": "Cette cellule est vide."})
        here = Lieu.of(
            self._one(
                self.structures[plain(structure)],
                "etablissement",
                f"Aucun établissement n’a ce numéro FINESS, ni ce nom, et aucune coordination ce nom\u00a0: "
                f"«\u00a0{structure}\u00a0».",
                "Plusieurs structures portent ce nom\u00a0: donnez le numéro FINESS.",
            )
        )
        if not unite:
            return here
        return Lieu.of(
            self._one(
                self.below[here.key, plain(unite)],
                "unite",
                f"{here} n’a pas d’unité ni de guichet de ce nom\u00a0: «\u00a0{unite}\u00a0».",
                f"Plusieurs unités ou guichets de {here} portent ce nom\u00a0: attribuez celle-ci à l’écran.",
            )
        )

    def _one(self, rows, column, none, several):
        if len(rows) > 1:
            mine = [row for row in rows if self._covers(row)]
            rows = mine or rows
        if len(rows) != 1:
            raise ValidationError({column: several if rows else none})
        return rows[0]

    def _covers(self, row) -> bool:
        return self.by.rights.cover(Droit.HABILITATION, row.place, domaine="")
