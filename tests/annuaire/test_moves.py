"""A unit changes établissement, an établissement coordination: what lies there follows (ANN-7, HAB-1)."""

import uuid
from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError
from django.db import connection
from django.utils import timezone

import habilitations.rights
from annuaire import actions
from annuaire.models import Guichet, Lieu, Unite, lying
from habilitations import policies
from habilitations.models import DemandeHabilitation, Habilitation
from habilitations.profils import RESPONSABLE_ADMISSIONS
from journal.models import Entry
from tests.concurrency import at_once
from tests.factories import (
    CoordinationFactory,
    EtablissementFactory,
    HabilitationFactory,
    UniteFactory,
    UserFactory,
    as_professionnel,
    referent_of,
)
from viatraj.core.actor import Actor
from viatraj.core.droits import Droit
from viatraj.core.policies import Denied, can

pytestmark = pytest.mark.django_db
ROR = Actor.system("ror")


def ask_at(lieu) -> DemandeHabilitation:
    here = Lieu.of(lieu)
    return DemandeHabilitation.objects.create(
        user=UserFactory(),
        profil="prescripteur_medical",
        niveau=here.niveau,
        fin=timezone.localdate() + timedelta(days=90),
        asked_at=timezone.now(),
        cle=uuid.uuid4(),
        **here.columns,
    )


def guichet_of(etablissement=None, *, coordination=None, unites=()) -> Guichet:
    guichet = Guichet.objects.create(
        nom="Guichet", etablissement=etablissement, coordination=coordination or etablissement.coordination
    )
    guichet.unites.set(unites)
    return guichet


def place_of(row):
    row.refresh_from_db()
    return row.place


class TestAUnit:
    def test_all_that_lies_there_follows_and_nothing_else(self):
        unite, into = UniteFactory(), EtablissementFactory()
        rows = [make(unite) for make in (lambda lieu: HabilitationFactory(lieu=lieu), ask_at)]
        beside = HabilitationFactory(lieu=unite.etablissement)
        former = beside.place
        moved = actions.move(unite, into=into, by=ROR)
        assert {place_of(row) for row in rows} == {Unite.objects.get(pk=unite.pk).place} == {moved.place}
        assert moved.place.etablissement == into.pk
        assert place_of(beside) == former

    def test_rights_and_perimeters_follow(self):
        """Who held a right on the unit keeps it; référents of the place that it leaves see it no more."""
        unite, into = UniteFactory(), EtablissementFactory()
        held = HabilitationFactory(lieu=unite)
        before, after = (as_professionnel(referent_of(one)) for one in (unite.etablissement, into))
        assert can(policies.manage, before, held)
        assert not can(policies.manage, after, held)
        actions.move(unite, into=into, by=ROR)
        held.refresh_from_db()
        assert not can(policies.manage, before, held)
        assert can(policies.manage, after, held)
        assert list(Habilitation.objects.visible_to(after).of(held.user)) == [held]
        assert not Habilitation.objects.visible_to(before).of(held.user).exists()
        rights = habilitations.rights.of_user(held.user, on=timezone.localdate())
        assert rights.cover(Droit.DOSSIER_CREATION, Unite.objects.get(pk=unite.pk).place, domaine="sanitaire")

    def test_it_leaves_the_guichets_of_its_former_place(self):
        unite = UniteFactory()
        into = EtablissementFactory(coordination=unite.etablissement.coordination)
        own = guichet_of(unite.etablissement, unites=[unite])
        shared = guichet_of(coordination=into.coordination, unites=[unite])
        responsable = HabilitationFactory(lieu=own, profil=RESPONSABLE_ADMISSIONS.code).user
        actions.move(unite, into=into, by=ROR)
        assert (list(own.unites.all()), list(shared.unites.all())) == ([], [unite])
        rights = habilitations.rights.of_user(responsable, on=timezone.localdate())
        assert not rights.cover(Droit.REPONSE, Unite.objects.get(pk=unite.pk).place, domaine="sanitaire")

    def test_the_journal_tells_it_once(self):
        unite, into = UniteFactory(), EtablissementFactory()
        HabilitationFactory(lieu=unite)
        for _ in range(2):
            actions.move(unite, into=into, by=ROR)
        entry = Entry.objects.about(unite).get()
        assert entry.event == "structure.moved"
        assert (entry.data["before"], entry.data["after"]) == (str(unite.etablissement), str(into))
        assert entry.data["carried"]["habilitations.Habilitation"] == 1

    def test_never_into_a_closed_place_nor_by_a_person(self):
        unite, closed = UniteFactory(), EtablissementFactory(closed_at=timezone.now())
        with pytest.raises(ValidationError, match="fermée"):
            actions.move(unite, into=closed, by=ROR)
        with pytest.raises(Denied):
            actions.move(unite, into=EtablissementFactory(), by=as_professionnel(referent_of(unite)))
        assert Unite.objects.get(pk=unite.pk).etablissement_id == unite.etablissement_id


