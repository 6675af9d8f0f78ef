"""DOS-4: what each side does with a demande, and what follows; HAB-3: by which right."""

from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError
from django.db import DatabaseError, IntegrityError, connection
from django.utils import timezone

import dossiers.actions
from annuaire.models import Lieu
from demandes import actions, etats, policies
from demandes.actions.moves import SUITES
from demandes.etats import CLOS, FINAUX, RECUS, Cote, Etat, Garde, Verbe
from demandes.events import EVENTS, OF
from demandes.models import Demande, Transition
from dossiers.models import Dossier, Presence, Role
from habilitations.profils import (
    ADRESSEUR_TND,
    EQUIPE_SOIGNANTE,
    MEDECIN_COORDONNATEUR,
    PCO_GESTIONNAIRE,
    PRESCRIPTEUR_MEDICAL,
    RESPONSABLE_ADMISSIONS,
    RESPONSABLE_ADMISSIONS_GA,
)
from journal.models import Entry
from tests.demandes.factories import Cas, D, R, guichet_of, ready
from tests.dossiers.factories import DossierFactory, lend, professionnel
from tests.factories import MedecinFactory, UniteFactory, as_delegate, as_medecin
from viatraj.core.actor import Actor
from viatraj.core.droits import Domaine, Droit, Mode, Orientation
from viatraj.core.policies import Denied

pytestmark = pytest.mark.django_db
SYSTEM = Actor.system("echeances")


@pytest.fixture
def cas():
    return Cas()


def received(dossier) -> set[str]:
    """Where it lies as received."""
    return set(dossier.presences.filter(role=Role.RECEVEUR).values_list("lieu_key", flat=True))


def steps(demande) -> list[str]:
    return list(demande.transitions.order_by("version").values_list("verbe", flat=True))


class TestFromSendingToAdmitting:
    def test_each_step(self, cas):
        """DOS-4: who receives reads from the sending on, and each step is kept."""
        (demande,) = cas.select()
        assert (demande.etat, received(cas.dossier)) == (Etat.SELECTIONNEE, set())
        assert not Dossier.objects.visible_to(cas.receveur).exists()
        (demande,) = actions.send(cas.dossier, demandes=[demande.pk], now=cas.now, by=cas.demandeur)
        assert (demande.etat, received(cas.dossier)) == (Etat.ENVOYEE, {demande.lieu_key})
        assert Dossier.objects.visible_to(cas.receveur).get().etat == "recherche"
        demande = actions.read(demande, opens=True, now=cas.now, by=cas.receveur)
        assert (demande.etat, demande.opened_by) == (Etat.CONSULTEE, cas.receveur.user)
        demande = cas.act(demande, Verbe.ETUDIER)
        demande = cas.act(demande, Verbe.QUESTIONNER, texte="Quel traitement ?")
        assert demande.etat == Etat.PRECISION
        demande = cas.act(demande, Verbe.REPONDRE, cote=D, texte="Aucun.")
        demande = cas.accept(demande)
        assert demande.etat == Etat.ACCEPTEE
        demande = cas.act(demande, Verbe.CONFIRMER, cote=D)
        demande = cas.admit(demande)
        assert (demande.etat, demande.avant) == (Etat.ADMIS, Etat.CONFIRMEE)
        assert Dossier.objects.visible_to(cas.receveur).get().etat == "admis"
        assert steps(demande) == (
            "selectionner envoyer consulter etudier questionner repondre accepter confirmer admettre".split()
        )
        assert demande.transitions.get(verbe="questionner").texte == "Quel traitement ?"

    def test_the_journal_says_no_motif_and_no_text(self, cas):
        """DOS-5."""
        demande = cas.act(cas.sent(), Verbe.REFUSER, motif="instable", texte="Zygomatique")
        line = Entry.objects.about(demande).get(event="demande.refused")
        assert line.label == cas.dossier.numero
        assert line.habilitation_id == next(iter(cas.receveur.rights.grants)).source.habilitation_id
        assert "Zygomatique" not in f"{line.data}{line.label}"
        assert "instable" not in f"{line.data}"

    def test_refused_the_volets_close_at_once(self, cas):
        """DOS-4."""
        demande = cas.sent()
        refused = cas.act(demande, Verbe.REFUSER, motif="place")
        assert (refused.etat, refused.motif, received(cas.dossier)) == (Etat.REFUSEE, "place", set())
        assert not Dossier.objects.visible_to(cas.receveur).exists()
        assert Demande.objects.visible_to(cas.receveur).get() == demande

    def test_asked_again_is_a_new_row(self, cas):
        cas.act(cas.sent(), Verbe.REFUSER, motif="place")
        again = cas.sent()
        assert Demande.objects.count() == 2
        assert again.etat == Etat.ENVOYEE

    def test_copies_of_who_asks(self, cas):
        demande = cas.sent()
        demande.refresh_from_db()
        assert (demande.par_unite, demande.par_niveau) == (cas.unite, "unite")
        assert demande.par_etablissement == cas.unite.etablissement
        assert demande.orientation == "sanitaire"


