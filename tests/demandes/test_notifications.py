"""DOS-4: notifications of an MDPH: entered, notified, answered; by whom, and by nobody else."""

import uuid
from datetime import date, timedelta

import pytest
from django.core.exceptions import ValidationError
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

import annuaire.actions
from annuaire.models import Lieu
from annuaire.natures import Nature
from demandes import actions, policies
from demandes.handicap.statuts import PASSAGES, Statut, StatutUnite
from demandes.handicap.suivis import ESMS as BOARD_ESMS
from demandes.handicap.suivis import MDPH as BOARD_MDPH
from demandes.handicap.suivis import suivis
from demandes.models import Decision, Notification
from demandes.reads import notifies
from demandes.reads.suivis import Suivis
from habilitations.profils import (
    ESMS,
    ESMS_CONSULTATION,
    MDPH,
    MDPH_CONSULTATION,
    REFERENT_COORDINATION,
    RESPONSABLE_ADMISSIONS_GA,
)
from journal.models import Entry
from tests.demandes.handicap import Cas, esms
from tests.dossiers.factories import professionnel
from tests.factories import CoordinationFactory, UniteFactory
from viatraj.core.actor import Actor
from viatraj.core.droits import Niveau
from viatraj.core.policies import Denied, can
from viatraj.core.saving import Stale

pytestmark = pytest.mark.django_db
SERVICE = Actor.system("fermetures")


@pytest.fixture
def cas():
    return Cas()


def refused(act, field="", exception=ValidationError) -> str:
    with pytest.raises(exception) as raised:
        act()
    said = raised.value
    if field:
        errors = said.error_dict.items() if hasattr(said, "error_dict") else [("", said.error_list)]
        assert field in {place for place, _ in errors} | {one.code for _, found in errors for one in found}
    return " ".join(said.messages) if isinstance(said, ValidationError) else str(said)


