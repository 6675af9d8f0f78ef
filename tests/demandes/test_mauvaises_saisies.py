"""DOS-4: what is sent late, forged or absurd is refused with a sentence, and nothing is half done.

Each line of the list of bad input that is not shown elsewhere: a state that has moved on, a forged unit or
motif, a past date are in `test_pages`.
"""

from datetime import timedelta

import pytest
from django.utils import timezone

from annuaire.models import Lieu, Unite
from courrier.models import Message
from demandes import actions
from demandes.etats import Etat, Verbe
from demandes.models import Alerte, Demande
from habilitations.models import Habilitation
from tests.demandes.factories import Cas, ready
from tests.demandes.test_pages import post, words_of
from tests.factories import UniteFactory, sign_in
from viatraj.core.actor import Actor

pytestmark = pytest.mark.django_db


@pytest.fixture
def cas():
    return Cas()


def near(cas, **known):
    return UniteFactory(etablissement=cas.unite.etablissement, **known)


def sent_by(client, cas, page, **typed):
    sign_in(client, cas.demandeur.user)
    said = {"au_nom_de": cas.demandeur.user.pk}
    return client.post(f"/demandes/dossier/{cas.dossier.numero}/{page}/", said | typed)


def test_a_date_after_its_validity(client, cas):
    demande, today = cas.sent(), timezone.localdate()
    dates = {"date_proposee": today + timedelta(days=9), "valable_jusqu": today + timedelta(days=2)}
    answer = post(client, cas.receveur, demande, "accepter", **dates)
    assert answer.status_code == 422
    assert "doit rester valable jusqu’à la date proposée" in words_of(answer)
    demande.refresh_from_db()
    assert (demande.etat, demande.date_proposee) == (Etat.ENVOYEE, None)


def test_two_tabs_on_one_proposal(client, cas):
    """Another date has come meanwhile: what was shown is not what would be confirmed."""
    demande = cas.accept(cas.sent())
    cas.accept(demande)
    answer = post(client, cas.demandeur, demande, "confirmer", version=demande.version)
    assert (answer.status_code, "a changé depuis l’affichage" in words_of(answer)) == (409, True)
    assert Demande.objects.get().etat == Etat.ACCEPTEE


def test_a_unit_closed_since_the_list_was_drawn(client, cas):
    unite = near(cas)
    Unite.objects.filter(pk=unite.pk).update(closed_at=timezone.now())
    answer = sent_by(client, cas, "choisir", lieux=f"unite:{unite.pk}")
    assert (answer.status_code, "n’est plus proposée" in words_of(answer)) == (422, True)
    assert not Demande.objects.exists()


def test_a_unit_closed_since_it_was_chosen_sends_none(client, cas):
    first, second = cas.select(near(cas), near(cas))
    Unite.objects.filter(pk=second.unite_id).update(closed_at=timezone.now())
    answer = sent_by(client, cas, "envoyer", demandes=[first.pk, second.pk])
    assert (answer.status_code, "est une structure fermée" in words_of(answer)) == (422, True)
    assert set(Demande.objects.values_list("etat", flat=True)) == {Etat.SELECTIONNEE}


def test_to_oneself(client, cas):
    answer = sent_by(client, cas, "choisir", lieux=f"unite:{cas.unite.pk}")
    assert (answer.status_code, "n’est plus proposée" in words_of(answer)) == (422, True)
    assert not Demande.objects.exists()


def test_two_hundred_at_once(client, cas):
    unites = [near(cas) for _ in range(25)]
    keys = [Lieu.of(one).key for one in unites]
    answer = sent_by(client, cas, "choisir", lieux=keys + [f"unite:{n}" for n in range(10**9, 10**9 + 175)])
    assert (answer.status_code, "n’est plus proposée" in words_of(answer)) == (422, True)
    answer = sent_by(client, cas, "choisir", lieux=keys)
    assert (answer.status_code, "20 structures au plus à la fois" in words_of(answer)) == (422, True)
    assert not Demande.objects.exists()


def test_demandes_of_another_dossier(client, cas):
    cas.select(near(cas))
    theirs = Cas()
    (forged,) = theirs.select()
    answer = sent_by(client, cas, "envoyer", demandes=forged.pk)
    assert (answer.status_code, "n’est plus proposée" in words_of(answer)) == (422, True)
    forged.refresh_from_db()
    assert forged.etat == Etat.SELECTIONNEE


class TestErasedSince:
    """Somebody was told of what is no more: no letter leaves, its link says that nothing is there."""

    @pytest.fixture
    def letter(self, cas):
        Habilitation.objects.filter(user=cas.receveur.user).update(emails=True)
        self.demande, known = cas.sent(), {"now": timezone.now(), "by": Actor.system("alertes")}
        actions.tell_facts(**known)
        actions.send_alertes(**known)
        return Message.objects.get(to=cas.receveur.user.email, key__startswith="alerte:")

    def test_what_it_was_told_of(self, letter):
        assert actions.alertes.may_leave(letter, timezone.now())
        Alerte.objects.all().delete()
        assert not actions.alertes.may_leave(letter, timezone.now())

    def test_the_link_of_what_is_not_his_any_more(self, client, cas, letter):
        key = self.demande.pk
        Habilitation.objects.filter(user=cas.receveur.user).update(revoked_at=timezone.now())
        assert sign_in(client, cas.receveur.user).get(f"/demandes/{key}/").status_code == 404
        assert sign_in(client, cas.demandeur.user).get(f"/demandes/{key + 10**6}/").status_code == 404

    def test_before_he_is_told(self, cas):
        """A fact goes with its demande: its run finds nothing, and says nothing."""
        cas.select()
        cas.act(Demande.objects.get(), Verbe.RETIRER, cote="demandeur")
        known = {"now": timezone.now(), "by": Actor.system("alertes")}
        assert actions.tell_facts(**known) == 0
        assert not Alerte.objects.exists()


def test_a_dossier_cancelled_since_the_page_was_drawn(client):
    cas = Cas()
    (chosen,) = cas.select(near(cas))
    type(cas.dossier).objects.filter(pk=cas.dossier.pk).update(
        decision="annule", motif="erreur", decided_at=cas.now, decided_by=cas.demandeur.user
    )
    assert sent_by(client, cas, "envoyer", demandes=chosen.pk).status_code == 403
    chosen.refresh_from_db()
    assert chosen.etat == Etat.SELECTIONNEE
    assert ready(cas.unite).pk
