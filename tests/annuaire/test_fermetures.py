"""Structures closed, replaced, merged, split: what hangs there, before and after (ANN-4, ANN-7)."""

from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError
from django.utils import timezone

import changements.actions
import habilitations.actions
from annuaire import actions, policies
from annuaire.models import Lieu
from changements.models import Changement
from courrier.models import Message
from dossiers.models import Presence, Role
from habilitations.models import Habilitation, ReferentConnu
from habilitations.profils import RESPONSABLE_ADMISSIONS
from journal.models import Entry
from tests.annuaire.astray import astray
from tests.annuaire.test_moves import ask_at, guichet_of
from tests.changements import tables
from tests.dossiers.factories import DossierFactory, place_at
from tests.factories import (
    CoordinationFactory,
    EtablissementFactory,
    HabilitationFactory,
    UniteFactory,
    as_professionnel,
    referent_of,
)
from viatraj.core.actor import Actor
from viatraj.core.policies import Denied, can

pytestmark = pytest.mark.django_db
SYSTEM = Actor.system("fermetures")
TODAY, NOW = timezone.localdate, timezone.now


def coordinator(coordination):
    return as_professionnel(referent_of(coordination))


def close(structure, *, by, **said):
    return actions.close_structure(structure, **{"on": TODAY(), "now": NOW(), "by": by, **said})


def siblings(count=2):
    """Units of one établissement."""
    here = EtablissementFactory()
    return [UniteFactory(etablissement=here) for _ in range(count)]


def fresh(row):
    return type(row).objects.get(pk=row.pk)


class TestEnding:
    def test_what_is_held_ends_and_what_is_asked_is_refused(self):
        unite, beside = siblings()
        by = as_professionnel(referent_of(unite.etablissement))
        held, kept, asked = HabilitationFactory(lieu=unite), HabilitationFactory(lieu=beside), ask_at(unite)
        past = HabilitationFactory(lieu=unite, over=True)
        done = close(unite, by=by)
        assert done.fini == ["1 habilitation prend fin", "1 demande d’habilitation prend fin"]
        assert fresh(held).revoked_by == by.user
        assert fresh(kept).is_living
        assert fresh(past).is_living
        assert (fresh(asked).state, fresh(asked).reponse) == ("refused", f"{Lieu.of(unite)} a fermé.")
        assert fresh(unite).closed_at
        assert astray() == []

    def test_an_etablissement_closes_its_units_and_guichets(self):
        unite, _ = siblings()
        here = unite.etablissement
        guichet = guichet_of(here, unites=[unite])
        shared = guichet_of(coordination=here.coordination, unites=[unite])
        rows = [HabilitationFactory(lieu=one) for one in (here, unite)]
        rows.append(HabilitationFactory(lieu=guichet, profil=RESPONSABLE_ADMISSIONS.code))
        done = close(here, by=coordinator(here.coordination))
        assert all(fresh(row).revoked_at for row in rows)
        assert len(done.below) == 3
        assert all(fresh(one).closed_at for one in (here, unite, guichet))
        assert fresh(shared).closed_at is None
        assert not shared.unites.exists()
        entry = Entry.objects.about(here).get(event="structure.closed")
        assert entry.data["guichets"] == sorted([str(Lieu.of(guichet)), str(Lieu.of(shared))])
        assert astray() == []

    def test_dossiers_stand(self):
        unite = UniteFactory()
        dossier = DossierFactory(auteur=None, lieu=unite)
        done = close(unite, by=SYSTEM)
        assert done.fini == ["1 dossier demandé reste sans équipe"]
        assert dossier.presences.get().unite == unite

    def test_closed_twice_is_refused_and_told_as_such(self):
        unite = UniteFactory()
        close(unite, by=SYSTEM)
        with pytest.raises(ValidationError, match="déjà fermée"):
            close(unite, by=SYSTEM)

    def test_neither_tomorrow_nor_in_another_age(self):
        unite = UniteFactory()
        for on in (TODAY() + timedelta(days=1), TODAY().replace(year=1999)):
            with pytest.raises(ValidationError) as refused:
                close(unite, by=SYSTEM, on=on)
            assert list(refused.value.error_dict) == ["on"]
        close(unite, by=SYSTEM, on=TODAY() - timedelta(days=400))
        assert timezone.localdate(fresh(unite).closed_at) == TODAY() - timedelta(days=400)