class TestDeciding:
    def test_a_decision_is_entered_once(self, cas):
        """The same form sent twice; the number of another decision; another MDPH has its own numbers."""
        cle = uuid.uuid4()
        first = cas.decide(numero="A-7", cle=cle)
        assert cas.decide(numero="A-7", cle=cle) == first
        assert "déjà servi" in refused(lambda: cas.decide(numero="A-7", cle=cle, nom="Autre"), "cle")
        assert "déjà enregistré" in refused(lambda: cas.decide(numero="A-7"), "numero")
        other = Cas()
        assert other.decide(numero="A-7").mdph == other.coordination

    @pytest.mark.parametrize(
        ("field", "known"),
        [
            ("fin", lambda today: {"fin": today - timedelta(days=1)}),
            ("fin", lambda today: {"debut": today + timedelta(days=500)}),
            ("categorie", lambda today: {"categorie": "20"}),
            ("numero", lambda today: {"numero": "deux mots"}),
            ("sexe", lambda today: {"sexe": "X"}),
            ("nom", lambda today: {"nom": ""}),
            ("date_naissance", lambda today: {"date_naissance": today + timedelta(days=2)}),
            ("date_naissance", lambda today: {"date_naissance": today.replace(year=1899)}),
            (
                "date_naissance",
                lambda today: {"date_naissance": date(2014, 3, 5), "naissance_precision": "annee"},
            ),
        ],
    )
    def test_what_cannot_be_is_refused_at_its_place(self, cas, field, known):
        count = Decision.objects.count()
        refused(lambda: cas.decide(**known(timezone.localdate(cas.now))), field)
        assert Decision.objects.count() == count

    def test_an_esms_is_notified_once_and_its_own_row(self, cas):
        (row,) = cas.notify()
        assert (row.statut, row.etablissement, row.mdph) == (Statut.ENVOYEE, cas.esms[0], cas.coordination)
        assert cas.notify() == []
        assert Notification.objects.count() == 1
        assert row.etapes.get().after == Statut.ENVOYEE

    def test_of_another_kind_closed_or_gone_is_refused_and_none_is_notified(self, cas):
        """Near misses: a MAS, a hospital, one that has closed; one whose kind of offer is not told passes."""
        mas, hospital = esms("40", nom="MAS"), UniteFactory(nature=Nature.SMR).etablissement
        closed = esms(nom="Fermé")
        day = timezone.localdate(cas.now)
        annuaire.actions.close_structure(closed, on=day, now=cas.now, by=SERVICE)
        for one in (mas, hospital, closed):
            said = refused(lambda one=one: cas.notify(cas.esms[0], one), "etablissements")
            assert "n’accueille pas cette orientation" in said
        assert not Notification.objects.exists()
        assert len(cas.notify(esms("", nom="Sans offre"))) == 1

    def test_thirty_at_once_and_one_at_least(self, cas):
        assert refused(lambda: cas.notify(*[cas.esms[0]] * 31), "etablissements")
        assert refused(
            lambda: actions.notify(cas.decision, etablissements=[], now=cas.now, by=cas.mdph),
            "etablissements",
        )

    def test_what_is_over_or_cancelled_is_not_notified(self, cas):
        later = cas.now + timedelta(days=500)
        known = {"etablissements": cas.esms, "by": cas.mdph}
        assert "échue" in refused(lambda: actions.notify(cas.decision, now=later, **known))
        actions.cancel_decision(cas.decision, motif="174", now=cas.now, by=cas.mdph)
        assert "annulée" in refused(lambda: actions.notify(cas.decision, now=cas.now, **known))

    def test_cancelling_closes_all_and_restoring_reopens_what_it_closed(self):
        cas = Cas(notified=3)
        first, second, third = cas.notify()
        cas.change(second, Statut.ANNULEE, by=cas.mdph, motif="100")
        actions.cancel_decision(cas.decision, motif="124", now=cas.now, by=cas.mdph)
        found = lambda: [Notification.objects.get(pk=one.pk).statut for one in (first, second, third)]  # noqa: E731
        assert found() == [Statut.DECISION_ANNULEE, Statut.ANNULEE, Statut.DECISION_ANNULEE]
        assert "rétablir" in refused(lambda: cas.change(second, Statut.REACTIVEE, by=cas.mdph))
        actions.cancel_decision(cas.decision, motif="173", now=cas.now, by=cas.mdph)  # twice is once
        assert Decision.objects.get(pk=cas.decision.pk).motif == "124"
        actions.restore_decision(cas.decision, now=cas.now, by=cas.mdph)
        assert found() == [Statut.REACTIVEE, Statut.ANNULEE, Statut.REACTIVEE]

    def test_a_decision_cancelled_for_a_motif_of_another_status(self, cas):
        known = {"now": cas.now, "by": cas.mdph}
        assert refused(lambda: actions.cancel_decision(cas.decision, motif="86", **known), "motif")
        version = {"version": cas.decision.version - 1}
        assert refused(lambda: actions.cancel_decision(cas.decision, **version, **known), exception=Stale)


