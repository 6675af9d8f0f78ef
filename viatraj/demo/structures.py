"""Invented structures: one region, two départements and two overseas, their établissements and units."""

from dataclasses import dataclass

import annuaire.actions
from annuaire.models import Coordination, Departement, Etablissement, Guichet, Region, Unite
from viatraj.core.actor import Actor
from viatraj.core.droits import Domaine

REGION = ("990", "Val-d’Autan", "GRADeS du Val-d’Autan", "ror@val-d-autan.example")
MODULES = [Domaine.SANITAIRE, Domaine.GRAND_AGE, Domaine.HANDICAP, Domaine.TND, Domaine.ADMINISTRATION]
EVERY_MODULE = list(Domaine)
SYNCHRONISED = ("ch-saint-aubin", "ch-valmont")  # the ROR feeds them, and has a key for each of their units
IN_ERROR = "ch-valmont"  # one of them, which the ROR describes badly


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
    cog: str = ""
    at: tuple[float, float] | None = None
    telephone: str = "+33199002100"

    @property
    def secretariat(self) -> str:
        return f"{self.telephone[:-1]}1"

    @property
    def domain(self) -> str:
        return f"{self.key}.example"


# Overseas, numbers begin otherwise; of these, nobody has one.
REUNION, MARTINIQUE = "+262262000110", "+596596000110"
# Each answers for a real département, of the invented region or, overseas, of its own.
COORDINATIONS = {
    ("Coordination de la Haute-Lauze", "+33199002010", "haute-lauze", "31"): (
        MODULES,
        (
            Structure(
                "ch-saint-aubin",
                "CH de Saint-Aubin",
                "990000018",
                "Muret",
                "31600",
                ("Médecine interne", "Chirurgie", "Urgences", "SMR polyvalent", "Soins palliatifs"),
                guichet="Guichet unique de Saint-Aubin",
                cog="31395",
                at=(43.4606, 1.3267),
            ),
            Structure(
                "clinique-tilleuls",
                "Clinique des Tilleuls",
                "990000026",
                "Colomiers",
                "31770",
                ("SMR orthopédique", "SMR gériatrique"),
                cog="31149",
                at=(43.6106, 1.334),
            ),
            Structure(
                "had-lauze",
                "HAD de la Lauze",
                "990000034",
                "Toulouse",
                "31000",
                ("HAD Nord", "HAD Sud"),
                cog="31555",
                at=(43.6045, 1.444),
            ),
            Structure(
                "ehpad-glycines",
                "EHPAD Les Glycines",
                "990000042",
                "Saint-Gaudens",
                "31800",
                ("Hébergement permanent", "Unité de vie protégée"),
                cog="31483",
                at=(43.108, 0.7235),
            ),
            Structure(
                "residence-erables",
                "Résidence Les Érables",
                "990000083",
                "Colomiers",
                "31770",
                ("Logements", "Accueil de jour"),
                cog="31149",
                at=(43.6112, 1.3367),
            ),
            Structure(
                "ime-vallon",
                "IME du Vallon",
                "990000174",
                "Muret",
                "31600",
                ("Internat",),
                cog="31395",
                at=(43.4571, 1.331),
            ),
            Structure(
                "maison-vieilles-tours",
                "Maison de repos des Vieilles Tours",
                "990000091",
                "Colomiers",
                "31770",
                ("Repos et convalescence",),
                cog="31149",
                at=(43.615, 1.33),
            ),
        ),
    ),
    ("Coordination du Pays d’Orbe", "+33199002020", "pays-orbe", "69"): (
        EVERY_MODULE,
        (
            Structure(
                "ch-valmont",
                "CH de Valmont",
                "990000059",
                "Givors",
                "69700",
                ("Médecine polyvalente", "Neurologie", "SMR neurologique", "USLD"),
                cog="69091",
                at=(45.591, 4.772),
            ),
            Structure(
                "ehpad-beau-soleil",
                "EHPAD Beau-Soleil",
                "990000067",
                "Vénissieux",
                "69200",
                ("Hébergement",),
                cog="69259",
                at=(45.6975, 4.886),
            ),
            Structure(
                "pco-orbe",
                "PCO TND du Pays d’Orbe",
                "990000075",
                "Bron",
                "69500",
                ("Plateforme TND",),
                cog="69029",
                at=(45.7386, 4.913),
            ),
            Structure(
                "ssiad-orbe",
                "SSIAD du Pays d’Orbe",
                "990000117",
                "Givors",
                "69700",
                ("Soins infirmiers à domicile",),
                cog="69091",
                at=(45.5897, 4.7694),
            ),
            Structure(
                "ime-source",
                "IME de la Source",
                "990000125",
                "Bron",
                "69500",
                ("Internat", "Service à domicile"),
                cog="69029",
                at=(45.735, 4.908),
            ),
        ),
    ),
    ("Coordination de la Rivière-Bleue", REUNION, "riviere-bleue", "974"): (
        MODULES,
        (
            Structure(
                "ch-riviere-bleue",
                "CH de la Rivière-Bleue",
                "990000133",
                "Saint-Denis",
                "97400",
                ("Médecine polyvalente", "SMR polyvalent"),
                cog="97411",
                at=(-20.8823, 55.4504),
                telephone="+262262000120",
            ),
            Structure(
                "ehpad-filaos",
                "EHPAD Les Filaos",
                "990000141",
                "Saint-Pierre",
                "97410",
                ("Hébergement",),
                cog="97416",
                at=(-21.3393, 55.4781),
                telephone="+262262000130",
            ),
        ),
    ),
    ("Coordination du Morne-Clair", MARTINIQUE, "morne-clair", "972"): (
        MODULES,
        (
            Structure(
                "ehpad-balisiers",
                "EHPAD Les Balisiers",
                "990000158",
                "Le Lamentin",
                "97232",
                ("Hébergement permanent",),
                cog="97213",
                at=(14.6137, -60.9994),
                telephone="+596596000120",
            ),
            Structure(
                "ssiad-morne-clair",
                "SSIAD du Morne-Clair",
                "990000166",
                "Fort-de-France",
                "97200",
                ("Soins infirmiers à domicile",),
                cog="97209",
                at=(14.6037, -61.0742),
                telephone="+596596000130",
            ),
        ),
    ),
}


def make(*, by: Actor) -> dict[str, object]:
    """Rows by key: `val-d-autan`, `haute-lauze`, `ch-saint-aubin`, `ch-saint-aubin/Chirurgie`…; once."""
    code, nom, operateur, contact = REGION
    region = Region.objects.filter(code=code).first() or annuaire.actions.open_structure(
        Region(code=code, nom=nom, operateur=operateur, operateur_contact=contact), by=by
    )
    rows: dict[str, object] = {"val-d-autan": region}
    for (nom, phone, key, code), (modules, structures) in COORDINATIONS.items():
        departement = Departement.objects.select_related("region").filter(code=code).first()
        overseas = departement is not None and code.startswith("97")
        coordination = rows[key] = _once(
            Coordination,
            by,
            {"nom": nom, "region": departement.region if overseas else region},
            departement=departement,
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
    unites = [
        _once(
            Unite,
            by,
            {"etablissement": etablissement, "nom": nom},
            cle_offre=f"99/{one.finess}{n}" if one.key in SYNCHRONISED else None,
        )
        for n, nom in enumerate(one.unites, 1)
    ]
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
