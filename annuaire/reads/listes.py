"""«Établissements»: those of a référent, searched and filtered, with what their sheets still need (ANN-3)."""

import re
from dataclasses import dataclass
from datetime import date, datetime, time

from django.core.paginator import Paginator
from django.db.models import Q
from django.utils import timezone

from annuaire.fiches.completude import Jauge
from annuaire.models import Etablissement, Synchronisation
from annuaire.reads import completude, perimetre
from annuaire.reads.presentation import ETATS, FRESH_MONTHS
from annuaire.reads.rangees import Rangees
from viatraj.core.actor import Actor
from viatraj.core.periods import add_months

A_PAGE = 25
COMPLETES = {"oui": "Complètes", "non": "À compléter"}
VERIFIEES = {
    "recente": "Il y a moins d’un an",
    "ancienne": "Il y a plus d’un an",
    "jamais": "Jamais",
}
LONGEST = 100
FINESS = re.compile(r"\d[\dAB]\d{0,7}", re.ASCII)  # or how it begins


@dataclass(frozen=True)
class Choix:
    """As the address says it; what it does not know is no choice."""

    q: str = ""
    etat: str = ""
    fiche: str = ""
    verifiee: str = ""

    @classmethod
    def of(cls, said) -> "Choix":
        known = {"etat": Synchronisation.values, "fiche": COMPLETES, "verifiee": VERIFIEES}
        chosen = {name: said.get(name, "") for name in known}
        found = {name: one if one in known[name] else "" for name, one in chosen.items()}
        return cls(q=said.get("q", "").strip()[:LONGEST], **found)

    @property
    def is_any(self) -> bool:
        return bool(self.q or self.etat or self.fiche or self.verifiee)


@dataclass(frozen=True)
class Ligne:
    etablissement: Etablissement
    jauge: Jauge
    unites: int
    unites_completes: int
    etat: tuple[str, str]  # tone, icon

    @property
    def is_complete(self) -> bool:
        return not self.jauge.manquants and self.unites == self.unites_completes


def page(actor: Actor, choix: Choix, *, number, today: date):
    """A page of `Ligne`; its statements do not grow with it."""
    keys = _filtered(perimetre.etablissements(actor).open(), choix, today).order_by("nom", "pk")
    rows = Rangees(keys, Etablissement.objects.select_related("verifiee_par"))
    found = Paginator(rows, A_PAGE).get_page(number)
    shown = list(found.object_list)
    counted = completude.of_units([one.pk for one in shown], within=perimetre.of_units(actor))
    found.object_list = [
        Ligne(one, completude.jauge(one), *counted.get(one.pk, (0, 0)), ETATS[one.synchronisation])
        for one in shown
    ]
    return found


def _filtered(rows, choix: Choix, today: date):
    if choix.q:
        typed = choix.q.replace(" ", "").upper()
        rows = rows.filter(finess__startswith=typed) if FINESS.fullmatch(typed) else rows.named(choix.q)
    if choix.etat:
        rows = rows.filter(synchronisation=choix.etat)
    if choix.fiche:
        rows = rows.filter(completude.complets() if choix.fiche == "oui" else ~completude.complets())
    if choix.verifiee:
        rows = rows.filter(checked(choix.verifiee, today))
    return rows


def checked(asked: str, today: date) -> Q:
    limit = timezone.make_aware(datetime.combine(add_months(today, -FRESH_MONTHS), time.min))
    return {
        "recente": Q(verifiee_le__gte=limit),
        "ancienne": Q(verifiee_le__lt=limit),
        "jamais": Q(verifiee_le=None),
    }[asked]