class TestAnEtablissement:
    def test_its_units_guichets_and_all_that_lies_there_follow(self):
        unite, into = UniteFactory(), CoordinationFactory()
        here = unite.etablissement
        guichet = guichet_of(here, unites=[unite])
        shared = guichet_of(coordination=here.coordination, unites=[unite])
        rows = {
            structure: [HabilitationFactory(lieu=structure), ask_at(structure)]
            for structure in (here, unite, guichet)
        }
        actions.move(here, into=into, by=ROR)
        for structure, lying_there in rows.items():
            now = type(structure).objects.get(pk=structure.pk).place
            assert (now.coordination, now.region) == (into.pk, into.region_id)
            assert {place_of(row) for row in lying_there} == {now}
        assert (list(guichet.unites.all()), list(shared.unites.all())) == ([unite], [])

    def test_the_same_habilitation_is_still_refused_twice(self):
        """`lieu_key`, which the exclusion reads, does not move."""
        held = HabilitationFactory(lieu=UniteFactory())
        key = held.lieu_key
        actions.move(held.unite, into=EtablissementFactory(), by=ROR)
        held.refresh_from_db()
        assert held.lieu_key == key


class TestTheDatabaseItself:
    def test_every_table_of_what_lies_somewhere_reads_its_copies_in_the_directory(self):
        """A table without the triggers would keep the perimeter of yesterday."""
        assert {model._meta.label for model in lying()} >= {
            "habilitations.Habilitation",
            "habilitations.DemandeHabilitation",
        }
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT tgrelid::regclass::text, count(*) FROM pg_trigger"
                " WHERE tgfoid = 'annuaire_lieu'::regproc GROUP BY 1"
            )
            assert dict(cursor.fetchall()) == {model._meta.db_table: 2 for model in lying()}

    @pytest.mark.parametrize("level", ["region", "coordination", "etablissement", "guichet", "unite"])
    def test_a_wrong_copy_is_put_right(self, level):
        unite = UniteFactory()
        guichet, above = guichet_of(unite.etablissement), unite.etablissement.coordination
        lieu = {
            "region": above.region,
            "coordination": above,
            "etablissement": unite.etablissement,
            "guichet": guichet,
            "unite": unite,
        }[level]
        held = HabilitationFactory(lieu=lieu, profil="administrateur_national")
        right, wrong = held.place, Lieu.of(UniteFactory()).columns
        copies = {name: pk for name, pk in wrong.items() if name != f"{level}_id" and getattr(held, name)}
        Habilitation.objects.filter(pk=held.pk).update(**copies)
        assert place_of(held) == right

    def test_guichets_gather_their_own_units(self):
        unite, other = UniteFactory(), UniteFactory()
        guichet = guichet_of(unite.etablissement)
        actions.gather(guichet, unites=[unite], by=ROR)
        with pytest.raises(ValidationError, match=str(other)):
            actions.gather(guichet, unites=[unite, other], by=ROR)
        assert list(guichet.unites.all()) == [unite]


@pytest.mark.django_db(transaction=True)
def test_who_is_given_a_right_there_meanwhile_gets_it_where_the_unit_has_gone():
    """Real concurrency, both ways round: no row keeps the place that the unit has left."""
    for _ in range(5):
        unite, into = UniteFactory(), EtablissementFactory()
        known = {"lieu": unite, "user": UserFactory()}
        at_once(
            lambda unite=unite, into=into: actions.move(unite, into=into, by=ROR),
            lambda known=known: HabilitationFactory(**known),
            lambda into=into: actions.move(into, into=CoordinationFactory(), by=ROR),
        )
        assert Habilitation.objects.get(user=known["user"]).place == Unite.objects.get(pk=unite.pk).place
