from concurrent.futures import ThreadPoolExecutor

import pytest
from django.core.exceptions import ValidationError
from django.db import connection

from annuaire import actions
from annuaire.models import Professionnel
from journal.models import Entry
from tests.annuaire.conftest import RPPS
from tests.annuaire.files import line
from viatraj.core.actor import Actor
from viatraj.core.policies import Denied


def test_refer_makes_one_professionnel_and_one_line_of_the_journal(db, load):
    competence = {"type_savoir_faire": "C", "specialite": "Allergologie", "code_postal": "75001"}
    load([line(**competence), line(), line(type_savoir_faire="", specialite="", code_postal="", commune="")])
    first, second = (actions.refer("899000000011", by=RPPS) for _ in range(2))
    assert first == second
    assert (first.nom, first.prenom, first.profession, first.categorie) == ("LECLERC", "Hélène", "10", "C")
    assert (first.specialite, first.code_postal, first.commune) == ("Gériatrie", "76000", "ROUEN")
    assert first.titre == "Dr Hélène LECLERC"
    assert Entry.objects.filter(event="professionnel.referred").count() == 1


@pytest.mark.parametrize(
    "idnat", ["899999999999", "", "899000000078", "899000000086", "8990000\0", "\ud800", "%"]
)
def test_refer_knows_only_medecins_of_the_directory(db, load, idnat):
    load([
        line(),
        line(idnat="899000000078", categorie="E"),
        line(idnat="899000000086", profession="60"),
    ])  # fmt: skip
    with pytest.raises(ValidationError) as refusal:
        actions.refer(idnat, by=RPPS)
    assert (refusal.value.code, refusal.value.message) == ("idnat", actions.professionnels.UNKNOWN)
    assert not Professionnel.objects.exists()


def test_refer_is_for_somebody_who_signed_in(db, load):
    load([line()])
    with pytest.raises(Denied):
        actions.refer("899000000011", by=Actor.anonymous("127.0.0.1"))
    assert not Professionnel.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_two_who_refer_at_once_get_the_same_row(load):
    load([line()])

    def refer(_):
        try:
            return actions.refer("899000000011", by=RPPS).pk
        finally:
            connection.close()

    with ThreadPoolExecutor(8) as pool:
        assert len(set(pool.map(refer, range(16)))) == 1
    assert Professionnel.objects.count() == 1
    assert Entry.objects.filter(event="professionnel.referred").count() == 1