class TestRights:
    """The right role in the wrong place, another right, another mode."""

    def test_of_each_side(self, cas):
        """HAB-3."""
        demande = cas.sent()
        elsewhere = professionnel(RESPONSABLE_ADMISSIONS, UniteFactory())
        reader = professionnel(RESPONSABLE_ADMISSIONS, cas.unites[0], tableau_receveur="lecture")
        mute = professionnel(RESPONSABLE_ADMISSIONS, cas.unites[0], reponse="aucun")
        carer = professionnel(EQUIPE_SOIGNANTE, cas.unite, suivi="aucun")
        other = professionnel(PRESCRIPTEUR_MEDICAL, UniteFactory())
        for by in (elsewhere, reader, mute, cas.demandeur):
            with pytest.raises(Denied):
                cas.act(demande, Verbe.REFUSER, by=by, cote=R, motif="place")
        for by in (carer, other, cas.receveur):
            with pytest.raises(Denied):
                cas.act(demande, Verbe.ANNULER, by=by, cote=D, motif="erreur")
        for by in (professionnel(EQUIPE_SOIGNANTE, cas.unite), cas.receveur):
            with pytest.raises(Denied):
                cas.select(UniteFactory(), by=by)

    def test_a_receveur_of_the_same_dossier_has_no_say_elsewhere(self):
        """DOS-4: between units."""
        cas = Cas(receiving=2)
        mine, theirs = cas.send()
        assert Demande.objects.visible_to(cas.receveurs[0]).get() == mine
        with pytest.raises(Denied):
            cas.act(theirs, Verbe.REFUSER, by=cas.receveurs[0], cote=R, motif="place")
        with pytest.raises(Denied):
            actions.read(theirs, opens=True, now=cas.now, by=cas.receveurs[0])

    def test_the_service_s_verbs_are_nobody_s(self, cas):
        demande = cas.sent()
        for verbe in (Verbe.CLORE, Verbe.ECARTER, Verbe.FERMER):
            for cote in Cote:
                with pytest.raises(Denied):
                    cas.act(demande, verbe, by=cas.receveur, cote=cote)

    def test_in_a_medecin_s_space(self):
        """DOS-2, DEL-3: he sends and follows; so does whoever he has lent it to, and nobody else."""
        medecin = MedecinFactory()
        cas = Cas()
        cas.dossier = DossierFactory(auteur=medecin)
        cas.dossier.volets.update(validated_at=cas.now, validated_by=medecin, complet=True)
        mine = as_medecin(medecin, in_medecin_space=True)
        demande = cas.send(by=mine)[0]
        lent = lend(medecin, droits=((Droit.DOSSIER_LISTE, Mode.OUI), (Droit.DEMANDE, Mode.OUI)))
        reading = lend(medecin)
        with pytest.raises(Denied, match="ne vous a pas délégué"):
            cas.act(demande, Verbe.ANNULER, by=as_delegate(reading), cote=D, motif="erreur")
        by = as_delegate(lent)
        cas.act(demande, Verbe.ANNULER, by=by, cote=D, motif="erreur")
        step = Transition.objects.get(verbe="annuler")
        assert (step.par, step.au_nom_de) == (by.user, medecin)

    def test_an_avis_is_of_whoever_reads_the_volet_medical(self):
        """The médecin coordonnateur answers nothing, and gives his avis."""
        cas = Cas(orientation="grand_age", receveur=RESPONSABLE_ADMISSIONS_GA)
        demande = cas.sent()
        medecin = professionnel(MEDECIN_COORDONNATEUR, cas.unites[0])
        with pytest.raises(Denied):
            cas.act(demande, Verbe.ETUDIER, by=medecin, cote=R)
        with pytest.raises(Denied):
            cas.act(demande, Verbe.DONNER_AVIS, by=cas.receveur, cote=Cote.MEDECIN, texte="Oui.")
        told = cas.act(demande, Verbe.DONNER_AVIS, by=medecin, cote=Cote.MEDECIN, texte="Favorable.")
        assert told.etat == Etat.ENVOYEE

    def test_a_selection_is_its_author_s(self, cas):
        cas.select()
        assert not Demande.objects.visible_to(cas.receveur).exists()
        assert Demande.objects.visible_to(cas.demandeur).exists()