class TestAnswering:
    def test_from_reading_to_leaving(self, cas):
        """Each status leaves a line with what was said, and the row keeps the last."""
        row = cas.notified()
        actions.read_notification(row, opens=True, now=cas.now, by=cas.gestionnaire)
        for statut, said in (
            (Statut.CONTACT, {"motif": "152"}),
            (Statut.ANALYSE, {}),
            (Statut.ADMISSIBLE, {}),
            (Statut.ADMIS, {}),
            (Statut.ESSAI, {}),
            (Statut.ENTRE, {}),
            (Statut.REORIENTATION, {"motif": "93"}),
            (Statut.SORTI, {}),
        ):
            row = cas.change(row, statut, **said)
        assert [one.after for one in row.etapes.order_by("version")] == [
            *("39", "40", "41", "42", "72", "71", "43", "47", "51", "48")
        ]
        assert row.etapes.get(after="41").motif == "152"
        assert (row.statut, row.motif, row.lue_par) == (Statut.SORTI, "", cas.gestionnaire.user)
        reactivated = cas.change(row, Statut.REACTIVEE, by=cas.mdph, motif="168")
        assert (reactivated.statut, reactivated.lue_at) == (Statut.REACTIVEE, None)

    def test_an_impossible_admission_is_confirmed_with_its_motif(self, cas):
        row = cas.impossible("116")
        assert (row.avant, row.motif) == (Statut.ENVOYEE, "116")
        assert (
            refused(lambda: cas.change(row, "46", by=cas.mdph), "motif") == "Choisissez un motif de la liste."
        )
        row = cas.change(row, "46", by=cas.mdph, motif="116")
        assert (row.statut, row.motif, row.avant) == (Statut.ENTERINEE, "116", "")

    def test_an_impossible_admission_that_is_refused_leads_back(self, cas):
        row = cas.change(cas.notified(), Statut.ADMISSIBLE)
        row = cas.change(row, Statut.IMPOSSIBLE, motif="114")
        row = cas.change(row, "refus", by=cas.mdph)
        assert (row.statut, row.motif, row.avant) == (Statut.ADMISSIBLE, "", "")
        assert Entry.objects.filter(event="notification.refused_back").count() == 1

    @pytest.mark.parametrize(
        ("field", "statut", "said"),
        [
            ("motif", "45", {}),
            ("motif", "45", {"motif": "100"}),
            ("motif", "43", {"motif": "122"}),
            ("statut", "48", {}),
            ("statut", "zut", {}),
            ("statut", "37", {}),
            ("statut", "40", {}),
            ("date", "43", {"date": None}),
            ("date", "43", {"date": 1}),
            ("date", "43", {"date": -1}),
        ],
    )
    def test_bad_input_changes_nothing(self, cas, field, statut, said):
        """No motif, one of another status, a status not reached from here, forged, of a decision, automatic;
        no date, one to come, one before the notification."""
        row = cas.notified()
        if isinstance(said.get("date"), int):
            said = {"date": timezone.localdate(cas.now) + timedelta(days=said["date"])}
        refused(lambda: cas.change(row, statut, **said), field)
        row.refresh_from_db()
        assert (row.statut, row.version, row.etapes.count()) == (Statut.ENVOYEE, 1, 1)

    def test_two_tabs(self, cas):
        """The second has shown what is no more; the same click twice is one."""
        row = cas.notified()
        shown = row.version
        cas.change(row, Statut.ANALYSE, version=shown)
        cas.change(row, Statut.ANALYSE, version=shown)
        assert "a changé" in refused(lambda: cas.change(row, Statut.ESSAI, version=shown), exception=Stale)
        assert Notification.objects.get().statut == Statut.ANALYSE
        assert row.etapes.count() == 2

    def test_a_closed_structure_answers_no_more(self, cas):
        row = cas.notified()
        day = timezone.localdate(cas.now)
        annuaire.actions.close_structure(cas.esms[0], on=day, now=cas.now, by=SERVICE)
        assert "fermée" in refused(lambda: cas.change(row, Statut.ANALYSE))
        assert cas.change(row, Statut.ANNULEE, by=cas.mdph, motif="100").statut == Statut.ANNULEE


