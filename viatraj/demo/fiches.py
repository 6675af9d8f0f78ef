"""Sheets of the demonstration’s structures: what FINESS, the ROR and their référents have said of them."""

from datetime import datetime, timedelta
from typing import Any

from django.db import transaction

import annuaire.actions
import habilitations.rights
from accounts.models import User
from annuaire.models import Commune, Etablissement, Synchronisation, Unite
from annuaire.natures import Nature
from annuaire.origines import Origine
from annuaire.reads.couvertures import Zone
from viatraj.core.actor import Actor, Means
from viatraj.demo.structures import COORDINATIONS, SYNCHRONISED, Structure

REFERENTS = {
    "haute-lauze": "dvasseur",
    "pays-orbe": "fcastan",
    "riviere-bleue": "mhoarau",
    "morne-clair": "gcelestin",
}
CATEGORIES = {
    "ch-saint-aubin": "355",
    "clinique-tilleuls": "109",
    "had-lauze": "127",
    "ehpad-glycines": "500",
    "residence-erables": "202",
    "maison-vieilles-tours": "109",
    "ch-valmont": "355",
    "ehpad-beau-soleil": "500",
    "pco-orbe": "190",
    "ssiad-orbe": "354",
    "ime-source": "183",
    "ime-vallon": "183",
    "ch-riviere-bleue": "355",
    "ehpad-filaos": "500",
    "ehpad-balisiers": "500",
    "ssiad-morne-clair": "354",
}
CLOSED, SUCCESSOR = "maison-vieilles-tours", "clinique-tilleuls"
MCO = {"nature": Nature.MCO, "mode": "28", "age_min": 16, "age_max": 120}
SMR = {"nature": Nature.SMR, "mode": "28", "age_min": 18, "age_max": 120}
AGED = {"nature": Nature.EHPAD, "mode": "46", "age_min": 60, "age_max": 120, "publics": ["TRE_R239:01"]}
AGED |= {"activites": ["TRE_R211:293"]}
HAD = {"nature": Nature.HAD, "mode": "31", "age_min": 0, "age_max": 120, "activites": ["TRE_R211:083"]}
ESMS = {"nature": Nature.ESMS, "age_min": 6, "age_max": 20, "activites": ["TRE_R211:300"]}
# Two of the first hospital’s sheets are left to be completed.
UNITS: dict[str, dict[str, Any]] = {
    "Médecine interne": {**MCO, "activites": ["TRE_R211:085"]},
    "Médecine polyvalente": {**MCO, "activites": ["TRE_R211:083"]},
    "Neurologie": {**MCO, "activites": ["TRE_R211:097"]},
    "Chirurgie": MCO,
    "Urgences": {**MCO, "mode": "33", "age_min": 0},
    "SMR polyvalent": {**SMR, "type_offre": "100", "activites": ["TRE_R211:172"]},
    "SMR gériatrique": {**SMR, "type_offre": "101", "activites": ["TRE_R211:241"], "age_min": 70},
    "SMR orthopédique": {**SMR, "type_offre": "102", "activites": ["TRE_R211:233"]},
    "SMR neurologique": {**SMR, "type_offre": "103", "activites": ["TRE_R211:234"]},
    "Soins palliatifs": {**SMR, "nature": Nature.USP, "activites": ["TRE_R211:170"]},
    "HAD Nord": HAD,
    "HAD Sud": HAD,
    "Hébergement permanent": AGED,
    "Hébergement": AGED,
    "Unité de vie protégée": AGED,
    "USLD": {**AGED, "nature": Nature.USLD, "activites": ["TRE_R211:050"]},
    "Logements": {**AGED, "nature": Nature.RESIDENCE},
    "Accueil de jour": {**AGED, "nature": Nature.ACCUEIL_JOUR, "mode": "47"},
    "Repos et convalescence": {**SMR, "activites": ["TRE_R211:172"]},
    "Plateforme TND": {
        "nature": Nature.PCO,
        "type_offre": "84",
        "mode": "58",
        "age_min": 0,
        "age_max": 6,
        "activites": ["TRE_R211:325"],
    },
    "Soins infirmiers à domicile": {**AGED, "nature": Nature.SSIAD, "type_offre": "28", "mode": "49"},
    "Internat": {**ESMS, "type_offre": "48", "mode": "46"},
    "Service à domicile": {**ESMS, "type_offre": "57", "mode": "49"},
}
HEAVY = ["RESSOURCES:IDE", "RESSOURCES:NEN", "RESSOURCES:OXH", "TRE_R212:115"]
COMFORT = ["PRESTATIONS:CHI", "PRESTATIONS:NET", "PRESTATIONS:TVC", "PRESTATIONS:VIS"]
# What each kind takes in, of the thésaurus.
PATHOLOGIES = {
    Nature.SMR: ("AVC", "SEP", "PAR", "FES", "FMI"),
    Nature.USP: ("SLA", "TUC"),
    Nature.EHPAD: ("ALZ", "PAR"),
}
TAKEN = {"assuree": True, "age_min": None, "age_max": None, "niveau": "courant", "conditions": ""}
SAID = "Établissement de la démonstration\u00a0: tout ce que dit cette fiche est inventé."
WAY = "Par la route, sortie 3, puis suivre le fléchage. Arrêt de bus devant l’entrée."


