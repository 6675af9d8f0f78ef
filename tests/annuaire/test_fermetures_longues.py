"""Closing where much hangs: at once for new rights, then slice after slice; given back alike (ANN-7)."""

from collections import Counter
from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError

from annuaire import actions, attaches, tasks
from annuaire.actions import tranches
from annuaire.models import Fermeture, Lieu
from courrier.models import Message
from habilitations.models import Habilitation
from habilitations.profils import RESPONSABLE_ADMISSIONS
from journal.models import Entry
from tests.annuaire.astray import astray
from tests.annuaire.test_fermetures import NOW, SYSTEM, TODAY, close, coordinator, fresh, siblings
from tests.annuaire.test_fermetures_meanwhile import grant
from tests.annuaire.test_moves import ask_at, guichet_of
from tests.changements import tables
from tests.dossiers.factories import DossierFactory
from tests.factories import (
    EtablissementFactory,
    HabilitationFactory,
    UniteFactory,
    UserFactory,
    as_professionnel,
    referent_of,
)

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def slices(monkeypatch):
    """Nothing is small; two people at a time."""
    monkeypatch.setattr(attaches, "AT_ONCE", 0)
    monkeypatch.setattr(tranches, "SLICE", 2)


def go_on(fermeture, *, slices=None) -> int:
    done = 0
    while (slices is None or done < slices) and actions.settle_slice(fermeture, by=SYSTEM):
        done += 1
    fermeture.refresh_from_db()
    return done


def living(*places) -> Counter:
    rows = Habilitation.objects.current(TODAY()).filter(lieu_key__in=[Lieu.of(one).key for one in places])
    return Counter(one.lieu_key for one in rows)


class TestClosing:
    def test_closed_at_once_then_settled_by_slices(self):
        unite, after = siblings()
        by = as_professionnel(referent_of(unite.etablissement))
        held = [HabilitationFactory(lieu=unite) for _ in range(4)]
        HabilitationFactory(lieu=unite, user=held[0].user, profil="equipe_soignante")
        asked, dossier = ask_at(unite), DossierFactory(auteur=None, lieu=unite)
        fermeture = close(unite, by=by, replaced_by=after, follow=True)
        assert (fermeture.etat, fermeture.total, fermeture.fait) == ("en_cours", 7, 0)
        assert fresh(unite).closed_at
        assert all(fresh(one).is_living for one in held)
        with pytest.raises(ValidationError, match="fermée"):
            grant(unite, UserFactory(), by)
        assert go_on(fermeture) == 4, "three of people, one of dossiers"
        assert (fermeture.etat, fermeture.fait) == ("faite", 7)
        assert fermeture.suivi == [
            "5 habilitations suivent",
            "1 demande d’habilitation suit",
            "1 dossier demandé suit",
        ]
        assert (fresh(asked).unite, dossier.presences.get().unite) == (after, after)
        assert {one.revoked_by for one in Habilitation.objects.filter(unite=unite)} == {by.user}
        assert Entry.objects.filter(event="habilitation.followed", user=by.user).count() == 5
        letters = Counter(Message.objects.filter(key__startswith="fermeture:").values_list("to", flat=True))
        assert set(letters.values()) == {1}
        assert letters.keys() >= {one.user.email for one in held}
        assert astray() == []

    def test_a_slice_twice_is_once_and_the_next_worker_goes_on(self):
        unite = UniteFactory()
        held = [HabilitationFactory(lieu=unite) for _ in range(5)]
        fermeture = close(unite, by=SYSTEM)
        go_on(fermeture, slices=1)
        assert sum(fresh(one).is_living for one in held) == 3
        tasks.resume_fermetures()
        before = tables.dump()
        tasks.proceed_fermeture(fermeture.pk)
        assert tables.dump() == before
        assert Entry.objects.filter(event="habilitation.closed").count() == 5
        assert fresh(fermeture).fini == ["5 habilitations prennent fin"]
        assert astray() == []

    def test_units_of_a_merging_go_one_by_one(self):
        unite, other = siblings()
        loser = unite.etablissement
        into = EtablissementFactory(coordination=loser.coordination)
        guichet = guichet_of(loser, unites=[unite, other])
        for one in (loser, unite, other):
            HabilitationFactory(lieu=one)
        HabilitationFactory(lieu=guichet, profil=RESPONSABLE_ADMISSIONS.code)
        by = coordinator(loser.coordination)
        fermeture = actions.merge(loser, into=into, on=TODAY(), now=NOW(), by=by)
        assert Lieu.of(fresh(unite)).is_closed, "no right is given there meanwhile"
        go_on(fermeture, slices=1)
        assert (fresh(unite).etablissement, fresh(other).etablissement) == (into, loser)
        go_on(fermeture)
        assert {fresh(one).etablissement for one in (unite, other, guichet)} == {into}
        assert living(into, unite, other, guichet) == dict.fromkeys(
            (Lieu.of(one).key for one in (into, unite, other, guichet)), 1
        )
        assert set(guichet.unites.all()) == {unite, other}
        assert astray() == []

    def test_neither_it_nor_what_takes_its_place_changes_meanwhile(self):
        unite, after = siblings()
        HabilitationFactory(lieu=unite)
        close(unite, by=SYSTEM, replaced_by=after, follow=True)
        for act in (
            lambda: close(after, by=SYSTEM),
            lambda: close(after.etablissement, by=SYSTEM),
            lambda: actions.reopen(unite, now=NOW(), by=SYSTEM),
        ):
            with pytest.raises(ValidationError, match="est en cours"):
                act()
        tasks.resume_fermetures()
        close(after, by=SYSTEM)
        tasks.resume_fermetures()
        assert not Fermeture.objects.at_work().exists()
        assert astray() == []


