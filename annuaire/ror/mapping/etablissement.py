"""Rows 1 to 12: an entité géographique, with the entité juridique above it."""

from collections.abc import Iterable

from annuaire.ror.fhir import Organization
from annuaire.ror.fhir.elements import Contact
from annuaire.ror.mapping.dits import Dits
from viatraj.core.droits import Niveau

TELEPHONE, COURRIEL, SITE = ("1", "2"), ("3", "4"), ("5",)  # TRE_R200
LIBRE = "1"  # TRE_R283


def say(site: Organization, entite: Organization | None, profil: int) -> Dits:
    dits = Dits(Niveau.ETABLISSEMENT, profil)
    dits.say("finess", site.finess)
    dits.say("idnat_struct", site.idnat_struct)
    dits.say("siret", site.siret)
    if site.nom:
        dits.say("nom", site.nom[:200])
    dits.say("nom_usage", site.nom_usage)
    dits.say_code("categorie", site.categorie)
    if entite is not None:
        dits.say("ej_finess", entite.finess)
        dits.say("ej_nom", entite.nom)
        dits.say_code("ej_statut", entite.statut)
    if site.adresse:
        _adresse(dits, site)
    dits.say("ouverture", _iso(site.periode and site.periode.debut))
    libres = [
        one for contact in site.contacts or () for one in contact.telecoms if one.confidentialite == LIBRE
    ]
    for code, canaux in (("telephone", TELEPHONE), ("email", COURRIEL), ("site", SITE)):
        dits.say(code, next((one.valeur for one in libres if one.canal in canaux), None))
    dits.say("contacts", contacts(site.contacts))
    dits.say("hebergement_famille", {True: "oui", False: "non", None: None}[site.hebergement_famille])
    dits.say_codes("aides_financieres", site.aides, ("TRE_R241",))
    places = (site.places_permanentes, site.places_temporaires)
    dits.say("places_aide_sociale", sum(one or 0 for one in places) if places != (None, None) else None)
    tarifs = [
        {
            "libelle": (one.libelle or (one.genre and one.genre.libelle) or "Tarif")[:100],
            "montant": one.montant,
        }
        for one in site.tarifs or ()
        if one.montant is not None
    ]
    dits.say("tarifs", tarifs[:10])
    territoires = [one.code.libelle for one in site.territoires or () if one.code and one.code.libelle]
    dits.say("territoire", ", ".join(territoires)[:200])
    return dits


def _adresse(dits: Dits, site: Organization) -> None:
    """An address is one thing: what it does not say is empty."""
    here = site.adresse
    assert here is not None  # noqa: S101
    dits.say("adresse", "\n".join(here.voie or ()))
    dits.say("code_postal", here.code_postal)
    dits.say("commune", here.commune)
    if here.cog:
        dits.say("cog", here.cog)
    if here.position:
        dits.say("latitude", round(here.position[0], 6))
        dits.say("longitude", round(here.position[1], 6))


def contacts(told: Iterable[Contact] | None) -> list[dict[str, str]]:
    """A function or a service, never somebody's name; each with the confidentiality of what is shown."""
    found = []
    for one in told or ():
        named = [part.libelle or part.code for part in (one.fonction, one.nature) if part]
        fonction = (named[0] if named else one.description or "Contact")[:100]
        for level in sorted({it.confidentialite or one.confidentialite or LIBRE for it in one.telecoms}):
            here = [
                it for it in one.telecoms if (it.confidentialite or one.confidentialite or LIBRE) == level
            ]
            row = {"fonction": fonction, "confidentialite": level}
            for code, canaux in (("telephone", TELEPHONE), ("email", COURRIEL)):
                said = next((it.valeur for it in here if it.canal in canaux and it.valeur), None)
                if said:
                    row[code] = said
            if len(row) > 2:
                found.append(row)
    return found[:10]


def _iso(day) -> str | None:
    return day.isoformat() if day else None