class TestOpening:
    def test_the_first_one_opens_it_once(self, cas):
        demande = cas.sent()
        first = actions.read(demande, opens=True, now=cas.now, by=cas.receveur)
        other = professionnel(RESPONSABLE_ADMISSIONS, cas.unites[0])
        second = actions.read(first, opens=True, now=cas.now, by=other)
        assert (second.opened_by, steps(demande).count("consulter")) == (cas.receveur.user, 1)
        assert Entry.objects.filter(event="demande.read").count() == 2

    @pytest.mark.parametrize("opens", [True, False])
    def test_not_in_mode_anonyme_nor_when_told_not_to(self, cas, opens):
        mode = "anonyme" if opens else "lecture"
        by = professionnel(RESPONSABLE_ADMISSIONS, cas.unites[0], tableau_receveur=mode)
        assert actions.read(cas.sent(), opens=opens, now=cas.now, by=by).etat == Etat.ENVOYEE

    def test_who_asks_opens_nothing(self, cas):
        assert actions.read(cas.sent(), opens=True, now=cas.now, by=cas.demandeur).etat == Etat.ENVOYEE


class TestWhatIsSaid:
    @pytest.mark.parametrize(
        ("verbe", "said", "field"),
        [
            (Verbe.REFUSER, {}, "motif"),
            (Verbe.REFUSER, {"motif": "absent"}, "motif"),  # of another list
            (Verbe.REFUSER, {"motif": "autre"}, "texte"),
            (Verbe.REFUSER, {"motif": "autre", "texte": "  "}, "texte"),
            (Verbe.QUESTIONNER, {}, "texte"),
            (Verbe.QUESTIONNER, {"texte": "a" * 4001}, "texte"),
            (Verbe.ACCEPTER, {}, "date_proposee"),
            (Verbe.ACCEPTER, {"date_proposee": -1, "valable_jusqu": 3}, "date_proposee"),
            (Verbe.ACCEPTER, {"date_proposee": 4, "valable_jusqu": 3}, "valable_jusqu"),
            (Verbe.ACCEPTER, {"date_proposee": 4, "valable_jusqu": 4000}, "valable_jusqu"),
            (Verbe.TRANSMETTRE, {}, "unite"),
        ],
    )
    def test_is_refused_at_its_field(self, cas, verbe, said, field):
        """DOS-4: nothing half done."""
        today = timezone.localdate(cas.now)
        said = {k: today + timedelta(days=v) if isinstance(v, int) else v for k, v in said.items()}
        demande = cas.sent()
        with pytest.raises(ValidationError) as refused:
            cas.act(demande, verbe, **said)
        places = refused.value.error_dict
        codes = {one.code for errors in places.values() for one in errors}
        assert field in places or field in codes
        demande.refresh_from_db()
        assert (demande.etat, len(steps(demande))) == (Etat.ENVOYEE, 2)

    @pytest.mark.parametrize("days", [None, 1, -3])
    def test_an_admission_has_happened_after_the_sending(self, cas, days):
        demande = cas.accept(cas.sent())
        day = timezone.localdate(cas.now) + timedelta(days=days) if days else None
        with pytest.raises(ValidationError) as refused:
            cas.act(demande, Verbe.ADMETTRE, date_admission=day)
        assert set(refused.value.error_dict) == {"date_admission"}

    def test_a_forged_unit(self, cas):
        """Of another établissement: not beside this one."""
        with pytest.raises(ValidationError):
            cas.act(cas.sent(), Verbe.TRANSMETTRE, unite=UniteFactory())


