"""Resources of the ROR: the published ones are taken, or refused with their reason (ANN-7)."""

import json
from datetime import UTC, date, datetime, timedelta

import pytest

from annuaire.ror import Refused, fhir, strict
from annuaire.ror.fhir.elements import Adresse, Contact, Division, Telecom
from annuaire.ror.fhir.formes import Code, Periode
from annuaire.ror.fhir.location import Capacite, Compte
from tests.annuaire import ror_files as files
from tests.annuaire.ror_files import EXAMPLES, LOCATION, OFFRE, ORGANIZATION, concept, extension, made

PUBLISHED = sorted(path.name for path in EXAMPLES.glob("*.json"))
OTHERS = {
    "Organization-ExampleOrga": "un autre profil",
    "Organization-158480": "un autre profil",
    "Organization-example-organization-fictive": "un autre profil",
    "PractitionerRole-": "un autre profil",
    "Practitioner-3719500": "un autre profil",
    "Practitioner-Example": "un autre profil",
    "HealthcareService-Example": "un autre profil",
    "Location-1111111111": "un autre profil",
    "Bundle-": "pas de ressource « Bundle »",
    "Person-": "pas de ressource « Person »",
    "segur-org-pr-link-": "pas du JSON strict",
    "v0-sample-PM1": "pas du JSON strict",
    "v0-sample-PP16-Practitioner": "pas du JSON strict",
    "v0-sample-PP16-organizational": "pas une ressource FHIR",
    "v0-sample-PP16-professional": "pas une ressource FHIR",
}


def read(name, /, **fields):
    return fhir.read(made(name, **fields))


def code(nomenclature, value, label=None):
    return Code(nomenclature, value, label)


# --- Published examples ---------------------------------------------------------------------------


@pytest.mark.parametrize("name", PUBLISHED)
def test_published_examples_are_taken_or_refused_with_the_reason(name):
    raw = (EXAMPLES / name).read_bytes()
    if name in files.ROR:
        assert type(fhir.read(strict.loads(raw))).__name__ == name.partition("-")[0]
        return
    (told,) = [reason for start, reason in OTHERS.items() if name.startswith(start)]
    with pytest.raises(Refused) as refusal:
        fhir.read(strict.loads(raw))
    assert told in str(refusal.value).replace("\u00a0", " ")


def test_the_offer():
    found = read(OFFRE)
    assert (found.id, found.cle, found.nom) == (
        "ror-healthcareservice-exemple-ville",
        "ZZZ",
        "Cabinet du Dr Julie JOURDIN",
    )
    assert found.maj == datetime(2023, 12, 20, 9, tzinfo=UTC)
    assert (found.organisation, found.lieux) == ("Organization/4947", ("Location/1215",))
    assert found.champ == code("TRE_R227", "05", "Ville")
    assert found.activites == (code("TRE_R211", "437", "Médecine générale"),)
    assert found.codes("TRE_R213", "JDV_J19") == (code("TRE_R213", "32", "Consultation (CS)"),)
    assert found.codes("TRE_R210") == ()
    assert (found.age_min.valeur, found.age_max.valeur, found.age_min.unite) == (0, 120, None)
    assert (found.sensible, found.type_offre, found.publics, found.fermeture) == (False, None, None, None)
    assert found.contacts == (
        Contact(
            code("TRE_R287", "02", "Prise de rendez-vous"),
            None,
            None,
            "1",
            (Telecom("2", "01.01.01.01.01", "1"),),
        ),
    )
    assert [(one.jour, one.debut, one.genre.code) for one in found.horaires[3:]] == [
        (4, "09:00:00", "07"),
        (5, "14:00:00", "07"),
        (5, "09:00:00", "06"),
    ]


def test_the_organization():
    found = read(ORGANIZATION)
    assert (found.niveau, found.nom, found.idnat_struct) == ("EJ", "Quiétude", "2921317258")
    assert (found.finess, found.siret, found.identifiants["2"]) == (None, None, "921317258")
    assert found.statut == code("TRE_R72", "72", "Société à responsabilité limitée (SARL)")
    assert found.adresse == Adresse(
        ("103 rue des Bourguignons",), "92270", "BOIS-COLOMBES", None, position=None
    )
    assert (found.contacts, found.categorie, found.tarifs) == (None, None, None)


