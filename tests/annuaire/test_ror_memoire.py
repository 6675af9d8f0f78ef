"""What a complete run has read is not read again, and says the same all the same (ANN-7, docs/adr/0083)."""

import json
from datetime import UTC, date, datetime, timedelta

import pytest

from annuaire import actions
from annuaire.models import Offre, Releve, RessourceLue
from annuaire.ror.memoire import Dite, Memoire, Souvenir
from annuaire.ror.refus import Refused
from annuaire.ror.sites import Index
from tests.annuaire import ror_files, ror_world
from tests.annuaire.ror_resources import FINESS, MAJ, OTHER, Held, eg, ej, hospital, lieu, offre
from viatraj.core.actor import Actor

NOW = datetime(2026, 11, 29, 8, tzinfo=UTC)
BY = Actor.system("ror")
RESOURCES = [
    *ror_world.resources(),
    *map(ror_files.published, ror_files.ROR),
    *hospital(offre(lits=20), lieu(lits=20)),
    {"resourceType": "Location", "id": "abimee", "meta": "rien"},
]


def texts(resources):
    return [json.dumps(one, ensure_ascii=False) for one in resources]


def learned(resources, *, salt="1"):
    """A memory of them all, as an index makes it."""
    memoire, index, found = Memoire(), Index(salt), {}
    memoire.learn(salt, {})
    for text in texts(resources):
        one = memoire.read(text)
        index.add(one, rang=0)
        if index.dit:
            found[one.empreinte] = index.dit
    memoire.learn(salt, found)
    return memoire


def indexed(memoire, *, today=None):
    index = Index("1", today=today)
    for rang, text in enumerate(texts(RESOURCES)):
        index.add(memoire.read(text), rang=rang)
    return index


def test_what_is_remembered_says_what_was_read():
    """But of what is refused nothing is remembered: it is read, and refused, each time."""
    memoire = learned(RESOURCES)
    again = [memoire.read(text) for text in texts(RESOURCES)]
    assert [one["id"] for one in again if isinstance(one, Dite)] == ["abimee"]
    fresh = Memoire()
    fresh.learn("1", {})
    read, remembered = indexed(fresh), indexed(memoire)
    assert remembered.groupes() == read.groupes() != []
    assert (remembered.connues, remembered.perdues) == (read.connues, read.perdues)
    assert (remembered.codes, remembered.comptes) == (read.codes, read.comptes)


def test_another_way_of_reading_remembers_nothing():
    """Another access profile, another version of the mapping."""
    memoire = learned(RESOURCES, salt="1:1")
    memoire.learn("1:2", memoire.connues)
    assert not any(isinstance(memoire.read(text), Souvenir) for text in texts(RESOURCES))


def test_of_two_states_the_newer_one_counts_remembered_or_not():
    old, new = offre(nom="Ancien"), offre(nom="Nouveau", maj=MAJ + timedelta(hours=1))
    for known in ([], [old], [new], [old, new]):
        memoire, index = learned([ej(), *known]), Index("1")
        for rang, text in enumerate(texts([old, new, old])):
            index.add(memoire.read(text), rang=rang)
        assert [one.rang for one in index.connues.values()] == [1], known


@pytest.mark.parametrize(("today", "passed"), [(30, 0), (1, 1), (2, 1), (5, 2)])
def test_a_day_that_comes_is_something_new(today, passed):
    """It closes on the first, and opens again on the fifth: its text says so long before."""
    during = {"start": "2026-12-01", "end": "2026-12-05"}
    closing = offre(notAvailable=[{"id": "closingReopeningDate", "description": "x", "during": during}])
    day = date(2026, 11, 30) if today == 30 else date(2026, 12, today)
    memoire = learned(hospital(closing))
    before, then = ((Index("1", today=one)) for one in (date(2026, 11, 1), day))
    for index in (before, then):
        for rang, text in enumerate(texts(hospital(closing))):
            index.add(memoire.read(text), rang=rang)
    (was,), (is_now,) = before.groupes(), then.groupes()
    assert (was.offres != is_now.offres) == bool(passed)
    assert was.empreinte == is_now.empreinte


# --- Runs -----------------------------------------------------------------------------------------


