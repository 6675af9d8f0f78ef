"""What waits for a référent, on his landing page and at the door of his pages (COM-9)."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.utils import timezone

from annuaire.models import Lieu
from habilitations import actions, profils
from habilitations.models import Campagne, Habilitation
from habilitations.reads import a_faire, campagnes
from habilitations.reads.a_faire import AFaire
from habilitations.reads.echeances import ending_soon
from tests.factories import (
    EtablissementFactory,
    HabilitationFactory,
    MedecinFactory,
    RegionFactory,
    UniteFactory,
    UserFactory,
    as_medecin,
    as_professionnel,
    referent_of,
    sign_in,
)
from tests.habilitations.campagnes import opened
from viatraj.core.expiry import SOON_MONTHS
from viatraj.core.periods import add_months

pytestmark = pytest.mark.django_db


def of(actor):
    return a_faire.of(actor, today=timezone.localdate())


def ask(lieu, user=None):
    today = timezone.localdate()
    return actions.ask(
        profil=profils.EQUIPE_SOIGNANTE,
        lieu=Lieu.of(lieu),
        fin=today + timedelta(days=200),
        motif="J’y prends mon service.",
        cle=uuid4(),
        today=today,
        now=timezone.now(),
        by=as_professionnel(user or UserFactory()),
    )


@pytest.fixture
def hopital():
    """Two habilitations end within a month, one later, one next door; a demande waits, one is next door."""
    hopital, soon = EtablissementFactory(), timezone.localdate() + timedelta(days=10)
    for lieu in (hopital, UniteFactory(etablissement=hopital), EtablissementFactory()):
        HabilitationFactory(lieu=lieu, fin=soon)
    HabilitationFactory(lieu=hopital, fin=soon + timedelta(days=90))
    ask(hopital)
    ask(EtablissementFactory())
    return hopital


@pytest.mark.parametrize(
    ("level", "counts"),
    [
        ("etablissement", AFaire(waiting=1, ending=2, orphans=0)),
        ("unite", AFaire(waiting=0, ending=1, orphans=0)),
        ("coordination", AFaire(waiting=1, ending=2, orphans=1)),
        ("region", AFaire(waiting=1, ending=None, orphans=1)),
    ],
)
def test_in_his_perimeter_and_no_further(hopital, level, counts):
    lieux = {
        "etablissement": hopital,
        "unite": hopital.unites.get(),
        "coordination": hopital.coordination,
        "region": hopital.coordination.region,
    }
    assert of(as_professionnel(referent_of(lieux[level]))) == counts


def test_his_own_end_and_request_are_not_counted(hopital):
    referent = referent_of(hopital)
    HabilitationFactory(user=referent, lieu=hopital, profil="regulateur", fin=timezone.localdate())
    ask(hopital, referent)
    assert of(as_professionnel(referent)) == AFaire(waiting=1, ending=2, orphans=0)


def test_nobody_else_has_any(hopital):
    assert of(as_professionnel(HabilitationFactory(lieu=hopital).user)) is None
    assert of(as_professionnel(UserFactory())) is None
    assert of(as_medecin(MedecinFactory())) is None


def test_the_landing_page(client, hopital):
    sign_in(client, referent_of(hopital))
    text = client.get("/professionnel/").text
    assert "<strong>1</strong> demande d’habilitation en attente" in text
    assert "<strong>2</strong> habilitations à échéance sous un mois" in text
    sign_in(client, referent_of(RegionFactory()))
    assert "Aucune action en attente." in client.get("/professionnel/").text
    sign_in(client, HabilitationFactory(lieu=hopital).user)
    text = client.get("/professionnel/").text
    assert "À faire" not in text
    assert "Ce que je peux faire" in text


def test_what_is_counted_by_hand_is_what_the_lists_show(hopital):
    """The same rules as `ending_soon` and `list_of`, at their edges: first and last day, prolonged or not."""
    today = timezone.localdate()
    last = add_months(today, SOON_MONTHS)
    for fin in (today - timedelta(days=1), today, last, last + timedelta(days=1)):
        HabilitationFactory(lieu=hopital, debut=today - timedelta(days=30), fin=fin)
    for gap in (1, 2):
        row = HabilitationFactory(lieu=hopital, fin=today + timedelta(days=5))
        begins = row.fin + timedelta(days=gap)
        HabilitationFactory(user=row.user, lieu=hopital, debut=begins, fin=begins + timedelta(days=90))
    HabilitationFactory(lieu=hopital, fin=today, revoked_at=timezone.now())
    referents = [referent_of(one) for one in (hopital, hopital.unites.get(), hopital.coordination)]
    referents.append(HabilitationFactory(user=referents[0], lieu=hopital, profil="regulateur").user)
    campagne = opened(referents[2], hopital)
    for referent in referents:
        actor = as_professionnel(referent)
        counts = of(actor)
        mine = Habilitation.objects.visible_to(actor).exclude(user=referent)
        assert counts.ending == ending_soon(mine, today).count() > 0
        assert counts.examens == campagnes.list_of(campagne, referent).to_decide().count()
    assert sum(of(as_professionnel(one)).examens for one in set(referents)) > 0
    Campagne.objects.update(state=Campagne.State.CLOSING, closing_at=timezone.now())
    assert [of(as_professionnel(one)).examens for one in referents] == [0, 0, 0, 0]