def test_the_location():
    found = read(LOCATION)
    assert found.fonction == code("TRE_R343", "001", "Hébergement")
    assert found.cog == code("TRE_R13", "78646", "Versailles")
    assert found.adresse.voie == ("7 RUE porte de Buc",)
    assert (found.equipements, found.capacites, found.cle, found.statut) == (None, None, None, None)


def test_of_people_nothing_is_kept():
    assert "chanmet" not in repr(read(files.PRACTITIONER)).casefold()


# --- What the examples do not have ----------------------------------------------------------------


def test_an_entite_geographique():
    address = {
        "extension": [
            {
                "url": "http://hl7.org/fhir/StructureDefinition/geolocation",
                "extension": [
                    {"url": "latitude", "valueDecimal": 43.6},
                    {"url": "longitude", "valueDecimal": 1.44},
                ],
            },
            {"url": "https://x.example/fr-core-address-insee-code", "valueCoding": {"code": "31555"}},
        ],
        "line": ["2 rue Viguerie", "31300 TOULOUSE"],
        "city": "Toulouse",
        "postalCode": "31300",
    }
    found = read(
        ORGANIZATION,
        identifier=[
            {"type": concept("TRE_G07-TypeIdentifiantStructure", "1"), "value": "310000017"},
            {"system": "http://sirene.fr", "value": "13000548100010"},
        ],
        type=[concept("TRE_R66-CategorieEtablissement", "355", "Centre hospitalier")],
        partOf={"reference": "https://ror.example/fhir/Organization/1111/_history/3"},
        alias=["L’hôpital"],
        address=[address],
        contact=[
            {
                "purpose": concept("TRE_R287-NatureContact", "06"),
                "extension": [
                    extension(
                        "ror-contact-confidentiality-level",
                        valueCodeableConcept=concept("TRE_R283-NiveauConfidentialite", "1"),
                    )
                ],
                "telecom": [
                    {
                        "value": "0561000000",
                        "extension": [
                            extension(
                                "ror-telecom-communication-channel",
                                valueCodeableConcept=concept("TRE_R200-CanalCommunication", "2"),
                            )
                        ],
                    }
                ],
            }
        ],
        extension=[
            extension(
                "organization-period", valuePeriod={"start": "1979-02", "end": "2026-01-31T10:00:00+01:00"}
            ),
            extension("ror-organization-accomodation-family", valueBoolean=True),
            extension("ror-organization-nb-permanent-social-help-place", valueInteger=12),
            extension(
                "ror-organization-financial-help-type",
                valueCodeableConcept=concept("TRE_R241-AideFinanciere", "02"),
            ),
            extension(
                "ror-territorial-division",
                extension=[
                    extension("typeTerritorialDivision", valueCodeableConcept=concept("TRE_R316-x", "02")),
                    extension("codeTerritorialDivision", valueCodeableConcept=concept("TRE_R13-x", "31555")),
                ],
            ),
            extension(
                "ror-organization-price",
                extension=[
                    extension("priceType", valueCodeableConcept=concept("TRE_R246-TypeTarif", "01")),
                    extension("amount", valueMoney={"value": 61.5, "currency": "EUR"}),
                    extension("startDate", valueDateTime="2026-01-01T00:00:00+01:00"),
                ],
            ),
        ],
    )
    assert (found.niveau, found.finess, found.siret) == ("EG", "310000017", "13000548100010")
    assert (found.part_of, found.nom_usage) == ("Organization/1111", "L’hôpital")
    assert found.categorie == code("TRE_R66", "355", "Centre hospitalier")
    assert found.adresse == Adresse(("2 rue Viguerie",), "31300", "Toulouse", "31555", (43.6, 1.44))
    assert found.contacts[0].telecoms == (Telecom("2", "0561000000", None),)
    assert found.periode == Periode(date(1979, 2, 1), date(2026, 1, 31))
    assert (found.hebergement_famille, found.places_permanentes, found.places_temporaires) == (True, 12, None)
    assert [one.code for one in found.aides] == ["02"]
    assert found.territoires == (Division(code("TRE_R316", "02"), code("TRE_R13", "31555")),)
    assert (found.tarifs[0].montant, found.tarifs[0].depuis) == (61.5, date(2026, 1, 1))


