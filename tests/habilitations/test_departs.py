"""«Départ»: what ends and what is cancelled, ticked; a date that nobody has filled in (COM-8)."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from annuaire.models import Lieu
from courrier.models import Message
from habilitations import actions
from habilitations.models import Habilitation
from journal.models import Entry
from tests.factories import (
    CoordinationFactory,
    EtablissementFactory,
    HabilitationFactory,
    UniteFactory,
    UserFactory,
    as_professionnel,
    referent_of,
    sign_in,
)
from viatraj.core.policies import Denied

pytestmark = pytest.mark.django_db
COMPTES = "/administration/comptes/"


@pytest.fixture
def today():
    return timezone.localdate()


@pytest.fixture
def etablissement():
    return EtablissementFactory(nom="Centre hospitalier d’Essai")


@pytest.fixture
def person():
    return UserFactory()


@pytest.fixture
def rows(person, etablissement, today):
    """In force, at a unit, and to come in three weeks."""
    later = {"debut": today + timedelta(days=21), "fin": today + timedelta(days=90)}
    return [
        HabilitationFactory(user=person, lieu=etablissement),
        HabilitationFactory(user=person, lieu=UniteFactory(etablissement=etablissement, nom="Médecine")),
        HabilitationFactory(user=person, lieu=etablissement, profil="equipe_soignante", **later),
    ]


@pytest.fixture
def by(client, etablissement):
    user = referent_of(etablissement)
    sign_in(client, user)
    return as_professionnel(user)


def states(rows):
    found = Habilitation.objects.in_bulk([row.pk for row in rows])
    return [(found[row.pk].fin, found[row.pk].is_living) for row in rows]


def depart(client, person, **typed):
    return client.post(f"{COMPTES}{person.pk}/depart/", typed, follow=True)


def test_lists_what_ends_and_what_is_cancelled_all_ticked(client, by, person, rows):
    HabilitationFactory(user=person, lieu=EtablissementFactory(nom="Clinique voisine"))
    page = client.get(f"{COMPTES}{person.pk}/depart/")
    assert page.context["form"].ticked == {str(row.pk) for row in rows}
    assert page.text.count("Prend fin") == 2
    assert page.text.count("Annulée") == 1
    assert "Clinique voisine" not in page.text


def test_the_date_is_for_the_referent_to_say(client, by, person, rows):
    page = client.get(f"{COMPTES}{person.pk}/depart/")
    assert not page.context["form"]["fin"].value()
    before = states(rows)
    answer = depart(client, person, choix=[row.pk for row in rows], fin="")
    assert (answer.status_code, "Indiquez le dernier jour" in answer.text) == (422, True)
    assert states(rows) == before


def test_only_what_is_ticked(client, by, person, rows, today):
    fin = today + timedelta(days=7)
    kept = states(rows)[1]
    answer = depart(client, person, choix=[rows[0].pk, rows[2].pk], fin=str(fin))
    assert "1 habilitation prend fin le" in answer.text
    assert "1 habilitation est annulée" in answer.text
    assert states(rows) == [(fin, True), kept, (rows[2].fin, False)]
    assert Entry.objects.filter(event="depart.declared").count() == 1


def test_refused_it_keeps_the_ticks(client, by, person, rows, today):
    answer = depart(client, person, choix=[rows[1].pk], fin="2020-01-01")
    assert answer.status_code == 422
    assert answer.context["form"].ticked == {str(rows[1].pk)}


@pytest.mark.parametrize("choix", [[], [10**9], ["x"], ["²"], ["1" * 30]], ids=str)
def test_ticks_that_are_none_or_forged(client, by, person, rows, today, choix):
    before = states(rows)
    assert depart(client, person, choix=choix, fin=str(today)).status_code == 422
    assert states(rows) == before


def test_somebody_else_s_habilitation_is_not_to_be_ticked(client, by, person, rows, etablissement, today):
    other = HabilitationFactory(lieu=etablissement)
    assert depart(client, person, choix=[other.pk], fin=str(today)).status_code == 422
    known = {"fin": today, "today": today, "now": timezone.now(), "by": by}
    done = actions.depart(person, lieu=Lieu.of(etablissement), choix=[other.pk], **known)
    assert done == ([], [])
    assert Habilitation.objects.get(pk=other.pk).fin == other.fin


def test_what_another_gives_remains_and_is_said(client, by, person, rows, today):
    """A profile that this référent may not give: shown, not ticked, and no obstacle to the rest."""
    unite = rows[1].unite
    sign_in(client, referent_of(unite))
    above = HabilitationFactory(user=person, lieu=unite, profil="referent_unite")
    page = client.get(f"{COMPTES}{person.pk}/depart/")
    assert page.context["form"].ticked == {str(rows[1].pk)}
    assert "relève d’un autre référent" in page.text
    assert depart(client, person, choix=[above.pk], fin=str(today)).status_code == 422
    assert depart(client, person, choix=[rows[1].pk], fin=str(today)).status_code == 200
    assert states([above, rows[1]]) == [(above.fin, True), (today, True)]


def test_forged_past_the_page_the_action_refuses_the_whole(person, rows, today):
    unite = rows[1].unite
    above = HabilitationFactory(user=person, lieu=unite, profil="referent_unite")
    by = as_professionnel(referent_of(unite))
    known = {"fin": today, "today": today, "now": timezone.now(), "by": by}
    with pytest.raises(Denied):
        actions.depart(person, lieu=Lieu.of(unite), choix=[above.pk, rows[1].pk], **known)
    assert states([rows[1]]) == [(rows[1].fin, True)]


def test_of_several_structures_one_is_chosen_first(client, person, rows, etablissement, today):
    other = EtablissementFactory(coordination=etablissement.coordination, nom="Hôpital voisin")
    elsewhere = HabilitationFactory(user=person, lieu=other)
    sign_in(
        client, referent_of(CoordinationFactory._meta.model.objects.get(pk=etablissement.coordination_id))
    )
    path = f"{COMPTES}{person.pk}/depart/"
    assert f"?structure=etablissement:{other.pk}" in client.get(path).text
    here = f"{path}?structure=etablissement:{other.pk}"
    assert client.get(here).context["form"].ticked == {str(elsewhere.pk)}
    assert client.post(here, {"choix": [rows[0].pk], "fin": str(today)}).status_code == 422
    assert client.post(here, {"choix": [elsewhere.pk], "fin": str(today)}).status_code == 302
    assert Habilitation.objects.get(pk=elsewhere.pk).fin == today
    for forged in ("etablissement:999999", "national:", "²", ""):
        assert client.get(path, {"structure": forged}).status_code == 404


def test_nothing_to_change_is_not_said_to_be_done(client, by, person, rows, today):
    answer = depart(client, person, choix=[rows[0].pk], fin=str(rows[0].fin))
    assert "Rien n’est changé" in answer.text
    assert "est enregistré" not in answer.text
    assert not Entry.objects.filter(event="depart.declared").exists()


def test_the_mail_says_what_ended_where_and_what_was_cancelled(client, by, person, rows, today):
    depart(client, person, choix=[row.pk for row in rows], fin=str(today + timedelta(days=7)))
    letter = Message.objects.get(to=person.email)
    assert letter.subject == "Fin de vos habilitations : Centre hospitalier d’Essai"
    ends, cancelled = letter.text.split("annulée")
    assert "Médecine, Centre hospitalier d’Essai" in ends
    assert "Équipe soignante, Centre hospitalier d’Essai" in cancelled
    assert "\n\n\n" not in letter.text


def test_a_constant_number_of_queries(client, by, person, rows):
    counts = []
    client.get(f"{COMPTES}{person.pk}/depart/")
    for _ in range(2):
        with CaptureQueriesContext(connection) as asked:
            client.get(f"{COMPTES}{person.pk}/depart/")
        counts.append(len(asked))
        for _ in range(5):
            HabilitationFactory(user=person, lieu=UniteFactory(etablissement=rows[0].etablissement))
    assert counts[0] == counts[1]
