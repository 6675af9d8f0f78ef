"""Dossiers without a solution: who is told of them, since when, and no more once one is found (DOS-4)."""

from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext

import dossiers.actions
from annuaire.models import Lieu
from demandes import actions, tasks
from demandes.etats import Verbe
from demandes.impasses import Impasse
from demandes.models import Demande, SansSolution
from demandes.reads.tableaux.pages import Choix, Tableaux
from demandes.tableaux import TABLEAUX
from dossiers import regards
from dossiers.models import Dossier, Presence, Role
from habilitations.profils import (
    PRESCRIPTEUR_MEDICAL,
    REGULATEUR,
    REGULATEUR_GA,
    RESPONSABLE_ADMISSIONS_GA,
)
from journal.models import Entry
from tests.concurrency import at_once
from tests.demandes.factories import Cas, D, R, complete
from tests.dossiers.factories import DossierFactory, professionnel
from tests.factories import EtablissementFactory, UniteFactory, as_medecin, sign_in
from viatraj.core.actor import Actor
from viatraj.core.droits import Mode

pytestmark = pytest.mark.django_db
SYSTEM = Actor.system("echeances")
SENT = datetime(2026, 4, 30, 10, tzinfo=UTC)
OVER = datetime(2026, 5, 7, 22, tzinfo=UTC)  # the seventh day ends at the midnight of where it is asked


def cas_of(receiving=1, sent=SENT, **known) -> Cas:
    cas = Cas(receiving=receiving, **known)
    cas.now = sent
    return cas


def run(at) -> None:
    with time_machine.travel(at, tick=False):
        tasks.follow_deadlines()


def board(actor, *, now=SENT, **said) -> Tableaux:
    return Tableaux(TABLEAUX["regulateur"], actor, Choix.of(said), now=now)


def shown(actor, **said) -> list[str]:
    return [one.numero for one in board(actor, **said).page("")[0]]


def refuse(cas, demande, n=0, **said):
    return cas.act(demande, Verbe.REFUSER, by=cas.receveurs[n], cote=R, motif="place", **said)


class TestWhen:
    def test_all_refused(self):
        """Not before the last one: it might still answer. Told once, by the service."""
        cas = cas_of(2)
        regulateur = professionnel(REGULATEUR, cas.unite.etablissement)
        first, second = cas.send()
        refuse(cas, first)
        assert (shown(regulateur), regards.of(regulateur, cas.dossier).mode) == ([], None)
        refuse(cas, second, 1)
        dossier = Dossier.objects.get()
        assert shown(regulateur) == [dossier.numero]
        assert regards.of(regulateur, dossier).mode == Mode.LECTURE
        (told,) = Entry.objects.filter(event="dossier.presented")
        assert (told.user, told.data["role"]) == (None, "regulateur")
        (line,) = board(regulateur).page("")[0]
        assert (line.etat, line.suite) == ("Toutes refusées", "2 structures sollicitées, 2 refus")

    def test_nobody_has_proposed_in_time(self):
        """The beat asleep for three days tells it late, once; each next run changes nothing."""
        cas = cas_of()
        regulateur = professionnel(REGULATEUR, cas.unite.etablissement)
        demande = cas.sent()
        cas.act(demande, Verbe.QUESTIONNER, texte="Et la marche ?", now=SENT + timedelta(hours=1))
        run(OVER - timedelta(seconds=1))
        assert shown(regulateur) == []
        run(OVER + timedelta(days=3))
        run(OVER + timedelta(days=4))
        (line,) = board(regulateur, now=OVER + timedelta(days=4)).page("")[0]
        assert (line.etat, line.age, line.ouverte) == ("Délai dépassé", "il y a 12 jours", "Signalé hier")
        assert Entry.objects.filter(event="dossier.presented").count() == 1
        assert Presence.objects.filter(role=Role.REGULATEUR).count() == 1

    @pytest.mark.parametrize("upto", ["proposed", "confirmed", "admitted"])
    def test_no_more_once_a_solution_is_found(self, upto):
        """In the transaction of the answer: neither the line, nor the dossier, nor its demande."""
        cas = cas_of(2)
        regulateur = professionnel(REGULATEUR, cas.unite.etablissement)
        first, second = cas.send()
        refuse(cas, first)
        run(OVER)
        assert shown(regulateur) == [cas.dossier.numero]
        cas.now = OVER
        found = cas.accept(second, by=cas.receveurs[1])
        if upto != "proposed":
            found = cas.act(found, Verbe.CONFIRMER, cote=D)
        if upto == "admitted":
            cas.admit(found, by=cas.receveurs[1])
        run(OVER + timedelta(hours=1))
        fresh = Dossier.objects.get()
        assert (shown(regulateur), regards.of(regulateur, fresh).mode) == ([], None)
        assert not Demande.objects.visible_to(regulateur).exists()
        assert not SansSolution.objects.exists()
        assert Entry.objects.filter(event="dossier.withdrawn").count() == 1

    def test_a_solution_that_is_lost_is_one_no_more(self):
        """A proposal declined, another refused: nobody is left."""
        cas = cas_of(2)
        regulateur = professionnel(REGULATEUR, cas.unite.etablissement)
        first, second = cas.send()
        found = cas.accept(first)
        refuse(cas, second, 1)
        assert shown(regulateur) == []
        cas.act(found, Verbe.DECLINER, cote=D, motif="date")
        assert shown(regulateur) == [cas.dossier.numero]

    def test_who_asks_and_gives_up_seeks_none(self):
        """Cancelled by who asked, nothing was refused; and a person who waits is not hurried."""
        cas = cas_of(2, orientation="grand_age", receveur=RESPONSABLE_ADMISSIONS_GA)
        regulateur = professionnel(REGULATEUR_GA, cas.unite.etablissement.coordination)
        first, second = cas.send()
        cas.act(first, Verbe.ANNULER, cote=D, motif="domicile")
        run(SENT + timedelta(days=40))
        assert shown(regulateur) == [cas.dossier.numero]
        dossiers.actions.suspend(cas.dossier, now=cas.now, by=cas.demandeur)
        assert shown(regulateur) == []
        dossiers.actions.resume(cas.dossier, now=cas.now, by=cas.demandeur)
        run(SENT + timedelta(days=40))
        assert shown(regulateur) == [cas.dossier.numero]
        cas.act(second, Verbe.ANNULER, cote=D, motif="domicile")
        assert shown(regulateur) == []

    def test_the_delay_of_a_coordination(self):
        """Shorter, it is told of sooner; longer again, no more."""
        cas = cas_of()
        coordination = cas.unite.etablissement.coordination
        regulateur = professionnel(REGULATEUR, cas.unite.etablissement)
        cas.sent()
        asked = ("sanitaire", "sans_solution")
        for days, told in ((2, True), (30, False), (1, True)):
            actions.set_delays(coordination, nombres={asked: days}, now=OVER, by=SYSTEM)
            run(OVER - timedelta(days=3))
            assert bool(shown(regulateur)) is told


