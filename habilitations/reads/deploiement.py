"""How far each établissement is: who works there, what its sheet lacks, what FINESS disputes (ANN-8).

One engine for the page and its export, a coordination or the country: rows are walked by name, from a key on.
"""

import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, fields
from datetime import date

from django.db.models import Count, Exists, F, OuterRef, Q

from accounts.models import User
from annuaire import fiches
from annuaire.fiches.completude import Jauge
from annuaire.models import Coordination, Ecart, Etablissement, Synchronisation, Unite
from annuaire.reads import completude, listes
from annuaire.reads.presentation import ETATS
from habilitations.models import Habilitation
from habilitations.reads import orphelines
from viatraj.core.actor import Actor
from viatraj.core.droits import Droit, Niveau
from viatraj.core.typography import short_day

A_PAGE, A_SLICE = 50, 1_000
# A right on one structure does not open the page of a territory.
COLUMNS = {"coordination": "coordination_id", "region": "coordination__region_id"}
KEY = re.compile(r"[0-9]{1,18}", re.ASCII)
ETABLIS = {"oui": "Établis", "non": "Pas encore établis"}
REFERENTS = {"oui": "Avec un référent", "non": "Sans référent"}
ANOMALIES = {
    "oui": "Avec une anomalie",
    "non": "Sans anomalie",
    "numero": "Sans numéro FINESS",
    "ferme": "Fermés d’après FINESS",
    "absent": "Absents de FINESS",
    "departement": "Commune d’un autre département",
    "valeur": "Fiche différente de FINESS",
}
KNOWN = {
    "etabli": ETABLIS,
    "fiche": listes.COMPLETES,
    "referent": REFERENTS,
    "verifiee": listes.VERIFIEES,
    "anomalie": ANOMALIES,
}


@dataclass(frozen=True)
class Choix:
    """As the address says it; what it does not know is no choice."""

    coordination: str = ""
    q: str = ""
    etabli: str = ""
    fiche: str = ""
    referent: str = ""
    verifiee: str = ""
    anomalie: str = ""

    @classmethod
    def of(cls, said) -> "Choix":
        found = {name: one if (one := said.get(name, "")) in known else "" for name, known in KNOWN.items()}
        coordination = said.get("coordination", "")
        found["coordination"] = coordination if KEY.fullmatch(coordination) else ""
        return cls(q=said.get("q", "").strip()[: listes.LONGEST], **found)

    @property
    def said(self) -> dict[str, str]:
        """For the journal, which is told no words that somebody typed."""
        asked = {one.name: getattr(self, one.name) for one in fields(self)}
        return {name: value for name, value in asked.items() if value and name != "q"}

    @property
    def is_any(self) -> bool:
        return bool(self.q or self.said.keys() - {"coordination"})


@dataclass(frozen=True)
class Ligne:
    etablissement: Etablissement
    jauge: Jauge
    unites: int
    unites_completes: int
    referents: int
    personnes: int
    anomalies: list[str]

    @property
    def is_etabli(self) -> bool:
        return bool(self.unites and self.personnes)

    @property
    def is_complete(self) -> bool:
        return not self.jauge.manquants and self.unites == self.unites_completes

    @property
    def etat(self) -> tuple[str, str]:
        """Tone and icon of its synchronisation."""
        return ETATS[Synchronisation(self.etablissement.synchronisation)]


@dataclass(frozen=True)
class Chiffres:
    """Of one coordination, whatever is filtered."""

    total: int = 0
    etablis: int = 0
    sans_referent: int = 0
    complets: int = 0
    jamais_verifies: int = 0
    anomalies: int = 0


NOTHING = Chiffres()


