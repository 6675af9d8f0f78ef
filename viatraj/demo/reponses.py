"""Invented answers to the forms of volets, always such as these forms take (`dossiers.volets`)."""

from collections.abc import Mapping
from datetime import date, timedelta
from random import Random
from types import MappingProxyType
from typing import Any

from dossiers.volets import Contexte, Formulaire, Values
from viatraj.core.champs import (
    NON,
    OUI,
    Champ,
    Choix,
    CodePostal,
    Commune,
    Email,
    Jour,
    Ligne,
    Liste,
    Nom,
    Nombre,
    Plusieurs,
    Telephone,
    Texte,
)

ASKED = 0.7  # of what may stay empty
TO_COME = ("souhaitee", "sortie", "entree")  # days of the stay that lie ahead
ANSWERS = {"accord": OUI, "mdph": NON, "informee": OUI, "discute": OUI}
# Of a number, between what and what people mostly are.
USUAL = {
    "poids": (45, 95),
    "taille": (150, 185),
    "terme": (29, 41),
    "duree": (15, 90),
    "mms": (8, 29),
    "oxygene_debit": (1, 4),
    "etage": (0, 5),
    "seances": (2, 10),
}
LINES = {
    "produit": ("Paracétamol", "Bisoprolol", "Apixaban", "Metformine", "Furosémide", "Oméprazole"),
    "dose": ("1 g trois fois par jour", "5 mg le matin", "2,5 mg matin et soir", "40 mg le soir"),
    "adresse": ("4 rue des Tilleuls", "12 chemin de l’Invention", "27 bis avenue du Lac", "3 place Neuve"),
    "caisse": ("CPAM de Val-d’Autan", "MSA de Val-d’Autan"),
    "complementaire": ("Mutuelle de l’Autan", "Prévoyance des Collines"),
    "service_actuel": ("Médecine interne", "Chirurgie orthopédique"),
    "retraites": ("Régime général", "Régime général et complémentaire"),
    "ecole": ("École maternelle des Lilas", "Crèche des Petits-Pas"),
    "lit": ("Chambre 214", "Chambre 8, lit 2"),
}
TEXTS = {
    "motif": ("Perte d’autonomie depuis six mois, l’aidant est épuisé.", "Suites d’une fracture du col."),
    "histoire": (
        "Entrée par les urgences après une chute au domicile. Opération sans complication.",
        "Accident vasculaire cérébral ischémique, hémiparésie droite en voie de récupération.",
        "Décompensation cardiaque, équilibrée sous traitement. Déconditionnement à l’effort.",
    ),
    "projet": (
        "Reprendre la marche avec une aide technique, puis retourner au domicile.",
        "Poursuivre les soins et la rééducation, préparer le retour avec des aides.",
    ),
    "antecedents": ("Hypertension, diabète de type 2.", "Fibrillation auriculaire, prothèse de hanche."),
    "pathologies": ("Maladie d’Alzheimer à un stade modéré.", "Insuffisance cardiaque, arthrose diffuse."),
    "allergies": ("Pénicilline.", "Iode."),
    "consignes": (
        "Appui selon la douleur, ceinture lombaire.",
        "Pas de flexion au-delà de 90° six semaines.",
    ),
    "plaie_detail": ("Plaie opératoire propre, pansement tous les deux jours.",),
    "signes_detail": ("Peu de mots à deux ans et demi, regard fuyant, peu de jeux partagés.",),
}
TEXT = (
    "Situation stable, à revoir dans un mois.",
    "Entourage présent et coopérant.",
    "Rien de particulier à signaler.",
)
PEOPLE = ("Anouk Ferrandis", "Léon D’Orval", "Maëlys Le Quellec", "Paul-Émile Vassal", "Inès Ben Aïcha")
ROLES = {"ville": ("Saint-Aubin", "Valmont", "Montferrand"), "prenom": ("Anouk", "Léon", "Maëlys")}


def fill(
    form: Formulaire,
    chance: Random,
    contexte: Contexte,
    *,
    whole: bool,
    known: Mapping[str, Any] = MappingProxyType({}),
) -> Values:
    """All that is required and some of the rest, or only a beginning of it. `known`: what is not drawn."""
    typed: dict[str, Any] = dict(known)
    for champ in form.champs.values():
        if champ.code in known:
            continue
        wanted = champ.is_wanted(typed) if whole else False
        if wanted or (_matters(champ, typed) and chance.random() < (ASKED if whole else ASKED / 2)):
            typed[champ.code] = _answer(champ, chance, contexte.jour)
    if not whole:  # what is required of it and comes first is left
        typed.pop(next(one.code for one in form.champs.values() if one.required and one.si is None), None)
    _in_order(typed)
    values = form.read(typed)
    form.check(values, contexte)
    if whole:
        form.check_whole(values, contexte)
    return values


def _matters(champ: Champ, typed: Mapping[str, Any]) -> bool:
    return champ.si is None or champ.si.holds(typed)


def _in_order(typed: dict[str, Any]) -> None:
    if "entree" in typed and "sortie" in typed:
        typed["entree"], typed["sortie"] = sorted((typed["entree"], typed["sortie"]))


def _answer(champ: Champ, chance: Random, today: date) -> Any:  # noqa: C901  (a case a kind)
    match champ:
        case Choix():
            return ANSWERS.get(champ.code) or chance.choice(champ.options)[0]
        case Plusieurs():
            some = chance.sample(champ.options, k=min(len(champ.options), chance.choice((1, 1, 2, 3))))
            return [code for code, _ in champ.options if code in {one for one, _ in some}]
        case Jour():
            days = chance.randint(3, 40) if champ.code in TO_COME else -chance.randint(1, 60)
            return (today + timedelta(days=days)).isoformat()
        case Nombre():
            least, most = USUAL.get(champ.code, (champ.least, min(champ.most, champ.least + 20)))
            return chance.randint(max(least, champ.least), min(most, champ.most))
        case Liste():
            rows = range(chance.randint(1, min(3, champ.most)))
            return [{one.code: _answer(one, chance, today) for one in champ.colonnes} for _ in rows]
        case Ligne():
            return chance.choice(LINES.get(champ.code, TEXT))
        case Texte():
            return chance.choice(TEXTS.get(champ.code, TEXT))
        case Telephone():
            return f"+331990{chance.randint(0, 99_999):05d}"
        case Email():
            return f"contact{chance.randint(1, 999)}@famille.example"
        case CodePostal():
            return chance.choice(("99100", "99120", "99500", "31000"))
        case Commune():
            return ""
        case Nom():
            return chance.choice(ROLES.get(champ.code, PEOPLE))
    raise TypeError(f"{champ.code}\u00a0: {type(champ).__name__}")
