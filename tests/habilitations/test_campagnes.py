"""HAB-11: who may open a campaign, over what; who may review which line, and what happens meanwhile."""

import threading
import uuid
from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

import annuaire.actions
from annuaire.models import Lieu
from habilitations import actions, policies
from habilitations.actions.campagnes import ouverture
from habilitations.models import Campagne, Examen, Habilitation, Relecteur
from habilitations.profils import REFERENT_COORDINATION, REFERENT_STRUCTURE, REFERENT_UNITE
from habilitations.reads import campagnes, relecteurs
from journal.models import Entry
from tests.courrier.rig import somebody_waits, wait_until
from tests.factories import (
    CoordinationFactory,
    EtablissementFactory,
    HabilitationFactory,
    UniteFactory,
    as_professionnel,
    referent_of,
)
from tests.habilitations.campagnes import BY, decide, fill, follow, line_of, opened
from viatraj.core.policies import Denied, can

pytestmark = pytest.mark.django_db


class Hospital:
    """Two units of one établissement, a neighbour of the same coordination, and their référents."""

    def __init__(self):
        self.unite = UniteFactory()
        self.etablissement = self.unite.etablissement
        self.coordination = self.etablissement.coordination
        self.other_unite = UniteFactory(etablissement=self.etablissement)
        self.neighbour_etablissement = EtablissementFactory(coordination=self.coordination)
        self.of_unite = referent_of(self.unite)
        self.of_other_unite = referent_of(self.other_unite)
        self.of_etablissement = referent_of(self.etablissement)
        self.second = referent_of(self.etablissement)
        self.of_coordination = referent_of(self.coordination)
        self.of_region = referent_of(self.coordination.region)
        self.national = HabilitationFactory(lieu=None, profil="administrateur_national").user
        self.neighbour = referent_of(self.neighbour_etablissement)
        self.elsewhere = referent_of(CoordinationFactory())
        self.plain = HabilitationFactory(lieu=self.unite)

    @property
    def people(self) -> dict:
        names = "of_unite of_other_unite of_etablissement second of_coordination of_region national "
        names += "neighbour elsewhere"
        return {name: getattr(self, name) for name in names.split()}

    def deciding(self, examen) -> set[str]:
        """Whom the action lets decide, tried one by one."""
        return {name for name, user in self.people.items() if may(examen, user)}


@pytest.fixture
def hospital():
    return Hospital()


@pytest.mark.django_db(transaction=True)
def test_a_grant_undone_while_the_campaign_fills_is_left_out(hospital):
    """The worker waits for whoever takes the habilitation away, and goes on without it."""
    campagne = opened(hospital.of_etablissement, hospital.etablissement, filled=False)
    gone, done, faults = hospital.plain, threading.Event(), []

    def fill_meanwhile():
        try:
            fill(campagne)
        except Exception as fault:
            faults.append(fault)
        finally:
            done.set()
            connection.close()

    with transaction.atomic():
        Habilitation.objects.filter(pk=gone.pk)._raw_delete("default")
        thread = threading.Thread(target=fill_meanwhile)
        thread.start()
        wait_until(lambda: done.is_set() or somebody_waits())
    thread.join()
    assert faults == []
    assert not Examen.objects.filter(habilitation=gone.pk).exists()
    assert Campagne.objects.get(pk=campagne.pk).state == Campagne.State.OPEN


def may(examen, user) -> bool:
    """Also by the policy, with what the assignment says of him."""
    fresh = Examen.objects.select_related("habilitation", "campagne").get(pk=examen.pk)
    desks = relecteurs.desks_of(fresh.campagne, user)
    actor = as_professionnel(user)
    at_desk = any(one.bureau == fresh.bureau and one.rang > fresh.rang for one in desks)
    reads_him = fresh.titulaire_id in relecteurs.readers_of(fresh.campagne, user)
    try:
        policies.decide(actor, fresh, at_desk=at_desk, reads_him=reads_him)
    except Denied:
        with pytest.raises(Denied):
            decide(fresh, user)
        return False
    return True


def held(user, lieu=None) -> Habilitation:
    return Habilitation.objects.of(user).filter(**({"unite": lieu} if lieu else {})).order_by("pk").first()


