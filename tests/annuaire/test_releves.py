"""Runs of the ROR as pages show them: who sees them, what each says, of which établissements (ANN-7)."""

from html import unescape

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from annuaire import policies
from annuaire.models import Releve
from annuaire.reads import releves
from annuaire.ror.refus import Refused
from habilitations.profils import ADMINISTRATEUR_NATIONAL
from tests.annuaire.fiches import nomenclatures
from tests.annuaire.ror_resources import FINESS, OTHER, eg, ej, hospital, lieu, offre
from tests.annuaire.test_ror_sync import sync
from tests.factories import (
    CoordinationFactory,
    DelegationFactory,
    EtablissementFactory,
    HabilitationFactory,
    UniteFactory,
    as_delegate,
    as_professionnel,
    referent_of,
    sign_in,
)
from viatraj.core.policies import can

pytestmark = pytest.mark.django_db
URL = "/administration/ror/"
UNKNOWN = "990000992"


@pytest.fixture
def hopital():
    """Of the région whose code the resources bear."""
    etablissement = EtablissementFactory(
        finess=FINESS, nom="CH d’Arvigne", coordination__region__code="99", coordination__region__nom="Autan"
    )
    UniteFactory(etablissement=etablissement, nom="SMR gériatrique")
    return etablissement


def read(client, path, **asked) -> str:
    answer = client.get(path, asked)
    assert answer.status_code == 200
    return unescape(answer.text)


def brought(actor, releve, after="") -> list[str]:
    return [one.arrivage.finess for one in releves.lignes(actor, releve, after)[0]]


def test_who_follows_a_territory_sees_them(hopital):
    """ANN-8: the rule of «Déploiement»."""
    actors = {
        "coordination": as_professionnel(referent_of(hopital.coordination)),
        "région": as_professionnel(referent_of(hopital.coordination.region)),
        "national": as_professionnel(referent_of(None, ADMINISTRATEUR_NATIONAL)),
        "structure": as_professionnel(referent_of(hopital)),
        "prescripteur": as_professionnel(HabilitationFactory(lieu=hopital).user),
        "acting": as_delegate(DelegationFactory()),
    }
    allowed = {name for name, actor in actors.items() if can(policies.follow, actor)}
    assert allowed == {"coordination", "région", "national"}


def test_each_sees_the_etablissements_that_he_follows(hopital):
    """ANN-7: a région also what the ROR describes there and the directory has not; nobody a neighbour's."""
    beside = EtablissementFactory(
        finess=OTHER, coordination=CoordinationFactory(region=hopital.coordination.region)
    )
    others = [eg(OTHER, region="99"), offre("99/009", OTHER)]
    others += [eg(UNKNOWN, region="99"), offre("99/010", UNKNOWN)]
    releve = sync(*hospital(offre(), region="99"), *others)
    of = {
        "coordination": as_professionnel(referent_of(hopital.coordination)),
        "beside": as_professionnel(referent_of(beside.coordination)),
        "région": as_professionnel(referent_of(hopital.coordination.region)),
        "elsewhere": as_professionnel(referent_of(CoordinationFactory().region)),
        "national": as_professionnel(referent_of(None, ADMINISTRATEUR_NATIONAL)),
    }
    every = sorted([FINESS, OTHER, UNKNOWN])
    assert {name: brought(actor, releve) for name, actor in of.items()} == {
        "coordination": [FINESS],
        "beside": [OTHER],
        "région": every,
        "elsewhere": [],
        "national": every,
    }


def test_the_list_says_what_each_run_brought(client, hopital):
    """ANN-7: when, which régions, complete or not, counts, the reason of a refusal, in words."""
    nomenclatures()
    sync(*hospital(offre(lits=20), lieu(lits=20), region="99"))
    with pytest.raises(Refused):
        sync()
    sign_in(client, referent_of(hopital.coordination))
    said = read(client, URL)
    for words in (
        "29/11/2026 à 9\u202fh\u202f00",
        "Relevé complet",
        "Autan",
        "Terminé",
        "1 établissement",
        "1 offre nouvelle",
        "Refusé",
        "Le relevé ne contient aucun établissement",
    ):
        assert words in said, words


def test_a_run_says_what_it_changed_and_refused(client, hopital):
    """ANN-7: by établissement, with the reason."""
    lost = offre("99/009", OTHER, location=[{"reference": "Location/nowhere"}])
    EtablissementFactory(finess=OTHER, nom="Clinique des Saules", coordination=hopital.coordination)
    releve = sync(*hospital(offre()), eg(OTHER), lost)
    sign_in(client, referent_of(hopital.coordination))
    said = read(client, f"{URL}{releve.pk}/")
    for words in (
        "CH d’Arvigne",
        "Clinique des Saules",
        "1 offre nouvelle",
        "Terminé, 1 établissement refusé",
    ):
        assert words in said, words
    assert f"/administration/etablissements/{hopital.pk}/synchronisation/" in said
    assert "que le relevé ne contient pas" in said


def test_guards_that_were_lifted_are_told(client, hopital):
    sync(*hospital(offre()), accept_loss=True)
    sync(*hospital(offre(nom="Autre")))
    sign_in(client, referent_of(hopital.coordination))
    assert read(client, URL).count("Garde-fous levés") == 1
    lifted, kept = Releve.objects.order_by("pk")
    assert "Levés par l’exploitation" in read(client, f"{URL}{lifted.pk}/")
    assert "Respectés" in read(client, f"{URL}{kept.pk}/")


def test_a_run_under_way_says_how_far_it_is(client, hopital):
    releve = sync(*hospital(offre()))
    Releve.objects.update(etat="en_cours", fini_le=None)
    releve.arrivages.create(finess=OTHER)
    sign_in(client, referent_of(hopital.coordination))
    said = read(client, f"{URL}{releve.pk}/")
    assert "En cours" in said
    assert "1 sur 2 établissements" in said


def test_pages_go_on_after_a_number_and_cost_the_same(client, hopital, monkeypatch):
    monkeypatch.setattr(releves, "A_PAGE", 2)
    releve = sync(ej(), eg(), offre())
    coordination = hopital.coordination
    many = [f"99000088{n}" for n in range(4)]
    sign_in(client, referent_of(coordination))
    client.get(f"{URL}{releve.pk}/")
    with CaptureQueriesContext(connection) as few:
        client.get(f"{URL}{releve.pk}/")
    for finess in many:
        EtablissementFactory(finess=finess, coordination=coordination)
        releve.arrivages.create(finess=finess, etat="fait")
    with CaptureQueriesContext(connection) as more:
        said = read(client, f"{URL}{releve.pk}/")
    assert len(few) == len(more)
    assert "brut" not in "".join(one["sql"] for one in more if "annuaire_arrivage" in one["sql"])
    actor, seen, after = as_professionnel(referent_of(coordination)), [], ""
    while True:
        rows, after = releves.lignes(actor, releve, after)
        seen += [one.arrivage.finess for one in rows]
        if not after:
            break
    assert seen == sorted([FINESS, *many])
    assert "Suivants" in said
    assert "Début de la liste" in read(client, f"{URL}{releve.pk}/", apres=many[0])


def test_a_run_that_is_not_there_is_not_found(client, hopital):
    sign_in(client, referent_of(hopital.coordination))
    assert client.get(f"{URL}{2**31}/").status_code == 404
    assert client.get(f"{URL}99999999999999999999/").status_code == 404