class TestTwice:
    def test_a_second_click_is_a_success_without_effect(self, cas):
        demande = cas.sent()
        for _ in range(2):
            demande = cas.act(demande, Verbe.REFUSER, motif="place")
        assert (demande.version, steps(demande).count("refuser")) == (3, 1)
        assert Entry.objects.filter(event="demande.refused").count() == 1

    def test_selected_and_sent_twice(self, cas):
        (demande,) = cas.select()
        assert cas.select() == []
        for _ in range(2):
            actions.send(cas.dossier, demandes=[demande.pk], now=cas.now, by=cas.demandeur)
        assert steps(demande) == ["selectionner", "envoyer"]

    def test_a_state_that_has_moved_on_is_a_sentence(self, cas):
        """Two tabs: somebody else has refused meanwhile."""
        demande = cas.sent()
        cas.act(demande, Verbe.REFUSER, motif="place")
        with pytest.raises(ValidationError, match=r"La demande est maintenant .*refusée"):
            cas.accept(demande)

    def test_one_confirms_what_was_shown(self, cas):
        """DOS-4: another date was proposed meanwhile: the page is read again first."""
        demande = cas.accept(cas.sent())
        shown = demande.version
        cas.accept(demande)
        with pytest.raises(ValidationError, match="a changé"):
            cas.act(demande, Verbe.CONFIRMER, cote=D, version=shown)
        fresh = Demande.objects.get()
        assert cas.act(fresh, Verbe.CONFIRMER, cote=D, version=fresh.version).etat == Etat.CONFIRMEE


class TestOneAdmission:
    def test_the_others_end_and_say_no_more(self):
        """DOS-4: «admis ailleurs», and nothing of where nor by whom."""
        cas = Cas(receiving=3)
        mine, *others = cas.send()
        (kept,) = cas.select(UniteFactory(nom="Choisie"))
        cas.accept(others[0], by=cas.receveurs[1])
        cas.admit(cas.accept(mine))
        for one in (*others, kept):
            one.refresh_from_db()
            assert (one.etat, one.motif) == (Etat.AILLEURS, "ailleurs")
        assert received(cas.dossier) == {mine.lieu_key}
        lines = Entry.objects.filter(event="demande.admitted_elsewhere")
        assert {(line.system, line.user, line.unite_id) for line in lines} == {("demandes", None, None)}
        told = Transition.objects.filter(verbe="ecarter")
        assert {(one.par, one.quality) for one in told} == {(None, "system")}

    def test_nothing_more_is_sent(self):
        cas = Cas(receiving=2)
        mine = cas.sent()
        cas.admit(cas.accept(mine))
        with pytest.raises(ValidationError, match="déjà admis"):
            cas.send(cas.unites[1])

    def test_undone_within_a_day_it_reopens_what_it_closed(self):
        """DOS-4: as each was; not what had ended before."""
        cas = Cas(receiving=4)
        mine, proposed, refused, waiting = cas.send()
        cas.accept(proposed, by=cas.receveurs[1])
        cas.act(refused, Verbe.REFUSER, by=cas.receveurs[2], motif="place")
        admitted = cas.admit(cas.accept(mine))
        undone = cas.act(admitted, Verbe.DESADMETTRE, motif="absent", now=cas.now + timedelta(hours=23))
        found = {one.pk: one for one in Demande.objects.all()}
        assert (undone.etat, undone.date_admission) == (Etat.ACCEPTEE, None)
        assert [found[one.pk].etat for one in (proposed, refused, waiting)] == [
            Etat.ACCEPTEE,
            Etat.REFUSEE,
            Etat.ENVOYEE,
        ]
        assert found[proposed.pk].date_proposee
        assert received(cas.dossier) == {mine.lieu_key, proposed.lieu_key, waiting.lieu_key}
        assert not Presence.objects.exclude(admis_at=None).exists()

    def test_not_the_day_after(self, cas):
        admitted = cas.admit(cas.accept(cas.sent()))
        with pytest.raises(ValidationError, match=r"24.*heures"):
            cas.act(admitted, Verbe.DESADMETTRE, motif="absent", now=cas.now + timedelta(hours=24))

    def test_the_database_knows_one_admission(self):
        cas = Cas(receiving=2)
        mine, other = cas.send()
        cas.admit(cas.accept(mine))
        with pytest.raises(IntegrityError, match="one_admission"):
            Demande.objects.filter(pk=other.pk).update(
                etat="admis", motif="", date_admission=timezone.localdate()
            )