class TestOpening:
    @pytest.mark.parametrize(
        ("who", "where", "allowed"),
        [
            ("of_unite", "unite", True),
            ("of_unite", "other_unite", False),
            ("of_unite", "etablissement", False),
            ("of_etablissement", "unite", True),
            ("of_etablissement", "etablissement", True),
            ("of_etablissement", "coordination", False),
            ("of_coordination", "etablissement", True),
            ("of_coordination", "coordination", True),
            ("of_region", "coordination", True),
            ("national", "coordination", True),
            ("neighbour", "etablissement", False),
            ("elsewhere", "etablissement", False),
        ],
    )
    def test_who_may_open_over_what(self, hospital, who, where, allowed):
        lieu = Lieu.of(getattr(hospital, where))
        actor = as_professionnel(getattr(hospital, who))
        assert can(policies.open_campagne, actor, [lieu]) is allowed
        if not allowed:
            with pytest.raises(Denied):
                opened(actor.user, lieu)

    def test_a_referent_whose_right_is_over_opens_nothing(self, hospital):
        yesterday = timezone.localdate() - timedelta(days=1)
        Habilitation.objects.of(hospital.of_etablissement).update(debut=yesterday, fin=yesterday)
        with pytest.raises(Denied):
            opened(hospital.of_etablissement, hospital.etablissement)

    def test_it_holds_each_habilitation_of_the_perimeter_once_as_it_was(self, hospital):
        HabilitationFactory(lieu=hospital.etablissement, over=True)
        HabilitationFactory(lieu=hospital.etablissement, revoked=True)
        to_come = HabilitationFactory(lieu=hospital.other_unite, future=True)
        campagne = opened(hospital.of_etablissement, hospital.etablissement)
        lines = campagne.examens.values_list("habilitation", flat=True)
        expected = {
            hospital.plain.pk,
            to_come.pk,
            *(
                held(one).pk
                for one in (
                    hospital.of_unite,
                    hospital.of_other_unite,
                    hospital.of_etablissement,
                    hospital.second,
                )
            ),
        }
        assert set(lines) == expected
        assert campagne.state == Campagne.State.OPEN
        avant = line_of(campagne, hospital.plain).avant
        assert (avant["compte"], avant["unite"]) == (hospital.plain.user.login, hospital.unite.nom)
        assert (avant["fin"], avant["droits"]) == (str(hospital.plain.fin), {})

    def test_several_places_that_lie_in_one_another_count_once(self, hospital):
        campagne = opened(hospital.of_etablissement, hospital.etablissement, hospital.unite)
        assert campagne.examens.filter(habilitation=hospital.plain).count() == 1

    def test_only_some_profiles(self, hospital):
        campagne = opened(hospital.of_etablissement, hospital.etablissement, profils=["prescripteur_medical"])
        assert list(campagne.examens.values_list("habilitation", flat=True)) == [hospital.plain.pk]

    def test_only_what_was_not_used_for_six_months(self, hospital):
        today = timezone.localdate()
        long_ago = today - timedelta(days=300)
        rows = {
            name: HabilitationFactory(lieu=hospital.unite, debut=debut)
            for name, debut in {
                "never": long_ago,
                "used": long_ago,
                "old_use": long_ago,
                "new": today,
            }.items()
        }
        Habilitation.objects.filter(pk=rows["used"].pk).update(used_on=today)
        Habilitation.objects.filter(pk=rows["old_use"].pk).update(used_on=long_ago)
        campagne = opened(hospital.of_unite, hospital.unite, inutilisees=True)
        lines = set(campagne.examens.values_list("habilitation", flat=True))
        assert lines == {rows["never"].pk, rows["old_use"].pk}

    def test_over_nothing(self, hospital):
        with pytest.raises(ValidationError, match="aucune habilitation"):
            opened(hospital.of_etablissement, hospital.other_unite, profils=["regulateur"])
        assert not Campagne.objects.exists()

    def test_without_any_reviewer(self):
        """The national administrator alone, above himself there is nobody."""
        alone = referent_of(UniteFactory())
        Habilitation.objects.exclude(user=alone).delete()
        with pytest.raises(ValidationError, match="Personne ne peut examiner"):
            opened(alone, held(alone).unite)
        assert not Campagne.objects.exists()
        assert not Relecteur.objects.exists()

    @pytest.mark.parametrize("days", [0, -1])
    def test_past_deadline(self, hospital, days):
        with pytest.raises(ValidationError) as refused:
            opened(hospital.of_unite, hospital.unite, echeance=timezone.localdate() + timedelta(days=days))
        assert "echeance" in refused.value.message_dict

    def test_over_a_closed_structure(self, hospital):
        hospital.unite.closed_at = timezone.now()
        hospital.unite.save()
        with pytest.raises(Denied, match="fermée"):
            opened(hospital.of_unite, hospital.unite)

    def test_twice_is_once(self, hospital):
        cle = uuid.uuid4()
        first = opened(hospital.of_unite, hospital.unite, cle=cle)
        assert opened(hospital.of_unite, hospital.unite, cle=cle) == first
        assert Entry.objects.filter(event="campagne.opened").count() == 1

    def test_filled_again_after_a_kill_it_goes_on(self, hospital, monkeypatch):
        monkeypatch.setattr(ouverture, "SLICE", 2)
        campagne = opened(hospital.of_etablissement, hospital.etablissement, filled=False)
        actions.fill_slice(campagne, today=timezone.localdate(), now=timezone.now(), by=BY)
        assert campagne.examens.count() == 2
        Campagne.objects.update(prepared_to=0)  # as if the slice's own progress had been lost
        campagne = fill(Campagne.objects.get())
        assert campagne.examens.count() == 5


