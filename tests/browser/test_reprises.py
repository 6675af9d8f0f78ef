"""Beginning a sign-in again (CON-5); how an undone change and a card at another name look (COM-10, CPX-2)."""

import pytest
from django.conf import settings
from django.test import Client
from django.utils import timezone

import accounts.actions
import authcps.actions
from accounts.emails import cancel_token
from accounts.models import ChangementAdresse
from tests.accounts.test_adresses_autrui import change, held, signed_in
from tests.authcps.test_actions import BY, last_code
from tests.authcps.test_arrival import NURSE, PAIR, holding
from tests.browser.test_pages import session_of
from tests.factories import (
    PASSWORD,
    EtablissementFactory,
    HabilitationFactory,
    UserFactory,
    as_professionnel,
    referent_of,
)
from tests.looks import WIDTHS, objections
from viatraj.core.actor import Actor

pytestmark = pytest.mark.django_db(transaction=True)


def gives_password(page, url, user):
    page.goto(f"{url}/connexion/professionnel/")
    page.get_by_label("Nom d’utilisateur").fill(user.login)
    page.get_by_label("Mot de passe", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Se connecter", exact=True).click()
    page.get_by_role("heading", name="J’ai reçu mon code").wait_for()


def test_back_then_the_password_again_then_another_browser(new_context, live_server):
    """Each time there is a field, and the one code that was sent opens where it was asked for last."""
    user = UserFactory()
    page, other = new_context().new_page(), new_context().new_page()
    gives_password(page, live_server.url, user)
    code = last_code()
    page.go_back()
    page.get_by_label("Mot de passe", exact=True).fill(PASSWORD)
    page.get_by_label("Nom d’utilisateur").fill(user.login)
    page.get_by_role("button", name="Se connecter", exact=True).click()
    page.get_by_label("Code").wait_for()
    gives_password(other, live_server.url, user)
    other.get_by_label("Code").fill(code)
    other.get_by_role("button", name="Valider").click()
    other.wait_for_url("**/professionnel/")
    page.reload()
    page.get_by_text("une connexion plus récente l’a repris").wait_for()


def with_cookie(context, url, key):
    context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": key, "url": url}])
    return context.new_page()


def links(etablissement) -> dict[str, ChangementAdresse]:
    """Changes in each state that the former address may find."""
    by, coordination = (
        as_professionnel(referent_of(one)) for one in (etablissement, etablissement.coordination)
    )
    found = {}
    for name, days in (("waiting", 40), ("served", 40), ("undone", 40), ("to agree", 1), ("reason", 1)):
        user = signed_in()
        held(user, etablissement, days=days)
        known = {"by": coordination, "motif": "Messagerie fermée."} if name == "reason" else {"by": by}
        asked = change(user, email=f"neuve{user.pk}@ch.example", **known)
        row = ChangementAdresse.objects.select_related("user").get(pk=asked.pk)
        if name in ("served", "undone"):
            authcps.actions.confirm_reception(row, now=timezone.now(), by=BY)
            accounts.actions.ask_first_address(row.user, now=timezone.now(), by=Actor.system("test"))
        if name == "undone":
            accounts.actions.cancel_change(row, now=timezone.now(), by=BY)
        found[name] = row
    return found


@pytest.mark.parametrize("width", WIDTHS)
def test_pages_to_cancel_and_to_agree(new_context, live_server, width):
    page = new_context(viewport={"width": width, "height": 844}).new_page()
    for name, row in links(EtablissementFactory()).items():
        page.goto(f"{live_server.url}/mon-compte/annuler/{cancel_token(row)}/")
        assert objections(page) == [], name
        if name in ("to agree", "waiting"):
            button = "Accepter" if name == "to agree" else "Annuler ce changement"
            page.get_by_role("button", name=button).click()
            page.get_by_role("link", name="Accueil").first.wait_for()
            assert objections(page) == [], button


@pytest.mark.parametrize("width", WIDTHS)
def test_pages_of_a_referent(new_context, live_server, width):
    """One page a way; the sheet of who has a card at another name."""
    etablissement = EtablissementFactory()
    free, usual, asked = UserFactory(), signed_in(), signed_in()
    HabilitationFactory(user=free, lieu=etablissement)
    held(usual, etablissement)
    held(asked, etablissement, days=3)
    paired = HabilitationFactory(lieu=etablissement).user
    paired.identites.create(idnat=NURSE.idnat, kind="structure", nom="Castelnau", prenom="Irène")
    ways = {user: f"/administration/comptes/{user.pk}/adresse-e-mail/" for user in (free, usual, asked)}
    context = new_context(viewport={"width": width, "height": 844})
    page = with_cookie(context, live_server.url, session_of(referent_of(etablissement)))
    for path in (*ways.values(), f"/administration/comptes/{paired.pk}/"):
        page.goto(live_server.url + path)
        assert objections(page) == [], path
    context = new_context(viewport={"width": width, "height": 844})
    page = with_cookie(context, live_server.url, session_of(referent_of(etablissement.coordination)))
    page.goto(live_server.url + ways[asked])
    page.get_by_label("Motif").wait_for()
    assert objections(page) == []


@pytest.mark.parametrize("width", WIDTHS)
def test_a_card_at_another_name(new_context, live_server, width):
    """Both names, then a second code; then «Mon compte» names the holder."""
    user, client = UserFactory(nom="Durand", prenom="Zoé"), Client()
    holding(client, NURSE, door="professionnel")
    client.post(PAIR, {"identifiant": user.login, "mot_de_passe": PASSWORD})
    client.post("/connexion/code/", {"code": last_code()})
    context = new_context(viewport={"width": width, "height": 844})
    page = with_cookie(context, live_server.url, client.cookies[settings.SESSION_COOKIE_NAME].value)
    page.goto(f"{live_server.url}/connexion/code/")
    page.get_by_text("Zoé Durand").wait_for()
    assert objections(page) == []
    page.get_by_label("Code").fill(last_code())
    page.get_by_role("button", name="Valider").click()
    page.wait_for_url("**/professionnel/")
    page.goto(f"{live_server.url}/mon-compte/")
    page.get_by_text("Irène Castelnau").wait_for()
    assert objections(page) == []