class TestGuichet:
    @pytest.fixture
    def shared(self, cas):
        cas.other = UniteFactory(etablissement=cas.unites[0].etablissement, nom="Autre")
        cas.guichet = guichet_of(cas.unites[0], cas.other)
        cas.tri = professionnel(RESPONSABLE_ADMISSIONS, cas.guichet)
        (cas.demande,) = cas.send(cas.guichet)
        return cas

    def test_what_waits_there_is_shared_out(self, shared):
        """DOS-4: its units do not see it before, its people still do after."""
        assert not Demande.objects.visible_to(shared.receveur).exists()
        assert not Dossier.objects.visible_to(shared.receveur).exists()
        with pytest.raises(ValidationError, match="Répartissez"):
            shared.accept(shared.demande, by=shared.tri)
        moved = shared.act(
            shared.demande, Verbe.REPARTIR, by=shared.tri, cote=Cote.GUICHET, unite=shared.unites[0]
        )
        assert (moved.etat, moved.unite, moved.entree) == (Etat.ENVOYEE, shared.unites[0], shared.guichet)
        assert received(shared.dossier) == {f"unite:{shared.unites[0].pk}"}
        assert Demande.objects.visible_to(shared.receveur).get() == shared.demande
        assert Demande.objects.visible_to(shared.tri).get() == shared.demande

    def test_by_its_own_people_to_its_own_units(self, shared):
        stranger = UniteFactory(etablissement=shared.unites[0].etablissement)
        for by, unite, why in (
            (shared.receveur, shared.other, Denied),
            (shared.demandeur, shared.other, Denied),
            (shared.tri, stranger, ValidationError),
        ):
            with pytest.raises(why):
                shared.act(shared.demande, Verbe.REPARTIR, by=by, cote=Cote.GUICHET, unite=unite)

    def test_a_unit_passes_it_on_within_its_etablissement(self, shared):
        there = professionnel(RESPONSABLE_ADMISSIONS, shared.other)
        moved = shared.act(
            shared.demande, Verbe.REPARTIR, by=shared.tri, cote=Cote.GUICHET, unite=shared.unites[0]
        )
        passed = shared.act(moved, Verbe.TRANSMETTRE, unite=shared.other)
        assert Demande.objects.visible_to(there).get() == passed
        assert not Demande.objects.visible_to(shared.receveur).exists()
        assert not Dossier.objects.visible_to(shared.receveur).exists()


class TestAnnuleReactiveRelance:
    def test_cancelled_then_taken_up_again(self, cas):
        demande = cas.sent()
        gone = cas.act(demande, Verbe.ANNULER, cote=D, motif="erreur")
        assert (gone.etat, received(cas.dossier)) == (Etat.ANNULEE, set())
        back = cas.act(gone, Verbe.REACTIVER, cote=D)
        assert (back.etat, back.motif, received(cas.dossier)) == (Etat.ENVOYEE, "", {demande.lieu_key})

    def test_not_what_was_never_sent_nor_where_it_is_asked_again(self, cas):
        (demande,) = cas.select()
        gone = cas.act(demande, Verbe.RETIRER, cote=D)
        with pytest.raises(ValidationError, match="jamais été envoyée"):
            cas.act(gone, Verbe.REACTIVER, cote=D)
        first = cas.act(cas.sent(), Verbe.ANNULER, cote=D, motif="erreur")
        cas.sent()
        with pytest.raises(ValidationError, match="déjà en cours"):
            cas.act(first, Verbe.REACTIVER, cote=D)

    def test_a_day_between_two_reminders(self, cas):
        demande = cas.sent()
        later = cas.now + timedelta(hours=24)
        with pytest.raises(ValidationError, match=r"24.*heures"):
            cas.act(demande, Verbe.RELANCER, cote=D)
        cas.act(demande, Verbe.RELANCER, cote=D, now=later)
        with pytest.raises(ValidationError, match=r"24.*heures"):
            cas.act(demande, Verbe.RELANCER, cote=D, now=later + timedelta(hours=23))
        assert cas.act(demande, Verbe.RELANCER, cote=D, now=later + timedelta(hours=24)).etat == Etat.ENVOYEE

    def test_a_waiting_list_is_of_grand_age(self, cas):
        with pytest.raises(Denied, match="n’existe pas"):
            cas.act(cas.sent(), Verbe.PATIENTER)
        old = Cas(orientation="grand_age", receveur=RESPONSABLE_ADMISSIONS_GA)
        listed = old.act(old.sent(), Verbe.PATIENTER)
        assert old.act(listed, Verbe.DEPATIENTER).etat == Etat.ETUDE

    def test_a_proposal_lapses_once_its_validity_is_over(self, cas):
        demande = cas.accept(cas.sent())
        with pytest.raises(ValidationError, match="encore valable"):
            cas.act(demande, Verbe.ECHOIR, by=SYSTEM, cote=Cote.SYSTEME)
        late = cas.now + timedelta(days=4)
        lapsed = cas.act(demande, Verbe.ECHOIR, by=SYSTEM, cote=Cote.SYSTEME, now=late)
        assert (lapsed.etat, lapsed.date_proposee) == (Etat.ETUDE, None)