class TestWhoReviews:
    """The truth table: the nearest above, never oneself, never who reads him."""

    def table(self, hospital, habilitation, expected, *, opener="of_region", over="coordination"):
        campagne = opened(getattr(hospital, opener), getattr(hospital, over))
        examen = line_of(campagne, habilitation)
        assert hospital.deciding(examen) == set(expected.split())

    def test_a_unit_is_read_by_its_referent(self, hospital):
        self.table(hospital, hospital.plain, "of_unite")

    def test_a_unit_without_referent_by_those_of_the_structure(self, hospital):
        Habilitation.objects.of(hospital.of_unite).update(revoked_at=timezone.now())
        self.table(hospital, hospital.plain, "of_etablissement second")

    def test_the_structure_itself_by_its_referents(self, hospital):
        self.table(hospital, HabilitationFactory(lieu=hospital.etablissement), "of_etablissement second")

    def test_a_referent_unite_by_those_of_the_structure(self, hospital):
        self.table(hospital, held(hospital.of_unite), "of_etablissement second")

    def test_a_referent_structure_by_the_coordination_never_by_his_like(self, hospital):
        self.table(hospital, held(hospital.of_etablissement), "of_coordination")

    def test_a_referent_coordination_by_the_region(self, hospital):
        self.table(hospital, held(hospital.of_coordination), "of_region")

    def test_a_plain_right_of_a_referent_by_who_outranks_him(self, hospital):
        """He who reads the other unit, and is read there, would be read by whom he reads."""
        across = HabilitationFactory(lieu=hospital.other_unite, user=hospital.of_unite)
        back = HabilitationFactory(lieu=hospital.unite, user=hospital.of_other_unite)
        campagne = opened(hospital.of_etablissement, hospital.etablissement)
        for one in (across, back):
            assert hospital.deciding(line_of(campagne, one)) == {"of_etablissement", "second"}

    def test_a_referent_next_door_is_nobody_here(self, hospital):
        """His plain right is read by the unit: he reads nothing of this campaign."""
        right = HabilitationFactory(lieu=hospital.unite, user=hospital.neighbour)
        self.table(hospital, right, "of_unite", opener="of_etablissement", over="etablissement")

    def test_without_anybody_above_it_is_nobodys(self, hospital):
        above = HabilitationFactory(lieu=hospital.unite, user=hospital.national)
        campagne = opened(hospital.of_region, hospital.coordination)
        examen = line_of(campagne, above)
        assert (examen.bureau, hospital.deciding(examen)) == ("", set())
        assert campagnes.progress(campagne).sans_relecteur == 1

    def test_a_future_referent_is_not_read_by_whom_he_will_join(self, hospital):
        to_come = HabilitationFactory(lieu=hospital.unite, profil=REFERENT_UNITE.code, future=True)
        self.table(hospital, to_come, "of_etablissement second")

    def test_a_disabled_referent_reads_nothing(self, hospital):
        hospital.of_unite.disabled_at = timezone.now()
        hospital.of_unite.save()
        self.table(hospital, hospital.plain, "of_etablissement second")

    @pytest.mark.parametrize("change", [{"fin": -1}, {"debut": 1}, {"revoked": True}])
    def test_a_referent_whose_right_is_over_or_to_come_reads_nothing(self, hospital, change):
        own, today = held(hospital.of_unite), timezone.localdate()
        if "revoked" in change:
            own.revoked_at = timezone.now()
        if "fin" in change:
            own.debut, own.fin = today - timedelta(days=9), today - timedelta(days=1)
        if "debut" in change:
            own.debut = today + timedelta(days=1)
        own.save()
        self.table(hospital, hospital.plain, "of_etablissement second")

    def test_nobody_ever_reads_who_reads_him(self, hospital):
        """Over everybody, each holding something everywhere."""
        for user in hospital.people.values():
            for lieu in (hospital.unite, hospital.other_unite, hospital.etablissement):
                HabilitationFactory(lieu=lieu, user=user)
        campagne = opened(hospital.of_region, hospital.coordination)
        reads = {
            (one.user_id, examen.titulaire_id)
            for examen in campagne.examens.order_by("pk")
            for one in relecteurs.of_line(examen)
        }
        assert reads
        assert [(a, b) for a, b in reads if a == b or (b, a) in reads] == []

    def test_the_policy_refuses_oneself_and_who_is_read_whatever_the_desk_says(self, hospital):
        campagne = opened(hospital.of_etablissement, hospital.etablissement)
        examen = line_of(campagne, held(hospital.of_unite))
        own = as_professionnel(hospital.of_unite)
        with pytest.raises(Denied, match="propres"):
            policies.decide(own, examen, at_desk=True, reads_him=False)
        above = as_professionnel(hospital.of_etablissement)
        with pytest.raises(Denied, match="examine vos habilitations"):
            policies.decide(above, examen, at_desk=True, reads_him=True)
        with pytest.raises(Denied, match="liste d’une autre"):
            policies.decide(above, examen, at_desk=False, reads_him=False)

    def test_the_database_refuses_oneself(self, hospital):
        campagne = opened(hospital.of_unite, hospital.unite)
        examen = line_of(campagne, hospital.plain)
        known = {"state": "decided", "decision": "keep", "decided_at": timezone.now()}
        with pytest.raises(IntegrityError), connection.cursor():
            Examen.objects.filter(pk=examen.pk).update(decided_by=examen.titulaire_id, **known)


