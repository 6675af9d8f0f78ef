"""The page that looks for a unit, from a dossier (DOS-4)."""

import re

import pytest
from django.db import DatabaseError
from django.utils import timezone

from annuaire.models import Concept, Nomenclature
from annuaire.natures import Nature
from demandes import policies
from demandes.etats import Etat
from demandes.models import Demande, Favori
from demandes.reads import offre
from dossiers.models import Volet
from habilitations.profils import ACCOMPAGNANT, EQUIPE_SOIGNANTE, PRESCRIPTEUR_MEDICAL
from journal.models import Entry
from tests.demandes.test_offre import place, take, territoire  # noqa: F401  (a fixture)
from tests.dossiers.factories import ORIENTATION_REMPLIE, DossierFactory, lend, professionnel, write
from tests.factories import MedecinFactory, UniteFactory, as_delegate, sign_in
from viatraj.core.droits import Droit, Mode

PATHOLOGIE = "FES"


@pytest.fixture
def unite(territoire):  # noqa: F811
    known = Nomenclature.objects.create(code="PATHOLOGIES", nom="Thésaurus", chargee_le=timezone.now())
    for code in ("FES", "AVC"):
        Concept.objects.create(nomenclature=known, code=code, libelle=f"Pathologie {code}", groupe="Toutes")
    return UniteFactory(nom="Médecine A")


@pytest.fixture
def sender(unite):
    return professionnel(PRESCRIPTEUR_MEDICAL, unite)


@pytest.fixture
def dossier(unite, sender):
    dossier = DossierFactory(auteur=None, lieu=unite, numero="12345678", date_naissance="1950-01-01")
    volet = Volet.objects.create(dossier=dossier, kind=Volet.Kind.ORIENTATION)
    write(volet, by=sender, **ORIENTATION_REMPLIE)
    return dossier


@pytest.fixture
def at(client, sender):
    return sign_in(client, sender.user)


def url(dossier) -> str:
    return f"/demandes/dossier/{dossier.numero}/recherche/"


def names(answer) -> list[str]:
    return [one.unite.nom for one in answer.context["answer"].lignes]


def post(client, address, follow=True, **typed):
    return client.post(address, {"km": "50"} | typed, follow=follow)


def test_the_search_begins_with_what_the_dossier_says(at, dossier):
    smr, had = place(nom="SMR"), place(Nature.HAD, nom="HAD")
    take(smr, PATHOLOGIE)
    answer = at.get(url(dossier))
    assert answer.context["form"]["pathologie"].value() == PATHOLOGIE
    assert answer.context["form"]["natures"].value() == ["smr"]
    assert names(answer) == ["SMR"]
    assert "couvre la pathologie" in answer.text
    assert f'data-id="{had.pk}"' not in answer.text
    assert Entry.objects.filter(event="dossier.read").exists()


def test_nothing_of_the_patient_stands_in_an_address(at, dossier):
    place()
    answer = post(at, url(dossier), follow=False, pathologie="AVC", lieu="Rennes")
    assert re.fullmatch(rf"{url(dossier)}[\w-]{{22}}/#t-unites", answer["Location"])
    again = at.get(answer["Location"].partition("#")[0])
    assert again.context["form"]["lieu"].value() == "Rennes"
    assert again.context["answer"].commune.nom == "Rennes"


def test_ticks_are_kept_over_several_searches(at, dossier):
    first, second = place(nom="Première"), place(Nature.USP, nom="Seconde")
    answer = post(at, url(dossier), natures="usp", unite=str(first.pk))
    assert answer.context["chosen"] == {first.pk}
    assert [one.nom for one in answer.context["elsewhere"]] == ["Première"]
    assert "1 unité choisie" in answer.text
    both = {"unite": [first.pk, second.pk], "natures": "usp"}
    assert post(at, answer.request["PATH_INFO"], page="1", **both).context["chosen"] == {first.pk, second.pk}
    assert post(at, answer.request["PATH_INFO"], vider="oui", **both).context["chosen"] == set()


def test_a_second_page_is_a_button_that_carries_the_ticks(at, dossier, monkeypatch):
    monkeypatch.setattr(offre, "A_PAGE", 1)
    one, other = place(nom="A"), place(nom="B")
    first = post(at, url(dossier), natures="smr")
    second = post(at, first.request["PATH_INFO"], page="2", natures="smr", unite=str(one.pk))
    assert {*names(first), *names(second)} == {one.nom, other.nom}
    assert second.context["chosen"] == {one.pk}


def test_ticked_units_join_the_selection_and_are_checked(at, dossier):
    first, second = place(nom="Première"), place(nom="Seconde")
    answer = post(at, url(dossier), verifier="oui", unite=[first.pk, second.pk])
    assert answer.request["PATH_INFO"] == f"/demandes/dossier/{dossier.numero}/envoyer/"
    assert set(Demande.objects.values_list("unite", "etat")) == {
        (one.pk, Etat.SELECTIONNEE) for one in (first, second)
    }


def test_nothing_is_half_chosen(at, dossier, settings):
    settings.DEMANDES_AT_ONCE = 2
    cibles = [place() for _ in range(3)]
    for chosen, sentence in (
        ([], "Cochez au moins une unité"),
        ([one.pk for one in cibles], "2 structures au plus à la fois"),
        ([10**17], "Cochez au moins une unité"),
    ):
        answer = post(at, url(dossier), verifier="oui", unite=chosen, natures="smr")
        assert (answer.status_code, sentence in answer.text) == (422, True)
        assert len(names(answer)) == 3, "the search is not lost"
    assert not Demande.objects.exists()


