"""Rows 20 to 31: an offer with the places where it is given."""

from collections import Counter
from collections.abc import Sequence
from typing import Any

from annuaire.fiches.unite import RESSOURCES
from annuaire.ror.fhir import HealthcareService, Location
from annuaire.ror.fhir.formes import Code
from annuaire.ror.mapping.dits import Dits
from annuaire.ror.mapping.etablissement import contacts
from annuaire.ror.mapping.natures import nature
from viatraj.core.droits import Niveau

JOURS = {1: "1", 2: "2", 3: "3", 4: "4", 5: "5", 6: "6", 7: "7", 8: "feries"}
LITS, PLACES = "01", "02"  # TRE_R329
INSTALLEES = ("01", None)  # TRE_R330
ANS = ("a", "an", "ans", None)  # UCUM, and what is written instead
A_YEAR = {"mo": 12, "wk": 52, "d": 365}
HEBERGEMENT = "001"  # TRE_R343


def say(offre: HealthcareService, lieux: Sequence[Location], profil: int) -> Dits:
    dits = Dits(Niveau.UNITE, profil, sensible=bool(offre.sensible))
    dits.say("cle_offre", offre.cle)
    if offre.nom:
        dits.say("nom", offre.nom[:200])
    dits.say_code("type_offre", offre.type_offre)
    mode = next(iter(offre.codes("TRE_R213") or ()), None)
    dits.say_code("mode", mode)
    _nature(dits, offre, mode)
    if temporalites := offre.codes("TRE_R240"):
        dits.say_codes("temporalites", temporalites, ("TRE_R240",))
    dits.say("age_min", _years(offre.age_min, low=True))
    dits.say("age_max", _years(offre.age_max, low=False))
    dits.say_codes("publics", offre.publics, ("TRE_R239",))
    dits.say("horaires", _horaires(offre))
    dits.say_code("ouverture_annuelle", next(iter(offre.codes("TRE_R238") or ()), None))
    dits.say("contacts", contacts(offre.contacts))
    dits.say("capacites", _capacites(lieux))
    dits.say_codes("activites", offre.activites, ("TRE_R211",))
    dits.say_codes("ressources", _ressources(offre, lieux), RESSOURCES)
    _lieu(dits, lieux)
    return dits


def _nature(dits: Dits, offre: HealthcareService, mode: Code | None) -> None:
    """One that we cannot tell stays as people have chosen it; it says the domaine (row 23)."""
    found = nature(
        type_offre=offre.type_offre.code if offre.type_offre else "",
        champ=offre.champ.code if offre.champ else "",
        mode=mode.code if mode else "",
        activites=[one.code for one in offre.activites or ()],
    )
    if found:
        dits.say("nature", found.value)
        dits.say("domaine", found.domaine.value)


def _years(age: Any, *, low: bool) -> int | None:
    """Whole years, so that nobody is left out: down for the lowest, up for the highest."""
    if age is None:
        return None
    years = age.valeur if age.unite in ANS else age.valeur / A_YEAR.get(age.unite, 1)
    return int(years) if low or years == int(years) else int(years) + 1


def _horaires(offre: HealthcareService) -> list[dict[str, str]]:
    told = [
        {"jour": JOURS[one.jour], "de": (one.debut or "")[:5], "a": (one.fin or "")[:5]}
        for one in offre.horaires or ()
        if one.jour in JOURS and one.debut
    ]
    once = {tuple(row.values()): row for row in told}
    return sorted(once.values(), key=lambda row: (list(JOURS.values()).index(row["jour"]), row["de"]))[:16]


def _capacites(lieux: Sequence[Location]) -> list[dict[str, Any]]:
    """Those installed, of all its places together."""
    sums: Counter[str] = Counter()
    for capacite in (one for lieu in lieux for one in lieu.capacites or ()):
        statut = capacite.statut.code if capacite.statut else None
        kind = capacite.nature.code if capacite.nature else None
        if statut in INSTALLEES and kind in (LITS, PLACES) and capacite.nombre is not None:
            sums["lits" if kind == LITS else "places"] += capacite.nombre
    return [{"nature": kind, "nombre": count} for kind, count in sorted(sums.items())]


def _ressources(offre: HealthcareService, lieux: Sequence[Location]) -> list[Code]:
    told = list(offre.codes("TRE_R210", "JDV_J186", "TRE_R243") or ())
    told += [one.genre for lieu in lieux for one in lieu.equipements or () if one.genre]
    return [one for one in told if one.nomenclature in RESSOURCES]


def _lieu(dits: Dits, lieux: Sequence[Location]) -> None:
    """Where people are lodged, else the first of its places."""
    lodging = [one for one in lieux if one.fonction and one.fonction.code == HEBERGEMENT]
    here = next(iter(lodging or lieux), None)
    adresse = here.adresse if here else None
    dits.say("lieu", here.nom[:100] if here and here.nom else None)
    dits.say("adresse", "\n".join(adresse.voie or ()) if adresse else None)
    dits.say("code_postal", adresse.code_postal if adresse else None)
    dits.say("commune", adresse.commune if adresse else None)