class TestMeanwhile:
    def test_a_new_habilitation_is_added_and_said(self, hospital):
        campagne = opened(hospital.of_unite, hospital.unite)
        new = HabilitationFactory(lieu=hospital.unite)
        assert follow(campagne)["added"] == 1
        examen = line_of(campagne, new)
        assert (examen.ajoute_le, examen.bureau) == (timezone.localdate(), f"unite:{hospital.unite.pk}")
        assert follow(campagne) == {"added": 0, "ended": 0, "moved": 0}

    def test_or_left_out_and_said(self, hospital):
        campagne = opened(hospital.of_unite, hospital.unite, nouvelles="leave")
        HabilitationFactory(lieu=hospital.unite)
        assert follow(campagne)["added"] == 0
        assert campagnes.left_out(campagne, today=timezone.localdate()) == 1

    def test_an_ended_line_is_closed(self, hospital):
        campagne = opened(hospital.of_unite, hospital.unite)
        actions.revoke(hospital.plain, now=timezone.now(), by=as_professionnel(hospital.of_unite))
        with pytest.raises(ValidationError, match="terminée"):
            decide(line_of(campagne, hospital.plain), hospital.of_unite)
        assert follow(campagne)["ended"] == 1
        assert line_of(campagne, hospital.plain).state == Examen.State.ENDED

    def test_a_line_whose_end_is_undone_is_to_be_decided_again(self, hospital):
        campagne = opened(hospital.of_unite, hospital.unite)
        before = Habilitation.objects.filter(pk=hospital.plain.pk)
        before.update(revoked_at=timezone.now())
        follow(campagne)
        before.update(revoked_at=None)
        follow(campagne)
        assert line_of(campagne, hospital.plain).is_todo

    def test_a_moved_unit_is_read_from_its_new_place(self, hospital):
        Habilitation.objects.of(hospital.of_unite).update(revoked_at=timezone.now())
        campagne = opened(hospital.of_etablissement, hospital.etablissement)
        examen = line_of(campagne, hospital.plain)
        assert may(examen, hospital.second)
        annuaire.actions.move(hospital.unite, into=hospital.neighbour_etablissement, by=BY)
        follow(campagne)
        examen.refresh_from_db()
        assert hospital.deciding(examen) == {"neighbour"}

    def test_a_reviewer_whose_right_ends_leaves_his_lines_to_his_successor(self, hospital):
        campagne = opened(hospital.of_etablissement, hospital.etablissement)
        examen = line_of(campagne, hospital.plain)
        Habilitation.objects.of(hospital.of_unite).update(revoked_at=timezone.now())
        with pytest.raises(Denied):
            decide(examen, hospital.of_unite)
        follow(campagne)
        examen.refresh_from_db()
        assert hospital.deciding(examen) == {"of_etablissement", "second"}

    def test_an_absent_reviewer_is_replaced_by_who_comes(self, hospital):
        hospital.of_unite.disabled_at = timezone.now()
        hospital.of_unite.save()
        campagne = opened(hospital.of_etablissement, hospital.etablissement)
        successor = referent_of(hospital.unite)
        follow(campagne)
        examen = line_of(campagne, hospital.plain)
        assert may(examen, successor)
        assert not may(examen, hospital.of_unite)

    def test_a_holder_who_becomes_referent_goes_up(self, hospital):
        campagne = opened(hospital.of_etablissement, hospital.etablissement)
        HabilitationFactory(
            user=hospital.plain.user, lieu=hospital.etablissement, profil=REFERENT_STRUCTURE.code
        )
        follow(campagne)
        examen = line_of(campagne, hospital.plain)
        assert hospital.deciding(examen) == {"of_coordination"}

    def test_who_was_read_never_reads_his_reader(self, hospital):
        """Decided first, promoted since: the other way round stays closed."""
        campagne = opened(hospital.of_etablissement, hospital.etablissement)
        decide(line_of(campagne, hospital.plain), hospital.of_unite)
        HabilitationFactory(
            user=hospital.plain.user, lieu=hospital.etablissement, profil=REFERENT_STRUCTURE.code
        )
        follow(campagne)
        back = line_of(campagne, held(hospital.of_unite))
        assert not may(back, hospital.plain.user)
        assert may(back, hospital.second)

    def test_a_decision_taken_is_not_moved(self, hospital):
        campagne = opened(hospital.of_etablissement, hospital.etablissement)
        examen = line_of(campagne, hospital.plain)
        decide(examen, hospital.of_unite)
        Habilitation.objects.of(hospital.of_unite).update(revoked_at=timezone.now())
        follow(campagne)
        examen.refresh_from_db()
        assert (examen.bureau, examen.decided_by) == (f"unite:{hospital.unite.pk}", hospital.of_unite)

    def test_a_successor_of_the_opener_follows_it(self, hospital):
        campagne = opened(hospital.of_etablissement, hospital.etablissement)
        seen = {
            name
            for name, user in hospital.people.items()
            if Campagne.objects.led_by(as_professionnel(user)).filter(pk=campagne.pk).exists()
        }
        assert seen == {"of_etablissement", "second", "of_coordination", "of_region", "national"}


def test_codes_of_referents_stay_ranked():
    """A new référent's profile needs its rank."""
    for profil in (REFERENT_UNITE, REFERENT_STRUCTURE, REFERENT_COORDINATION):
        assert profil.code in relecteurs.JOINS
