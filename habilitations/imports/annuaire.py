"""The places that a file names, found by a few queries whatever its length."""

from collections import defaultdict

from django.core.exceptions import ValidationError
from django.db.models import Q, Value

from annuaire.models import Cle, Etablissement, Guichet, Unite
from habilitations.imports.colonnes import plain
from habilitations.lieux import Lieu
from viatraj.core.droits import Droit


class Lieux:
    """Found in the whole directory, which is public; who may give there is the policy's answer.

    Of several établissements of one name, that of `by`'s perimeter.
    """

    def __init__(self, rows, *, by):
        named = {str(row["etablissement"]).strip() for row in rows} - {""}
        known = Etablissement.objects.annotate(cle=Cle("nom")).select_related("coordination__region")
        wanted = Q(finess__in={name.upper() for name in named}) | Q(
            cle__in=[Cle(Value(name)) for name in named]
        )
        self.etablissements = defaultdict(list)
        for one in known.filter(wanted, closed_at=None):
            for name in {one.finess or "", one.nom}:
                self.etablissements[plain(name)].append(one)
        found = {one.pk for several in self.etablissements.values() for one in several}
        self.below = defaultdict(list)
        units = Unite.objects.filter(etablissement__in=found, closed_at=None)
        guichets = Guichet.objects.filter(etablissement__in=found)
        for row in (
            *units.select_related("etablissement__coordination__region"),
            *guichets.select_related("coordination__region", "etablissement"),
        ):
            self.below[row.etablissement_id, plain(row.nom)].append(row)
        self.by = by

    def find(self, etablissement: str, unite: str) -> Lieu:
        if not etablissement:
            raise ValidationError({"etablissement": "Cette cellule est vide."})
        here = self._one(
            self.etablissements[plain(etablissement)],
            "etablissement",
            f"Aucun établissement n’a ce numéro FINESS, ni ce nom\u00a0: «\u00a0{etablissement}\u00a0».",
            "Plusieurs établissements portent ce nom\u00a0: donnez le numéro FINESS.",
        )
        if not unite:
            return Lieu.of(here)
        return Lieu.of(
            self._one(
                self.below[here.pk, plain(unite)],
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