class TestValidity:
    def test_of_a_proposal_that_says_none(self):
        """Three days after its day in sanitaire; as the coordination of who receives has it."""
        cas = cas_of(2)
        first, second = cas.send()
        day = SENT.date() + timedelta(days=10)
        known = {"cote": R, "date_proposee": day}
        assert cas.act(first, Verbe.ACCEPTER, **known).valable_jusqu == day + timedelta(days=3)
        nombres = {("sanitaire", "validite"): 1}
        coordination = cas.unites[1].etablissement.coordination
        actions.set_delays(coordination, nombres=nombres, now=SENT, by=SYSTEM)
        said = cas.act(second, Verbe.ACCEPTER, by=cas.receveurs[1], **known)
        assert said.valable_jusqu == day + timedelta(days=1)


class TestWhere:
    def test_truth_table(self):
        """The établissement of who asks, and the coordination above in its own orientation; nobody beside."""
        cas = cas_of()
        here, there = cas.unite.etablissement, cas.unites[0].etablissement
        refuse(cas, cas.sent())
        beside = EtablissementFactory(coordination=here.coordination)
        for actor, sees in (
            (professionnel(REGULATEUR, here), True),
            (professionnel(REGULATEUR, there), False),  # where it was refused
            (professionnel(REGULATEUR, beside), False),
            (professionnel(REGULATEUR_GA, here.coordination), False),  # the other orientation
            (professionnel(PRESCRIPTEUR_MEDICAL, beside), False),
        ):
            assert bool(shown(actor)) is sees, actor
            assert Dossier.objects.visible_to(actor).exists() is sees

    def test_a_coordination_sees_what_its_structures_ask(self):
        """In mode anonyme, as its profile says; not that of the coordination that receives."""
        cas = cas_of(orientation="grand_age", receveur=RESPONSABLE_ADMISSIONS_GA, nom="Zaoui")
        here, there = cas.unite.etablissement.coordination, cas.unites[0].etablissement.coordination
        refuse(cas, cas.sent())
        regulateur = professionnel(REGULATEUR_GA, here)
        with CaptureQueriesContext(connection) as asked:
            (line,) = board(regulateur).page("")[0]
        assert line.patient is None
        assert not any('"dossiers_dossier"."nom"' in one["sql"] for one in asked)
        assert shown(professionnel(REGULATEUR_GA, there)) == []
        (named,) = board(professionnel(REGULATEUR_GA, here, tableau_regulateur="lecture")).page("")[0]
        assert named.patient.nom == "Zaoui"

    def test_a_médecin_s_patient_is_of_where_he_was_first_asked(self):
        dossier = DossierFactory(orientation="grand_age")
        complete(dossier)
        cas = cas_of(2, orientation="grand_age", receveur=RESPONSABLE_ADMISSIONS_GA)
        cas.dossier, medecin = dossier, as_medecin(dossier.auteur)
        for n, demande in enumerate(cas.send(by=medecin)):
            refuse(cas, demande, n)
        seen = [
            bool(shown(professionnel(REGULATEUR_GA, one.etablissement.coordination))) for one in cas.unites
        ]
        assert seen == [True, False]

    def test_by_unit_of_who_asks(self):
        cas = cas_of()
        refuse(cas, cas.sent())
        beside = UniteFactory(etablissement=cas.unite.etablissement)
        regulateur = professionnel(REGULATEUR, cas.unite.etablissement)
        assert shown(regulateur, qui=f"unite-{cas.unite.pk}") == [cas.dossier.numero]
        assert shown(regulateur, qui=f"unite-{beside.pk}") == []
        assert shown(regulateur, qui="moi") == [cas.dossier.numero]  # nobody opens these: no choice

    def test_who_asks_moves(self):
        """ANN-7: the next run tells of it where he is, and no more where he was."""
        cas = cas_of()
        refuse(cas, cas.sent())
        before, after = cas.unite.etablissement, UniteFactory()
        Presence.objects.filter(role=Role.DEMANDEUR).update(**Lieu.of(after).columns)
        run(SENT)
        assert shown(professionnel(REGULATEUR, before)) == []
        assert shown(professionnel(REGULATEUR, after.etablissement)) == [cas.dossier.numero]

    def test_its_establishment_closed_the_coordination_is_told(self):
        cas = cas_of(orientation="grand_age", receveur=RESPONSABLE_ADMISSIONS_GA)
        (demande,) = cas.send()
        etablissement = cas.unite.etablissement
        type(etablissement).objects.filter(pk=etablissement.pk).update(closed_at=SENT)
        refuse(cas, demande)
        assert Presence.objects.get(role=Role.REGULATEUR).niveau == "coordination"


