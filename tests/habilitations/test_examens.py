"""HAB-11: what a reviewer decides, once, of his own list, before the closure; and what it does."""

import threading
from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError
from django.db import connection, transaction
from django.utils import timezone

from changements.models import Changement
from courrier.models import Message
from habilitations import actions
from habilitations.models import Campagne, Examen, Habilitation
from journal.models import Entry
from tests.concurrency import at_once
from tests.factories import (
    HabilitationFactory,
    UniteFactory,
    as_professionnel,
    referent_of,
    sent_droits,
    sign_in,
)
from tests.habilitations.campagnes import BY, decide, follow, line_of, opened
from viatraj.core.policies import Denied
from viatraj.core.saving import act

pytestmark = pytest.mark.django_db


class Ward:
    """A unit, its référent, those of its structure, a holder; and a campaign over the whole structure."""

    def __init__(self, **said):
        self.unite = UniteFactory()
        self.of_unite = referent_of(self.unite)
        self.second = referent_of(self.unite)
        self.above = referent_of(self.unite.etablissement)
        self.habilitation = HabilitationFactory(lieu=self.unite)
        self.campagne = opened(self.above, self.unite.etablissement, **said)
        self.examen = line_of(self.campagne, self.habilitation)

    def close(self):
        actions.close_campagne(self.campagne, now=timezone.now(), by=as_professionnel(self.above))

    def settle(self):
        now = timezone.now()
        while actions.settle_slice(self.campagne, today=timezone.localdate(now), now=now, by=BY):
            pass


@pytest.fixture
def ward():
    return Ward()


@pytest.fixture
def later():
    return Ward(effet="closure")


def now_of(row):
    return row._meta.model.objects.get(pk=row.pk)


SOON = timedelta(days=10)


