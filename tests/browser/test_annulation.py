"""What shortens asks, and what was done is undone by one button: at a desk and on a phone (COM-11, HAB-5)."""

from datetime import timedelta

import pytest
from django.conf import settings
from django.test import Client
from django.utils import timezone

from habilitations.models import Habilitation
from tests import looks
from tests.browser.story import see
from tests.factories import (
    EtablissementFactory,
    HabilitationFactory,
    UniteFactory,
    UserFactory,
    referent_of,
    sign_in,
)
from viatraj.core.periods import add_months
from viatraj.core.typography import short_day

pytestmark = pytest.mark.django_db(transaction=True)
ADMIN = "/administration/"


@pytest.fixture
def row():
    etablissement = EtablissementFactory(nom="CH de Saint-Aubin")
    return HabilitationFactory(
        user=UserFactory(nom="Lacombe", prenom="Maëlle"),
        lieu=UniteFactory(etablissement=etablissement, nom="Médecine A"),
        fin=add_months(timezone.localdate(), 56),
    )


@pytest.fixture
def open_page(new_context, live_server, row):
    def open_page(path, *, width, script):
        session = sign_in(Client(), referent_of(row.etablissement)).cookies[settings.SESSION_COOKIE_NAME]
        context = new_context(java_script_enabled=script, viewport={"width": width, "height": 900})
        known = {"name": settings.SESSION_COOKIE_NAME, "value": session.value, "url": live_server.url}
        context.add_cookies([known])
        page = context.new_page()
        page.goto(f"{live_server.url}{path}")
        return page

    return open_page


def fin(row):
    return Habilitation.objects.get(pk=row.pk).fin


@pytest.mark.parametrize("script", [True, False])
@pytest.mark.parametrize("width", looks.WIDTHS)
def test_six_months_of_five_years_asks_and_is_undone(open_page, row, width, script):
    today = timezone.localdate()
    page = open_page(f"{ADMIN}habilitations/{row.pk}/fin/?retour=", width=width, script=script)
    see(page, "réduit de 4 ans et 2 mois", where="main")
    asked = [*_looked_at(page, script)]
    page.get_by_role("button", name="6 mois").click()
    see(page, "Réduire de 4 ans et 2 mois", where="main")
    assert fin(row) == row.fin
    asked += _looked_at(page, script)
    page.get_by_role("button", name="Réduire au").click()
    see(page, "passe du", where="main")
    assert fin(row) == add_months(today, 6)
    asked += _looked_at(page, script)
    page.get_by_role("button", name="Annuler ce changement").click()
    see(page, "tout est comme avant", where="main")
    page.wait_for_url(f"**{ADMIN}habilitations/revue/")
    assert fin(row) == row.fin
    assert asked == []


@pytest.mark.parametrize("script", [True, False])
@pytest.mark.parametrize("width", looks.WIDTHS)
def test_what_was_given_on_screen_is_taken_back(open_page, row, width, script):
    path = f"{ADMIN}comptes/attribuer/gestionnaire_administratif/?compte={row.user_id}"
    page = open_page(path, width=width, script=script)
    page.get_by_label("Tout l’établissement").check()
    page.get_by_role("button", name="Vérifier avant d’attribuer").click()
    page.get_by_role("button", name="Attribuer", exact=True).click()
    see(page, "1 habilitation attribuée", where="main")
    assert Habilitation.objects.of(row.user).count() == 2
    asked = _looked_at(page, script)
    page.get_by_role("button", name="Annuler ce changement").click()
    see(page, "tout est comme avant", where="main")
    assert Habilitation.objects.of(row.user).get() == row
    assert asked == []


@pytest.mark.parametrize("width", looks.WIDTHS)
def test_too_late_says_so(open_page, row, width):
    page = open_page(f"{ADMIN}habilitations/{row.pk}/supprimer/", width=width, script=True)
    page.get_by_role("button", name="Supprimer l’habilitation").click()
    Habilitation.objects.filter(pk=row.pk).update(version=9)
    page.get_by_role("button", name="Annuler ce changement").click()
    see(page, "Autre chose a été fait depuis sur l’habilitation de Maëlle Lacombe", where="main")
    assert looks.objections(page) == []
    page.get_by_role("link", name="Revenir à la page").click()
    page.wait_for_url(f"**{ADMIN}comptes/{row.user_id}/")


def test_each_stretch_follows_the_first_day(open_page, row):
    """HAB-1: with the script, beside each choice, before the check page."""
    today = timezone.localdate()
    page = open_page(
        f"{ADMIN}comptes/attribuer/equipe_soignante/?compte={row.user_id}", width=1280, script=True
    )
    see(page, f"1 an jusqu’au {short_day(add_months(today, 12))}", where="main")
    start = today + timedelta(days=31)
    page.get_by_label("À partir du").fill(start.isoformat())
    see(page, f"1 an jusqu’au {short_day(add_months(start, 12))}", where="main")
    see(page, f"5 ans jusqu’au {short_day(add_months(today, 60))}", where="main")


def _looked_at(page, script) -> list:
    return looks.objections(page) if script else []
