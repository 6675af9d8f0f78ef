"""DEL-6: the history says who did it, in whose name."""

import pytest
from django.template.loader import render_to_string

from journal import models, reads
from journal.models import Entry, record
from tests.factories import MedecinFactory, UserFactory, as_medecin
from viatraj.core.actor import Actor


@pytest.fixture
def events(monkeypatch):
    told = {
        "dossier.updated": "a modifié le volet {volet} du dossier {label}",
        "dossier.moved": "a déplacé le dossier {label} du {debut} au {fin}, {champs}",
        "annuaire.loaded": "a chargé {lignes:ligne}",
    }
    monkeypatch.setattr(models, "known_events", lambda: told)


@pytest.fixture
def christine(db):
    return MedecinFactory(prenom="Christine", nom="Leclercq")


def told(event, by, label="1234 5678", **data):
    return record(event, by=by, label=label, **data).sentence


def test_an_assistant_in_the_name_of_a_medecin(events, christine):
    sophie = UserFactory(prenom="Sophie", nom="Moreau")
    by = Actor(user=sophie, on_behalf_of=christine, quality="assistant")
    assert told("dossier.updated", by, volet="administratif") == (
        "L’assistant(e) Sophie Moreau a modifié le volet administratif du dossier 1234 5678"
        " au nom du médecin Christine Leclercq"
    )


def test_a_confrere_in_the_name_of_a_medecin(events, christine):
    by = Actor(user=MedecinFactory(prenom="Gabriel", nom="Léon"), on_behalf_of=christine, quality="confrère")
    assert told("dossier.updated", by, volet="médical") == (
        "Le médecin Gabriel Léon a modifié le volet médical du dossier 1234 5678"
        " au nom du médecin Christine Leclercq"
    )


def test_in_ones_own_name_no_other_name_is_said(events, christine):
    sentence = told("dossier.updated", as_medecin(christine), volet="médical")
    assert sentence == "Le médecin Christine Leclercq a modifié le volet médical du dossier 1234 5678"


def test_the_quality_is_the_one_of_then(events, christine):
    entry = record("annuaire.loaded", by=Actor(user=christine, quality="professionnel"), lignes=3)
    assert entry.sentence == "Christine Leclercq a chargé 3 lignes"


def test_an_event_without_person_is_told_in_words(events, db):
    assert (
        told("annuaire.loaded", Actor.system("rpps"), lignes=3)
        == "Le traitement automatique (rpps) a chargé 3 lignes"
    )
    assert told("annuaire.loaded", Actor.anonymous("192.0.2.1"), lignes=3).startswith(
        "Une personne non connectée a"
    )


def test_dates_and_lists_are_written_the_french_way(events, christine):
    from datetime import date

    by = as_medecin(christine)
    record(
        "dossier.moved", by=by, label="1", debut=date(2026, 12, 1), fin="2027-01-31", champs=["nom", "rue"]
    )
    assert Entry.objects.get().sentence.endswith("du 01/12/2026 au 31/01/2027, nom, rue")


def test_a_missing_word_shows_and_does_not_break(events, christine):
    assert told("dossier.updated", as_medecin(christine)).endswith("le volet … du dossier 1234 5678")


def test_an_event_that_is_listed_no_more_is_still_shown(events, christine):
    Entry(event="vieux.fait", user=christine, quality="médecin").save()
    assert Entry.objects.get().sentence == "Le médecin Christine Leclercq vieux.fait"


def test_a_history_costs_one_query_whatever_its_length(events, christine, django_assert_num_queries):
    for count in (2, 18):
        for _ in range(count):
            by = Actor(user=UserFactory(), on_behalf_of=christine, quality="assistant")
            record("dossier.updated", by=by, target=christine, volet="médical")
        with django_assert_num_queries(1):
            histoire = reads.plain(Entry.objects.about(christine), 50)
            page = render_to_string("journal/history.html", {"histoire": histoire})
    assert page.count("au nom du médecin Christine Leclercq") == 20
    assert 'id="historique"' in page
    assert "Historique des actions" in page


def test_an_empty_history_says_so(db):
    page = render_to_string(
        "journal/history.html", {"histoire": reads.Histoire([]), "title": "Ce qui s’est passé"}
    )
    assert "Aucune action" in page
    assert "Ce qui s’est passé" in page
