"""Statements that the ORM writes once: what they say, what they hold, what is noticed (docs/adr/0082)."""

import re

import pytest
from django.db import connection
from django.db.models import Q

from accounts.models import Identite, User
from annuaire.models import Etablissement
from tests.factories import EtablissementFactory, UserFactory, as_professionnel, referent_of
from viatraj.core.actor import Actor, Grant, Rights
from viatraj.core.droits import Droit, Mode, Niveau
from viatraj.core.kept import FEW, PLACES, Among, kept, standing_for

pytestmark = pytest.mark.django_db


@kept
def _called(order, /, *, nom):
    return User.objects.filter(nom=nom).exclude(prenom="100 %").select_related("created_by").order_by(order)


@kept
def _numbers(*, users):
    return Identite.objects.filter(Among("user", users)).order_by("pk").values_list("user", "idnat")


@kept
def _ruled(actor, /, **places):
    rule = actor.rights.within(Droit.HABILITATION, etablissement="pk", coordination="coordination")
    return Etablissement.objects.filter(rule).order_by("pk").prefetch_related("unites")


@kept
def _nobody(*, nom):
    return User.objects.filter(nom=nom, pk__in=[])


class TestRows:
    def test_are_those_of_the_queryset(self, django_assert_num_queries):
        author = UserFactory(nom="Castelnau", prenom="Irène")
        made = UserFactory(nom="Castelnau", prenom="Zoé", created_by=author)
        with django_assert_num_queries(1):
            found = [(one, one.created_by) for one in _called("-pk", nom="Castelnau")]
        assert found == [(made, author), (author, None)]
        assert _called("pk", nom="Castelnau") == [author, made]
        assert _called("pk", nom="Durand") == []

    def test_of_several_values_are_sought_by_an_array(self):
        one, other = UserFactory(), UserFactory()
        rows = [
            Identite.objects.create(user=user, idnat=f"89900000000{number}", kind="rpps", nom="A", prenom="B")
            for number, user in enumerate((one, other))
        ]
        assert _numbers(users=[one.pk]) == [(one.pk, rows[0].idnat)]
        assert _numbers(users=[one.pk, other.pk]) == [(row.user_id, row.idnat) for row in rows]
        assert _numbers(users=[]) == []

    def test_of_a_statement_that_finds_nobody_are_not_asked(self, django_assert_num_queries):
        with django_assert_num_queries(0):
            assert _nobody(nom="Castelnau") == []


class TestTexts:
    def test_are_prepared_once_and_hold_nothing_of_anybody(self):
        for nom in ("Castelnau", "Durand", "Castelnau"):
            _called("pk", nom=nom)
        with connection.cursor() as cursor:
            cursor.execute("SELECT statement FROM pg_prepared_statements WHERE NOT from_sql")
            texts = [text for (text,) in cursor.fetchall() if "100 %" in text]
        assert len(texts) == 1
        assert "Castelnau" not in texts[0]

    def test_hold_a_right_and_not_its_place(self):
        lieux = EtablissementFactory(), EtablissementFactory()
        for lieu in lieux:
            who, places = standing_for(as_professionnel(referent_of(lieu)), Droit.HABILITATION)
            assert places == {"lieu0": lieu.pk}
            assert _ruled(who, **places) == [lieu]
        text = _ruled.sql(who, names=places)
        assert "IN (%(lieu0)s)" in text
        assert not {str(one) for one in PLACES} & {*re.findall(r"[0-9]+", text)}

    def test_without_any_right_find_nothing(self):
        EtablissementFactory()
        who, places = standing_for(as_professionnel(UserFactory()), Droit.HABILITATION)
        assert (_ruled(who, **places), places) == ([], {})

    def test_of_many_places_are_not_kept(self):
        lieux = EtablissementFactory.create_batch(FEW + 1)
        rights = frozenset(
            Grant(Droit.HABILITATION, Mode.OUI, "", Niveau.ETABLISSEMENT, one.pk) for one in lieux
        )
        who, places = standing_for(Actor(user=None, rights=Rights(rights)), Droit.HABILITATION)
        assert _ruled(who, **places) == lieux
        assert _ruled.statement((who,), places) is not _ruled.statement((who,), places)

    def test_are_as_many_as_there_are_sets_of_rights(self):
        actors = [as_professionnel(referent_of(EtablissementFactory())) for _ in range(3)]
        assert len({standing_for(one, Droit.HABILITATION)[0] for one in actors}) == 1


def test_what_else_decides_a_text_is_noticed():
    words = iter(("Castelnau", "Durand"))

    @kept
    def by_something_else(*, nom):
        return User.objects.filter(Q(nom=nom) | Q(nom=next(words)))

    by_something_else(nom="Léon")
    with pytest.raises(AssertionError, match="by_something_else"):
        by_something_else(nom="Léon")
