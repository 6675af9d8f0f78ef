"""From the ROR's resources to fields of our sheets; what silence means under each profile (ANN-1, ANN-2)."""

from datetime import date

import pytest

from annuaire.ror import mapping
from annuaire.ror.mapping.dits import Dits
from annuaire.ror.mapping.natures import nature
from annuaire.ror.sites import Index
from tests.annuaire.ror_resources import (
    FINESS,
    MAJ,
    OTHER,
    concept,
    contact,
    eg,
    ej,
    extension,
    hospital,
    lieu,
    offre,
)
from viatraj.core.droits import Niveau

TODAY = date(2026, 11, 29)


def read(*resources, profil=1, finess=FINESS):
    return mapping.read(resources, finess=finess, profil=profil, today=TODAY)


def test_an_etablissement_row_by_row():
    lue = read(*hospital())
    assert lue.dits.valeurs | {"contacts": None} == {
        "finess": FINESS,
        "nom": "Centre hospitalier d’Arvigne",
        "categorie": "355",
        "ej_finess": "990000001",
        "ej_nom": "Hospices d’Arvigne",
        "ej_statut": "13",
        "adresse": "1 place de l’Invention",
        "code_postal": "99001",
        "commune": "Arvigne",
        **dict.fromkeys(
            "idnat_struct siret nom_usage ouverture telephone email site contacts hebergement_famille "
            "aides_financieres places_aide_sociale tarifs territoire".split()
        ),
    }
    assert lue.dits.libelles["TRE_R66:355"] == "Centre hospitalier"
    assert lue.dits.notes == {}


def test_an_offer_row_by_row():
    public = extension(
        "ror-healthcareservice-patient-type",
        extension=[
            extension(
                "ageRange",
                valueRange={"low": {"value": 18, "unit": "a"}, "high": {"value": 1199, "code": "mo"}},
            )
        ],
    )
    said = read(*hospital(offre(lits=20, extension=[public, contact()]), lieu(lits=20))).offres[0]
    assert (said.cle, said.nom, said.fermee_le) == ("99/001", "SMR gériatrique", None)
    assert {code: value for code, value in said.dits.valeurs.items() if value is not None} == {
        "cle_offre": "99/001",
        "nom": "SMR gériatrique",
        "nature": "smr",
        "type_offre": "101",
        "domaine": "sanitaire",
        "mode": "28",
        "age_min": 18,
        "age_max": 100,
        "contacts": [{"fonction": "Secrétariat", "telephone": "+33199001234", "confidentialite": "1"}],
        "capacites": [{"nature": "lits", "nombre": 20}],
        "activites": ["TRE_R211:001"],
        "lieu": "Pavillon Sud",
        "adresse": "2 place de l’Invention",
        "code_postal": "99001",
        "commune": "Arvigne",
    }


NATURES = [
    ("84", "04", "58", [], "pco"),
    ("28", "04", "49", [], "ssiad"),
    ("", "01", "31", [], "had"),
    ("21", "04", "46", [], "ehpad"),
    ("21", "04", "47", [], "accueil_jour"),
    ("22", "04", "46", [], "residence"),
    ("48", "04", "46", [], "esms"),
    ("", "01", "28", ["333"], "usld"),
    ("", "01", "28", ["170"], "usp"),
    ("100", "02", "28", ["172"], "smr"),
    ("", "01", "28", ["085"], "mco"),
    ("10", "03", "32", [], None),
    ("", "05", "32", ["437"], None),
]


@pytest.mark.parametrize(("type_offre", "champ", "mode", "activites", "wanted"), NATURES)
def test_the_kind_of_a_unit(type_offre, champ, mode, activites, wanted):
    """ANN-1: one that our kinds do not name is left to people."""
    assert nature(type_offre=type_offre, champ=champ, mode=mode, activites=activites) == wanted


# Which fields an access profile shows for certain: their absence means «empty» (ANN-2, R283).
SHOWN = {
    0: {"contacts": True, "capacites": False, "horaires": True},
    1: {"contacts": True, "capacites": True, "horaires": True},
    2: {"contacts": True, "capacites": True, "horaires": True},
    3: {"contacts": True, "capacites": False, "horaires": True},
    4: {"contacts": False, "capacites": True, "horaires": True},
    5: {"contacts": True, "capacites": False, "horaires": True},
}


@pytest.mark.parametrize("profil", SHOWN)
def test_silence_means_empty_only_where_the_profile_would_show(profil):
    said = read(*hospital(offre()), profil=profil).offres[0].dits.valeurs
    assert {code: code in said for code in SHOWN[profil]} == SHOWN[profil]


@pytest.mark.parametrize(
    ("profil", "kept"), [(0, ["2", "3"]), (1, []), (2, ["3"]), (3, ["2", "3"]), (5, ["3"])]
)
def test_contacts_above_what_the_profile_is_shown_stay(profil, kept):
    known = {"contacts": [{"fonction": level, "confidentialite": level} for level in "123"]}
    said = mapping.renewed(known, {"contacts": None}, profil=profil)
    assert [one["confidentialite"] for one in said["contacts"] or ()] == kept


def test_a_contact_that_is_shown_above_the_profile_s_level_is_not_doubled():
    """ANN-7: profile 3 is shown restricted ones of what is médico-social."""
    known = {"contacts": [{"fonction": level, "confidentialite": level} for level in "123"]}
    again = mapping.renewed(known, {"contacts": known["contacts"][:2]}, profil=3)
    assert [one["confidentialite"] for one in again["contacts"]] == ["1", "2", "3"]


ACTE, COMPETENCE, BALNEO = "TRE_R210:0624", "TRE_R243:05", "TRE_R212:098"


