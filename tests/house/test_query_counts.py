"""A longer list costs no more queries: 2 rows or 20, the same number."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.factories import DelegationFactory, MedecinFactory, sign_in
from viatraj.core.actor import Actor

GRANTED = ["/medecin/", "/medecin/delegations/", "/medecin/delegations/historique/medecins/"]
RECEIVED = ["/medecin/", "/professionnel/", "/delegations/recues/"]


def queries(client, path) -> int:
    client.get(path)  # what is kept between requests is kept by now
    with CaptureQueriesContext(connection) as seen:
        assert client.get(path).status_code == 200
    return len(seen)


def lend(number, **known):
    """Of every state that a list shows, each with a line in the history."""
    from journal.models import record

    for trait in ("waiting", "revoked", "over", "accepted"):
        for _ in range(number):
            row = DelegationFactory(**known, **({} if trait == "accepted" else {trait: True}))
            record(
                "delegation.granted",
                by=Actor(user=row.delegant, quality="médecin"),
                target=row,
                au_titre=row.au_titre,
                titre_delegant=row.delegant.titre,
                debut="01/01/2026",
                fin="31/01/2026",
            )


@pytest.mark.django_db
@pytest.mark.parametrize(("side", "paths"), [("delegant", GRANTED), ("delegataire", RECEIVED)])
def test_lists_cost_the_same_whatever_their_length(client, side, paths):
    medecin = MedecinFactory()
    sign_in(client, medecin)
    lend(2, **{side: medecin})
    few = {path: queries(client, path) for path in paths}
    lend(18, **{side: medecin})
    assert {path: queries(client, path) for path in paths} == few
