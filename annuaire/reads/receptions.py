"""What a run of the ROR has brought, against what we knew; whether it is believed (ANN-7)."""

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping
from itertools import islice
from typing import Any

from annuaire.models import Releve
from annuaire.ror.refus import Refused
from annuaire.ror.sites import Groupe, Index

HIGHEST = 0.05  # share of closed, of refused, of another région’s; by how much that of unknown codes may rise
FEW = 5  # of so few it says nothing
LISTED = 200
WORDS = {
    "disparus": "offres sur {} ont fermé ou disparu",
    "refuses": "établissements sur {} sont refusés",
    "ailleurs": "établissements sur {} viennent d’une autre région que la nôtre",
}
MANY_NEW = "{} offres nouvelles pour {} connues"
BY_DESIGN = "rien n’est changé. Si c’est voulu, relancez avec --accept-loss."


class Reception:
    """What has arrived, against what we knew."""

    def __init__(
        self,
        releve: Releve,
        index: Index,
        connus: Mapping[str, Any],
        regions: Mapping[str, tuple[str, bool]],
        codes: tuple[Collection[str], Collection[tuple[str, str]]],
        limit: int,
    ):
        """As `annuaire.loading.ror` has them: `known`, `regions`, `known_codes`. `limit`: of absences."""
        self.limit = limit
        self.releve, self.index, self.connus, self.regions, self.codes = releve, index, connus, regions, codes
        groupes = index.groupes()
        self.groupes = [one for one in groupes if self._is_on(one.finess)]
        self.is_complete = releve.genre == Releve.Genre.COMPLET
        named = {one.finess for one in groupes}
        self.nommees = {cle for one in groupes for cle in one.offres}
        for one in self.groupes:
            one.ailleurs = self._elsewhere(one.finess, one.offres)
        self.quittes = sorted(self._left(groupes))
        # An absence is believed of a run of which every resource could be placed.
        self.believed = self.is_complete and not index.perdues
        gone = [one for one in connus if one not in named and self._is_on(one) and self._may_vanish(one)]
        self.absents = {one: self._elsewhere(one, ()) for one in sorted(gone)} if self.believed else {}

    def _elsewhere(self, finess: str, here: Collection[str]) -> list[str]:
        """Offers that we knew there, and that this run names in another établissement."""
        known = self.connus[finess].offres if finess in self.connus else {}
        return sorted(cle for cle in known if cle in self.nommees and cle not in here)

    def _left(self, groupes: Iterable[Groupe]) -> Iterator[str]:
        """Établissements, named or not, that have lost an offer to another."""
        at = {cle: one.finess for one in groupes for cle in one.offres}
        for finess, known in self.connus.items():
            if any(at.get(cle, finess) != finess for cle in known.offres):
                yield finess

    def _may_vanish(self, finess: str) -> bool:
        """It has not been absent for long enough yet, itself or one of its offers."""
        known = self.connus[finess]
        return known.absences < self.limit or bool(self._missing(finess, ()))

    def _missing(self, finess: str, named: Collection[str]) -> list[str]:
        """Its offers that are not named, whose absence still counts."""
        known = self.connus[finess].offres if finess in self.connus else {}
        return sorted(
            cle
            for cle, one in known.items()
            if cle not in named and cle not in self.nommees and not one.fermee and one.absences < self.limit
        )

    def _is_on(self, finess: str) -> bool:
        return self.regions.get(finess, ("", True))[1]

    def wanted(self) -> Iterable[Groupe]:
        """Those that say something new."""
        return (one for one in self.groupes if self._differs(one))

    def _differs(self, one: Groupe) -> bool:
        known = self.connus.get(one.finess)
        if known is None or known.erreur or known.absences or one.raisons:
            return True
        if one.empreinte != known.empreinte or any(self._changed(one)):
            return True
        return self.believed and bool(self._missing(one.finess, one.offres))

    def _changed(self, one: Groupe) -> Iterator[str]:
        """Its offers that are new, say something else, or are back."""
        known = self.connus[one.finess].offres if one.finess in self.connus else {}
        for cle, (empreinte, _) in one.offres.items():
            if cle not in known or known[cle].empreinte != empreinte or known[cle].absences:
                yield cle

    def guard(self, last: Releve | None) -> None:
        """`Refused` when what arrives looks like an accident."""
        if self.is_complete and not self.groupes:
            raise Refused("Le relevé ne contient aucun établissement\u00a0: rien n’est changé.")
        offres = {cle for one in self.groupes for cle in one.offres}
        known = {
            cle
            for one in self.connus.values()
            for cle, it in one.offres.items()
            if not (it.fermee or it.absences)
        }
        gone = len(known - offres) if self.is_complete else 0
        self._hold(gone, len(known), "disparus")
        new = len(offres.difference(*(one.offres for one in self.connus.values())))
        if known and new > FEW and new > len(known):
            raise Refused(f"{MANY_NEW.format(new, len(known))}\u00a0: {BY_DESIGN}")
        self._hold(sum(bool(one.raisons) for one in self.groupes), len(self.groupes), "refuses")
        elsewhere = sum(
            bool(one.region) and one.region != self.regions[one.finess][0]
            for one in self.groupes
            if one.finess in self.regions
        )
        self._hold(elsewhere, len(self.groupes), "ailleurs")
        before = last.bilan["recu"]["part_inconnue"] if last else None
        if before is not None and self.unknown_share > before + HIGHEST:
            shares = f"de {before:.0%} à {self.unknown_share:.0%}"
            raise Refused(f"La part de codes inconnus passe {shares}\u00a0: {BY_DESIGN}")

    def _hold(self, count: int, total: int, word: str) -> None:
        if count > FEW and count > HIGHEST * total:
            told = f"{count} {WORDS[word].format(total)}, soit plus de {100 * HIGHEST:.0f}\u00a0%"
            raise Refused(f"{told}\u00a0: {BY_DESIGN}")

    @property
    def unknown(self) -> dict[tuple[str, str], int]:
        """Codes that a nomenclature which we have whole does not know, and how often they came."""
        whole, codes = self.codes
        return {one: n for one, n in self.index.codes.items() if one[0] in whole and one not in codes}

    @property
    def unknown_share(self) -> float:
        return sum(self.unknown.values()) / max(1, sum(self.index.codes.values()))

    def bilan(self, last: Releve | None) -> dict[str, Any]:
        refused = {one.finess: one.raisons[:5] for one in self.groupes if one.raisons}
        unknown = sorted(self.unknown)
        return {
            "recu": {
                "ressources": dict(self.index.comptes),
                "etablissements": len(self.groupes),
                "offres": sum(len(one.offres) for one in self.groupes),
                "differents": sum(1 for one in self.wanted()),
                "absents": len(self.absents),
                "part_inconnue": round(self.unknown_share, 4),
                "regions": dict(Counter(one.region for one in self.groupes if one.region)),
            },
            "refusees": dict(sorted(refused.items())[:LISTED]),
            "quittes": self.quittes,
            "perdues": self.index.perdues[:LISTED],
            "codes_inconnus": [f"{name}:{code}" for name, code in unknown[:LISTED]],
            "differences": dict(islice(self._differences(), LISTED)),
            "derive": self._drift(last),
        }

    def _differences(self) -> Iterator[tuple[str, dict[str, list[str]]]]:
        """By FINESS number: its offers that are new, changed or back, absent."""
        for one in self.wanted():
            known = self.connus[one.finess].offres if one.finess in self.connus else {}
            changed = sorted(self._changed(one))
            yield (
                one.finess,
                {
                    "nouvelles": [cle for cle in changed if cle not in known],
                    "changees": [cle for cle in changed if cle in known],
                    "absentes": self._missing(one.finess, one.offres) if self.believed else [],
                },
            )

    def _drift(self, last: Releve | None) -> int:
        """Offers that a complete run corrects, though they had changed before the last run began."""
        if not self.is_complete or last is None or last.horloge is None:
            return 0
        return sum(
            maj is not None and maj < last.horloge
            for one in self.groupes
            for cle in self._changed(one)
            for _, maj in [one.offres[cle]]
        )