class TestAtOnce:
    def test_kept_it_stays_as_it_is(self, ward):
        before = now_of(ward.habilitation)
        decide(ward.examen, ward.of_unite)
        after = now_of(ward.habilitation)
        assert (after.fin, after.version, after.revoked_at) == (before.fin, before.version, None)
        examen = now_of(ward.examen)
        assert (examen.decision, examen.decided_by, examen.applied_at) == ("keep", ward.of_unite, None)

    def test_removed_it_ends_now(self, ward):
        decide(ward.examen, ward.of_unite, "remove", motif="A quitté le service")
        assert not now_of(ward.habilitation).is_living
        assert now_of(ward.examen).applied_at

    def test_reduced_by_date(self, ward):
        fin = timezone.localdate() + SOON
        decide(ward.examen, ward.of_unite, "reduce", fin=fin, motif="Fin de stage")
        assert now_of(ward.habilitation).fin == fin

    def test_reduced_by_rights(self, ward):
        habilitation = HabilitationFactory(lieu=ward.unite, profil="equipe_soignante")
        follow(ward.campagne)
        droit = next(one for one in habilitation.le_profil.at("unite") if "anonyme" in one.modes)
        droits = {droit.key: "anonyme"}
        decide(
            line_of(ward.campagne, habilitation),
            ward.of_unite,
            "reduce",
            droits=droits,
            motif="Lecture trop large",
        )
        assert {one.droit: one.mode for one in habilitation.droits.all()} == {droit.droit: "anonyme"}

    def test_a_review_gives_nothing_more(self, ward):
        habilitation = HabilitationFactory(lieu=ward.unite, profil="equipe_soignante")
        droit = next(one for one in habilitation.le_profil.at("unite") if "anonyme" in one.modes)
        habilitation.droits.create(domaine=droit.domaine, droit=droit.droit, mode="anonyme")
        follow(ward.campagne)
        with pytest.raises(ValidationError, match="irait plus loin"):
            decide(
                line_of(ward.campagne, habilitation),
                ward.of_unite,
                "reduce",
                droits={droit.key: droit.mode},
                motif="x",
            )

    @pytest.mark.parametrize("days", [30, 31, 400])
    def test_nor_prolongs(self, ward, days):
        with pytest.raises(ValidationError, match="sa fin actuelle"):
            decide(
                ward.examen,
                ward.of_unite,
                "reduce",
                fin=timezone.localdate() + timedelta(days=days),
                motif="x",
            )

    @pytest.mark.parametrize("decision", ["remove", "reduce"])
    def test_what_takes_away_says_why(self, ward, decision):
        with pytest.raises(ValidationError, match="Dites pourquoi"):
            decide(ward.examen, ward.of_unite, decision, fin=timezone.localdate() + SOON, motif="  ")
        assert now_of(ward.examen).is_todo

    def test_reduced_by_nothing_is_refused(self, ward):
        with pytest.raises(ValidationError, match="Dites ce qui est réduit"):
            decide(ward.examen, ward.of_unite, "reduce", motif="x")

    def test_another_word_is_refused(self, ward):
        with pytest.raises(ValidationError, match="Choisissez une décision"):
            decide(ward.examen, ward.of_unite, "prolong", motif="x")

    def test_sent_twice_it_is_decided_once(self, ward):
        for _ in range(2):
            decide(ward.examen, ward.of_unite, "remove", motif="A quitté le service", version=1)
        assert Entry.objects.filter(event="examen.decided").count() == 1
        assert Entry.objects.filter(event="habilitation.revoked").count() == 1

    def test_what_took_effect_is_changed_elsewhere(self, ward):
        decide(ward.examen, ward.of_unite, "remove", motif="A quitté le service")
        with pytest.raises(ValidationError, match="déjà pris effet"):
            decide(ward.examen, ward.second)

    def test_a_line_of_another_campaign_is_refused(self, ward):
        other = Ward()
        with pytest.raises(ValidationError, match="pas de cette campagne"):
            actions.decide(
                ward.campagne,
                lignes={other.examen.pk: 1},
                decision="keep",
                today=timezone.localdate(),
                now=timezone.now(),
                by=as_professionnel(ward.of_unite),
            )

    def test_forged_for_anothers_list(self, ward):
        with pytest.raises(Denied, match="liste d’une autre personne"):
            decide(ward.examen, ward.above)
        with pytest.raises(Denied):
            decide(ward.examen, ward.habilitation.user)
        assert now_of(ward.examen).is_todo

    def test_several_alike_all_or_none(self, ward):
        HabilitationFactory.create_batch(2, lieu=ward.unite)
        follow(ward.campagne)
        rows = list(Examen.objects.filter(campagne=ward.campagne, bureau=ward.examen.bureau).order_by("pk"))
        foreign = line_of(ward.campagne, Habilitation.objects.of(ward.of_unite).get())
        said = {
            "decision": "keep",
            "today": timezone.localdate(),
            "now": timezone.now(),
            "by": as_professionnel(ward.of_unite),
        }
        with pytest.raises(ValidationError, match="propres habilitations"):
            actions.decide(ward.campagne, lignes={one.pk: 1 for one in [*rows, foreign]}, **said)
        assert not Examen.objects.filter(state="decided").exists()
        actions.decide(ward.campagne, lignes={one.pk: 1 for one in rows}, **said)
        assert Examen.objects.filter(state="decided").count() == len(rows) == 3

    def test_the_journal_knows_each(self, ward):
        decide(ward.examen, ward.of_unite, "remove", motif="Motif à ne pas répéter")
        entry = Entry.objects.get(event="examen.decided")
        assert (entry.user, entry.data["choix"]) == (ward.of_unite, "remove")
        assert entry.habilitation_id == Habilitation.objects.of(ward.of_unite).get().pk
        assert "répéter" not in str(entry.data)
        assert "Retirer" in entry.sentence


class TestReviewedOn:
    """HAB-11: what the head of the revue counts, kept on the habilitation."""

    def test_a_decision_is_noted_and_one_taken_back_is_not(self, later):
        assert now_of(later.habilitation).reviewed_on is None
        decide(later.examen, later.of_unite)
        assert now_of(later.habilitation).reviewed_on == timezone.localdate()
        decide(later.examen, later.second, "unknown")
        assert now_of(later.habilitation).reviewed_on is None

    def test_of_two_campaigns_the_last_that_stands(self, later):
        other = opened(later.above, later.unite, effet="closure")
        decide(later.examen, later.of_unite)
        early = timezone.now() - timedelta(days=40)
        Examen.objects.filter(pk=later.examen.pk).update(decided_at=early)
        assert now_of(later.habilitation).reviewed_on == timezone.localdate(early)
        second = line_of(other, later.habilitation)
        decide(second, later.of_unite)
        assert now_of(later.habilitation).reviewed_on == timezone.localdate()
        decide(second, later.of_unite, "unknown")
        assert now_of(later.habilitation).reviewed_on == timezone.localdate(early)

    def test_what_a_decision_does_leaves_it(self, ward):
        decide(ward.examen, ward.of_unite, "reduce", fin=timezone.localdate() + SOON, motif="Fin de stage")
        assert now_of(ward.habilitation).reviewed_on == timezone.localdate()
        assert now_of(ward.habilitation).fin == timezone.localdate() + SOON