class TestDeces:
    @pytest.fixture
    def signalled(self):
        cas = Cas(receiving=2)
        cas.demande, cas.other = cas.send()
        cas.later = cas.now + timedelta(days=7)
        cas.demande = cas.act(cas.demande, Verbe.SIGNALER_DECES, now=cas.later)
        return cas

    def test_not_before_seven_days(self, cas):
        """A reception of yesterday may be a mistake of name."""
        with pytest.raises(ValidationError, match="à partir du 7e"):
            cas.act(cas.sent(), Verbe.SIGNALER_DECES, now=cas.now + timedelta(days=6, hours=23))

    def test_confirmed_the_dossier_ends(self, signalled):
        signalled.act(signalled.demande, Verbe.CONFIRMER_DECES, cote=D, now=signalled.later)
        dossier = Dossier.objects.get(pk=signalled.dossier.pk)
        assert (dossier.etat, dossier.motif) == ("annule", "deces")
        assert set(Demande.objects.values_list("etat", "motif")) == {
            (Etat.ANNULEE, "deces"),
            (Etat.ANNULEE, "dossier"),
        }
        assert received(dossier) == set()

    def test_unanswered_the_service_ends_it(self, signalled):
        late = signalled.later + timedelta(days=30)
        ends = {"by": SYSTEM, "cote": Cote.SYSTEME}
        early = late - timedelta(seconds=1)
        with pytest.raises(ValidationError, match="a encore le temps"):
            signalled.act(signalled.demande, Verbe.CONFIRMER_DECES, now=early, **ends)
        signalled.act(signalled.demande, Verbe.CONFIRMER_DECES, now=late, **ends)
        dossier = Dossier.objects.get(pk=signalled.dossier.pk)
        assert (dossier.etat, dossier.decided_by) == ("annule", None)

    def test_denied_or_unknown_it_goes_on(self, signalled):
        told = signalled.act(signalled.demande, Verbe.IGNORER_DECES, cote=D)
        assert (told.etat, bool(told.deces_at), bool(told.deces_ignore_at)) == (Etat.ENVOYEE, True, True)
        told = signalled.act(signalled.demande, Verbe.DEMENTIR_DECES, cote=D)
        assert (told.etat, told.deces_at, told.deces_ignore_at) == (Etat.ENVOYEE, None, None)

    def test_the_other_receveur_is_told_nothing_of_it(self, signalled):
        signalled.other.refresh_from_db()
        assert (signalled.other.deces_at, steps(signalled.other)) == (None, ["selectionner", "envoyer"])


class TestTheDossierEnds:
    def test_cancelled_its_demandes_end_with_it(self, cas):
        demande = cas.sent()
        dossiers.actions.cancel(cas.dossier, motif="domicile", now=cas.now, by=cas.demandeur)
        demande.refresh_from_db()
        assert (demande.etat, demande.motif, received(cas.dossier)) == (Etat.ANNULEE, "dossier", set())

    def test_archived_too_and_suspended_it_waits(self):
        cas = Cas(orientation="grand_age", receveur=RESPONSABLE_ADMISSIONS_GA)
        demande = cas.sent()
        dossiers.actions.suspend(cas.dossier, now=cas.now, by=cas.demandeur)
        demande.refresh_from_db()
        assert demande.etat == Etat.ENVOYEE
        dossiers.actions.resume(cas.dossier, now=cas.now, by=cas.demandeur)
        old = cas.now - timedelta(days=400)
        cas.dossier.presences.update(created_at=old)
        cas.dossier.volets.update(updated_at=old)
        Dossier.objects.filter(pk=cas.dossier.pk).update(modified_at=old, reminded_at=old)
        dossiers.actions.archive_unchanged(today=timezone.localdate(cas.now), now=cas.now, by=SYSTEM)
        demande.refresh_from_db()
        assert demande.etat == Etat.ANNULEE

    def test_a_step_moves_its_dossier(self, cas):
        """Whose author is not recalled as of one that nothing moves."""
        old = cas.now - timedelta(days=400)
        demande = cas.sent()
        Dossier.objects.filter(pk=cas.dossier.pk).update(modified_at=old)
        cas.act(demande, Verbe.ETUDIER)
        assert Dossier.objects.get(pk=cas.dossier.pk).modified_at == cas.now