@pytest.mark.parametrize("at_once", [0, 100])
class TestGivenBack:
    """At once and by slices alike."""

    @pytest.fixture(autouse=True)
    def bound(self, at_once, slices, monkeypatch):
        monkeypatch.setattr(attaches, "AT_ONCE", at_once)

    def reopen(self, structure, *, days=0):
        now = NOW() + timedelta(days=days)
        fermeture = actions.reopen(structure, give_back=True, now=now, by=SYSTEM)
        tasks.resume_fermetures()
        return fresh(fermeture)

    def test_what_ended_is_held_again_to_its_end(self):
        unite, closed_before = siblings()
        here = unite.etablissement
        close(closed_before, by=SYSTEM, on=TODAY() - timedelta(days=9))
        held = [HabilitationFactory(lieu=one) for one in (here, unite, unite, unite)]
        held[1].droits.create(domaine="sanitaire", droit="pieces", mode="aucun")
        gone, again = held[2].user, held[3]
        close(here, by=SYSTEM)
        tasks.resume_fermetures()
        gone.disabled_at = NOW()
        gone.save()
        fermeture = self.reopen(here, days=3)
        assert (fermeture.etat, fermeture.suivi) == ("rouverte", ["3 habilitations reprennent"])
        new = Habilitation.objects.living().get(user=held[1].user)
        assert (new.debut, new.fin, new.unite) == (TODAY() + timedelta(days=3), held[1].fin, unite)
        assert [one.droit for one in new.droits.all()] == ["pieces"]
        assert not fresh(held[1]).is_living, "what was, was"
        assert Habilitation.objects.living().filter(user=again.user).count() == 1
        assert not Habilitation.objects.living().filter(user=gone).exists()
        assert Message.objects.filter(to=again.user.email, key__endswith=":reopened").count() == 1
        assert astray() == []

    def test_what_had_followed_comes_back_unless_somebody_changed_it(self):
        unite, after = siblings()
        back, stays = (HabilitationFactory(lieu=unite) for _ in range(2))
        close(unite, by=SYSTEM, replaced_by=after, follow=True)
        tasks.resume_fermetures()
        Habilitation.objects.filter(user=stays.user, unite=after).update(version=2)
        self.reopen(unite)
        assert [one.unite for one in Habilitation.objects.living().filter(user=back.user)] == [unite]
        assert {one.unite for one in Habilitation.objects.living().filter(user=stays.user)} == {unite, after}
        assert astray() == []

    def test_not_after_thirty_days_nor_twice(self):
        unite = UniteFactory()
        HabilitationFactory(lieu=unite)
        close(unite, by=SYSTEM)
        tasks.resume_fermetures()
        with pytest.raises(ValidationError, match="trente jours"):
            self.reopen(unite, days=30)
        assert fresh(unite).closed_at
        self.reopen(unite, days=29)
        assert actions.reopen(unite, give_back=True, now=NOW(), by=SYSTEM) is None
        assert living(unite) == {Lieu.of(unite).key: 1}