class TestTold:
    def mails(self, user):
        return list(Message.objects.filter(to=user.email, subject__contains="habilitation").order_by("pk"))

    def test_a_holder_is_told_once_of_all_that_one_act_took(self, ward):
        other = HabilitationFactory(user=ward.habilitation.user, lieu=ward.unite, profil="equipe_soignante")
        follow(ward.campagne)
        lines = [ward.examen, line_of(ward.campagne, other)]
        actions.decide(
            ward.campagne,
            lignes={one.pk: 1 for one in lines},
            decision="remove",
            motif="Parti",
            today=timezone.localdate(),
            now=timezone.now(),
            by=as_professionnel(ward.of_unite),
        )
        (mail,) = self.mails(ward.habilitation.user)
        assert mail.text.count("– ") == 2

    def test_nothing_is_told_of_what_is_kept(self, ward):
        decide(ward.examen, ward.of_unite)
        assert self.mails(ward.habilitation.user) == []

    def test_a_decision_is_not_undone_by_a_click(self, ward):
        """The line says that it was decided."""
        decide(ward.examen, ward.of_unite, "remove", motif="Parti")
        assert not Changement.objects.exists()


class TestUnknown:
    def test_it_goes_to_the_structure(self, ward):
        decide(ward.examen, ward.of_unite, "unknown")
        examen = now_of(ward.examen)
        assert (examen.is_todo, examen.bureau) == (True, f"etablissement:{ward.unite.etablissement_id}")
        with pytest.raises(Denied):
            decide(ward.examen, ward.second)
        decide(ward.examen, ward.above)

    def test_it_does_not_come_back(self, ward):
        decide(ward.examen, ward.of_unite, "unknown")
        follow(ward.campagne)
        assert now_of(ward.examen).bureau.startswith("etablissement:")

    def test_without_anybody_above_it_is_refused(self, ward):
        decide(ward.examen, ward.of_unite, "unknown")
        with pytest.raises(ValidationError, match="Personne d’autre"):
            decide(ward.examen, ward.above, "unknown")
        assert now_of(ward.examen).bureau.startswith("etablissement:")