class TestBeforeSending:
    def test_an_incomplete_dossier_stays(self, cas):
        """DOS-4."""
        cas.select()
        cas.dossier.volets.filter(kind="medical").update(
            validated_at=None, validated_by=None, a_revalider=True
        )
        with pytest.raises(ValidationError, match="volet médical est à revalider"):
            actions.send(
                cas.dossier,
                demandes=list(Demande.objects.values_list("pk", flat=True)),
                now=cas.now,
                by=cas.demandeur,
            )

    def test_all_or_none(self):
        """One unit has closed since the page was drawn."""
        cas = Cas(receiving=3)
        chosen = cas.select()
        cas.unites[1].closed_at = cas.now
        cas.unites[1].save()
        with pytest.raises(ValidationError, match=r"Accueil 1.*fermée"):
            actions.send(cas.dossier, demandes=[one.pk for one in chosen], now=cas.now, by=cas.demandeur)
        assert set(Demande.objects.values_list("etat", flat=True)) == {Etat.SELECTIONNEE}
        assert received(cas.dossier) == set()

    def test_not_to_itself_nor_elsewhere_than_its_orientation_nor_two_hundred(self, cas, settings):
        ehpad = UniteFactory(domaine="grand_age")
        mco = UniteFactory(domaine="sanitaire", nature="mco")
        for unite, why in ((cas.unite, "l’unité qui demande"), (ehpad, "orientation"), (mco, "orientation")):
            with pytest.raises(ValidationError, match=why):
                cas.select(unite)
        settings.DEMANDES_AT_ONCE = 1
        with pytest.raises(ValidationError, match="au plus"):
            cas.select(UniteFactory(), UniteFactory())

    def test_neither_of_another_dossier(self, cas):
        (theirs,) = Cas().select()
        with pytest.raises(ValidationError, match="au moins une"):
            actions.send(cas.dossier, demandes=[theirs.pk], now=cas.now, by=cas.demandeur)

    def test_a_child_of_seven(self):
        today = timezone.localdate()
        for years, goes in ((7, False), (6, True)):
            born = today.replace(year=today.year - years)
            cas = Cas(orientation="tnd", demandeur=ADRESSEUR_TND, date_naissance=born)
            cas.select()
            keys = list(Demande.objects.filter(dossier=cas.dossier).values_list("pk", flat=True))
            if goes:
                assert actions.send(cas.dossier, demandes=keys, now=cas.now, by=cas.demandeur)
                pco = professionnel(PCO_GESTIONNAIRE, cas.unites[0].etablissement)
                assert Demande.objects.visible_to(pco).count() == 1
            else:
                with pytest.raises(ValidationError, match="plus de 6"):
                    actions.send(cas.dossier, demandes=keys, now=cas.now, by=cas.demandeur)


def test_every_row_of_the_table_is_handled():
    """DOS-4: each condition has its sentence, each consequence its act, each verb its line of the journal."""
    assert policies.GARDES.keys() == set(Garde)
    assert SUITES.keys() == set(etats.Suite)
    assert OF.keys() == set(Verbe)
    assert set(OF.values()) <= EVENTS.keys()
    assert FINAUX - CLOS == {Etat.ADMIS} == set(Etat) - CLOS - RECUS - {Etat.SELECTIONNEE}


def test_transitions_are_kept_by_year(cas):
    """And added to alone: the application may not change one."""
    demande = cas.sent()
    with connection.cursor() as cursor:
        cursor.execute("SELECT DISTINCT tableoid::regclass::text FROM demandes_transition")
        assert cursor.fetchall() == [(f"demandes_transition_{cas.now:%Y}",)]
    with pytest.raises(DatabaseError, match="permission denied"):
        demande.transitions.update(texte="autre")


def test_ready_dossiers_are_complete():
    assert Dossier.objects.get(pk=ready().pk).etat == "complet"


def test_orientations_are_all_there():
    assert set(etats.TABLES) == {*Orientation, Domaine.CPAM}
    assert Lieu.of(UniteFactory()).niveau == "unite"
