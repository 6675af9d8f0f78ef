"""Each page of the médecin's space: axe 0 at the desk and on a phone, no sideways scroll, silent console."""

from datetime import timedelta

import pytest
from django.conf import settings
from django.test import Client
from django.utils import timezone

import dossiers.actions
from tests.dossiers.factories import lend
from tests.factories import DelegationFactory, as_medecin, sign_in
from tests.looks import WIDTHS, objections
from viatraj.core.droits import Orientation

pytestmark = pytest.mark.django_db(transaction=True)
PUBLIC = ["/", "/connexion/medecin/", "/connexion/professionnel/", "/demo/courriels/", "/plateformes-tnd/"]
SIGNED_IN = [
    "/medecin/",
    "/medecin/delegations/",
    "/medecin/delegations/confrere/",
    "/medecin/delegations/confrere/?nom=leyon&code_postal=31000",
    "/medecin/delegations/confrere/?nom=x",
    "/medecin/delegations/confrere/899100045789/",
    "/medecin/delegations/historique/medecins/",
    "/medecin/delegations/historique/assistants/",
    "/medecin/delegations/assistant/",
    "/medecin/delegations/absence/",
    "/medecin/delegations/activite/",
    "/medecin/delegations/{assistant}/",
    "/medecin/delegations/{assistant}/modifier/",
    "/medecin/delegations/{delegation}/",
    "/medecin/delegations/{delegation}/modifier/",
    "/medecin/delegations/{delegation}/supprimer/",
    "/delegations/recues/",
    "/delegations/recues/{received}/",
    "/mon-compte/",
    "/dossiers/",
    "/dossiers/?liste=a-accepter",
    "/dossiers/?liste=hors-patientele",
    "/dossiers/{numero}/medecin-traitant/",
    "/dossiers/creer/",
    "/dossiers/{numero}/",
    "/dossiers/{numero}/identite/",
    "/professionnel/",
]
ACTING = ["/medecin/", "/dossiers/", "/dossiers/{entrusted}/", "/mon-compte/"]


@pytest.fixture
def rows(directory, leclercq, leon):
    today = timezone.localdate()
    lent = {"delegant": leclercq, "delegataire": leon, "fin": today + timedelta(days=9)}
    received = DelegationFactory(delegataire=leclercq, delegant=leon, waiting=True)
    acting = DelegationFactory(delegataire=leclercq, delegant__nom="Martinon")
    return {
        "delegation": DelegationFactory(**lent).pk,
        "assistant": lend(leclercq, waiting=True).pk,
        "received": received.pk,
        "acting": acting,
        "numero": _dossier_of(leclercq),
        "entrusted": _dossier_of(acting.delegant),
    }


def _dossier_of(medecin) -> str:
    dossier = dossiers.actions.create(
        orientation=Orientation.SANITAIRE,
        nom="Garricou",
        prenom="Michel",
        date_naissance=timezone.localdate() - timedelta(days=20_000),
        by=as_medecin(medecin),
    )
    return dossier.numero


@pytest.fixture
def browse(new_context, live_server):
    """Opens pages one after the other; tells what axe, the width or the console object to."""

    def look(paths, *, width, session=""):
        context = new_context(viewport={"width": width, "height": 844})
        if session:
            cookie = {"name": settings.SESSION_COOKIE_NAME, "value": session, "url": live_server.url}
            context.add_cookies([cookie])
        page, said, faults = context.new_page(), [], {}
        page.on("pageerror", lambda error: said.append(str(error)))
        for path in paths:
            page.goto(live_server.url + path)
            found = objections(page)
            if found or said:
                faults[path] = [*found, *said]
            said.clear()
        return faults

    return look


def session_of(user, **known) -> str:
    return sign_in(Client(), user, **known).session.session_key


@pytest.mark.parametrize("width", WIDTHS)
def test_public_pages(browse, rows, width):
    assert browse(PUBLIC, width=width) == {}


@pytest.mark.parametrize("width", WIDTHS)
def test_medecin_s_pages(browse, rows, leclercq, width):
    paths = [path.format(**rows) for path in SIGNED_IN]
    assert browse(paths, width=width, session=session_of(leclercq)) == {}


@pytest.mark.parametrize("width", WIDTHS)
def test_pages_while_acting(browse, rows, leclercq, width):
    paths = [path.format(**rows) for path in ACTING]
    assert browse(paths, width=width, session=session_of(leclercq, acting=rows["acting"])) == {}