def test_favourites_are_those_of_the_unit(client, at, dossier, unite):
    cible = place(nom="Cible")
    place(nom="Autre")
    answer = post(at, url(dossier), favori=str(cible.pk), natures="smr")
    assert answer.context["favoris"] == {cible.pk}
    assert names(post(at, url(dossier), favoris="on", natures="smr")) == ["Cible"]
    assert Entry.objects.filter(event="favori.added").count() == 1
    sign_in(client, professionnel(PRESCRIPTEUR_MEDICAL, unite).user)
    assert client.get(url(dossier)).context["favoris"] == {cible.pk}, "a colleague has them too"
    other = UniteFactory()
    elsewhere = DossierFactory(auteur=None, lieu=other)
    sign_in(client, professionnel(PRESCRIPTEUR_MEDICAL, other).user)
    assert client.get(url(elsewhere)).context["favoris"] == set()
    sign_in(client, professionnel(PRESCRIPTEUR_MEDICAL, unite).user)
    for _ in range(2):
        post(client, url(dossier), favori=f"-{cible.pk}", natures="smr")
    assert not Favori.objects.exists()


def test_a_medecin_has_his_own_favourites(client, territoire):  # noqa: F811
    """DOS-4: and whoever sends for him; another médecin has none of them."""
    cible, dossier = place(nom="Cible"), DossierFactory()
    place(nom="Autre")
    sign_in(client, dossier.auteur)
    answer = post(client, url(dossier), favori=str(cible.pk), natures="smr")
    assert (answer.context["favoris"], answer.context["has_favoris"]) == ({cible.pk}, True)
    assert names(post(client, url(dossier), favoris="on", natures="smr")) == ["Cible"]
    row = Favori.objects.get()
    assert (row.medecin, row.demandeuse) == (dossier.auteur, None)
    sends = lend(dossier.auteur, droits=((Droit.DOSSIER_LISTE, Mode.OUI), (Droit.DEMANDE, Mode.OUI)))
    assert policies.favoris_of(as_delegate(sends), dossier) == {"medecin_id": dossier.auteur.pk}
    other = DossierFactory()
    sign_in(client, other.auteur)
    assert client.get(url(other)).context["favoris"] == set()


def test_a_coordination_has_no_favourites(client, territoire):  # noqa: F811
    cible, coordination = place(nom="Cible"), UniteFactory().etablissement.coordination
    dossier = DossierFactory(auteur=None, lieu=coordination, orientation="grand_age")
    sign_in(client, professionnel(ACCOMPAGNANT, coordination).user)
    assert client.get(url(dossier)).context["has_favoris"] is False
    assert post(client, url(dossier), favori=str(cible.pk)).status_code == 403
    assert not Favori.objects.exists()


@pytest.mark.parametrize("owners", [(), ("demandeuse", "medecin")], ids=["nobody", "both"])
def test_a_favourite_is_somebody_s(unite, owners):
    known = {"demandeuse": unite, "medecin": MedecinFactory()}
    with pytest.raises(DatabaseError, match="demandes_favori_owner"):
        Favori.objects.create(cible=UniteFactory(), **{name: known[name] for name in owners})


def test_only_who_may_send_looks_for_a_unit(client, dossier, unite):
    reader = professionnel(EQUIPE_SOIGNANTE, unite)
    for user, status in ((reader.user, 403), (professionnel(PRESCRIPTEUR_MEDICAL, UniteFactory()).user, 404)):
        sign_in(client, user)
        assert client.get(url(dossier)).status_code == status
        assert post(client, url(dossier)).status_code == status


def test_a_key_serves_the_dossier_it_was_made_for(at, dossier, unite):
    other = DossierFactory(auteur=None, lieu=unite, numero="87654321")
    found = post(at, url(dossier), follow=False, lieu="Rennes")["Location"]
    answer = at.get(found.partition("#")[0].replace(dossier.numero, other.numero))
    assert answer.context["form"]["lieu"].value() in (None, "")
    assert "n’est plus disponible" in answer.text


@pytest.mark.parametrize(
    ("sent", "sentence"),
    [
        ({"natures": "mco"}, "Choisissez une réponse de la liste"),
        ({"pathologie": "ZZZ"}, "Choisissez une réponse de la liste"),
        ({"ressources": "TRE_R212:ZZZ"}, "Choisissez une réponse de la liste"),
        ({"km": "7"}, "Choisissez une réponse de la liste"),
        ({"age": "-1"}, "Un âge est un nombre"),
        ({"age": "vieux"}, "Un âge est un nombre"),
        ({"age": "131"}, "Un âge est un nombre"),
        ({"lieu": "x" * 101}, "Au plus 100 caractères"),
    ],
)
def test_what_is_forged_is_refused_at_its_field(at, dossier, sent, sentence):
    answer = post(at, url(dossier), **sent)
    assert (answer.status_code, sentence in answer.text) == (422, True)


@pytest.mark.parametrize("forged", ["", "x", "-", "999999999999999999999", "0", "٣"])
def test_a_forged_unit_is_nobody(at, dossier, forged):
    assert post(at, url(dossier), favori=forged).status_code == 404
    assert post(at, url(dossier), unite=forged).context["chosen"] in (set(), {0})


def test_an_unknown_place_says_so(at, dossier):
    place()
    assert "Aucune commune ne correspond" in post(at, url(dossier), lieu="Nulle-Part").text
