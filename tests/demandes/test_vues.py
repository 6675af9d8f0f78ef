"""Views of a dashboard that a person keeps (DOS-4): his, of filters alone, still true to his rights."""

from datetime import date

import pytest
from django.db import IntegrityError

from demandes import actions
from demandes.models import VueEnregistree
from demandes.reads.tableaux.pages import Choix
from demandes.tableaux import TABLEAUX
from habilitations.models import Habilitation
from habilitations.profils import RESPONSABLE_ADMISSIONS
from journal.models import Entry
from tests.concurrency import at_once
from tests.demandes.factories import Cas
from tests.dossiers.factories import professionnel
from tests.factories import UniteFactory, as_professionnel, sign_in
from viatraj.core.policies import Denied

pytestmark = pytest.mark.django_db
BOARD = TABLEAUX["receveur"]


@pytest.fixture
def receveur():
    """Of two units."""
    actor = professionnel(RESPONSABLE_ADMISSIONS, UniteFactory(nom="Accueil"))
    professionnel(RESPONSABLE_ADMISSIONS, UniteFactory(nom="Ailleurs"), user=actor.user)
    return as_professionnel(actor.user)


def keep(actor, titre="Ma vue", *, defaut=False, **said) -> VueEnregistree:
    choix = Choix.of({"vue": "sans-reponse"} | said)
    return actions.save_view(tableau=BOARD, choix=choix, titre=titre, defaut=defaut, by=actor)


def test_kept_from_a_dashboard_then_opened_changed_and_removed(client, receveur):
    sign_in(client, receveur.user)
    page = client.get("/tableaux/receveur/?vue=sans-reponse&tri=echeance").text
    there = "/tableaux/receveur/enregistrer/?vue=sans-reponse&amp;tri=echeance"
    assert f'href="{there}"' in page
    answer = client.post(there.replace("&amp;", "&"), {"titre": "  En   retard ", "defaut": "on"})
    assert answer.headers["Location"] == "/tableaux/receveur/?vue=sans-reponse&tri=echeance"
    row = VueEnregistree.objects.get()
    assert (row.titre, row.vue, row.tri, row.defaut) == ("En retard", "sans-reponse", "echeance", True)
    opened = client.get("/tableaux/receveur/", follow=True)
    assert opened.redirect_chain[-1][0] == "/tableaux/receveur/?vue=sans-reponse&tri=echeance"
    assert 'aria-current="true">En retard</a>' in opened.text
    assert client.post(f"/tableaux/vues/{row.pk}/modifier/", {"titre": "Tard"}).status_code == 302
    assert "Tard" in client.get("/tableaux/vues/").text
    assert client.get("/tableaux/receveur/").status_code == 200  # no more shown first
    assert client.post(f"/tableaux/vues/{row.pk}/supprimer/").status_code == 302
    assert not VueEnregistree.objects.exists()
    assert client.get(f"/tableaux/vues/{row.pk}/").status_code == 404


def test_of_the_person_alone(client, receveur):
    """Near miss: a colleague of the same unit."""
    row = keep(receveur)
    colleague = professionnel(RESPONSABLE_ADMISSIONS, Habilitation.objects.first().unite)
    sign_in(client, colleague.user)
    for path in ("", "modifier/"):
        assert client.get(f"/tableaux/vues/{row.pk}/{path}").status_code == 404
    assert client.post(f"/tableaux/vues/{row.pk}/supprimer/").status_code == 404
    assert "Ma vue" not in client.get("/tableaux/receveur/").text
    with pytest.raises(Denied):
        actions.change_view(row, titre="À moi", defaut=False, by=colleague)
    with pytest.raises(Denied):
        actions.remove_view(row, by=colleague)