def sync(*resources, full=True, now=NOW, **known):
    source = Held(resources, at=known.pop("at", None))
    releve = actions.sync_ror(source, full=full, now=now, by=BY, **known)
    return source, releve


def is_known(source, one) -> bool:
    return isinstance(source.memoire.read(json.dumps(one)), Souvenir)


@pytest.mark.django_db
def test_a_complete_run_remembers_what_it_has_read_and_nothing_else():
    first, second = offre(), offre("99/002", OTHER)
    sync(*hospital(first), eg(OTHER), second)
    assert RessourceLue.objects.count() == 5
    source, releve = sync(*hospital(first), eg(OTHER), second)
    assert all(is_known(source, one) for one in (first, second, ej(), eg()))
    assert releve.bilan["recu"]["ressources"] == {"Organization": 3, "HealthcareService": 2}
    renamed = offre(nom="Autre nom")
    source, releve = sync(*hospital(renamed), eg(OTHER), second)
    assert not is_known(source, renamed)
    assert releve.bilan["offres_changees"] == 1
    assert Offre.objects.get(cle="99/001").nom == "Autre nom"
    source, _ = sync(*hospital(renamed), eg(OTHER), second)
    assert (is_known(source, renamed), is_known(source, first)) == (True, False)
    assert RessourceLue.objects.count() == 5


@pytest.mark.django_db
def test_a_site_that_differs_brings_what_was_remembered_of_it():
    """Only the offer has changed: its beds and its address come from texts that nobody has read again."""
    sync(*hospital(offre(lits=20), lieu(lits=20)))
    sync(*hospital(offre(nom="Autre nom", lits=20), lieu(lits=20)))
    assert Offre.objects.get().valeurs["capacites"] == [{"nature": "lits", "nombre": 20}]
    assert Offre.objects.get().nom == "Autre nom"


@pytest.mark.django_db
def test_an_offer_closes_on_its_day_though_nothing_is_said_anew():
    during = {"start": "2026-12-05"}
    closing = offre(notAvailable=[{"id": "closingReopeningDate", "description": "x", "during": during}])
    sync(*hospital(closing))
    sync(*hospital(closing), now=NOW + timedelta(days=2))
    assert Offre.objects.get().fermee_le is None
    _, releve = sync(*hospital(closing), now=NOW + timedelta(days=9))
    assert (Offre.objects.get().fermee_le, releve.bilan["offres_changees"]) == (date(2026, 12, 5), 1)
    _, releve = sync(*hospital(closing), now=NOW + timedelta(days=16))
    assert releve.bilan["recu"]["differents"] == 0


@pytest.mark.django_db
def test_a_refused_run_and_a_delta_leave_the_memory_as_it_was():
    many = [offre(f"99/{n:03}") for n in range(20)]
    sync(*hospital(*many), at=NOW)
    before = set(RessourceLue.objects.values_list())
    with pytest.raises(Refused, match="ont fermé ou disparu"):
        sync(*hospital(*many[:5], offre("99/100")))
    assert set(RessourceLue.objects.values_list()) == before
    _, releve = sync(*hospital(offre("99/000", nom="Autre")), full=False, now=NOW + timedelta(hours=1))
    assert (releve.genre, releve.bilan["offres_changees"]) == ("delta", 1)
    assert set(RessourceLue.objects.values_list()) == before


@pytest.mark.django_db
def test_the_same_said_otherwise_is_read_again_and_changes_nothing():
    """Another order of its keys, a moment of change: the server wrote its text anew."""
    sync(*hospital(offre()))
    later = offre(maj=MAJ + timedelta(hours=1))
    _, releve = sync(*hospital(dict(reversed(later.items()))))
    assert (releve.bilan["recu"]["differents"], Releve.objects.count()) == (0, 2)
    assert Offre.objects.get().vue_le == NOW


@pytest.mark.django_db
def test_what_was_read_before_is_spoiled_nowhere_by_a_text_that_is_none():
    sync(*hospital(offre()))
    source = Held(hospital(offre()))
    source.ask(None, now=NOW)
    source.memoire.learn("1:1", dict(RessourceLue.objects.values_list()))
    for text in ('{"id": NaN}', '{"a": 1, "a": 2}', "[]", json.dumps(eg(FINESS)) + " {}"):
        with pytest.raises(Refused):
            source.memoire.read(text)
