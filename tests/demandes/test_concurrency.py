"""DOS-4: two people at once, on PostgreSQL: one comes after the other, and reads what he has done.

Each race ends with what is told of it: by three workers at once, once.
"""

import re
import threading
import time
from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

import annuaire.actions
from annuaire.models import Lieu
from courrier.models import Message
from demandes import actions
from demandes.alertes import DES_DEMANDES, Evenement
from demandes.etats import Cote, Etat, Verbe
from demandes.models import Demande, Preference, Transition
from dossiers.models import Role
from habilitations.models import Habilitation
from habilitations.profils import PRESCRIPTEUR_MEDICAL, RESPONSABLE_ADMISSIONS
from journal.models import Entry
from tests.concurrency import at_once
from tests.demandes.factories import Cas, D, guichet_of, tell, tick
from tests.dossiers.factories import professionnel
from tests.factories import UniteFactory
from tests.patience import PATIENCE
from viatraj.core.actor import Actor
from viatraj.core.saving import act

pytestmark = pytest.mark.django_db(transaction=True)


def states() -> list[str]:
    return sorted(Demande.objects.values_list("etat", flat=True))


def refused(answers) -> list:
    return [one for one in answers if isinstance(one, ValidationError)]


def quiet(*people) -> None:
    """They want mails of everything, and have had those of what came before."""
    tick(*people)
    held = Habilitation.objects.filter(user__in=[one.user for one in people])
    Preference.objects.bulk_create(Preference(habilitation=row, choix="i" * len(Evenement)) for row in held)
    tell(timezone.now() - timedelta(hours=1))
    Message.objects.all().delete()


def letters(*people) -> list[list[str]]:
    """The sentences that each is sent: in one letter, or in none."""
    at_once(tell, tell, tell)
    texts = [Message.objects.filter(to=one.user.email).values_list("text", flat=True) for one in people]
    assert max(map(len, texts)) <= 1
    assert sum(map(len, texts)) == Message.objects.count()
    return [re.findall(r"^- (.+)$", "".join(one), re.M) for one in texts]


def said(verbe, cote=Cote.RECEVEUR) -> str:
    return next(one.phrase for one in DES_DEMANDES[verbe] if one.cote == cote)


def test_two_units_declare_the_admission():
    """The first wins, the other ends once, and is told so."""
    cas = Cas(receiving=2)
    demandes = [cas.accept(one, by=by) for one, by in zip(cas.send(), cas.receveurs, strict=True)]
    colleagues = [professionnel(RESPONSABLE_ADMISSIONS, one) for one in cas.unites]
    quiet(cas.demandeur, *colleagues)
    answers = at_once(
        *(
            lambda one=one, by=by: cas.admit(one, by=by)
            for one, by in zip(demandes, cas.receveurs, strict=True)
        )
    )
    assert states() == [Etat.ADMIS, Etat.AILLEURS]
    assert len(refused(answers)) == 1
    assert "admis ailleurs" in str(refused(answers)[0])
    assert Transition.objects.filter(verbe="ecarter").count() == 1
    assert cas.dossier.presences.filter(role=Role.RECEVEUR).count() == 1
    asked, *received = letters(cas.demandeur, *colleagues)
    assert asked == [said(Verbe.ADMETTRE, D)]
    assert sorted(received) == sorted([[said(Verbe.ADMETTRE)], [said(Verbe.ECARTER)]])


def test_admission_against_cancellation():
    cas = Cas()
    demande = cas.accept(cas.sent())
    quiet(cas.demandeur, cas.receveur)
    answers = at_once(
        lambda: cas.admit(demande),
        lambda: cas.act(demande, Verbe.ANNULER, cote=D, motif="erreur"),
    )
    assert len(refused(answers)) == 1
    assert states() in ([Etat.ADMIS], [Etat.ANNULEE])
    is_admitted = states() == [Etat.ADMIS]
    assert cas.dossier.presences.filter(role=Role.RECEVEUR).exists() == is_admitted
    told = [[said(Verbe.ADMETTRE, D)], []] if is_admitted else [[], [said(Verbe.ANNULER)]]
    assert letters(cas.demandeur, cas.receveur) == told


def test_a_double_click_on_sending():
    cas = Cas(receiving=2)
    keys = [one.pk for one in cas.select()]
    quiet(*cas.receveurs)
    send = lambda: actions.send(cas.dossier, demandes=keys, now=cas.now, by=cas.demandeur)  # noqa: E731
    at_once(send, send, send)
    assert states() == [Etat.ENVOYEE] * 2
    assert Entry.objects.filter(event="demande.sent").count() == 2
    assert letters(*cas.receveurs) == [[said(Verbe.ENVOYER)]] * 2


def test_two_colleagues_select_the_same_unit():
    cas = Cas()
    colleague = professionnel(PRESCRIPTEUR_MEDICAL, cas.unite)
    at_once(lambda: cas.select(), lambda: cas.select(by=colleague))
    assert states() == [Etat.SELECTIONNEE]


