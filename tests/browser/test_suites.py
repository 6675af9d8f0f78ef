"""What follows from an act is seen before it: check page, request, départ (HAB-4, COM-6, COM-12)."""

from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from habilitations.models import DemandeHabilitation, Habilitation
from tests.browser.story import Person
from tests.factories import EtablissementFactory, HabilitationFactory, UniteFactory, UserFactory, referent_of

pytestmark = pytest.mark.django_db(transaction=True)
COMPTES = "/administration/comptes/"


@pytest.fixture
def hopital():
    return EtablissementFactory(nom="CH de Saint-Aubin")


@pytest.fixture
def unite(hopital):
    return UniteFactory(etablissement=hopital, nom="Médecine interne")


@pytest.fixture
def michel(unite):
    user = UserFactory(nom="Garricou", prenom="Michel", login="mgarricou")
    return HabilitationFactory(user=user, lieu=unite, profil="equipe_soignante").user


@pytest.fixture(
    params=[(1280, True), (390, True), (390, False)], ids=["bureau", "mobile", "mobile, sans script"]
)
def at_work(request, new_context, live_server, post_office):
    width, scripts = request.param

    def open_(user):
        size = {"width": width, "height": 844}
        context = new_context(viewport=size, java_script_enabled=scripts)
        person = Person(context, live_server.url, user, post_office).is_in()
        if not scripts:  # axe is one
            person.looks = person.sees
        return person

    return open_


def test_the_check_page_names_whom_it_concerns(at_work, hopital, unite, michel):
    other = HabilitationFactory(lieu=hopital).user
    referent = at_work(referent_of(hopital))
    referent.opens(f"{COMPTES}attribuer/equipe_soignante/?compte={michel.pk}&compte={other.pk}")
    referent.ticks("Médecine interne", "2 ans").presses("Vérifier avant d’attribuer")
    referent.looks("Rien ne peut être attribué ainsi", "Michel Garricou a déjà ce profil")
    expect(referent.page.get_by_role("button", name="Attribuer", exact=True)).to_have_count(0)


def test_a_request_already_satisfied_is_closed(at_work, hopital, unite, michel):
    held = Habilitation.objects.get(user=michel)
    known = {"niveau": held.niveau, "profil": held.profil, "fin": held.fin - timedelta(days=1)}
    places = {
        name: getattr(held, f"{name}_id") for name in ("region", "coordination", "etablissement", "unite")
    }
    demande = DemandeHabilitation.objects.create(
        user=michel, asked_at=timezone.now(), **known, **{f"{name}_id": pk for name, pk in places.items()}
    )
    referent = at_work(referent_of(hopital))
    referent.opens(f"/administration/demandes/{demande.pk}/")
    referent.looks("Cette demande est déjà satisfaite", "Ce que cette personne a déjà", "Équipe soignante")
    referent.clicks("Voir le compte").sees("Michel Garricou", "Habilitations")
    referent.opens(f"/administration/demandes/{demande.pk}/").presses("Clore comme acceptée")
    referent.sees("La demande de Michel Garricou est acceptée.")


def test_depart(at_work, hopital, unite, michel):
    today = timezone.localdate()
    later = {"debut": today + timedelta(days=20), "fin": today + timedelta(days=90)}
    HabilitationFactory(user=michel, lieu=hopital, profil="gestionnaire_administratif", **later)
    kept = HabilitationFactory(user=michel, lieu=hopital)
    referent = at_work(referent_of(hopital))
    referent.opens(f"{COMPTES}{michel.pk}/").clicks("Départ").looks(
        "Prend fin", "Annulée", "CH de Saint-Aubin"
    )
    referent.reads(fin="")
    referent.page.get_by_label("Prescripteur médical, CH de Saint-Aubin").uncheck()
    referent.presses("Enregistrer le départ").looks("Indiquez le dernier jour")
    referent.types(fin=str(today + timedelta(days=5))).presses("Enregistrer le départ")
    referent.sees("1 habilitation prend fin le", "1 habilitation est annulée")
    kept.refresh_from_db()
    assert kept.fin > today + timedelta(days=5)


def test_of_several_structures_one_is_left(at_work, hopital, michel):
    other = EtablissementFactory(coordination=hopital.coordination, nom="CH de Valmont")
    HabilitationFactory(user=michel, lieu=other)
    above = at_work(referent_of(hopital.coordination))
    above.opens(f"{COMPTES}{michel.pk}/depart/").looks("Quelle structure cette personne quitte-t-elle")
    above.clicks("CH de Valmont").looks("Changer de structure", "Prescripteur médical")


def test_the_last_referent_is_warned(at_work, hopital):
    above = referent_of(hopital.coordination)
    last = HabilitationFactory(lieu=hopital, profil="referent_structure")
    alone = at_work(last.user)
    alone.opens(f"/mon-compte/habilitations/{last.pk}/renoncer/")
    alone.looks("Aucune autre personne n’est référente de cette structure")
    alone.presses("Renoncer à l’habilitation").looks("Vous gardez cette habilitation")
    coordination = at_work(above)
    for path in (
        f"/administration/habilitations/{last.pk}/supprimer/",
        f"{COMPTES}{last.user_id}/depart/",
        f"{COMPTES}{last.user_id}/desactiver/",
    ):
        coordination.opens(path).looks("Aucune autre personne n’est référente de cette structure")
    alone.ticks("Continuer sans référent").presses("Renoncer à l’habilitation")
    alone.sees("Vous n’avez plus le profil Référent structure")