def test_beds_and_equipment():
    capacity = [
        extension("capacityType", valueCodeableConcept=concept("TRE_R329-NatureCapacite", "01", "Lit")),
        extension("capacityStatus", valueCodeableConcept=concept("TRE_R330-TypeStatutCapacite", "01")),
        extension("nbCapacity", valueInteger=15),
        extension("capacityUpdateDate", valueDateTime="2024-07-08T18:15:39Z"),
    ]
    equipment = [
        extension("equipmentType", valueCodeableConcept=concept("TRE_R212-Equipement", "098")),
        extension("nbInService", valueInteger=2),
    ]
    found = read(
        LOCATION,
        identifier=[
            {"type": concept("TRE_R354-TypeIdentifiantRessourceOperationnelle", "25"), "value": "24/1073"}
        ],
        position={"latitude": 47.8, "longitude": 1.9},
        extension=[
            extension("ror-location-supported-capacity", extension=capacity),
            extension("ror-location-equipment", extension=equipment),
        ],
    )
    assert (found.cle, found.position) == ("24/1073", (47.8, 1.9))
    assert found.equipements == (Compte(code("TRE_R212", "098"), 2),)
    assert found.capacites == (
        Capacite(code("TRE_R329", "01", "Lit"), code("TRE_R330", "01"), None, None, 15, date(2024, 7, 8)),
    )


def test_days_are_told_by_numbers_or_by_names():
    found = read(OFFRE, availableTime=[{"daysOfWeek": ["mon", "sun"], "availableStartTime": "09:00:00"}])
    assert [one.jour for one in found.horaires] == [1, 7]


def test_a_closing_and_its_end():
    closed = {"id": "closingReopeningDate", "description": "…", "during": {"start": "2026-11-01"}}
    assert read(OFFRE, notAvailable=[closed]).fermeture == Periode(date(2026, 11, 1), None)


def test_the_region_is_said_by_a_tag():
    tag = concept("TRE_R30-RegionOM", "76")["coding"]
    assert read(OFFRE, meta={"lastUpdated": "2026-01-01T00:00:00Z", "tag": tag}).region == "76"


def test_what_a_server_complains_of():
    said = {
        "resourceType": "OperationOutcome",
        "issue": [
            {"severity": "error", "code": "processing", "diagnostics": "index   absent"},
            {"severity": "information", "code": "informational"},
        ],
    }
    assert fhir.read(said) == fhir.OperationOutcome(("index absent",), ("informational",))


# --- Absent is not empty --------------------------------------------------------------------------


def test_absent_and_empty_texts():
    assert (read(OFFRE, name=None).nom, read(OFFRE, name="").nom) == (None, "")


def test_absent_and_empty_lists():
    absent = read(
        OFFRE, location=None, specialty=None, availableTime=None, characteristic=None, extension=None
    )
    assert (absent.lieux, absent.activites, absent.horaires) == (None, None, None)
    assert (absent.caracteristiques, absent.codes("TRE_R213"), absent.contacts) == (None, None, None)
    empty = read(OFFRE, location=[], specialty=[], availableTime=[], characteristic=[])
    assert (empty.lieux, empty.activites, empty.horaires, empty.codes("TRE_R213")) == ((), (), (), ())


# --- Refused --------------------------------------------------------------------------------------

SENSIBLE = extension("ror-healthcareservice-sensitive-unit", valueBoolean="non")
HALF_A_BED = extension("ror-location-equipment", extension=[extension("nbInService", valueInteger=1.5)])