def test_answer_against_asking_again():
    """Reactivated while the unit refuses what it has on its screen."""
    cas = Cas()
    gone = cas.act(cas.sent(), Verbe.ANNULER, cote=D, motif="erreur")
    quiet(cas.demandeur, cas.receveur)
    answers = at_once(
        lambda: cas.act(gone, Verbe.REACTIVER, cote=D),
        lambda: cas.act(gone, Verbe.REFUSER, motif="place", version=gone.version),
    )
    assert len(refused(answers)) == 1
    assert states() == [Etat.ENVOYEE]
    assert letters(cas.demandeur, cas.receveur) == [[], [said(Verbe.REACTIVER)]]


def test_answer_against_asking_once_more():
    """Refused while who asks takes back, then asks again: he is told of the one that stands, and once."""
    cas = Cas()
    demande = cas.sent()
    quiet(cas.demandeur, cas.receveur)

    def again():
        cas.act(demande, Verbe.ANNULER, cote=D, motif="erreur")
        return cas.act(demande, Verbe.REACTIVER, cote=D)

    answers = at_once(again, lambda: cas.act(demande, Verbe.REFUSER, motif="place"))
    steps = list(demande.transitions.order_by("version").values_list("verbe", flat=True))[2:]
    asked, received = letters(cas.demandeur, cas.receveur)
    assert asked == ([said(Verbe.REFUSER, D)] if "refuser" in steps else [])
    assert len(received) == len([one for one in steps if one != "refuser"])
    assert len(refused(answers)) == (steps in (["refuser"], ["annuler", "reactiver"]))


def test_a_delay_changes_while_somebody_answers():
    """Whoever answers holds all demandes of the dossier: they are reckoned again all the same."""
    cas = Cas(receiving=2)
    first, second = cas.send()
    service, held = Actor.system("echeances"), threading.Event()
    nombres = {("sanitaire", "rappel"): 12}
    actions.set_delays(second.coordination, nombres=nombres, now=cas.now, by=service)

    def answer():
        with transaction.atomic():
            cas.act(first, Verbe.REFUSER, motif="place")
            held.set()
            time.sleep(0.3)

    def follow():
        held.wait(PATIENCE)
        actions.follow_delays(now=cas.now, by=service)

    at_once(answer, follow)
    second.refresh_from_db()
    assert second.echeance_at == cas.now


def test_shared_out_by_two_people():
    cas = Cas()
    other = UniteFactory(etablissement=cas.unites[0].etablissement)
    guichet = guichet_of(cas.unites[0], other)
    people = [professionnel(RESPONSABLE_ADMISSIONS, guichet) for _ in range(2)]
    (demande,) = cas.send(guichet)
    received = [cas.receveur, professionnel(RESPONSABLE_ADMISSIONS, other)]
    quiet(cas.demandeur, *people, *received)
    answers = at_once(
        *(
            lambda by=by, unite=unite: cas.act(demande, Verbe.REPARTIR, by=by, cote=Cote.GUICHET, unite=unite)
            for by, unite in zip(people, (cas.unites[0], other), strict=True)
        )
    )
    assert len(refused(answers)) == 1
    assert "déjà répartie" in str(refused(answers)[0])
    assert cas.dossier.presences.filter(role=Role.RECEVEUR).count() == 1
    asked, *told = letters(cas.demandeur, *received, *people)
    assert asked == []
    assert sorted(map(len, told[:2])) == [0, 1]  # the unit that has it
    assert sorted(map(len, told[2:])) == [0, 1]  # the guichet’s other person


def test_four_open_it_at_once():
    cas = Cas()
    demande = cas.sent()
    people = [professionnel(RESPONSABLE_ADMISSIONS, cas.unites[0]) for _ in range(4)]
    at_once(*(lambda by=by: actions.read(demande, opens=True, now=cas.now, by=by) for by in people))
    assert Transition.objects.filter(verbe="consulter").count() == 1
    assert Entry.objects.filter(event="demande.read").count() == 4


def test_sent_while_the_unit_closes():
    """Either it closes with what it has just got, or nothing is sent there; who has to, tries again."""
    cas = Cas()
    (demande,) = cas.select()
    service = Actor.system("fermetures")
    closing = {"on": timezone.localdate(cas.now), "now": cas.now, "by": service}
    sending = {"demandes": [demande.pk], "now": cas.now, "by": cas.demandeur}
    at_once(
        lambda: act(actions.send, cas.dossier, **sending),
        lambda: act(annuaire.actions.close_structure, cas.unites[0], **closing),
    )
    assert states() == [Etat.ANNULEE]
    assert not cas.dossier.presences.filter(role=Role.RECEVEUR, lieu_key=Lieu.of(cas.unites[0]).key).exists()