class TestInAUnit:
    def test_it_goes_into_the_unit_with_mode_and_date(self, cas):
        row = cas.place(cas.notified(), StatutUnite.ADMISSIBLE)
        assert (row.unite, row.statut_unite, row.mode) == (cas.unite, "183", "46")
        row = cas.place(row, StatutUnite.PRIS_EN_CHARGE)
        row = cas.place(row, StatutUnite.FIN, motif="147")
        assert (row.motif_unite, row.statut) == ("147", Statut.ENVOYEE)

    def test_to_another_unit_it_begins_anew(self, cas):
        other = UniteFactory(etablissement=cas.esms[0], nature=Nature.ESMS, nom="Service à domicile")
        row = cas.place(cas.notified(), StatutUnite.PRIS_EN_CHARGE)
        assert refused(lambda: cas.place(row, StatutUnite.FIN, unite=other), "statut")
        assert cas.place(row, StatutUnite.ADMIS, unite=other).unite == other

    @pytest.mark.parametrize(
        ("field", "said"),
        [
            ("mode", {"mode": "49"}),
            ("unite", {"unite": None}),
            ("statut", {"statut": "188"}),
            ("statut", {"statut": "45"}),
            ("motif", {"motif": "84"}),
            ("date", {"date": None}),
        ],
    )
    def test_bad_input_changes_nothing(self, cas, field, said):
        row = cas.notified()
        refused(lambda: cas.place(row, **{"statut": StatutUnite.ANALYSE} | said), field)
        row.refresh_from_db()
        assert (row.niveau, row.statut_unite, row.version) == (Niveau.ETABLISSEMENT, "", 1)

    def test_a_unit_elsewhere_closed_or_of_another_kind_is_not_of_the_list(self, cas):
        elsewhere = esms(nom="Ailleurs").unites.get()
        hospital = UniteFactory(etablissement=cas.esms[0], nature=Nature.SMR)
        closed = UniteFactory(etablissement=cas.esms[0], nature=Nature.ESMS)
        day = timezone.localdate(cas.now)
        annuaire.actions.close_structure(closed, on=day, now=cas.now, by=SERVICE)
        row = cas.notified()
        for one in (elsewhere, hospital, closed):
            assert refused(lambda one=one: cas.place(row, StatutUnite.ANALYSE, unite=one), "unite")

    def test_whoever_answers_for_a_unit_sees_what_is_given_to_it(self, cas):
        other = UniteFactory(etablissement=cas.esms[0], nature=Nature.ESMS)
        mine, beside = professionnel(ESMS, cas.unite), professionnel(ESMS, other)
        row = cas.notified()
        assert not Notification.objects.visible_to(mine).exists()
        row = cas.place(row, StatutUnite.ANALYSE)
        assert Notification.objects.visible_to(mine).get() == row
        assert not Notification.objects.visible_to(beside).exists()
        assert cas.place(row, StatutUnite.ADMIS, by=mine).statut_unite == "184"
        assert refused(lambda: cas.place(row, StatutUnite.ESSAI, by=mine, unite=other), "unite")

    def test_the_unit_closes_and_it_goes_back_to_the_esms(self, cas):
        """Its status there ends by the official code, with the automatic motif."""
        row = cas.place(cas.notified(), StatutUnite.ANALYSE)
        said = [one.texte for one in notifies.lignes(Lieu.of(cas.unite), today=None, by=None)]
        assert said == ["1 notification d’orientation en cours"]
        day = timezone.localdate(cas.now)
        fermeture = annuaire.actions.close_structure(cas.unite, on=day, now=cas.now, by=SERVICE)
        assert "1 notification d’orientation suit" in fermeture.suivi
        row.refresh_from_db()
        assert (row.niveau, row.unite, row.statut_unite, row.mode) == (Niveau.ETABLISSEMENT, None, "", "")
        last = row.etapes.order_by("-version").first()
        assert (last.before, last.after, last.motif, last.cote) == ("182", "180", "95", "systeme")

    def test_the_esms_closes_its_notifications_follow_or_stay(self):
        """Not to a successor that has one already; then they stay, and the MDPH still has them."""
        cas = Cas(notified=2)
        cas.notify()
        after = cas.esms[1]
        day = timezone.localdate(cas.now)
        fermeture = annuaire.actions.close_structure(
            cas.esms[0], on=day, now=cas.now, by=SERVICE, replaced_by=after, follow=True
        )
        assert "1 notification d’orientation reste sans établissement" in fermeture.fini
        other = Cas()
        row = other.place(other.notified(), StatutUnite.ANALYSE)
        annuaire.actions.close_structure(
            other.esms[0], on=day, now=other.now, by=SERVICE, replaced_by=after, follow=True
        )
        row.refresh_from_db()
        assert (row.etablissement, row.unite, row.statut_unite) == (after, None, "")