def test_pages_and_home(client):
    """COM-9, DOS-5: a counter at home, a row that opens the dossier, a file without more than the page."""
    cas = cas_of(nom="Zaoui")
    refuse(cas, cas.sent())
    regulateur = professionnel(REGULATEUR, cas.unite.etablissement, tableau_regulateur="anonyme")
    sign_in(client, regulateur.user)
    assert "Toutes refusées" in client.get("/professionnel/").text
    page = client.get("/tableaux/regulateur/").text
    numero = cas.dossier.numero
    assert f'href="/dossiers/{numero}/"' in page
    assert "Zaoui" not in page + client.get(f"/dossiers/{numero}/").text
    assert client.get("/tableaux/regulateur/export/").status_code == 200
    assert client.get("/tableaux/prescripteur/").status_code == 403
    sign_in(client, cas.demandeur.user)
    assert client.get("/tableaux/regulateur/").status_code == 403


def test_a_page_asks_the_same_number_of_statements_whatever_it_shows():
    """DOS-4."""
    first = cas_of()
    refuse(first, first.sent())
    regulateur = professionnel(REGULATEUR, first.unite.etablissement)

    def asked() -> int:
        with CaptureQueriesContext(connection) as seen:
            suivi = board(regulateur)
            assert suivi.compteurs()
            assert suivi.page("")[0]
        return len(seen)

    few = asked()
    for _ in range(2):
        other = cas_of()
        refuse(other, other.sent())
        asking = Presence.objects.filter(dossier=other.dossier, role=Role.DEMANDEUR)
        asking.update(**Lieu.of(first.unite).columns)
    run(SENT)
    assert len(shown(regulateur)) == 3
    assert asked() == few == 7


def test_in_progress_always_falls_due():
    """What no run would look at again would never be told."""
    cas_of().sent()
    assert SansSolution.objects.get().etat == Impasse.COURS
    with pytest.raises(Exception, match="demandes_sanssolution_cours"):
        SansSolution.objects.update(echeance_at=None)


@pytest.mark.django_db(transaction=True)
def test_two_last_refusals_at_once():
    """One presence, whoever comes second."""
    cas = cas_of(2)
    first, second = cas.send()
    at_once(lambda: refuse(cas, first), lambda: refuse(cas, second, 1))
    assert SansSolution.objects.get().etat == Impasse.REFUS
    assert Presence.objects.filter(role=Role.REGULATEUR).count() == 1