@pytest.mark.parametrize(
    ("profil", "said", "wanted"),
    [
        (0, None, [ACTE, COMPETENCE]),
        (2, None, [ACTE, COMPETENCE]),
        (3, ["TRE_R212:099"], [ACTE, "TRE_R212:099", COMPETENCE]),
        (5, ["TRE_R210:0001"], ["TRE_R210:0001", COMPETENCE]),
        (1, None, None),
        (4, None, None),
    ],
)
def test_actes_and_competences_that_the_profile_may_not_see_stay(profil, said, wanted):
    """ANN-2: an equipment is open data, and goes when it is said no more."""
    known = {"ressources": [ACTE, BALNEO, COMPETENCE]}
    assert mapping.renewed(known, {"ressources": said}, profil=profil) == {"ressources": wanted}


def test_what_is_said_takes_the_place_of_what_was_known_and_nothing_else():
    assert mapping.renewed({"nom": "A", "mode": "28"}, {"nom": "B"}, profil=1) == {"nom": "B", "mode": "28"}
    assert mapping.renewed({"nom": "A", "mode": "28"}, {"mode": None}, profil=1) == {"nom": "A", "mode": None}


def test_the_address_of_a_sensitive_unit_is_not_taken_for_empty():
    sensible = extension("ror-healthcareservice-sensitive-unit", valueBoolean=True)
    for profil, told in ((1, True), (2, False)):
        said = read(*hospital(offre(extension=[sensible])), profil=profil).offres[0].dits.valeurs
        assert ("adresse" in said) is told


def test_a_value_that_our_fields_cannot_keep_is_not_said():
    dits = Dits(Niveau.ETABLISSEMENT, 1)
    dits.say("siret", "nothing of a number")
    dits.say("nom", "Arvigne")
    assert (dits.valeurs, list(dits.notes)) == ({"nom": "Arvigne"}, ["siret"])


@pytest.mark.parametrize(
    ("during", "wanted"),
    [
        ({"start": "2026-11-01"}, date(2026, 11, 1)),
        ({"start": "2026-11-01", "end": "2026-11-15"}, None),
        ({"start": "2026-12-24"}, None),
    ],
)
def test_an_offer_is_closed_from_its_day_until_it_opens_again(during, wanted):
    one = offre(notAvailable=[{"id": "closingReopeningDate", "description": "x", "during": during}])
    assert read(*hospital(one)).offres[0].fermee_le == wanted


# --- Put together ---------------------------------------------------------------------------------


def groups(*resources):
    index = Index()
    for rang, one in enumerate(resources):
        index.add(one, rang=rang)
    return index, {one.finess: one for one in index.groupes()}


def inner(number, above):
    """An organisation interne."""
    return ej(number) | {
        "id": f"oi{number}",
        "identifier": [{"type": concept("x", "TRE_G07", "42")["valueCodeableConcept"], "value": number}],
        "type": [],
        "partOf": {"reference": f"Organization/{above}"},
    }


def test_an_offer_belongs_to_the_etablissement_above_its_pole():
    index, found = groups(
        *hospital(offre() | {"providedBy": {"reference": "Organization/oi7"}}), inner("7", f"eg{FINESS}")
    )
    assert (list(found[FINESS].offres), found[FINESS].raisons, index.perdues) == (["99/001"], [], [])
    assert len(found[FINESS].rangs) == 4


@pytest.mark.parametrize(
    ("resources", "told"),
    [
        ([ej(), eg(), offre(lits=3)], "Location/l99-001, que le relevé ne contient pas"),
        ([eg(), offre()], "Organization/ej1, que le relevé ne contient pas"),
        (
            [*hospital(offre()), eg(OTHER), offre(finess=OTHER) | {"id": "other"}],
            "dans deux établissements",
        ),
        ([*hospital(offre()), offre("99/002", name=7)], "HealthcareService/hs99-002"),
    ],
)
def test_what_is_wrong_is_the_fault_of_its_etablissement(resources, told):
    index, found = groups(*resources)
    assert any(told in one for one in found[FINESS].raisons)
    assert index.perdues == []


@pytest.mark.parametrize(
    "resources",
    [
        [*hospital(), offre() | {"providedBy": {"reference": "Organization/nowhere"}}],
        [
            *hospital(),
            inner("7", "oi8"),
            inner("8", "oi7"),
            offre() | {"providedBy": {"reference": "Organization/oi7"}},
        ],
        [*hospital(), {"resourceType": "Patient", "id": "1"}],
        [*hospital(), eg("12")],
    ],
)
def test_what_belongs_to_nobody_is_told_and_puts_absences_in_doubt(resources):
    index, found = groups(*resources)
    assert (found[FINESS].raisons, len(index.perdues)) == ([], 1)


def test_a_doubled_page_counts_once_and_the_newest_is_kept():
    old, new = offre(nom="Avant"), offre(nom="Après", maj=date_later())
    for order in ((old, new), (new, old), (new, new, old)):
        _, found = groups(*hospital(*order))
        assert len(found[FINESS].rangs) == 3
        ((digest, _),) = found[FINESS].offres.values()
        assert digest == groups(*hospital(new))[1][FINESS].offres["99/001"][0]


def date_later():
    return MAJ.replace(day=21)


def test_a_digest_says_what_the_resources_say_and_not_when():
    _, before = groups(*hospital(offre()))
    _, later = groups(*hospital(offre(maj=date_later())))
    _, other = groups(*hospital(offre(nom="Autre")))
    assert before[FINESS].offres["99/001"][0] == later[FINESS].offres["99/001"][0]
    assert before[FINESS].offres["99/001"][0] != other[FINESS].offres["99/001"][0]