def test_what_is_kept_names_nobody(client):
    """DOS-4: what an address does not know is no filter; what a view is called stays out of the journal."""
    cas = Cas(nom="Zaoui")
    cas.send()
    sign_in(client, cas.receveur.user)
    client.post(
        "/tableaux/receveur/enregistrer/?vue=Zaoui&qui=Zaoui&tri=Zaoui&orientation=Zaoui&nom=Zaoui",
        {"titre": "Zaoui"},
    )
    row = VueEnregistree.objects.get()
    assert [row.vue, row.qui, row.orientation, row.tri] == ["a-traiter", "", "", ""]
    assert "Zaoui" not in str(list(Entry.objects.values_list("event", "data", "label")))


def test_whose_right_has_gone_is_said(client, receveur):
    """409 with a sentence; the dashboard, where it was shown first, opens all the same; it may be removed."""
    first = Habilitation.objects.order_by("pk").first()
    row = keep(receveur, qui=f"unite-{first.unite_id}", defaut=True)
    ended = {"debut": date(2020, 1, 1), "fin": date(2020, 1, 2)}
    Habilitation.objects.filter(pk=first.pk).update(**ended)
    sign_in(client, receveur.user)
    answer = client.get(f"/tableaux/vues/{row.pk}/")
    assert answer.status_code == 409
    assert "ne couvrent plus l’unité de cette vue" in answer.text
    assert "ne couvrent plus l’unité de cette vue" in client.get("/tableaux/receveur/").text
    other = VueEnregistree.objects.create(user=receveur.user, tableau="guichet", titre="Guichet", vue="x")
    answer = client.get(f"/tableaux/vues/{other.pk}/")
    assert answer.status_code == 409
    assert "n’ouvrent plus le tableau de bord" in answer.text
    assert "n’ouvrent plus le tableau de bord" in client.get("/tableaux/vues/").text
    assert client.post(f"/tableaux/vues/{row.pk}/supprimer/").status_code == 302


@pytest.mark.parametrize(
    ("titre", "sentence"),
    [
        ("  ", "Donnez un nom"),
        ("x" * 61, "60\u00a0caractères au plus"),
        ("MA VUE", "porte déjà ce nom"),
    ],
)
def test_bad_titles(client, receveur, titre, sentence):
    """422, where it was typed, which is kept."""
    keep(receveur)
    sign_in(client, receveur.user)
    answer = client.post("/tableaux/receveur/enregistrer/?vue=refusees", {"titre": titre})
    assert answer.status_code == 422
    assert sentence in answer.text
    assert VueEnregistree.objects.count() == 1


def test_twice_is_once_and_there_are_no_more_than_some(client, receveur):
    keep(receveur)
    assert keep(receveur).pk == VueEnregistree.objects.get().pk
    rows = [VueEnregistree(user=receveur.user, tableau="receveur", titre=f"V{n}", vue="x") for n in range(29)]
    VueEnregistree.objects.bulk_create(rows)
    sign_in(client, receveur.user)
    answer = client.post("/tableaux/receveur/enregistrer/", {"titre": "De trop"})
    assert answer.status_code == 422
    assert "30\u00a0vues au plus" in answer.text


def test_the_same_again_to_be_shown_first(receveur):
    row = keep(receveur)
    assert keep(receveur, defaut=True) == row
    assert VueEnregistree.objects.get().defaut


def test_one_is_shown_first(receveur):
    """The last to be chosen; the database holds it too."""
    first, second = keep(receveur, "Une", defaut=True), keep(receveur, "Deux", defaut=True)
    assert list(VueEnregistree.objects.filter(defaut=True)) == [second]
    actions.change_view(first, titre="Une", defaut=True, by=receveur)
    assert list(VueEnregistree.objects.filter(defaut=True)) == [first]
    with pytest.raises(IntegrityError):
        VueEnregistree.objects.update(defaut=True)


@pytest.mark.django_db(transaction=True)
def test_two_pages_at_once_choose_one(receveur):
    at_once(
        lambda: keep(receveur, "Une", defaut=True),
        lambda: keep(receveur, "Deux", defaut=True),
    )
    assert VueEnregistree.objects.count() == 2
    assert VueEnregistree.objects.filter(defaut=True).count() == 1
