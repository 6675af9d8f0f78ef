"""Where an HAD goes (ANN-2, row 38): the narrowest zone says."""

import itertools
import random

import pytest
from django.core.exceptions import ValidationError
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from annuaire import actions
from annuaire.models import Commune, Couverture, Departement, Epci, Modification, Region, Unite
from annuaire.natures import Nature
from annuaire.reads import couvertures
from annuaire.reads.couvertures import Zone
from tests import factories
from viatraj.core.policies import Denied
from viatraj.core.saving import Stale

NOW = timezone.now()


@pytest.fixture
def territoire(db):
    """Two départements of six communes; in each, two EPCI of two, and two communes in none."""
    region = Region.objects.create(code="Z1", nom="Région")
    for number in ("81", "82"):
        departement = Departement.objects.create(code=number, nom=f"Département {number}", region=region)
        for i in range(6):
            epci = None
            if i < 4:
                epci, _ = Epci.objects.get_or_create(
                    code=f"2000000{number[1]}{i // 2}",
                    defaults={"nom": f"EPCI {number} {i // 2}", "nature": "CC"},
                )
            Commune.objects.create(
                code=f"{number}00{i}", nom=f"Commune {number} {i}", departement=departement, epci=epci
            )


@pytest.fixture
def unite(territoire):
    return factories.UniteFactory(nature=Nature.HAD)


def referent_at(lieu):
    return factories.as_professionnel(factories.referent_of(lieu))


def cover(unite, *chosen, version=1, by=None):
    return actions.choose_zones(
        unite, chosen=list(chosen), version=version, now=NOW, by=by or referent_at(unite)
    )


def reached(unite) -> set[str]:
    return {one.pk for one in Commune.objects.all() if couvertures.covers(unite, one)}


def test_the_narrowest_zone_says(unite):
    cover(
        unite,
        Zone("departement", "81"),
        Zone("epci", "200000010", exclue=True),
        Zone("commune", "81001"),
        Zone("commune", "81004", exclue=True),
        Zone("commune", "82005"),
    )
    assert reached(unite) == {"81001", "81002", "81003", "81005", "82005"}


def test_what_no_had_reaches_is_listed(unite):
    other = factories.UniteFactory(nature=Nature.HAD)
    cover(unite, Zone("epci", "200000010"), Zone("commune", "81001", exclue=True))
    cover(other, Zone("commune", "81001"), Zone("commune", "81004"))
    told = couvertures.territoire(Departement.objects.get(code="81"))
    assert [one.pk for one in told.uncovered] == ["81002", "81003", "81005"]
    by_commune = {commune.pk: [one.pk for one in unites] for commune, unites in told.communes}
    assert (by_commune["81000"], by_commune["81001"]) == ([unite.pk], [other.pk])
    Unite.objects.filter(pk=other.pk).update(closed_at=NOW)
    told = couvertures.territoire(Departement.objects.get(code="81"))
    assert [one.pk for one in told.uncovered] == ["81001", "81002", "81003", "81004", "81005"]


def test_both_forms_of_the_rule_agree(unite):
    """One unit and one commune, in SQL, against the whole département, over random choices."""
    draw = random.Random(7)
    every = [Zone("departement", "81"), Zone("departement", "82")]
    every += [Zone("epci", one.pk) for one in Epci.objects.all()]
    every += [Zone("commune", one.pk) for one in Commune.objects.all()]
    for _ in range(15):
        Couverture.objects.all().delete()
        for zone in draw.sample(every, draw.randint(0, 6)):
            Couverture.objects.create(
                unite=unite, exclue=draw.random() < 0.4, **{f"{zone.kind}_id": zone.code}
            )
        whole = itertools.chain.from_iterable(
            couvertures.territoire(one).communes for one in Departement.objects.all()
        )
        assert {commune.pk for commune, unites in whole if unites} == reached(unite)


def test_of_a_departement_as_many_queries_for_one_had_as_for_many(unite):
    cover(unite, Zone("departement", "81"))
    departement, counts = Departement.objects.get(code="81"), []
    for _ in range(2):
        with CaptureQueriesContext(connection) as seen:
            couvertures.territoire(departement)
        counts.append(len(seen))
        cover(factories.UniteFactory(nature=Nature.HAD), Zone("epci", "200000010"), Zone("commune", "81004"))
    assert counts[0] == counts[1] == 3


def test_a_new_choice_replaces_the_former_one_and_is_told(unite):
    cover(unite, Zone("departement", "81"))
    row = cover(unite, Zone("commune", "82000"), version=2)
    assert couvertures.zones(row) == [Zone("commune", "82000")]
    last = Modification.objects.order_by("-pk")[0]
    assert (last.champ, last.avant, last.apres) == ("couverture", ["departement:81"], ["commune:82000"])
    assert cover(unite, Zone("commune", "82000"), version=1).version == 3  # nothing new
    with pytest.raises(Stale):
        cover(unite, Zone("commune", "82001"), version=2)


@pytest.mark.parametrize(
    ("chosen", "sentence"),
    [
        ([Zone("commune", "99999")], "n’existe pas"),
        ([Zone("epci", "81001")], "n’existe pas"),
        ([Zone("commune", "81000"), Zone("commune", "81000", exclue=True)], "deux fois"),
        ([Zone("commune", "81005")], "n’existe plus"),
    ],
)
def test_what_cannot_be_chosen(unite, chosen, sentence):
    Commune.objects.filter(pk="81005").update(disparu_en=2026)
    with pytest.raises(ValidationError, match=sentence):
        cover(unite, *chosen)
    assert not unite.couvertures.exists()


def test_only_an_had_and_only_its_referents(unite):
    smr = factories.UniteFactory(etablissement=unite.etablissement, nature=Nature.SMR)
    with pytest.raises(ValidationError, match="domicile"):
        cover(smr, Zone("departement", "81"))
    for stranger in (smr, factories.UniteFactory(nature=Nature.HAD)):
        with pytest.raises(Denied):
            cover(unite, Zone("departement", "81"), by=referent_at(stranger))
    assert cover(unite, Zone("departement", "81"), by=referent_at(unite.etablissement)).version == 2
