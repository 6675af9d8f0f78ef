"""What the session keeps of posted searches: ten, sealed, each of one session and of whom one works for."""

from types import SimpleNamespace

import pytest
from django.contrib.sessions.backends.base import SessionBase
from django.core.signing import JSONSerializer

from viatraj.core import searches


def request_of(principal=1, session=None):
    actor = SimpleNamespace(principal=SimpleNamespace(pk=principal))
    return SimpleNamespace(session={} if session is None else session, actor=actor)


def as_stored(request):
    """As the row of the session has it, from one request to the next."""
    held = JSONSerializer().loads(JSONSerializer().dumps(request.session))
    return request_of(request.actor.principal.pk, held)


def test_what_was_asked_is_found_again_and_nowhere_readable():
    request = request_of()
    cle = searches.keep(request, "patients", typed={"nom": "Garricou"}, found=[3, 1])
    assert searches.is_key(cle)
    assert "Garricou" not in str(request.session)
    assert searches.find(as_stored(request), "patients", cle) == {
        "typed": {"nom": "Garricou"},
        "found": [3, 1],
    }


def test_the_eleventh_takes_the_place_of_the_first():
    request = request_of()
    keys = [searches.keep(request, "comptes", number=number) for number in range(11)]
    request = as_stored(request)
    assert searches.find(request, "comptes", keys[0]) is None
    assert [searches.find(request, "comptes", cle)["number"] for cle in keys[1:]] == [*range(1, 11)]


def test_another_kind_another_medecin_another_session_find_nothing():
    """Two tabs, «au nom de»: a key shows nobody else's patients."""
    request = request_of(principal=1)
    cle = searches.keep(request, "patients", found=[1])
    assert searches.find(request, "comptes", cle) is None
    assert searches.find(request_of(2, request.session), "patients", cle) is None
    assert searches.find(request_of(1), "patients", cle) is None
    assert searches.find(request, "patients", cle)


@pytest.mark.parametrize("cle", ["", "a" * 22, "../../", "é" * 22, "a" * 10_000])
def test_a_key_that_was_never_given(cle):
    request = request_of()
    assert searches.find(request, "patients", cle) is None
    searches.change(request, "patients", cle, found=[1])
    assert request.session == {}
    assert searches.after(cle) == (f"?recherche={cle}" if cle == "a" * 22 else "")


def test_a_page_is_changed_without_moving_the_others():
    request = request_of()
    first, second = (searches.keep(request, "comptes", chosen=[], found=[n]) for n in range(2))
    searches.change(request, "comptes", first, chosen=[7])
    assert searches.find(request, "comptes", first) == {"chosen": [7], "found": [0]}
    assert searches.find(request, "comptes", second) == {"chosen": [], "found": [1]}
    assert list(request.session[searches.HELD]) == [first, second]


def test_a_change_of_secret_key_forgets_them(settings):
    request = request_of()
    cle = searches.keep(request, "comptes", found=[1])
    settings.SECRET_KEY, settings.SECRET_KEY_FALLBACKS = "another key, as worthless as the first", []
    assert searches.find(request, "comptes", cle) is None


def test_ten_searches_at_their_longest_stay_small():
    """A session is read at every page: a hundred patients found, fifty people ticked, ten times."""
    session = SessionBase()
    request = request_of(session=session)
    ids = [9_000_000 + 7_919 * number % 1_000_003 for number in range(101)]
    for _ in range(10):
        typed = {"nom": "Villedary-Durandeau", "prenom": "Anaïs", "identifiant": "", "email": ""}
        searches.keep(request, "comptes", typed=typed, found=ids, chosen=ids[:50], truncated=True)
    assert len(session.encode(dict(session.items()))) < 12_000
