"""A person's own orders, as «Consulter» shows them."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from observatoire import policies, rapports
from observatoire.models import Commande, Etat
from observatoire.rapports import Groupe, Rapport
from observatoire.reads import avancement, fichiers
from viatraj.core.actor import Actor
from viatraj.core.policies import can, refusal
from viatraj.core.typography import counted, file_size, grouped

LOOKED_AT, LONGEST = 2_000, 100  # comments are sealed: each is opened to be searched
ETATS = Etat.choices
TONES = {
    Etat.ATTENTE: ("neutre", "sablier"),
    Etat.COURS: ("info", "horloge"),
    Etat.DISPONIBLE: ("succes", "ok"),
    Etat.ERREUR: ("erreur", "erreur"),
    Etat.ANNULEE: ("neutre", "croix"),
    Etat.SUPPRIMEE: ("neutre", "poubelle"),
}


@dataclass(frozen=True)
class Choix:
    """As the address says it; what it does not know is no choice."""

    q: str = ""
    rapport: str = ""
    etat: str = ""

    @classmethod
    def of(cls, said: Mapping[str, str]) -> "Choix":
        rapport, etat = said.get("rapport", ""), said.get("etat", "")
        return cls(
            q=said.get("q", "").strip()[:LONGEST],
            rapport=rapport if len(rapport) <= 10 else "",
            etat=etat if etat in Etat.values else "",
        )

    @property
    def is_any(self) -> bool:
        return bool(self.q or self.rapport or self.etat)


@dataclass(frozen=True)
class Ligne:
    """`fichier`: may be downloaded now; `pourquoi`: why it may not, though it is there."""

    commande: Commande
    rapport: Rapport | None
    fichier: bool
    pourquoi: str
    place: int
    faites: int

    @property
    def titre(self) -> str:
        return self.rapport.titre if self.rapport else "Fichier retiré du catalogue"

    @property
    def periode(self) -> str:
        one = self.commande
        return fichiers.period(self.rapport, one.debut, one.fin) if self.rapport else ""

    @property
    def tone(self) -> tuple[str, str]:
        return TONES[Etat(self.commande.etat)]

    @property
    def taille(self) -> str:
        return file_size(self.commande.taille or 0)

    @property
    def avancement(self) -> str:
        if self.faites and self.commande.estimation > self.faites:
            return f"{counted(self.faites, 'ligne')} sur {grouped(self.commande.estimation)} environ"
        return f"{counted(self.faites, 'ligne écrite')}" if self.faites else "Le fichier se prépare"


def mine(actor: Actor, choix: Choix) -> Sequence[Commande]:
    rows = Commande.objects.visible_to(actor).newest_first()
    if choix.rapport:
        rows = rows.filter(rapport=choix.rapport)
    if choix.etat:
        rows = rows.filter(etat=choix.etat)
    if not choix.q:
        return rows
    wanted = choix.q.casefold()
    return [one for one in rows[:LOOKED_AT] if wanted in one.commentaire.casefold()]


def lignes(rows: Iterable[Commande], actor: Actor, today: date) -> list[Ligne]:
    """One look at the queue, however many wait."""
    shown = list(rows)
    places = avancement.places() if any(one.etat == Etat.ATTENTE for one in shown) else {}
    return [_ligne(one, places, actor, today) for one in shown]


def _ligne(one: Commande, places: dict[int, int], actor: Actor, today: date) -> Ligne:
    there = one.etat == Etat.DISPONIBLE
    why = refusal(policies.fetch, actor, one, today) if there else ""
    return Ligne(
        commande=one,
        rapport=rapports.get(one.rapport),
        fichier=there and not why,
        pourquoi=why,
        place=places.get(one.pk, 0),
        faites=avancement.read(one) if one.etat == Etat.COURS else 0,
    )


def ordered(actor: Actor) -> list[tuple[str, str]]:
    """Code and title of the reports that he has ordered."""
    codes = (
        Commande.objects.visible_to(actor).order_by("rapport").values_list("rapport", flat=True).distinct()
    )
    found = ((code, rapports.get(code)) for code in codes)
    return [(code, f"{code} – {one.titre}" if one else code) for code, one in found]


def groupes(actor: Actor) -> list[Groupe]:
    """Of which he may order something."""
    return [one for one in Groupe if can(policies.groupe, actor, one.value)]