class TestWhoMay:
    """Truth tables, each with the near miss: the right role, elsewhere."""

    @pytest.fixture
    def people(self, cas):
        cas.notified()
        far = Cas()
        beside = cas.esms[0].coordination  # the MDPH of the ESMS’s own département
        return cas, {
            "mdph": cas.mdph,
            "mdph, consultation": professionnel(MDPH_CONSULTATION, cas.coordination),
            "another mdph": far.mdph,
            "mdph of the esms’s département": professionnel(MDPH, beside),
            "esms": cas.gestionnaire,
            "esms, consultation": professionnel(ESMS_CONSULTATION, cas.esms[0]),
            "esms not notified": far.gestionnaire,
            "esms not notified, same coordination": professionnel(
                ESMS, esms(coordination=cas.esms[0].coordination)
            ),
            "unit of the esms": professionnel(ESMS, cas.unite),
            "référent": professionnel(REFERENT_COORDINATION, cas.coordination),
            "another module": professionnel(RESPONSABLE_ADMISSIONS_GA, cas.unite),
        }

    def test_sees(self, people):
        """Lists, details and policies say the same."""
        cas, actors = people
        row = Notification.objects.get()
        of_mdph = {who for who, one in actors.items() if Notification.objects.sent_by(one).exists()}
        of_esms = {who for who, one in actors.items() if Notification.objects.received_by(one).exists()}
        assert of_mdph == {"mdph", "mdph, consultation"}
        assert of_esms == {"esms", "esms, consultation"}
        for who, one in actors.items():
            seen = who in of_mdph | of_esms
            assert Notification.objects.visible_to(one).exists() == seen, who
            assert can(policies.read_notification, one, row) == seen, who
            assert can(policies.receive_notification, one, row) == (who in of_esms), who
            assert can(policies.read_decision, one, cas.decision) == (who in of_mdph), who
            assert Decision.objects.visible_to(one).filter(pk=cas.decision.pk).exists() == (who in of_mdph)

    def test_acts(self, people):
        cas, actors = people
        row = Notification.objects.get()
        may = lambda code: {  # noqa: E731
            who for who, one in actors.items() if can(policies.change_notification, one, row, PASSAGES[code])
        }
        assert {code: may(code) for code in ("42", "45", "46", "refus", "49", "54")} == {
            "42": {"esms"},
            "45": {"esms"},
            "46": {"mdph"},
            "refus": {"mdph"},
            "49": {"mdph"},
            "54": {"mdph"},
        }
        decides = {who for who, one in actors.items() if can(policies.decide, one, cas.coordination.pk)}
        assert decides == {"mdph"}

    def test_a_right_taken_off_the_profile(self, cas):
        row = cas.impossible()
        silent = professionnel(MDPH, cas.coordination, admission_impossible="aucun")
        assert "Entériner" in refused(lambda: cas.change(row, "46", by=silent, motif="122"), exception=Denied)
        reader = professionnel(ESMS, cas.esms[0], statut="aucun")
        assert "Changer le statut" in refused(
            lambda: cas.change(row, Statut.ANALYSE, by=reader), exception=Denied
        )

    def test_boards(self, people):
        _, actors = people
        held = {who: [one.code for one in suivis(actor)] for who, actor in actors.items()}
        assert held["mdph"] == held["another mdph"] == ["mdph"]
        assert held["esms"] == held["unit of the esms"] == ["esms"]
        assert held["référent"] == held["another module"] == []

    def test_the_journal_says_no_name_and_by_which_right(self, people):
        cas, _ = people
        cas.change(Notification.objects.get(), Statut.IMPOSSIBLE, motif="124")
        lines = Entry.objects.filter(event__startswith="notification.") | Entry.objects.filter(
            event__startswith="decision."
        )
        assert lines.count() >= 3
        for line in lines:
            said = f"{line.label} {line.data}"
            assert not any(word in said for word in ("Garricou", "Michel", "124"))
            assert line.habilitation_id