def make(users: dict[str, User], rows: dict[str, Any], *, now: datetime, by: Actor) -> None:
    """Once: a sheet that says something is left as it is."""
    for (_, _, coordination, *_), (_, structures) in COORDINATIONS.items():
        known = referent(users[REFERENTS[coordination]], now)
        for one in structures:
            etablissement = Etablissement.objects.get(pk=rows[one.key].pk)
            if not etablissement.origines:
                _etablissement(one, etablissement, known, now=now, by=by)
    _close(rows, referent(users[REFERENTS["haute-lauze"]], now), now=now)


def referent(user: User, now: datetime) -> Actor:
    """At work, in his own name."""
    held = habilitations.rights.of_user(user, on=now.date())
    return Actor(user=user, rights=held, quality="référent", means=Means.MAIL)


@transaction.atomic
def _etablissement(one: Structure, etablissement, referent, *, now, by) -> None:
    latitude, longitude = one.at or (None, None)
    known = {
        "categorie": CATEGORIES[one.key],
        "telephone": one.telephone,
        "site": f"https://www.{one.domain}/",
        "ouverture": "1987-09-01",
        "latitude": latitude,
        "longitude": longitude,
        "cog": one.cog if Commune.objects.filter(pk=one.cog).exists() else None,
    }
    feeder = {"origine": Origine.FINESS, "flux": "FINESS (démonstration)", "now": now, "by": by}
    annuaire.actions.feed(etablissement, values=known, **feeder)
    if one.key in SYNCHRONISED:
        annuaire.actions.synchronise(etablissement, etat=Synchronisation.ACTIVE, now=now, by=by)
        feeder |= {"origine": Origine.ROR, "flux": "ROR (démonstration)"}
        annuaire.actions.feed(etablissement, values=known, **feeder)
    _write(etablissement, {"descriptif": SAID, "itineraire": WAY}, referent, now)
    for unite in Unite.objects.filter(etablissement=etablissement).order_by("pk"):
        _unite(unite, one, feeder, referent, now=now)
    annuaire.actions.verify(etablissement, now=now - timedelta(days=20), by=referent)


def _unite(unite: Unite, one: Structure, feeder, referent, *, now) -> None:
    said = UNITS[unite.nom]
    said = {
        **said,
        "domaine": said["nature"].domaine,
        "capacites": [{"nature": "lits", "nombre": 24}],
        "contacts": [
            {"fonction": "Secrétariat", "telephone": one.secretariat, "confidentialite": "1"},
        ],
    }
    if feeder["origine"] == Origine.ROR:
        annuaire.actions.feed(unite, values={**said, "ressources": ["TRE_R212:115"]}, **feeder)
        said = {}
    own = {
        **said,
        "descriptif": SAID,
        "ressources": HEAVY,
        "prestations": COMFORT,
        "code_interne": f"U{unite.pk}",
    }
    unite = _write(unite, own, referent, now)
    if taken := PATHOLOGIES.get(unite.nature):
        answers = dict.fromkeys(taken, TAKEN)
        annuaire.actions.answer_thesaurus(
            unite, answers=answers, version=_version(unite), now=now, by=referent
        )
    if unite.nature == Nature.HAD and (zones := list(_zones(unite.nom))):
        annuaire.actions.choose_zones(unite, chosen=zones, version=_version(unite), now=now, by=referent)


def _write(structure, values, referent, now):
    return annuaire.actions.modify(
        structure, values=values, version=_version(structure), now=now, by=referent
    )


def _version(structure) -> int:
    return type(structure).objects.values_list("version", flat=True).get(pk=structure.pk)


def _zones(nom: str):
    """Both together leave some communes around Saint-Gaudens to nobody; nothing without the territory."""
    south = Commune.objects.filter(pk="31483", epci__isnull=False).first()
    if south is None:
        return
    if nom == "HAD Nord":
        yield Zone("departement", "31")
        yield Zone("epci", south.epci_id, exclue=True)
    else:
        yield Zone("commune", south.pk)


def _close(rows, referent, *, now) -> None:
    closed, successor = rows[CLOSED], rows[SUCCESSOR]
    if Etablissement.objects.filter(pk=closed.pk, closed_at=None).exists():
        on = now.date() - timedelta(days=40)
        annuaire.actions.close_structure(
            closed, on=on, replaced_by=successor, follow=True, now=now, by=referent
        )
