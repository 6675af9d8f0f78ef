"""Every refusal and failure: French, what to do, whom to call, which number; for anybody, at any moment."""

import re

import pytest
from django.core.exceptions import PermissionDenied
from django.template import engines
from django.test import RequestFactory
from django.utils.functional import SimpleLazyObject

from accounts.models import User
from tests.factories import UserFactory, sign_in
from tests.house.source import APPS, ROOT
from viatraj.core.actor import Actor
from viatraj.core.policies import Denied
from viatraj.site.views import errors

MEDECIN = User(pk=1, nom="Leclercq", prenom="Christine", profession="10", categorie="C")
ASSISTANT = User(pk=2, nom="Moreau", prenom="Sophie")
ACTORS = {
    "none yet": None,
    "anonymous": Actor.anonymous("127.0.0.1"),
    "médecin": Actor(user=MEDECIN),
    "acting": Actor(user=ASSISTANT, on_behalf_of=MEDECIN),
}
PAGES = {
    400: errors.bad_request,
    403: errors.permission_denied,
    404: errors.page_not_found,
    409: errors.conflict,
    422: errors.unprocessable,
    429: lambda request: errors.too_many(request, 90),
    500: errors.server_error,
    503: errors.unavailable,
}


def ask(actor=None, **posted):
    request = RequestFactory().post("/x/", posted) if posted else RequestFactory().get("/x/")
    request.request_id = "7f3a91c2d4e5"
    if actor is not None:
        request.actor = actor
    return request


@pytest.fixture(autouse=True)
def _support(settings):
    settings.SUPPORT_PHONE = "01 99 00 12 34"


@pytest.mark.parametrize("actor", ACTORS.values(), ids=ACTORS)
@pytest.mark.parametrize(("status", "view"), PAGES.items())
def test_each_says_what_happened_what_to_do_and_whom_to_call(status, view, actor):
    answer = view(ask(actor))
    page = answer.content.decode()
    assert answer.status_code == status
    assert '<html lang="fr">' in page
    assert page.count("<h1") == page.count("<main") == 1
    assert f"Erreur {status}" in page
    assert "Que faire" in page
    assert 'href="tel:+33199001234"' in page
    assert "7f3a91c2d4e5" in page


@pytest.mark.parametrize(("status", "view"), PAGES.items())
def test_a_request_without_number_is_answered_too(status, view):
    answer = view(RequestFactory().get("/x/"))
    assert answer.status_code == status
    assert "Numéro à donner" not in answer.content.decode()


def test_a_refusal_says_its_reason():
    page = errors.permission_denied(ask(), Denied("Seul le délégant peut <supprimer>.")).content.decode()
    assert "Seul le délégant peut &lt;supprimer&gt;." in page


def test_a_technical_refusal_is_not_repeated():
    page = errors.permission_denied(ask(), PermissionDenied("internal detail")).content.decode()
    assert "internal detail" not in page
    assert "Vos droits actuels ne permettent pas" in page


def test_a_refusal_sends_to_the_referent():  # COM-9
    page = errors.permission_denied(ask(), Denied("Non.")).content.decode()
    assert (
        "En cas de problème sur votre compte ou vos habilitations, "
        "rapprochez-vous du référent structure de votre établissement."
    ) in page


@pytest.mark.django_db
@pytest.mark.parametrize(
    "path", ["/connexion/professionnel/", "/assistance/", "/mon-compte/", "/professionnel/"]
)
def test_pages_of_refusal_lead_to_mes_referents(client, path):
    """COM-9: with the way to «Mes référents» for who has signed in."""
    is_in = path in ("/mon-compte/", "/professionnel/")
    if is_in:
        sign_in(client, UserFactory())
    page = client.get(path).text
    assert "rapprochez-vous du référent structure de votre établissement." in page
    assert ('href="/mes-referents/"' in page.split("rapprochez-vous")[1]) is is_in


def test_a_bad_csrf_token_is_explained_without_django_s_words():
    answer = errors.csrf_failure(ask(), reason="CSRF cookie not set.")
    assert answer.status_code == 403
    assert "CSRF" not in answer.content.decode()


def test_a_conflict_gives_the_typed_text_back_but_no_secret():
    request = ask(
        csrfmiddlewaretoken="jeton-csrf",
        au_nom_de="907",
        cle="cle-secrete",
        mot_de_passe="azerty-azerty",
        volet_medical="Deux <lignes>\nde texte",
        fin="",
    )
    page = errors.conflict(request).content.decode()
    assert "<dt>Volet medical</dt><dd>Deux &lt;lignes&gt;<br>de texte</dd>" in page
    assert page.count("<dt>") == 1
    assert not re.search(r"jeton-csrf|907|cle-secrete|azerty", page)


def test_no_secret_of_any_form_is_ever_shown_again():
    """All that the views declare to be secret: passwords, codes, the code porteur."""
    source = "\n".join(path.read_text() for app in APPS for path in (ROOT / app).rglob("*.py"))
    declared = " ".join(re.findall(r"sensitive_post_parameters\((.*?)\)", source))
    names = set(re.findall(r'"(\w+)"', declared))
    assert names >= {"mot_de_passe", "mot_de_passe_bis", "ancien", "code", "code_porteur"}
    page = errors.conflict(ask(**dict.fromkeys(names, "tres-secret"))).content.decode()
    assert "tres-secret" not in page


def test_what_another_site_posts_to_no_page_is_not_shown(client):
    assert "Appelez ce" not in client.post("/nulle-part/", {"message": "Appelez ce numéro"}).text


def test_a_conflict_shows_what_the_view_names():
    page = errors.conflict(ask(), typed=[("Période", "au 1er mars")], reason="Autre raison.").content.decode()
    assert "<dt>Période</dt><dd>au 1er mars</dd>" in page
    assert "Autre raison." in page


def test_waiting_is_said_to_people_and_to_machines():
    answer = errors.too_many(ask(), 90)
    assert answer["Retry-After"] == "90"
    assert "2\u00a0minutes" in answer.content.decode()
    assert errors.unavailable(ask(), 30)["Retry-After"] == "30"


def test_the_500_page_needs_no_session_database_or_context(monkeypatch):
    """No actor, no context processor, no base page: any of them may be the cause."""
    monkeypatch.setattr(engines["django"].engine, "template_context_processors", (pytest.fail,))
    broken = ask(SimpleLazyObject(lambda: pytest.fail("the actor was read")))
    assert errors.server_error(broken).status_code == 500
    assert errors.unavailable(broken).status_code == 503