@pytest.mark.parametrize(
    ("name", "fields", "told"),
    [
        (OFFRE, {"id": None}, "n’a pas d’identifiant"),
        (OFFRE, {"id": "é"}, "n’a pas d’identifiant"),
        (OFFRE, {"identifier": None}, "exemple-ville : l’offre n’a pas d’identifiant"),
        (OFFRE, {"identifier": []}, "l’offre n’a pas d’identifiant"),
        (OFFRE, {"name": ["A"]}, "« name » n’a pas la forme attendue"),
        (OFFRE, {"name": "A" * 10_001}, "« name » n’a pas"),
        (OFFRE, {"location": {"reference": "Location/1"}}, "« location » n’a pas"),
        (OFFRE, {"location": [{"reference": "ailleurs"}]}, "« location » n’a pas"),
        (OFFRE, {"providedBy": {"reference": 12}}, "« reference » n’a pas"),
        (OFFRE, {"meta": {"lastUpdated": "2026-01-01T00:00:00"}}, "« lastUpdated » n’a pas"),
        (OFFRE, {"meta": {}}, "quand elle a été mise à jour"),
        (OFFRE, {"extension": [SENSIBLE]}, "« valueBoolean »"),
        (LOCATION, {"position": {"latitude": 147.8, "longitude": 1.9}}, "« position » n’a pas"),
        (LOCATION, {"position": {"latitude": True, "longitude": 1.9}}, "« latitude » n’a pas"),
        (LOCATION, {"extension": [HALF_A_BED]}, "« valueInteger »"),
        (ORGANIZATION, {"resourceType": "Questionnaire"}, "pas de ressource « Questionnaire »"),
    ],
)  # fmt: skip
def test_another_shape_is_refused_with_the_name_of_what_has_it(name, fields, told):
    with pytest.raises(Refused) as refusal:
        read(name, **fields)
    assert told in str(refusal.value).replace("\u00a0", " ")


def test_a_refusal_says_which_resource_exists_all_the_same():
    with pytest.raises(Refused) as refusal:
        read(OFFRE, identifier=None)
    assert refusal.value.ressource == "HealthcareService/ror-healthcareservice-exemple-ville"


@pytest.mark.parametrize(
    ("raw", "told"),
    [
        (b'{"a": NaN}', "NaN n’est pas un nombre"),
        (b'{"a": -Infinity}', "-Infinity n’est pas un nombre"),
        (b'{"a": 1e999}', "démesuré"),
        (b'{"a": 1, "a": 2}', "deux fois la même clé"),
        (b'{"b": {"a": 1, "a": 1}}', "deux fois la même clé"),
        (b'{"a": 1} {"a": 2}', "pas du JSON strict"),
        (b'{"a": 1}x', "pas du JSON strict"),
        (b'{"a": 1,}', "pas du JSON strict"),
        (b'{"a": 1', "pas du JSON strict"),
        (b"", "pas du JSON strict"),
        (b"[1]", "pas un objet"),
        (b'{"a": "\xff"}', "pas du JSON strict"),
        (b'\xef\xbb\xbf{"a": 1}', "pas du JSON strict"),
        (b'{"a": "\\u0000"}', "caractère nul"),
        (b'{"a": "\\ud800"}', "moitié d’un caractère"),
        (b'{"a": ' + b"9" * 5_000 + b"}", "démesuré"),
        (b'{"a":' + b"[" * 30 + b"]" * 30 + b"}", "trop profondément"),
        (b'{"a":' * 50_000, "trop profondément"),
        (b'{"a": "' + b"a" * strict.LARGEST + b'"}', "démesurée"),
    ],
)
def test_json_that_is_not_strict_is_refused_whole(raw, told):
    with pytest.raises(Refused, match=told):
        strict.loads(raw)


@pytest.mark.parametrize(
    "found",
    [
        {"a": "[[[[[[[[[[[[[[[[[[[[[[[[[[[[[["},
        {"a": '\\"[[[{{{', "b": "\\"},
        {"a": "\\u0000 \\ud800"},  # backslashes and letters
        {"a": "\U0001f3e5"},
        {"a": [1, 2.5, -1e-9, None, True, {}]},
    ],
)
def test_json_that_is_strict_is_taken(found):
    assert strict.loads(json.dumps(found).encode()) == found


def test_the_deepest_example_is_far_from_the_bound():
    found = [
        json.loads((EXAMPLES / name).read_text()) for name in ("Bundle-ExampleBundlePSIndiv.json", OFFRE)
    ]
    assert [strict.depth(one) for one in found] == [11, 10]
    assert strict.DEEPEST > 2 * 11


def test_instants_keep_their_zone():
    assert read(LOCATION).maj.utcoffset() == timedelta(hours=1)
