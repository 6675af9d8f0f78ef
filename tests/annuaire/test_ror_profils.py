"""Absent is not empty: what each access profile of the ROR may not see stays in the sheets (ANN-2).

A whole description under the profile that sees all, then silence under each.
"""

import pytest

from annuaire.models import Unite
from annuaire.reads import fiches as reads
from tests.annuaire.ror_resources import coded, concept, contact, eg, extension, hospital, lieu, offre
from tests.annuaire.test_ror_sync import NOW, enter, sync
from tests.factories import EtablissementFactory, UniteFactory

pytestmark = pytest.mark.django_db
ACTE, COMPETENCE, BALNEO = "TRE_R210:0624", "TRE_R243:05", "TRE_R212:098"
MODE = coded("TRE_R213", "28", "Hospitalisation complète (HC)")
CONTACTS = [contact(f"Niveau {level}", level=level, telephone=f"01 99 00 12 3{level}") for level in "123"]

# Of a profile: levels of contacts that stay, whether beds do, which resources do.
SILENCE = {
    0: ("23", True, [ACTE, COMPETENCE]),
    1: ("", False, []),
    2: ("3", False, [ACTE, COMPETENCE]),
    3: ("23", True, [ACTE, COMPETENCE]),
    4: ("123", False, []),
    5: ("3", True, [ACTE, COMPETENCE]),
}


def whole():
    balneo = extension("ror-location-equipment", extension=[concept("equipmentType", "TRE_R212", "098")])
    place = lieu(lits=20)
    return hospital(
        offre(
            lits=20,
            extension=CONTACTS,
            characteristic=[MODE, coded("TRE_R210", "0624"), coded("TRE_R243", "05")],
        ),
        place | {"extension": [*place["extension"], balneo]},
    )


@pytest.fixture
def active():
    etablissement = EtablissementFactory(finess="990000116", coordination__region__code="99")
    UniteFactory(etablissement=etablissement, nom="SMR gériatrique")
    sync(*whole(), at=NOW)
    enter(etablissement)
    return etablissement


def seen():
    said = reads.values(Unite.objects.get())
    levels = "".join(sorted(one["confidentialite"] for one in said.get("contacts") or ()))
    return levels, bool(said.get("capacites")), sorted(said.get("ressources") or ())


def test_the_whole_is_in_the_sheet(active):
    assert seen() == ("123", True, [ACTE, BALNEO, COMPETENCE])


@pytest.mark.parametrize("full", [True, False])
@pytest.mark.parametrize("profil", SILENCE)
def test_silence_empties_only_what_the_profile_would_have_shown(active, profil, full):
    """Equipment is open data: said no more, it goes, whoever reads."""
    sync(*hospital(offre(characteristic=[MODE])), niveau=profil, full=full, at=NOW)
    assert seen() == SILENCE[profil]


@pytest.mark.parametrize("profil", SILENCE)
def test_the_same_again_changes_nothing_under_any_profile(active, profil):
    sync(*whole(), niveau=profil)
    assert seen() == ("123", True, [ACTE, BALNEO, COMPETENCE])


@pytest.mark.parametrize("profil", SILENCE)
def test_what_is_said_is_taken_under_any_profile(active, profil):
    told = [MODE, coded("TRE_R210", "0001"), coded("TRE_R243", "06")]
    sync(*hospital(offre(lits=30, characteristic=told), lieu(lits=30)), niveau=profil)
    said = reads.values(Unite.objects.get())
    assert said["capacites"] == [{"nature": "lits", "nombre": 30}]
    assert said["ressources"] == ["TRE_R210:0001", "TRE_R243:06"]


@pytest.mark.parametrize("profil", SILENCE)
def test_of_an_etablissement_restricted_contacts_stay(active, profil):
    """And those that everybody may see go, with the telephone of its page, where they would be shown."""
    telecom = {
        "extension": [
            concept("ror-telecom-communication-channel", "TRE_R200", "2"),
            concept("ror-telecom-confidentiality-level", "TRE_R283", "1"),
        ],
        "system": "phone",
        "value": "01 99 00 12 34",
    }
    told = eg(contact=[{"purpose": coded("TRE_R287", "02"), "telecom": [telecom]}])
    sync(hospital()[0], told, offre(characteristic=[MODE]))
    active.refresh_from_db()
    assert reads.values(active)["telephone"] == "+33199001234"
    sync(*hospital(offre(characteristic=[MODE])), niveau=profil)
    active.refresh_from_db()
    assert ("telephone" in reads.values(active)) is (profil == 4)
