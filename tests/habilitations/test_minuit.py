"""A habilitation stops by itself at midnight in Paris, in a session already open (HAB-7)."""

from datetime import datetime, timedelta

import pytest
import time_machine
from django.test import Client

from habilitations.models import Habilitation
from tests.factories import (
    EtablissementFactory,
    HabilitationFactory,
    UserFactory,
    day,
    referent_of,
    sign_in,
)

pytestmark = pytest.mark.django_db
COMPTES = "/administration/comptes/"
# Last day → the first second, in UTC, when it is over in Paris.
NIGHTS = [
    ("2027-03-02", "2027-03-02T23:00:00+00:00"),
    ("2027-03-27", "2027-03-27T23:00:00+00:00"),  # the night before summer time begins
    ("2027-03-28", "2027-03-28T22:00:00+00:00"),  # the day of 23 hours
    ("2027-10-30", "2027-10-30T22:00:00+00:00"),
    ("2027-10-31", "2027-10-31T23:00:00+00:00"),  # the day of 25 hours
    ("2028-02-28", "2028-02-28T23:00:00+00:00"),  # 29 February is still to come
    ("2028-02-29", "2028-02-29T23:00:00+00:00"),
]


@pytest.fixture(params=NIGHTS, ids=[fin for fin, _ in NIGHTS])
def night(request):
    """The clock at ten to midnight, and a call that sets it to a second of the new day, or before it."""
    fin, midnight = day(request.param[0]), datetime.fromisoformat(request.param[1])
    with time_machine.travel(midnight - timedelta(minutes=10), tick=False) as clock:
        yield fin, lambda seconds: clock.move_to(midnight + timedelta(seconds=seconds))


def test_a_referent_s_pages_close_at_midnight(night):
    fin, at = night
    etablissement = EtablissementFactory()
    user = referent_of(etablissement)
    row = HabilitationFactory(lieu=etablissement, fin=fin + timedelta(days=90))
    Habilitation.objects.of(user).update(fin=fin)
    client = sign_in(Client(), user)
    act = f"/administration/habilitations/{row.pk}/supprimer/"
    at(-1)
    assert client.get(COMPTES).status_code == client.get(act).status_code == 200
    at(0)
    assert client.get(COMPTES).status_code == 403
    assert client.post(act).status_code == 403  # the page was opened the day before
    assert client.get("/mon-compte/").status_code == 200, "the session goes on, without that right"
    assert Habilitation.objects.living().filter(pk=row.pk).exists()


def test_a_professional_s_rights_end_and_begin_at_midnight(night):
    fin, at = night
    user = UserFactory()
    known = {"user": user, "profil": "equipe_soignante"}
    HabilitationFactory(**known, debut=fin, fin=fin)
    HabilitationFactory(
        user=user, profil="medecin_coordonnateur", debut=fin + timedelta(days=1), fin=fin + timedelta(days=9)
    )
    client = sign_in(Client(), user)
    at(-1)
    assert shown(client) == {"equipe_soignante"}
    at(0)
    assert shown(client) == {"medecin_coordonnateur"}


def shown(client) -> set[str]:
    lignes = [ligne for module in client.get("/mes-droits/").context["modules"] for ligne in module.lignes]
    return {source.habilitation.profil for ligne in lignes for source in ligne.sources}
