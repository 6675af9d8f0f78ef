"""Invented structures: one region, two départements, their établissements and units."""

from dataclasses import dataclass

import annuaire.actions
from annuaire.models import Coordination, Etablissement, Guichet, Region, Unite
from viatraj.core.actor import Actor
from viatraj.core.droits import Domaine

REGION = ("990", "Val-d’Autan")
MODULES = [Domaine.SANITAIRE, Domaine.GRAND_AGE, Domaine.HANDICAP, Domaine.TND, Domaine.ADMINISTRATION]
EVERY_MODULE = list(Domaine)


@dataclass(frozen=True)
class Structure:
    """`key` names it in the other tables of the demonstration; the mail domain is that of its people."""

    key: str
    nom: str
    finess: str
    commune: str
    code_postal: str
    unites: tuple[str, ...]
    guichet: str = ""

    @property
    def domain(self) -> str:
        return f"{self.key}.example"


COORDINATIONS = {
    ("Coordination de la Haute-Lauze", "+33199002010", "haute-lauze"): (
        MODULES,
        (
            Structure(
                "ch-saint-aubin",
                "CH de Saint-Aubin",
                "990000018",
                "Saint-Aubin",
                "99100",
                ("Médecine interne", "Chirurgie", "Urgences", "SMR polyvalent", "Soins palliatifs"),
                guichet="Guichet unique de Saint-Aubin",
            ),
            Structure(
                "clinique-tilleuls",
                "Clinique des Tilleuls",
                "990000026",
                "Montferrand",
                "99120",
                ("SMR orthopédique", "SMR gériatrique"),
            ),
            Structure(
                "had-lauze", "HAD de la Lauze", "990000034", "Saint-Aubin", "99100", ("HAD Nord", "HAD Sud")
            ),
            Structure(
                "ehpad-glycines",
                "EHPAD Les Glycines",
                "990000042",
                "Villarzel",
                "99130",
                ("Hébergement permanent", "Unité de vie protégée"),
            ),
        ),
    ),
    ("Coordination du Pays d’Orbe", "+33199002020", "pays-orbe"): (
        EVERY_MODULE,
        (
            Structure(
                "ch-valmont",
                "CH de Valmont",
                "990000059",
                "Valmont",
                "99500",
                ("Médecine polyvalente", "Neurologie", "SMR neurologique", "USLD"),
            ),
            Structure(
                "ehpad-beau-soleil", "EHPAD Beau-Soleil", "990000067", "Roquevaire", "99510", ("Hébergement",)
            ),
            Structure("pco-orbe", "PCO TND du Pays d’Orbe", "990000075", "Valmont", "99500", ()),
        ),
    ),
}


def make(*, by: Actor) -> dict[str, object]:
    """Rows by key: `val-d-autan`, `haute-lauze`, `ch-saint-aubin`, `ch-saint-aubin/Chirurgie`…; once."""
    code, nom = REGION
    region = Region.objects.filter(code=code).first() or annuaire.actions.open_structure(
        Region(code=code, nom=nom), by=by
    )
    rows: dict[str, object] = {"val-d-autan": region}
    for (nom, phone, key), (modules, structures) in COORDINATIONS.items():
        coordination = rows[key] = _once(
            Coordination,
            by,
            {"nom": nom, "region": region},
            telephone=phone,
            email=f"coordination@{key}.example",
            modules=modules,
        )
        for one in structures:
            rows |= _etablissement(one, coordination, by)
    return rows


def _etablissement(one: Structure, coordination, by) -> dict[str, object]:
    etablissement = _once(
        Etablissement,
        by,
        {"finess": one.finess},
        nom=one.nom,
        coordination=coordination,
        adresse="1 rue de l’Invention",
        code_postal=one.code_postal,
        commune=one.commune,
    )
    rows: dict[str, object] = {one.key: etablissement}
    unites = [_once(Unite, by, {"etablissement": etablissement, "nom": nom}) for nom in one.unites]
    rows |= {f"{one.key}/{unite.nom}": unite for unite in unites}
    if one.guichet:
        known = {"nom": one.guichet, "etablissement": etablissement, "coordination": coordination}
        guichet = rows[f"{one.key}/guichet"] = _once(Guichet, by, known)
        receiving = [unite for unite in unites if unite.nom.startswith(("SMR", "Soins"))]
        if not guichet.unites.exists():
            annuaire.actions.gather(guichet, unites=receiving, by=by)
    return rows


def _once(model, by, known, **said):
    return model.objects.filter(**known).first() or annuaire.actions.open_structure(
        model(**known, **said), by=by
    )
