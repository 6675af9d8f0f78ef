"""Runs of the ROR, for who follows a territory: what each brought, of which établissements (ANN-7)."""

from collections.abc import Iterator
from dataclasses import dataclass

from django.db.models import Count, Q

from annuaire.models import Arrivage, Etablissement, Region, Releve
from viatraj.core.actor import Actor
from viatraj.core.droits import Droit, Niveau
from viatraj.core.typography import counted

A_PAGE = 50
COLUMNS = {"coordination": "coordination_id", "region": "coordination__region_id"}
# What a run has done, in the words of `Arrivage.bilan`; those that ask for somebody's attention come first.
WORDS = {
    "refuses": "établissement refusé",
    "fermetures": "fermeture annoncée",
    "natures": "offre d’une autre nature",
    "offres_nouvelles": "offre nouvelle",
    "offres_deplacees": "offre déplacée",
    "offres_absentes": "offre absente",
    "reouvertures": "unité rouverte",
    "offres_changees": "offre modifiée",
    "champs": "champ mis à jour",
    "absents": "établissement absent",
    "inconnus": "établissement inconnu de l’annuaire",
    "illisibles": "valeur non comprise",
}
# What the whole run counts of words that, of one établissement, say what it is.
OF_ONE = WORDS | {
    "refuses": "",
    "absents": "absent du relevé",
    "inconnus": "inconnu de l’annuaire",
}
TONES = {
    Releve.Etat.ATTENTE: ("info", "horloge"),
    Releve.Etat.EN_COURS: ("info", "sablier"),
    Releve.Etat.FINI: ("succes", "ok"),
    Releve.Etat.REFUSE: ("erreur", "erreur"),
}
DONE = {Arrivage.Etat.A_FAIRE: "En attente", Arrivage.Etat.FAIT: "Repris", Arrivage.Etat.REFUSE: "Refusé"}


@dataclass(frozen=True)
class Passage:
    """A run as its line says it."""

    releve: Releve
    regions: list[str]

    @property
    def recu(self) -> dict:
        return self.releve.bilan.get("recu", {})

    @property
    def refuses(self) -> int:
        return self.releve.bilan.get("refuses", 0)

    @property
    def etat(self) -> tuple[str, str, str]:
        """Its words, with their tone and icon."""
        etat = Releve.Etat(self.releve.etat)
        if etat == Releve.Etat.FINI and self.refuses:
            return f"Terminé, {counted(self.refuses, WORDS['refuses'])}", "attention", "alerte"
        return str(etat.label), *TONES[etat]

    @property
    def changements(self) -> list[str]:
        """Besides what was refused, which its état says."""
        return in_words(self.releve.bilan, WORDS | {"refuses": ""})

    @property
    def inconnus(self) -> list[str]:
        """Codes that our nomenclatures do not have."""
        return self.releve.bilan.get("codes_inconnus", [])

    @property
    def perdues(self) -> list[str]:
        """What was refused and belongs to no établissement."""
        return self.releve.bilan.get("perdues", [])

    @property
    def derive(self) -> int:
        return self.releve.bilan.get("derive", 0)


@dataclass(frozen=True)
class Ligne:
    """What a run brought of one établissement; `etablissement`: ours, None where we have none."""

    arrivage: Arrivage
    etablissement: Etablissement | None

    @property
    def etat(self) -> str:
        return DONE[Arrivage.Etat(self.arrivage.etat)]

    @property
    def changements(self) -> list[str]:
        return in_words(self.arrivage.bilan, OF_ONE)


def in_words(bilan: dict, words: dict[str, str]) -> list[str]:
    return list(_in_words(bilan, words))


def _in_words(bilan: dict, words: dict[str, str]) -> Iterator[str]:
    for word, said in words.items():
        if (count := bilan.get(word, 0)) and said:
            yield said if word in ("absents", "inconnus") and words is OF_ONE else counted(count, said)


def releves():
    """Newest first."""
    return Releve.objects.order_by("-pk")


def passages(rows: list[Releve]) -> list[Passage]:
    """One statement besides their own, for the names of régions."""
    names = dict(Region.objects.values_list("code", "nom"))
    return [Passage(one, _regions(one, names)) for one in rows]


def _regions(releve: Releve, names: dict[str, str]) -> list[str]:
    told = releve.bilan.get("recu", {}).get("regions", {})
    return sorted(names.get(code, f"région {code}") for code in told if code)


def progress(releve: Releve) -> tuple[int, int]:
    """(written, received), of one that is under way."""
    found = Arrivage.objects.filter(releve=releve).aggregate(
        total=Count("pk"), done=Count("pk", filter=~Q(etat=Arrivage.Etat.A_FAIRE))
    )
    return found["done"], found["total"]


def lignes(actor: Actor, releve: Releve, after: str) -> tuple[list[Ligne], str]:
    """The établissements that he follows and the run says something new of, by FINESS number, after a key.

    And the key that the next page begins after, "" on the last one.
    """
    rows = Arrivage.objects.filter(_followed(actor), releve=releve, finess__gt=after).order_by("finess")
    shown = list(rows.defer("brut", "empreintes")[: A_PAGE + 1])
    following = shown[A_PAGE - 1].finess if len(shown) > A_PAGE else ""
    shown = shown[:A_PAGE]
    mine = _mine(actor).select_related("coordination")
    ours = {one.finess: one for one in mine.filter(finess__in=[one.finess for one in shown])}
    return [Ligne(one, ours.get(one.finess)) for one in shown], following


def _mine(actor: Actor):
    return Etablissement.objects.filter(actor.rights.within(Droit.DEPLOIEMENT, **COLUMNS))


def _followed(actor: Actor) -> Q:
    """Of his territory; who follows a région also what its ROR describes and our directory has not."""
    scopes = actor.rights.scopes(Droit.DEPLOIEMENT)
    if Niveau.NATIONAL in scopes:
        return Q()
    regions = Region.objects.filter(pk__in=scopes.get(Niveau.REGION, ()))
    elsewhere = Etablissement.objects.filter(finess__isnull=False).values("finess")
    unknown = Q(region__in=regions.values("code")) & ~Q(finess__in=elsewhere)
    return Q(finess__in=_mine(actor).filter(finess__isnull=False).values("finess")) | unknown
