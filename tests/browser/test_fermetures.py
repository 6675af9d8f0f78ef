"""A unit that a feeder says closed is replaced; a guichet is created: at both widths, without script."""

from datetime import timedelta

import pytest
from django.conf import settings
from django.test import Client
from django.utils import timezone

from annuaire import actions
from annuaire.models import Guichet
from habilitations.models import Habilitation
from tests.browser.story import see
from tests.factories import EtablissementFactory, HabilitationFactory, UniteFactory, referent_of, sign_in
from tests.looks import WIDTHS, objections
from viatraj.core.actor import Actor

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def unites():
    here = EtablissementFactory(nom="CH des Tilleuls")
    return [UniteFactory(etablissement=here, nom=nom) for nom in ("SMR de jour", "SMR polyvalent")]


@pytest.fixture
def open_page(new_context, live_server, unites):
    key = sign_in(Client(), referent_of(unites[0].etablissement)).cookies[settings.SESSION_COOKIE_NAME].value

    def open_page(path, width, *, scripts=False):
        context = new_context(java_script_enabled=scripts, viewport={"width": width, "height": 844})
        context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": key, "url": live_server.url}])
        page = context.new_page()
        page.goto(f"{live_server.url}{path}")
        return page

    return open_page


@pytest.mark.parametrize("width", WIDTHS)
def test_a_unit_is_replaced_from_the_home_on(open_page, unites, width):
    """ANN-7."""
    now = timezone.now()
    unite, after = unites
    held = HabilitationFactory(lieu=unite, user__nom="Lacombe", user__prenom="Maëlle")
    known = {"on": timezone.localdate() - timedelta(days=3), "flux": "FINESS, mai 2026"}
    actions.closed_by_feed(unite, **known, now=now, by=Actor.system("finess"))
    page = open_page("/professionnel/", width)
    page.get_by_role("link", name="1 fermeture de structure à confirmer").click()
    page.get_by_role("link", name="Répondre").click()
    see(page, "D’après FINESS, mai 2026", "1 habilitation", "Maëlle Lacombe", where="main")
    page.get_by_label("Nom de la structure").fill("polyvalent")
    page.get_by_role("button", name="Rechercher").click()
    page.get_by_role("link", name="SMR polyvalent").click()
    page.get_by_label("Les habilitations, les demandes et les dossiers suivent").check()
    page.get_by_role("button", name="Enregistrer la fermeture").click()
    see(page, "la fermeture est enregistrée", "1 habilitation suit", "SMR polyvalent", where="main")
    assert Habilitation.objects.living().get(user=held.user).unite == after


@pytest.mark.parametrize("width", WIDTHS)
def test_a_guichet_is_created_and_found_again(open_page, unites, width):
    """ANN-4."""
    page = open_page(f"/administration/guichets/creer/etablissement/{unites[0].etablissement_id}/", width)
    page.get_by_label("Nom").fill("Guichet SMR")
    page.get_by_label("Horaires").fill("De 9 h à 17 h")
    for unite in unites:
        page.get_by_label(unite.nom).check()
    page.get_by_role("button", name="Enregistrer").click()
    see(page, "est créé", "SMR de jour", "SMR polyvalent", "De 9 h à 17 h", where="main")
    assert Guichet.objects.get().unites.count() == 2


@pytest.mark.parametrize("width", WIDTHS)
def test_nobody_objects_to_the_pages(open_page, live_server, unites, width):
    """A11Y."""
    unite, after = unites
    HabilitationFactory(lieu=unite)
    here = unite.etablissement
    guichet = Guichet.objects.create(nom="Guichet SMR", etablissement=here, coordination=here.coordination)
    guichet.unites.set(unites)
    day = {"on": timezone.localdate(), "now": timezone.now(), "by": Actor.system("fermetures")}
    closing = f"/administration/fermetures/unite/{unite.pk}/"
    paths = {
        "fermetures": "/administration/fermetures/",
        "fermer": f"{closing}?mot=polyvalent",
        "remplacer": f"{closing}?par={after.pk}",
        "fiche": f"/administration/unites/{unite.pk}/",
        "guichets": "/administration/guichets/",
        "guichet": f"/administration/guichets/{guichet.pk}/",
        "modifier": f"/administration/guichets/{guichet.pk}/modifier/",
    }
    page = open_page("/professionnel/", width, scripts=True)
    found = {}
    for name, path in paths.items():
        assert page.goto(f"{live_server.url}{path}").status == 200
        found[name] = objections(page)
    actions.close_structure(unite, replaced_by=after, follow=True, **day)
    page.goto(f"{live_server.url}{closing}")
    found["fermée"] = objections(page)
    assert {name: faults for name, faults in found.items() if faults} == {}
