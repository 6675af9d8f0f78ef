"""Organization: entités juridiques, entités géographiques, organisations internes (rows 1 to 13)."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from annuaire.ror.fhir import elements
from annuaire.ror.fhir.elements import Adresse, Contact, Division
from annuaire.ror.fhir.formes import (
    Code,
    Extensions,
    Periode,
    boolean,
    concepts,
    day,
    every,
    integer,
    number,
    periode,
    reference,
    text,
    thing,
    things,
)
from annuaire.ror.fhir.resource import FINESS, INTERNE, NATIONAL, SIRET, Resource, first, identifiants
from annuaire.ror.refus import Json

CATEGORIES = ("TRE_R66", "JDV_J55", "TRE_R316", "TRE_R02")
STATUTS = ("TRE_R72", "JDV_J199")


@dataclass(frozen=True, slots=True)
class Tarif:
    genre: Code | None
    unite: Code | None
    montant: float | None
    libelle: str | None
    depuis: date | None


@dataclass(frozen=True, slots=True)
class Organization(Resource):
    """An entité juridique, an entité géographique or an organisation interne (`niveau`: EJ, EG, OI)."""

    identifiants: dict[str, str]
    nom: str | None
    nom_usage: str | None
    categorie: Code | None
    statut: Code | None
    part_of: str | None
    adresse: Adresse | None
    contacts: tuple[Contact, ...] | None
    periode: Periode | None
    fermeture: Code | None
    reouverture: date | None
    accessibilite: tuple[Code, ...] | None
    territoires: tuple[Division, ...] | None
    hebergement_famille: bool | None
    aides: tuple[Code, ...] | None
    places_permanentes: int | None
    places_temporaires: int | None
    tarifs: tuple[Tarif, ...] | None
    commentaire: str | None

    @property
    def finess(self) -> str | None:
        return self.identifiants.get(FINESS)

    @property
    def siret(self) -> str | None:
        return self.identifiants.get(SIRET)

    @property
    def idnat_struct(self) -> str | None:
        return self.identifiants.get(NATIONAL)

    @property
    def niveau(self) -> str:
        if INTERNE in self.identifiants:
            return "OI"
        return "EG" if self.categorie or self.part_of else "EJ"


def read(said: Json, *meta: Any) -> Organization:
    more = Extensions(said)
    types = concepts(said, "type") or ()
    addresses, alias = things(said, "address"), said.get("alias")
    return Organization(
        *meta,
        identifiants=identifiants(said),
        nom=text(said, "name"),
        nom_usage=text({"alias": alias[0]}, "alias") if isinstance(alias, list) and alias else None,
        categorie=first(types, CATEGORIES),
        statut=first(types, STATUTS),
        part_of=reference(said, "partOf"),
        adresse=elements.adresse(addresses[0]) if addresses else None,
        contacts=every(things(said, "contact"), elements.contact),
        periode=periode(more.first("organization-period"), "valuePeriod"),
        fermeture=more.concept("ror-organization-closing-type"),
        reouverture=day(more.first("ror-organization-reopening-date"), "valueDate"),
        accessibilite=more.concepts("ror-organization-accessibility-location"),
        territoires=elements.divisions(more),
        hebergement_famille=boolean(more.first("ror-organization-accomodation-family"), "valueBoolean"),
        aides=more.concepts("ror-organization-financial-help-type"),
        places_permanentes=integer(
            more.first("ror-organization-nb-permanent-social-help-place"), "valueInteger"
        ),
        places_temporaires=integer(
            more.first("ror-organization-nb-temporary-social-help-place"), "valueInteger"
        ),
        tarifs=every(more.get("ror-organization-price"), _tarif),
        commentaire=text(more.first("ror-organization-comment"), "valueString"),
    )


def _tarif(said: Json) -> Tarif:
    more = Extensions(said)
    labels = ("otherAdditionalServiceName", "mealDeliveryName", "humanHelpPriceName")
    return Tarif(
        more.concept("priceType"),
        more.concept("priceUnit"),
        number(thing(more.first("amount"), "valueMoney") or {}, "value"),
        next(filter(None, (text(more.first(name), "valueString") for name in labels)), None),
        day(more.first("startDate"), "valueDateTime"),
    )