class Deploiement:
    """What one actor follows on one day."""

    def __init__(self, actor: Actor, choix: Choix, *, today: date):
        self.choix, self.today = choix, today
        rights = actor.rights
        mine = Coordination.objects.filter(
            rights.within(Droit.DEPLOIEMENT, coordination="pk", region="region_id")
        )
        self.coordinations = list(mine.order_by("nom", "pk"))
        self.etablissements = Etablissement.objects.open().filter(rights.within(Droit.DEPLOIEMENT, **COLUMNS))

    @property
    def coordination(self) -> Coordination | None:
        """The one that is chosen, or the only one; None when it is not his."""
        if len(self.coordinations) == 1:
            return self.coordinations[0]
        return next((one for one in self.coordinations if str(one.pk) == self.choix.coordination), None)

    @property
    def is_astray(self) -> bool:
        """A coordination that is not his was asked for."""
        asked = self.choix.coordination
        return bool(asked) and asked not in {str(one.pk) for one in self.coordinations}

    def page(self, after: str) -> tuple[list[Ligne], int | None]:
        """The lines after a key, and the key that the next page begins after."""
        rows = self._after(after)[: A_PAGE + 1]
        shown = list(rows)
        return self.lignes(shown[:A_PAGE]), shown[A_PAGE - 1].pk if len(shown) > A_PAGE else None

    def slices(self) -> Iterator[list[Ligne]]:
        """All of them, for a file; one slice in memory at once."""
        after = ""
        while part := list(self._after(after)[:A_SLICE]):
            yield self.lignes(part)
            after = str(part[-1].pk)

    def chiffres(self) -> dict[int, Chiffres]:
        """By coordination, of the chosen one or of all: one statement."""
        rows = self._here().order_by().values("coordination")
        counted = rows.annotate(
            total=Count("pk"),
            etablis=Count("pk", filter=self._etabli),
            sans_referent=Count("pk", filter=~self._with_referent),
            complets=Count("pk", filter=completude.complets()),
            jamais_verifies=Count("pk", filter=Q(verifiee_le=None)),
            anomalies=Count("pk", filter=anomalie()),
        )
        return {one.pop("coordination"): Chiffres(**one) for one in counted}

    def lignes(self, rows: list[Etablissement]) -> list[Ligne]:
        """Four statements more, however many rows."""
        pks = [one.pk for one in rows]
        unites = completude.of_units(pks, within=Q())
        referents, personnes = self._counted(pks, **orphelines.REFERENT), self._counted(pks)
        astray = defaultdict(list)
        for one in Ecart.objects.filter(etablissement__in=pks).order_by("pk"):
            astray[one.etablissement_id].append(one)
        return [
            Ligne(
                one,
                completude.jauge(one),
                *unites.get(one.pk, (0, 0)),
                referents.get(one.pk, 0),
                personnes.get(one.pk, 0),
                list(_told(one, astray[one.pk])),
            )
            for one in rows
        ]

    def _counted(self, pks: list[int], **profil: str) -> dict[int, int]:
        """By établissement: how many people hold something there, of this profile if it is said."""
        there = self._held.filter(etablissement__in=pks, **profil).order_by().values("etablissement")
        counted = there.annotate(people=Count("user", distinct=True))
        return dict(counted.values_list("etablissement", "people"))

    @property
    def _held(self):
        """What lets somebody work today: those of accounts that are disabled do not."""
        return Habilitation.objects.in_force(self.today).exclude(user__in=User.objects.disabled())

    @property
    def _etabli(self) -> Q:
        """Somebody works there, and has somewhere to: a habilitation in force, and an open unit.

        Of a coordination, as a set that its index gives; of the country, one by one, as far as the page goes.
        """
        units = Exists(Unite.objects.filter(closed_at=None, etablissement=OuterRef("pk")))
        if self.coordination is None:
            return Q(units, Exists(self._held.filter(etablissement=OuterRef("pk"))))
        here = self._held.filter(coordination=self.coordination, etablissement__isnull=False)
        return Q(units, pk__in=here.values("etablissement"))

    @property
    def _with_referent(self) -> Q:
        return Q(pk__in=orphelines.with_referent(self.today, self.coordination))

    def _here(self):
        rows = self.etablissements
        return rows.filter(coordination=self.coordination) if self.coordination else rows

    def _after(self, key: str):
        rows = self._filtered()
        if KEY.fullmatch(key):
            last = Etablissement.objects.filter(pk=key).values_list("nom", flat=True).first()
            # The first condition is for the index.
            rows = rows.filter(nom__gte=last or "").filter(Q(nom__gt=last or "") | Q(pk__gt=key))
        return rows.select_related("coordination__departement", "cog").order_by("nom", "pk")

    def _filtered(self):
        choix, rows = self.choix, self._here()
        if choix.q:
            typed = choix.q.replace(" ", "").upper()
            by_number = listes.FINESS.fullmatch(typed)
            rows = rows.filter(finess__startswith=typed) if by_number else rows.named(choix.q)
        for asked, rule in (
            (choix.etabli, self._etabli),
            (choix.referent, self._with_referent),
            (choix.fiche, completude.complets()),
        ):
            if asked:
                rows = rows.filter(rule if asked == "oui" else ~rule)
        if choix.verifiee:
            rows = rows.filter(listes.checked(choix.verifiee, self.today))
        if choix.anomalie:
            rows = rows.filter(~anomalie() if choix.anomalie == "non" else anomalie(choix.anomalie))
        return rows


def anomalie(kind: str = "oui") -> Q:
    """Where an établissement and FINESS disagree; `kind` as in ANOMALIES."""
    astray = Ecart.objects.filter(etablissement=OuterRef("pk"))
    itself = (Ecart.FERME, Ecart.ABSENT)
    elsewhere = Q(cog__isnull=False, coordination__departement__isnull=False) & ~Q(
        cog__departement=F("coordination__departement")
    )
    return {
        "oui": Q(finess=None) | Q(Exists(astray)) | elsewhere,
        "numero": Q(finess=None),
        "ferme": Q(Exists(astray.filter(champ=Ecart.FERME))),
        "absent": Q(Exists(astray.filter(champ=Ecart.ABSENT))),
        "departement": elsewhere,
        "valeur": Q(Exists(astray.exclude(champ__in=itself))),
    }[kind]


def _told(row: Etablissement, astray: list[Ecart]) -> Iterator[str]:
    if row.finess is None:
        yield "Sans numéro FINESS"
    departement = row.coordination.departement_id
    if row.cog and departement and row.cog.departement_id != departement:
        yield f"Commune d’un autre département\u00a0: {row.cog}"
    for one in astray:
        if one.champ == Ecart.FERME:
            since = f" depuis le {short_day(date.fromisoformat(one.dit))}" if one.dit else ""
            yield f"Fermé{since} d’après FINESS"
        elif one.champ == Ecart.ABSENT:
            yield "Absent de la dernière publication de FINESS"
        else:
            label = fiches.donnee(Niveau.ETABLISSEMENT, one.champ).label
            yield f"{label} d’après FINESS\u00a0: {one.dit}"
