"""The journal notes by which right a thing was done; the habilitation, on which day it last served."""

from datetime import timedelta

import pytest
from django.db import transaction
from django.utils import timezone

from accounts.actions import note_sign_in
from accounts.models import Connexion
from dossiers.actions import create
from habilitations import actions, policies
from habilitations.models import Habilitation
from habilitations.profils import EQUIPE_SOIGNANTE, PROFILS
from journal.models import Entry, record
from tests.factories import (
    HabilitationFactory,
    MedecinFactory,
    UniteFactory,
    UserFactory,
    as_medecin,
    as_professionnel,
    referent_of,
    sign_in,
)
from viatraj.core.actor import Actor
from viatraj.core.droits import Droit

pytestmark = pytest.mark.django_db
NOWHERE = (None, None, None)


def of_right(entry):
    return entry.habilitation_id, entry.etablissement_id, entry.unite_id


def own(user) -> Habilitation:
    return Habilitation.objects.get(user=user)


def revoked_by(by, lieu) -> Entry:
    held = HabilitationFactory(lieu=lieu)
    actions.revoke(held, now=timezone.now(), by=by)
    return Entry.objects.about(held).get()


class TestTheLine:
    def test_it_notes_the_habilitation_its_place_and_its_quality(self):
        """TRC-1."""
        unite = UniteFactory()
        referent = referent_of(unite.etablissement)
        entry = revoked_by(as_professionnel(referent), unite)
        assert of_right(entry) == (own(referent).pk, unite.etablissement_id, None)
        assert entry.quality == "référent structure"
        assert entry.sentence.startswith(f"Le référent {referent.nom_complet} a supprimé")

    def test_the_nearest_right_is_the_one_that_is_used(self):
        """Of a référent of the unit, of its établissement and of its coordination: the unit's."""
        unite = UniteFactory()
        referent = referent_of(unite.etablissement.coordination)
        HabilitationFactory(user=referent, lieu=unite.etablissement, profil="referent_structure")
        near = HabilitationFactory(user=referent, lieu=unite, profil="referent_unite")
        entry = revoked_by(as_professionnel(referent), unite)
        assert of_right(entry) == (near.pk, unite.etablissement_id, unite.pk)
        beside = revoked_by(as_professionnel(referent), UniteFactory(etablissement=unite.etablissement))
        assert beside.quality == "référent structure"

    def test_each_place_of_one_act_has_its_own(self):
        first, second = UniteFactory(), UniteFactory()
        referent = referent_of(first)
        HabilitationFactory(user=referent, lieu=second, profil="referent_unite")
        by = as_professionnel(referent)
        used = [by.using(Droit.HABILITATION, one.place).unite_id for one in (first, second)]
        assert used == [first.pk, second.pk]
        assert by.using(Droit.HABILITATION, UniteFactory().place) is None

    def test_nothing_of_the_kind_in_a_medecins_space_nor_by_a_process(self):
        entries = [
            Entry.objects.about(
                create(
                    by=as_medecin(MedecinFactory()),
                    orientation="sanitaire",
                    nom="Garricou",
                    prenom="Nadège",
                    date_naissance="1969-02-03",
                    cle=None,
                )
            ).get(),
            record("structure.opened", by=Actor.system("test")),
        ]
        assert [of_right(entry) for entry in entries] == [NOWHERE, NOWHERE]

    def test_every_quality_fits_the_journal(self):
        assert max(len(profil.quality) for profil in PROFILS.values()) <= 40
        assert EQUIPE_SOIGNANTE.quality == "équipe soignante"
        assert PROFILS["pco_medecin"].quality == "PCO – Médecin"


class TestTheDay:
    def test_it_is_that_of_the_last_line_by_this_right(self):
        unite = UniteFactory()
        referent = referent_of(unite)
        idle = HabilitationFactory(user=referent, lieu=UniteFactory(), profil="referent_unite")
        revoked_by(as_professionnel(referent), unite)
        assert Habilitation.objects.get(user=referent, unite=unite).used_on == timezone.localdate()
        idle.refresh_from_db()
        assert idle.used_on is None

    def test_it_is_written_once_a_day(self, django_assert_num_queries):
        """The second line of the day writes no row, and no line asks anything of the application."""
        unite = UniteFactory()
        by = as_professionnel(referent_of(unite))
        held = own(by.user)
        by = policies.manage(by, HabilitationFactory(lieu=unite))
        rows = Habilitation.objects.filter(pk=held.pk).extra(select={"written": "xmin::text"})
        Habilitation.objects.filter(pk=held.pk).update(used_on=timezone.localdate() - timedelta(days=1))
        seen = []
        for _ in range(3):
            with django_assert_num_queries(3), transaction.atomic():
                record("comptes.searched", by=by)
            seen.append((rows.get().used_on, rows.get().written))
        assert seen[0][0] == timezone.localdate()
        assert len(set(seen)) == 1


class TestSpaces:
    """CON-11: the médecin's rights and the professional's are never those of one request."""

    def test_the_door_says_which(self, client):
        user = HabilitationFactory(user=MedecinFactory(), profil="referent_structure").user
        sign_in(client, user)
        assert client.get("/dossiers/").status_code == 200
        assert client.get("/administration/comptes/").status_code == 403
        client.post("/basculer/")
        assert client.get("/dossiers/").status_code == 403
        assert client.get("/administration/comptes/").status_code == 200


class TestConnexions:
    def test_one_row_a_day_and_means(self):
        """CON-12: kept for statistics when sessions and attempts are gone."""
        user, now = UserFactory(), timezone.now()
        for means, at in (("mail", now), ("mail", now), ("sms", now), ("mail", now - timedelta(days=1))):
            note_sign_in(user, means=means, now=at, by=Actor(user=user, means=means))
        found = Connexion.objects.filter(user=user).order_by("day", "means").values_list("day", "means")
        today = timezone.localdate(now)
        assert list(found) == [(today - timedelta(days=1), "mail"), (today, "mail"), (today, "sms")]
