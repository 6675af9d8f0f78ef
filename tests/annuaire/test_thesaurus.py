"""What a unit answers for the pathologies of the thésaurus (ANN-2, row 36)."""

import pytest
from django.core.exceptions import ValidationError
from django.utils import timezone

from annuaire import actions
from annuaire.models import Concept, Modification, Nomenclature, PriseEnCharge
from annuaire.reads import thesaurus
from journal.models import Entry
from tests import factories
from viatraj.core.policies import Denied
from viatraj.core.saving import Stale

YES = {"assuree": True, "age_min": 18, "age_max": None, "niveau": "courant", "conditions": ""}
NO = {"assuree": False, "age_min": None, "age_max": None, "niveau": "", "conditions": "Sur avis."}


@pytest.fixture
def pathologies(db):
    one = Nomenclature.objects.create(
        code="PATHOLOGIES", nom="Pathologies", version="2", sha256="0" * 64, chargee_le=timezone.now()
    )
    rows = [("AVC", "Système nerveux"), ("SEP", "Système nerveux"), ("BPC", "Poumon"), ("VIE", "Poumon")]
    for rang, (code, groupe) in enumerate(rows):
        Concept.objects.create(
            nomenclature=one,
            code=code,
            libelle=f"Pathologie {code}",
            groupe=groupe,
            rang=rang,
            depuis="1",
            fin="2020-01-01" if code == "VIE" else None,
        )


@pytest.fixture
def unite(db):
    return factories.UniteFactory()


def referent_at(lieu):
    return factories.as_professionnel(factories.referent_of(lieu))


def answer(unite, answers, *, version=1, by=None):
    by = by or referent_at(unite)
    return actions.answer_thesaurus(unite, answers=answers, version=version, now=timezone.now(), by=by)


def test_a_unit_answers_group_by_group(pathologies, unite):
    row = answer(unite, {"AVC": YES, "SEP": None})
    nerveux, poumon = thesaurus.groupes(row, day=timezone.localdate())
    assert (nerveux.nom, nerveux.answered, [one.code for one in nerveux.missing]) == (
        "Système nerveux",
        1,
        ["SEP"],
    )
    assert [one.code for one in nerveux.assured] == ["AVC"]
    assert [one.code for one in poumon.pathologies] == ["BPC"]  # an ended one is not asked
    assert row.origine("thesaurus") == "local"
    told = Modification.objects.get(unite=unite)
    assert (told.champ, told.avant, told.apres) == ("thesaurus:AVC", None, YES)
    assert Entry.objects.get(event="thesaurus.answered").data["pathologies"] == ["AVC"]


def test_what_is_taken_back_is_open_again(pathologies, unite):
    answer(unite, {"AVC": YES, "SEP": NO})
    answer(unite, {"AVC": None}, version=2)
    assert list(PriseEnCharge.objects.values_list("pathologie", flat=True)) == ["SEP"]
    last = Modification.objects.order_by("-pk")[0]
    assert (last.avant, last.apres) == (YES, None)


def test_the_same_answers_change_nothing(pathologies, unite):
    answer(unite, {"AVC": YES})
    assert answer(unite, {"AVC": YES, "SEP": None}, version=1).version == 2
    assert Modification.objects.count() == 1


def test_two_people_at_once(pathologies, unite):
    answer(unite, {"AVC": YES})
    with pytest.raises(Stale):
        answer(unite, {"AVC": NO}, version=1)


def test_the_database_refuses_what_does_not_hold(pathologies, unite):
    with pytest.raises(ValidationError, match="ni âge ni niveau"):
        answer(unite, {"AVC": {**YES, "assuree": False}})
    with pytest.raises(ValidationError, match="vient après"):
        answer(unite, {"AVC": {**YES, "age_max": 3}})
    assert not PriseEnCharge.objects.exists()


@pytest.mark.parametrize("code", ["VIE", "ZZZ"])
def test_a_pathologie_that_is_not_of_today_is_refused(pathologies, unite, code):
    with pytest.raises(ValidationError, match="thésaurus a changé"):
        answer(unite, {code: NO})


def test_another_unit_is_copied(pathologies, unite):
    source = factories.UniteFactory(etablissement=unite.etablissement)
    answer(source, {"AVC": YES, "SEP": NO})
    answer(unite, {"AVC": NO, "BPC": YES})
    by, now = referent_at(unite.etablissement), timezone.now()
    actions.copy_thesaurus(unite, source=source, version=2, now=now, by=by)
    said = dict(unite.prises_en_charge.values_list("pathologie", "assuree"))
    assert said == {"AVC": True, "SEP": False, "BPC": True}


def test_only_ones_own_units_are_copied(pathologies, unite):
    """The right role at the wrong place, on either side; nothing to copy; itself."""
    now, stranger = timezone.now(), factories.UniteFactory()
    answer(stranger, {"AVC": YES})
    own = referent_at(unite)
    for target, source in ((unite, stranger), (stranger, unite)):
        with pytest.raises(Denied):
            actions.copy_thesaurus(target, source=source, version=1, now=now, by=own)
    for source, sentence in ((unite, "autre unité"), (None, "rien renseigné")):
        source = source or factories.UniteFactory(etablissement=unite.etablissement)
        by = referent_at(unite.etablissement)
        with pytest.raises(ValidationError, match=sentence):
            actions.copy_thesaurus(unite, source=source, version=1, now=now, by=by)
    assert not unite.prises_en_charge.exists()


def test_who_may_answer(pathologies, unite):
    with pytest.raises(Denied):
        answer(unite, {"AVC": YES}, by=referent_at(factories.UniteFactory(etablissement=unite.etablissement)))
    assert answer(unite, {"AVC": YES}, by=referent_at(unite.etablissement)).version == 2