class TestFollowing:
    def test_rights_dates_requests_and_dossiers_go_to_the_successor(self):
        unite, after = siblings()
        held = HabilitationFactory(lieu=unite, emails=True)
        held.droits.create(domaine="sanitaire", droit="pieces", mode="aucun")
        asked, dossier = ask_at(unite), DossierFactory(auteur=None, lieu=unite)
        done = close(unite, by=SYSTEM, replaced_by=after, follow=True)
        new = Habilitation.objects.living().get(user=held.user)
        assert (new.unite, new.fin, new.emails, new.profil) == (after, held.fin, True, held.profil)
        assert [one.droit for one in new.droits.all()] == ["pieces"]
        assert fresh(held).revoked_at
        assert fresh(asked).unite == after
        assert fresh(asked).is_waiting
        assert dossier.presences.get().unite == after
        assert done.suivi == [
            "1 habilitation suit",
            "1 demande d’habilitation suit",
            "1 dossier demandé suit",
        ]
        assert fresh(unite).replaced_by == after
        assert astray() == []

    def test_what_is_held_there_already_is_not_held_twice(self):
        """By the same person, with the same profile: to the later of the two ends."""
        unite, after = siblings()
        held = HabilitationFactory(lieu=unite, fin=TODAY() + timedelta(days=90))
        there = HabilitationFactory(lieu=after, user=held.user, fin=TODAY() + timedelta(days=30))
        other = HabilitationFactory(lieu=unite, fin=TODAY() + timedelta(days=10))
        enough = HabilitationFactory(lieu=after, user=other.user, fin=TODAY() + timedelta(days=30))
        close(unite, by=SYSTEM, replaced_by=after, follow=True)
        rows = Habilitation.objects.living().of(held.user).order_by("debut")
        assert [(one.debut, one.fin) for one in rows] == [
            (there.debut, there.fin),
            (there.fin + timedelta(days=1), held.fin),
        ]
        assert list(Habilitation.objects.living().of(other.user)) == [enough]

    def test_a_dossier_that_lies_there_already_lies_there_once(self):
        unite, after = siblings()
        dossier = DossierFactory(auteur=None, lieu=CoordinationFactory())
        for one in (unite, after):
            place_at(dossier, Role.RECEVEUR, one)
        close(unite, by=SYSTEM, replaced_by=after, follow=True)
        assert Presence.objects.filter(role=Role.RECEVEUR, unite=after).count() == 1

    def test_colleagues_are_not_told_that_a_referent_left_and_came(self):
        unite, after = siblings()
        referent_of(unite)
        known = {"today": TODAY(), "now": NOW(), "by": SYSTEM}
        habilitations.actions.tell_of_referents(**known, quiet=True)
        close(unite, by=SYSTEM, replaced_by=after, follow=True)
        assert [one.unite for one in ReferentConnu.objects.all()] == [after]
        assert habilitations.actions.tell_of_referents(**known) == 0

    @pytest.mark.parametrize("wrong", ["itself", "closed", "level", "closed_above"])
    def test_not_to_any_place(self, wrong):
        unite = UniteFactory()
        after = {
            "itself": lambda: unite,
            "closed": lambda: UniteFactory(closed_at=NOW()),
            "level": EtablissementFactory,
            "closed_above": lambda: UniteFactory(etablissement=EtablissementFactory(closed_at=NOW())),
        }[wrong]()
        with pytest.raises(ValidationError) as refused:
            close(unite, by=SYSTEM, replaced_by=after, follow=True)
        assert list(refused.value.error_dict) == ["replaced_by"]
        assert fresh(unite).closed_at is None


class TestMergingAndSplitting:
    def test_nothing_of_the_loser_is_lost(self):
        unite, other = siblings()
        loser = unite.etablissement
        into = EtablissementFactory(coordination=loser.coordination)
        guichet = guichet_of(loser, unites=[unite, other])
        shared = guichet_of(coordination=loser.coordination, unites=[unite])
        held = {one: HabilitationFactory(lieu=one) for one in (loser, unite)}
        held[guichet] = HabilitationFactory(lieu=guichet, profil=RESPONSABLE_ADMISSIONS.code)
        dossier = DossierFactory(auteur=None, lieu=unite)
        actions.merge(loser, into=into, on=TODAY(), now=NOW(), by=coordinator(loser.coordination))
        assert {fresh(one).etablissement for one in (unite, other, guichet)} == {into}
        assert fresh(held[unite]).is_living
        assert fresh(held[guichet]).etablissement == into
        assert Habilitation.objects.living().get(user=held[loser].user).etablissement == into
        assert set(guichet.unites.all()) == {unite, other}
        assert list(shared.unites.all()) == [unite]
        assert dossier.presences.get().etablissement == into
        assert (fresh(loser).replaced_by, fresh(into).closed_at) == (into, None)
        assert astray() == []

    def test_units_are_shared_out(self):
        stays, goes = siblings()
        here = stays.etablissement
        into = EtablissementFactory(coordination=here.coordination)
        held, own = HabilitationFactory(lieu=goes), guichet_of(here, unites=[stays, goes])
        by = coordinator(here.coordination)
        actions.split(here, unites=[goes], into=into, by=by)
        assert (fresh(goes).etablissement, fresh(stays).etablissement) == (into, here)
        assert fresh(held).etablissement == into
        assert list(own.unites.all()) == [stays]
        with pytest.raises(ValidationError, match=str(goes)):
            actions.split(here, unites=[goes], into=into, by=by)
        assert astray() == []


