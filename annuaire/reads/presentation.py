"""A sheet as its page shows it: values in words, whose they are, what is greyed and why (ANN-2, ANN-3)."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Any

from annuaire import fiches, origines
from annuaire.fiches import Donnee, Rubrique, Stock, Terme, Termes
from annuaire.fiches.completude import Jauge, of_unite
from annuaire.models import Element, Etablissement, Synchronisation, Unite
from annuaire.origines import Origine
from annuaire.reads import completude, termes
from annuaire.reads import fiches as reads
from viatraj.core.champs import Liste, Texte
from viatraj.core.periods import add_months
from viatraj.core.typography import counted, short_day

FRESH_MONTHS = 12
# Tone and icon of its state: the word stands beside.
ETATS = {
    Synchronisation.NON_CONCERNE: ("neutre", "info"),
    Synchronisation.NON_SYNCHRONISE: ("neutre", "croix"),
    Synchronisation.A_RAPPROCHER: ("attention", "alerte"),
    Synchronisation.RAPPROCHE: ("info", "sablier"),
    Synchronisation.ACTIVE: ("succes", "ok"),
    Synchronisation.ERREUR: ("erreur", "erreur"),
}
SENS = {
    Synchronisation.NON_CONCERNE: "cette catégorie d’établissement n’est pas suivie dans le ROR",
    Synchronisation.NON_SYNCHRONISE: "le ROR ne décrit pas encore l’établissement",
    Synchronisation.A_RAPPROCHER: "le ROR le décrit, et il reste à dire à quelle unité correspond chaque "
    "offre",
    Synchronisation.RAPPROCHE: "tout est dit, la mise à jour peut être activée",
    Synchronisation.ACTIVE: "le ROR tient la fiche à jour, et ce qu’il dit est grisé",
    Synchronisation.ERREUR: "le dernier relevé n’a pas pu être repris, et les valeurs reçues auparavant "
    "restent",
}
# (label, tone, icon, what it means), of every état, in the order in which an établissement goes through them.
LEGENDE = [(etat.label, *ETATS[etat], SENS[etat]) for etat in Synchronisation]
Structure = Etablissement | Unite


@dataclass(frozen=True)
class Reponse:
    """One field: `lines` in words, `source` who said it and when, `hint` the feeder’s own text."""

    donnee: Donnee
    lines: list[str]
    source: str
    is_old: bool
    why: str
    hint: str

    @property
    def is_long(self) -> bool:
        champ = self.donnee.champ
        return isinstance(champ, Liste | Termes) or (isinstance(champ, Texte) and champ.long)


class Sheet:
    """Of an établissement or of a unit, on one day; what it asks the database, it asks once."""

    def __init__(self, structure: Structure, *, today: date):
        self.structure, self.today = structure, today
        self.values: Mapping[str, Any] = reads.values(structure)
        self.elements: dict[str, list[Element]] = reads.by_champ(structure)

    @property
    def rubriques(self) -> tuple[Rubrique, ...]:
        return fiches.RUBRIQUES[self.structure.niveau]

    def rubrique(self, code: str) -> Rubrique | None:
        return next((one for one in self.rubriques if one.code == code), None)

    def donnees(self, rubrique: Rubrique) -> list[Donnee]:
        """Those that this sheet asks, and that are written on it: others have a page of their own."""
        nature = getattr(self.structure, "nature", "")
        return [one for one in rubrique.donnees if one.stock != Stock.LIGNES and one.asked_of(nature)]

    @cached_property
    def mots(self) -> termes.Mots:
        every = [one for rows in self.elements.values() for one in rows]
        return termes.mots(termes.codes(fiches.donnees(self.structure.niveau), self.values), every)

    @cached_property
    def jauge(self) -> Jauge:
        if isinstance(self.structure, Etablissement):
            return completude.jauge(self.structure)
        above = {one: reads.column(self.structure.etablissement, one) for one in ABOVE}
        return of_unite(self.values, etablissement=above, connues=self.mots.connus)

    def where(self, code: str) -> str:
        """The rubrique of a field."""
        return next(one.code for one in self.rubriques if code in [d.code for d in one.donnees])

    @property
    def missing(self) -> list[tuple[str, str, str]]:
        """(what, the rubrique and the field where it is filled)."""
        found = [(one.label, (*one.champs, "")[0]) for one in self.jauge.manquants]
        return [(label, self.where(champ) if champ else "", champ) for label, champ in found]

    def why(self, donnee: Donnee) -> str:
        """It is greyed as a whole; of a list of items, each has its own answer (`locked`)."""
        return origines.greyed(self.structure, donnee)

    def locked(self, donnee: Donnee) -> frozenset[str]:
        """The items of a list that people may not take away."""
        return frozenset(
            one.valeur
            for one in self.elements.get(donnee.code, ())
            if origines.greyed(self.structure, donnee, one.origine)
        )

    @property
    def reponses(self) -> list[tuple[Rubrique, list[Reponse]]]:
        """All that it says, what is written on other pages too: of these, how much."""
        nature = getattr(self.structure, "nature", "")
        return [
            (one, [self.reponse(donnee) for donnee in one.donnees if donnee.asked_of(nature)])
            for one in self.rubriques
        ]

    @property
    def is_fed(self) -> bool:
        """Something is greyed because the ROR says it."""
        return self.structure.is_synchronised

    def reponse(self, donnee: Donnee) -> Reponse:
        lines = self._lines(donnee)
        since = self.structure.since(donnee.code)
        limit = add_months(self.today, -FRESH_MONTHS).isoformat()
        return Reponse(
            donnee=donnee,
            lines=lines,
            source=self._source(donnee, since),
            is_old=bool(lines and since and since < limit),
            why=self.why(donnee),
            hint=self.structure.textes_source.get(donnee.code, ""),
        )

    def _lines(self, donnee: Donnee) -> list[str]:
        if donnee.code == "synchronisation" and isinstance(self.structure, Etablissement):
            return [self.structure.get_synchronisation_display()]
        if donnee.stock == Stock.LIGNES and isinstance(self.structure, Unite):
            return COUNTED[donnee.code](self.structure)
        lines = self.mots.lines(donnee, self.values.get(donnee.code))
        if donnee.stock != Stock.ELEMENTS or not self.is_fed:
            return lines
        ours = {one.valeur for one in self.elements.get(donnee.code, ()) if one.origine != Origine.ROR}
        values = self.values.get(donnee.code, ())
        return [line if value in ours else f"{line} (ROR)" for value, line in zip(values, lines, strict=True)]

    def _source(self, donnee: Donnee, since: str) -> str:
        origine = self.structure.origine(donnee.code)
        if origine not in Origine.values or not since:
            return ""
        who = "saisie" if origine == Origine.LOCAL else f"{Origine(origine).label},"
        return f"{who} le {short_day(date.fromisoformat(since))}"


def _pathologies(unite: Unite) -> list[str]:
    count = unite.prises_en_charge.filter(assuree=True).count()
    return [f"{counted(count, 'pathologie prise')} en charge"] if count else []


def _zones(unite: Unite) -> list[str]:
    count = unite.couvertures.count()
    return [f"{counted(count, 'zone')} d’intervention"] if count else []


COUNTED = {"thesaurus": _pathologies, "couverture": _zones}
ABOVE = ("adresse", "code_postal", "commune", "categorie")


def options(donnee: Donnee, offered: Mapping[str, list[termes.Groupe]]) -> list[termes.Groupe]:
    """What a list of terms proposes."""
    if isinstance(donnee.champ, Terme):
        return list(offered.get(donnee.champ.nomenclature, ()))
    named = donnee.champ.nomenclatures if isinstance(donnee.champ, Termes) else ()
    return [groupe for one in named for groupe in offered.get(one, ())]
