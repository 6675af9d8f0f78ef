"""Support is that of the département where one practises, or of where one works (CON-1)."""

from html import unescape

import pytest
from django.conf import settings

from annuaire.models import Commune, Coordination, Departement
from tests.annuaire import files
from tests.dossiers.factories import lend
from tests.factories import (
    CoordinationFactory,
    EtablissementFactory,
    HabilitationFactory,
    MedecinFactory,
    RegionFactory,
    UserFactory,
    sign_in,
)

pytestmark = pytest.mark.django_db
HOME, ASSISTANCE = "/medecin/", "/assistance/"
LAUZE, ORBE = "01 99 00 10 10", "01 99 00 20 20"


@pytest.fixture
def departements():
    region = RegionFactory()
    for code, postal, known in (
        ("31", "31000", {"nom": "Lauze", "telephone": "+33199001010", "email": "l@lauze.example"}),
        ("69", "69500", {"nom": "Orbe", "telephone": "+33199002020"}),
        ("35", "35000", {"nom": "Muette", "email": "m@muette.example"}),
    ):
        row = Departement.objects.create(code=code, nom=code, region=region)
        Commune.objects.create(code=f"{code}001", nom=code, codes_postaux=[postal], departement=row)
        CoordinationFactory(departement=row, region=region, horaires="de 9 h 00 à 17 h 00", **known)


@pytest.fixture
def medecin():
    return MedecinFactory()


def practises(medecin, *codes, mode="L"):
    for code in codes:
        files.add(idnat=medecin.login, nom="NOM", prenom="Camille", code_postal=code, mode=mode)


def said(client, path=HOME) -> tuple[list[str], str]:
    """The lines of support, by telephone, and the footer's."""
    page = unescape(client.get(path).text)
    body, footer = page.split('<footer class="pied">')
    known = {"lauze": LAUZE, "orbe": ORBE, "all": settings.SUPPORT_PHONE}
    return sorted(name for name, phone in known.items() if phone in body), next(
        name for name, phone in known.items() if phone in footer
    )


@pytest.mark.parametrize(
    ("codes", "lines", "footer"),
    [
        (["31000"], ["lauze"], "lauze"),
        (["31059"], ["lauze"], "lauze"),  # a CEDEX
        (["31000", "69500"], ["lauze", "orbe"], "all"),
        (["31000", "35000"], ["all", "lauze"], "all"),  # one that says no telephone
        (["35000"], ["all"], "all"),
        (["99999"], ["all"], "all"),
        ([], ["all"], "all"),
    ],
    ids=str,
)
def test_as_the_directory_places_him(client, departements, medecin, codes, lines, footer):
    """CON-1: of several départements, all are told by name; everybody's where one of them is silent."""
    practises(medecin, *codes)
    sign_in(client, medecin)
    assert said(client) == (lines, footer)
    assert said(client, ASSISTANCE) == (lines, footer)


def test_where_he_is_employed_counts_only_without_a_cabinet(client, departements, medecin):
    """CON-1."""
    practises(medecin, "69500", mode="S")
    sign_in(client, medecin)
    assert said(client)[0] == ["orbe"]
    practises(medecin, "31000")
    assert said(client)[0] == ["lauze"]


def test_its_hours_and_its_address_come_along(client, departements, medecin):
    practises(medecin, "31000")
    sign_in(client, medecin)
    page = unescape(client.get(HOME).text)
    assert ", Lauze, de 9\u202fh\u202f00 à 17\u202fh\u202f00" in page
    assert 'href="tel:+33199001010"' in page
    assert 'href="mailto:l@lauze.example"' in page


def test_a_delegate_at_work_has_the_one_of_his_medecin(client, departements, medecin):
    """CON-1, DEL-5."""
    practises(medecin, "31000")
    delegation = lend(medecin)
    sign_in(client, delegation.delegataire)
    assert said(client, ASSISTANCE)[0] == ["all"]
    client.post("/delegations/au-nom-de/", {"delegation": delegation.pk, "au_nom_de": ""})
    assert said(client)[0] == ["lauze"]


def test_of_a_professional_it_is_that_of_his_coordination(client, departements):
    """CON-1: where his rights are in force, and nowhere else."""
    orbe, lauze = (Coordination.objects.get(nom=nom) for nom in ("Orbe", "Lauze"))
    user = HabilitationFactory(lieu=EtablissementFactory(coordination=orbe)).user
    HabilitationFactory(lieu=EtablissementFactory(coordination=lauze), user=user, over=True)
    sign_in(client, user)
    assert said(client, ASSISTANCE) == (["orbe"], "orbe")
    HabilitationFactory(lieu=EtablissementFactory(coordination=lauze), user=user)
    assert said(client, ASSISTANCE) == (["lauze", "orbe"], "all")
    sign_in(client, UserFactory())
    assert said(client, ASSISTANCE) == (["all"], "all")


def test_signed_out_it_is_everybody_s(client, departements):
    assert said(client, ASSISTANCE) == (["all"], "all")