class TestUndone:
    def test_all_is_as_before_for_ten_minutes(self):
        unite, after = siblings()
        here = unite.etablissement
        guichet_of(here, unites=[unite, after])
        HabilitationFactory(lieu=unite), ask_at(unite), DossierFactory(auteur=None, lieu=unite)
        HabilitationFactory(lieu=after)
        by = coordinator(here.coordination)
        for act in (
            lambda: close(unite, by=by, replaced_by=after, follow=True),
            lambda: close(here, by=by),
        ):
            before = tables.dump()
            act()
            assert tables.dump() != before
            changement = Changement.objects.latest("at")
            changements.actions.undo(changement, now=NOW(), by=by)
            assert tables.dump() == before

    def test_opened_again_later_with_what_closed_with_it(self):
        unite, closed_before = siblings()
        here, by = unite.etablissement, SYSTEM
        close(closed_before, by=by, on=TODAY() - timedelta(days=9))
        close(here, by=by)
        with pytest.raises(ValidationError, match="rouvrez d’abord"):
            actions.reopen(unite, now=NOW(), by=by)
        actions.reopen(here, now=NOW(), by=by)
        assert [fresh(one).closed_at is None for one in (here, unite, closed_before)] == [True, True, False]


def test_who_may_close_what():
    """Truth table: level of the structure × who asks; the near misses are next door."""
    unite, near = siblings()
    here, far = unite.etablissement, UniteFactory()
    guichet, shared = guichet_of(here), guichet_of(coordination=here.coordination)
    people = {
        "unité": as_professionnel(referent_of(unite)),
        "structure": as_professionnel(referent_of(here)),
        "coordination": coordinator(here.coordination),
        "région": as_professionnel(referent_of(here.coordination.region)),
        "voisine": as_professionnel(referent_of(EtablissementFactory(coordination=here.coordination))),
        "autre coordination": coordinator(far.etablissement.coordination),
        "prescripteur": as_professionnel(HabilitationFactory(lieu=here).user),
        "personne": Actor.anonymous("127.0.0.1"),
        "traitement": SYSTEM,
    }
    above = {"coordination", "région", "traitement"}
    allowed = {
        here: above,
        unite: above | {"structure"},
        near: above | {"structure"},
        guichet: above | {"structure"},
        shared: above,
    }
    for structure, names in allowed.items():
        assert {name for name, one in people.items() if can(policies.close, one, structure)} == names
    with pytest.raises(Denied):
        close(unite, by=people["structure"], replaced_by=far, follow=True)
    assert fresh(unite).closed_at is None


def test_who_may_hand_a_unit_over():
    """Truth table: whoever answers for both établissements; the giver alone is a near miss."""
    unite = UniteFactory()
    here, far = unite.etablissement, EtablissementFactory()
    into = EtablissementFactory(coordination=here.coordination)
    both = referent_of(here)
    HabilitationFactory(user=both, lieu=into, profil="referent_structure")
    people = {
        "les deux": as_professionnel(both),
        "qui donne": as_professionnel(referent_of(here)),
        "qui reçoit": as_professionnel(referent_of(into)),
        "unité": as_professionnel(referent_of(unite)),
        "coordination": coordinator(here.coordination),
        "autre coordination": coordinator(far.coordination),
        "région": as_professionnel(referent_of(here.coordination.region)),
        "prescripteur": as_professionnel(HabilitationFactory(lieu=here).user),
        "personne": Actor.anonymous("127.0.0.1"),
    }

    def allowed(giver, receiver):
        return {name for name, one in people.items() if can(policies.hand_over, one, giver, receiver)}

    assert allowed(here, into) == {"les deux", "coordination", "région"}
    assert allowed(into, here) == {"les deux", "coordination", "région"}
    assert allowed(here, far) == set()
    with pytest.raises(Denied):
        actions.split(here, unites=[unite], into=into, by=people["qui donne"])
    actions.split(here, unites=[unite], into=into, by=people["les deux"])
    assert fresh(unite).etablissement == into
    close(here, by=SYSTEM)
    assert allowed(fresh(here), into) == set()


class TestTold:
    def test_one_letter_each(self):
        """To whom held two things there, to who asked, to the référents; not to who did it."""
        unite, after = siblings()
        here = unite.etablissement
        held = HabilitationFactory(lieu=unite)
        HabilitationFactory(lieu=unite, user=held.user, profil="equipe_soignante")
        asked, colleague, above = ask_at(unite), referent_of(here), referent_of(here.coordination)
        doer = referent_of(here)
        close(unite, by=as_professionnel(doer), replaced_by=after, follow=True)
        letters = Message.objects.filter(key__startswith="fermeture:")
        to = [one.to for one in letters]
        assert sorted(to) == sorted(one.email for one in (held.user, asked.user, colleague, above))

    def test_the_journal_of_each_holder_says_it(self):
        unite = UniteFactory()
        held = HabilitationFactory(lieu=unite)
        close(unite, by=SYSTEM)
        assert Entry.objects.about(held).get().event == "habilitation.closed"