class TestAtClosure:
    def test_nothing_before_then_all(self, later):
        decide(later.examen, later.of_unite, "remove", motif="A quitté le service")
        assert now_of(later.habilitation).is_living
        later.close()
        assert now_of(later.habilitation).is_living
        later.settle()
        assert not now_of(later.habilitation).is_living
        assert now_of(later.examen).applied_at
        entry = Entry.objects.get(event="habilitation.revoked")
        assert entry.user == later.of_unite

    def test_a_decision_may_change_until_then(self, later):
        decide(later.examen, later.of_unite, "remove", motif="A quitté le service")
        decide(later.examen, later.second, "keep")
        later.close()
        later.settle()
        assert now_of(later.habilitation).is_living

    def test_but_not_one_that_was_not_read(self, later):
        decide(later.examen, later.of_unite, "remove", motif="A quitté le service")
        with pytest.raises(ValidationError, match=later.of_unite.nom_complet):
            decide(later.examen, later.second, "keep", version=1)

    def test_a_reviewer_without_the_right_any_more_has_no_effect(self, later):
        decide(later.examen, later.of_unite, "remove", motif="A quitté le service")
        Habilitation.objects.of(later.of_unite).update(revoked_at=timezone.now())
        later.close()
        later.settle()
        assert now_of(later.habilitation).is_living
        examen = now_of(later.examen)
        assert "n’a plus ce droit" in examen.sans_effet
        assert examen.applied_at is None

    def test_a_day_gone_by_removes(self, later):
        decide(later.examen, later.of_unite, "reduce", fin=timezone.localdate() + SOON, motif="Fin de stage")
        later.close()
        then = timezone.now() + timedelta(days=15)
        assert actions.settle_slice(later.campagne, today=timezone.localdate(then), now=then, by=BY)
        assert not now_of(later.habilitation).is_living

    def test_undecided_are_listed_never_removed(self, later):
        later.close()
        later.settle()
        assert now_of(later.habilitation).is_living
        assert now_of(later.campagne).rapport.chiffres["lignes"]["todo"] > 0

    def test_closed_nothing_more_is_decided(self, later):
        later.close()
        with pytest.raises(ValidationError, match="vient d’être close"):
            decide(later.examen, later.of_unite)
        later.settle()
        with pytest.raises(ValidationError, match="est close"):
            decide(later.examen, later.of_unite)
        assert now_of(later.campagne).state == Campagne.State.CLOSED

    def test_closing_twice_is_closing_once(self, later):
        later.close()
        later.close()
        assert Entry.objects.filter(event="campagne.closing").count() == 1

    def test_its_deadline_closes_it(self, later):
        last = later.campagne.echeance
        for today, closed in ((last, 0), (last + timedelta(days=1), 1), (last + timedelta(days=2), 0)):
            assert actions.close_due(today=today, now=timezone.now(), by=BY) == closed

    def test_who_does_not_lead_it_does_not_close_it(self, later):
        with pytest.raises(Denied):
            actions.close_campagne(later.campagne, now=timezone.now(), by=as_professionnel(later.of_unite))


@pytest.mark.django_db(transaction=True)
class TestTogether:
    def test_two_reviewers_on_one_line(self, later):
        """One decides, the other is told by whom."""
        first, second = at_once(
            lambda: decide(later.examen, later.of_unite, "remove", motif="Parti", version=1),
            lambda: decide(later.examen, later.second, "keep", version=1),
        )
        refused = [one for one in (first, second) if isinstance(one, ValidationError)]
        assert len(refused) == 1
        who = later.second if second in refused else later.of_unite
        other = later.of_unite if who == later.second else later.second
        assert f"vient d’être prise par {other.nom_complet}" in str(refused[0])
        assert Entry.objects.filter(event="examen.decided").count() == 1

    def test_closing_while_somebody_decides(self, ward):
        """Either the decision is in the report, or it is refused: never between the two."""

        def remove():
            return act(lambda: decide(ward.examen, ward.of_unite, "remove", motif="Parti", version=1))

        def close():
            ward.close()
            ward.settle()

        answer, _ = at_once(remove, close)
        lines = now_of(ward.campagne).rapport.chiffres["lignes"]
        taken = not isinstance(answer, ValidationError)
        assert lines["remove"] == taken
        assert now_of(ward.examen).is_decided is taken
        assert now_of(ward.habilitation).is_living is not taken

    def test_the_closer_waits_for_who_is_deciding(self, ward):
        """Held open by a decision in another transaction, it closes only after."""
        deciding, closed = threading.Event(), threading.Event()

        def remove():
            with transaction.atomic():
                decide(ward.examen, ward.of_unite, "remove", motif="Parti")
                deciding.set()
                assert not closed.wait(0.5)

        def close():
            deciding.wait()
            ward.close()
            closed.set()
            connection.close()

        at_once(remove, close)
        assert closed.is_set()
        ward.settle()
        assert now_of(ward.campagne).rapport.chiffres["lignes"]["remove"] == 1


