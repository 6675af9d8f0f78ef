"""When a demande was first answered, which its unit’s delay is counted from (DOS-4)."""

from datetime import timedelta

import pytest

from demandes.etats import Verbe
from tests.demandes.factories import Cas

pytestmark = pytest.mark.django_db


def test_the_first_answer_counts_whatever_it_says():
    cas = Cas()
    demande = cas.sent()
    later = [cas.now + timedelta(hours=one) for one in range(4)]
    cas.act(demande, Verbe.ETUDIER, now=later[0])
    demande.refresh_from_db()
    assert demande.repondue_at is None, "to study it is no answer"
    cas.act(demande, Verbe.QUESTIONNER, now=later[1], texte="Quel appui ?")
    cas.act(demande, Verbe.REPONDRE, by=cas.demandeur, now=later[2], texte="Complet.")
    cas.act(demande, Verbe.REFUSER, now=later[3], motif="place")
    demande.refresh_from_db()
    assert demande.repondue_at == later[1]


def test_what_is_sent_again_awaits_an_answer_again():
    cas = Cas()
    demande = cas.sent()
    cas.act(demande, Verbe.QUESTIONNER, texte="Quel appui ?")
    cas.act(demande, Verbe.ANNULER, by=cas.demandeur, motif="erreur")
    cas.act(demande, Verbe.REACTIVER, by=cas.demandeur)
    demande.refresh_from_db()
    assert demande.repondue_at is None
