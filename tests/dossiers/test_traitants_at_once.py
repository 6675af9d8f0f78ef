"""The médecin traitant under real concurrency: one effect, one line, one letter (DOS-2)."""

import pytest
from django.core.exceptions import ValidationError
from django.utils import timezone

import changements.actions
from changements.models import Changement
from courrier.models import Message
from dossiers import actions
from dossiers.models import LienMedecin, Presence, Role
from dossiers.reads import traitants
from journal.models import Entry
from tests.concurrency import at_once
from tests.dossiers.factories import DossierFactory, name_traitant
from tests.factories import (
    DelegationFactory,
    MedecinFactory,
    ProfessionnelFactory,
    as_delegate,
    as_medecin,
)
from tests.house.plan import listed
from viatraj.core.policies import Denied

pytestmark = pytest.mark.django_db(transaction=True)
A_ACCEPTER, ACCEPTE, HORS = LienMedecin.Etat
OTHER = "899000777002"


@pytest.fixture
def author():
    return MedecinFactory(nom="Martinon")


@pytest.fixture
def leclercq():
    return MedecinFactory(nom="Leclercq", prenom="Christine")


@pytest.fixture
def asked(author, leclercq):
    return name_traitant(DossierFactory(auteur=author), leclercq, A_ACCEPTER).dossier


def answering(verb, dossier, actor):
    return lambda: getattr(actions, verb)(dossier, now=timezone.now(), by=actor)


def naming(dossier, idnat, author, seen):
    return lambda: actions.name_traitant(dossier, idnat=idnat, seen=seen, by=as_medecin(author))


def lines(event) -> int:
    return Entry.objects.filter(event=event).count()


def test_two_delegates_and_the_medecin_accept_at_once(asked, leclercq):
    """DOS-2: one of them has done it, and all are shown that it is done."""
    actors = [as_delegate(one) for one in DelegationFactory.create_batch(2, delegant=leclercq)]
    answers = at_once(*[answering("accept", asked, one) for one in (*actors, as_medecin(leclercq))])
    assert {one.etat for one in answers} == {ACCEPTE}
    assert lines("traitant.accepted") == 1


def test_two_delegates_decline_at_once(asked, leclercq):
    """DOS-2: the author gets one letter."""
    actors = [as_delegate(one) for one in DelegationFactory.create_batch(2, delegant=leclercq)]
    at_once(*[answering("decline", asked, one) for one in actors])
    assert (lines("traitant.declined"), Message.objects.count()) == (1, 1)


def test_one_accepts_while_another_declines(asked, leclercq):
    """Both are journalled in the order in which they came, and the last one stands."""
    one, two = (as_delegate(row) for row in DelegationFactory.create_batch(2, delegant=leclercq))
    at_once(answering("accept", asked, one), answering("decline", asked, two))
    last = Entry.objects.filter(event__startswith="traitant").order_by("pk").last()
    stands = LienMedecin.objects.get().etat
    assert stands == (HORS if last.event == "traitant.declined" else ACCEPTE)


def test_accepted_while_the_author_names_another(asked, author, leclercq):
    """DOS-2: either she came first, and he is shown that; or he did, and it is hers no more."""
    listed(OTHER, nom="AUTRE", prenom="Luc")
    seen = traitants.current(asked).stamp
    answers = at_once(answering("accept", asked, as_medecin(leclercq)), naming(asked, OTHER, author, seen))
    current = traitants.current(asked)
    if current.etat == ACCEPTE:
        assert isinstance(answers[1], ValidationError)
        assert current.professionnel.idnat == leclercq.login
    else:
        assert isinstance(answers[0], Denied)
        assert current.professionnel.idnat == OTHER
    assert Presence.objects.filter(role=Role.TRAITANT).count() == 1
    assert LienMedecin.objects.count() == 1


def test_accepted_while_the_author_removes(asked, author, leclercq):
    """DOS-2: what she has accepted is not taken from her by a page that was drawn before."""
    seen = traitants.current(asked).stamp
    answers = at_once(
        answering("accept", asked, as_medecin(leclercq)),
        lambda: actions.remove_traitant(asked, seen=seen, by=as_medecin(author)),
    )
    current = traitants.current(asked)
    assert isinstance(answers[1] if current else answers[0], ValidationError if current else Denied)
    assert (lines("traitant.accepted"), lines("traitant.removed")) == ((1, 0) if current else (0, 1))
    assert Presence.objects.filter(role=Role.TRAITANT).count() == (1 if current else 0)


def test_two_authors_name_two_medecins_at_once(author, leclercq):
    """One médecin traitant: the second is shown whom the first has named."""
    dossier = DossierFactory(auteur=author)
    for idnat, nom in ((OTHER, "AUTRE"), (leclercq.login, "LECLERCQ")):
        listed(idnat, nom=nom)
        ProfessionnelFactory(idnat=idnat, nom=nom)
    answers = at_once(naming(dossier, OTHER, author, ""), naming(dossier, leclercq.login, author, ""))
    assert sum(isinstance(one, ValidationError) for one in answers) == 1
    assert LienMedecin.objects.count() == Presence.objects.filter(role=Role.TRAITANT).count() == 1
    assert lines("traitant.named") == 1


def test_named_twice_at_once_by_a_double_click(author, leclercq):
    dossier = DossierFactory(auteur=author)
    listed(leclercq.login, nom="LECLERCQ", prenom="Christine")
    answers = at_once(*[naming(dossier, leclercq.login, author, "")] * 4)
    assert len({one.pk for one in answers}) == 1
    assert (lines("traitant.named"), Message.objects.count()) == (1, 1)


def test_two_lots_in_contrary_orders_do_not_wait_for_each_other(author, leclercq):
    dossiers = DossierFactory.create_batch(6, auteur=author)
    for one in dossiers:
        name_traitant(one, leclercq, A_ACCEPTER)
    actors = [as_delegate(one) for one in DelegationFactory.create_batch(2, delegant=leclercq)]
    lots = zip((dossiers, dossiers[::-1]), actors, strict=True)
    at_once(
        *[
            lambda lot=lot, actor=actor: actions.accept_all(lot, now=timezone.now(), by=actor)
            for lot, actor in lots
        ]
    )
    assert lines("traitant.accepted") == 6
    assert set(LienMedecin.objects.values_list("etat", flat=True)) == {ACCEPTE}


def test_undone_while_the_author_names_another(asked, author, leclercq):
    """COM-11: one médecin traitant, whichever came first."""
    actor = as_medecin(leclercq)
    actions.decline(asked, now=timezone.now(), by=actor)
    listed(OTHER, nom="AUTRE", prenom="Luc")
    changement = Changement.objects.get()
    at_once(
        lambda: changements.actions.undo(changement, now=timezone.now(), by=actor),
        naming(asked, OTHER, author, ""),
    )
    assert LienMedecin.objects.living().count() == 1