class TestLastReferent:
    """COM-12 within HAB-11: the last référent of a structure is not removed by a review without a word."""

    def lines(self, ward):
        """The structure's référent, read by the coordination, and the coordination."""
        coordination = referent_of(ward.unite.etablissement.coordination)
        campagne = opened(coordination, ward.unite.etablissement.coordination, effet=ward.campagne.effet)
        return coordination, campagne, line_of(campagne, Habilitation.objects.of(ward.above).get())

    @pytest.mark.parametrize("effet", ["now", "closure"])
    def test_removed_only_when_said(self, effet):
        ward = Ward(effet=effet)
        coordination, _, examen = self.lines(ward)
        with pytest.raises(ValidationError, match="n’aurait plus de référent") as refused:
            decide(examen, coordination, "remove", motif="Parti")
        assert list(refused.value.error_dict) == ["prevenir"]
        assert now_of(examen).is_todo
        decide(examen, coordination, "remove", motif="Parti", prevenir=True)
        assert now_of(examen).decision == "remove"

    @pytest.mark.parametrize("effet", ["now", "closure"])
    def test_of_two_the_second_is_asked(self, effet):
        """With effects at the closure, he who is removed then is no successor."""
        ward = Ward(effet=effet)
        other = referent_of(ward.unite.etablissement)
        coordination, campagne, examen = self.lines(ward)
        decide(examen, coordination, "remove", motif="Parti")
        second = line_of(campagne, Habilitation.objects.of(other).get())
        with pytest.raises(ValidationError, match="n’aurait plus de référent"):
            decide(second, coordination, "remove", motif="Parti")

    def test_both_in_one_lot_the_second_is_named_and_nothing_done(self, ward):
        other = referent_of(ward.unite.etablissement)
        coordination, campagne, first = self.lines(ward)
        second = line_of(campagne, Habilitation.objects.of(other).get())
        with pytest.raises(ValidationError, match=other.nom_complet):
            actions.decide(
                campagne,
                lignes={first.pk: 1, second.pk: 1},
                decision="remove",
                motif="Partis",
                today=timezone.localdate(),
                now=timezone.now(),
                by=as_professionnel(coordination),
            )
        assert now_of(first).is_todo

    def test_the_page_asks_and_says_the_way(self, client, ward):
        coordination, campagne, examen = self.lines(ward)
        sign_in(client, coordination)
        url = f"/administration/campagnes/{campagne.pk}/examens/{examen.pk}/"
        page = client.get(url).text
        assert "Aucune autre personne n’est référente de cette structure" in page
        assert f'href="/administration/orphelines/{ward.unite.etablissement_id}/nommer/"' in page
        profil = now_of(examen).habilitation.le_profil
        sent = {"decision": "remove", "motif": "Parti", "fin": "", "version": 1, **sent_droits(profil)}
        refused = client.post(url, sent)
        assert refused.status_code == 422
        assert "confirmez que la coordination en sera prévenue" in refused.text
        assert client.post(url, {**sent, "prevenir": "on"}).status_code == 302
        assert now_of(examen).decision == "remove"


class TestClosingStructure:
    """Bad input of HAB-11: «over a structure that closes», at the opening and meanwhile."""

    def test_the_lines_of_a_closed_structure_are_reviewed_and_said(self, client, ward):
        """Its rights stand until somebody chooses: a coordination that opens over it sees them."""
        etablissement = ward.unite.etablissement
        etablissement.closed_at = timezone.now()
        etablissement.save()
        coordination = referent_of(etablissement.coordination)
        with pytest.raises(Denied, match="fermée"):
            opened(coordination, etablissement)
        campagne = opened(coordination, etablissement.coordination)
        assert line_of(campagne, ward.habilitation).is_todo

    def test_closed_meanwhile_it_goes_on(self, client, ward):
        etablissement = ward.unite.etablissement
        etablissement.closed_at = timezone.now()
        etablissement.save()
        assert follow(ward.campagne) == {"added": 0, "ended": 0, "moved": 0}
        sign_in(client, ward.of_unite)
        url = f"/administration/campagnes/{ward.campagne.pk}/examens/"
        assert "Structure fermée" in client.get(url).text
        decide(ward.examen, ward.of_unite, "remove", motif="Structure fermée")
        assert not now_of(ward.habilitation).is_living
        coordination = referent_of(etablissement.coordination)
        campagne = opened(coordination, etablissement.coordination)
        last = line_of(campagne, Habilitation.objects.of(ward.above).get())
        decide(last, coordination, "remove", motif="Fermée")  # nobody is missed there
        actions.close_campagne(ward.campagne, now=timezone.now(), by=as_professionnel(coordination))
        ward.settle()
        assert now_of(ward.campagne).state == Campagne.State.CLOSED