class TestAfterwards:
    def test_a_closed_one_loses_its_name_for_the_esms(self, cas, settings):
        """On the thirtieth day, not before; never for the MDPH."""
        row = cas.change(cas.impossible(), "46", by=cas.mdph, motif="122")
        days = timedelta(days=settings.DEMANDE_NAMED_DAYS)
        for actor, after in ((cas.mdph, 1), (cas.gestionnaire, 0)):
            known = Notification.objects.named_to
            assert known(actor, cas.now + days - timedelta(minutes=1)).filter(pk=row.pk).exists()
            assert known(actor, cas.now + days).filter(pk=row.pk).count() == after
            later = actions.search_notifications(nom="garr", prenom="", now=cas.now + days, by=actor)
            assert len(later) == after
        board = Suivis(BOARD_ESMS, cas.gestionnaire, "closes", now=cas.now + days)
        (shown,), _ = board.page("")
        assert (shown.personne, shown.naissance) == ("", "")

    def test_search_finds_by_the_beginning_in_one_s_perimeter(self, cas):
        row, far = cas.notified(), Cas(nom="Garricoux")
        far.notified()
        find = lambda **said: actions.search_notifications(now=cas.now, by=cas.mdph, **said)  # noqa: E731
        assert find(nom="GARRI", prenom="mi") == [row.pk]
        assert find(nom="garri", prenom="jean") == find(nom="arri", prenom="") == []
        assert Entry.objects.filter(event="notification.searched").count() == 3
        assert "garri" not in str(Entry.objects.filter(event="notification.searched").values("data", "label"))


class TestBoards:
    def test_counters_are_what_the_vues_list(self):
        """By both sides, whatever the status; a page after another loses and doubles none."""
        cas = Cas(notified=4)
        _, second, third, fourth = cas.notify()
        cas.change(second, Statut.ADMISSIBLE, by=cas.gestionnaires[1])
        cas.change(third, Statut.IMPOSSIBLE, by=cas.gestionnaires[2], motif="113")
        cas.change(fourth, Statut.ANNULEE, by=cas.mdph, motif="112")
        for board, by in ((BOARD_MDPH, cas.mdph), (BOARD_ESMS, cas.gestionnaires[1])):
            for counter in Suivis(board, by, "", now=cas.now).compteurs():
                rows, following = Suivis(board, by, counter.vue.code, now=cas.now).page("")
                assert following == ""
                assert counter.nombre in (None, len(rows))
        shown, _ = Suivis(BOARD_MDPH, cas.mdph, "a-traiter", now=cas.now).page("")
        assert [one.notification.pk for one in shown] == [third.pk]

    def test_pages_follow_each_other(self, cas, monkeypatch):
        monkeypatch.setattr("demandes.reads.suivis.A_PAGE", 2)
        cas.esms = [esms() for _ in range(5)]
        keys = [one.pk for one in cas.notify()]
        seen, after = [], ""
        for _ in range(3):
            rows, after = Suivis(BOARD_MDPH, cas.mdph, "non-lues", now=cas.now).page(after)
            seen += [one.notification.pk for one in rows]
        assert (seen, after) == (keys, "")
        assert Suivis(BOARD_MDPH, cas.mdph, "non-lues", now=cas.now).page("zut")[0]

    @pytest.mark.parametrize("count", [2, 12])
    def test_the_same_statements_for_two_rows_and_twelve(self, cas, count):
        cas.esms = [esms() for _ in range(count)]
        cas.notify()
        board = Suivis(BOARD_MDPH, cas.mdph, "non-lues", now=cas.now)
        with CaptureQueriesContext(connection) as asked:
            rows, _ = board.page("")
            board.compteurs()
        assert (len(rows), len(asked)) == (count, 3)
        assert {one.chez for one in rows} == {one.nom for one in cas.esms}


def test_nobody_of_another_space(cas):
    """A professional without such a right has neither board nor search."""
    row = cas.notified()
    actor = professionnel(RESPONSABLE_ADMISSIONS_GA, cas.unite)
    assert not can(policies.search_notifications, actor)
    assert refused(
        lambda: actions.read_notification(row, opens=True, now=cas.now, by=actor), exception=Denied
    )
    assert not can(policies.decide, professionnel(MDPH, CoordinationFactory()), cas.coordination.pk)
