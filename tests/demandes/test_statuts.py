"""DOS-4: the machine of notifications is whole, by the official codes; motifs are those of ASS_A32."""

from datetime import date
from itertools import product

import pytest

from annuaire import nomenclatures
from demandes.handicap.motifs import CATEGORIES, MODES, MOTIFS, MOTIVES, categorie_dite, mode_dit, motif_dit
from demandes.handicap.statuts import (
    FINAUX,
    PASSAGES,
    PASSAGES_UNITE,
    VIVANTS,
    Cote,
    Statut,
    StatutUnite,
    passages,
    refusal,
)
from demandes.handicap.suivis import SUIVIS
from demandes.handicap.validites import validite
from tests.factories import day

BEGUN = {Statut.ENVOYEE}


def test_every_status_is_reached_and_every_living_one_is_left():
    known, rows = set(BEGUN), list(PASSAGES.values())
    while new := {one.after for one in rows if one.after and one.before & known} - known:
        known |= new
    assert known == set(Statut)
    left = {before for one in rows for before in one.before if one.after != before}
    assert left >= VIVANTS
    assert {before for one in rows if one.code in ("54", "retablir") for before in one.before} == FINAUX


def test_every_status_of_a_unit_is_reached_and_left():
    known, rows = {""}, list(PASSAGES_UNITE.values())
    while new := {str(one.after) for one in rows if one.before & known} - known:
        known |= new
    assert known == {"", *StatutUnite.values}
    assert {before for one in rows for before in one.before} == known


def test_each_question_has_an_answer():
    """Allowed and offered, or refused with a sentence."""
    for statut, passage in product(Statut, PASSAGES.values()):
        said = refusal(statut, passage)
        assert bool(said) == (statut not in passage.before)
        offered = {one.code for one in passages(statut, passage.cote)}
        is_offered = not said and not passage.of_decision and passage.code != Statut.LUE
        assert (passage.code in offered) == is_offered
        assert not said or (said.endswith("n’est plus possible.") and statut.label in said)


def test_each_side_has_what_is_its_own():
    """The MDPH alone confirms or refuses an impossible admission; the ESMS alone says it."""
    sides = {one.code: one.cote for one in PASSAGES.values()}
    assert {code for code, cote in sides.items() if cote == Cote.MDPH} == {
        *("46", "refus", "49", "54", "37", "retablir")
    }
    assert {one.code for one in passages(Statut.IMPOSSIBLE, Cote.MDPH)} == {"46", "refus", "49"}
    assert passages(Statut.IMPOSSIBLE, Cote.ESMS) == []


def test_motifs_are_the_published_ones():
    """76 pairs; a text for each, and for each status that asks one, something to choose."""
    assert sum(map(len, MOTIFS.values())) == 76
    published = next(path for path, code, _ in nomenclatures.shipped() if code == "TRE_R358")
    codes = {one.code for one in nomenclatures.read(published).termes}
    assert {code for known in MOTIFS.values() for code in known} == codes - {"90"}
    assert all(motif_dit(code) for known in MOTIFS.values() for code in known)
    assert "'" not in "".join(motif_dit(code) for code in codes)
    assert {str(one) for one in MOTIVES} == {"45", "46", "49", "51"}
    assert all(MOTIFS[one] for one in MOTIVES)
    assert set(MOTIFS) <= {*Statut.values, *StatutUnite.values}


def test_orientations_and_modes_are_the_published_ones():
    assert all(map(categorie_dite, CATEGORIES))
    assert [mode_dit(one) for one in MODES] == [
        *("Hébergement (accueil jour et nuit)", "Accueil de jour", "Accueil de nuit")
    ]


def test_each_status_is_in_a_vue_of_each_board():
    for suivi in SUIVIS.values():
        shown = {one for vue in suivi.vues for one in vue.statuts}
        assert shown == set(Statut), suivi.code


@pytest.mark.parametrize(
    ("fin", "tone", "label"),
    [
        ("2027-03-01", "", "Valable jusqu’au 01/03/2027"),
        ("2027-02-28", "attention", "Échoit dans 91 jours, le 28/02/2027"),
        ("2026-11-30", "attention", "Échoit demain, le 30/11/2026"),
        ("2026-11-29", "attention", "Échoit aujourd’hui, le 29/11/2026"),
        ("2026-11-28", "erreur", "Échue depuis le 28/11/2026"),
    ],
)
def test_validity_is_black_orange_or_red_and_in_words(fin, tone, label):
    """Three months from 29 November: the last of February is within, the next day is not."""
    assert validite(day(fin), date(2026, 11, 29)) == (tone, label)
