"""Each fault of a ROR through a whole run: client, reception, decision, rows (ANN-7).

Nothing is lost, nothing is half done, and the next run is right. Of a fault tried in a delta and in a whole
region, `make test` tries one, drawn by SEED; `make proofs` the other.
"""

import os
from dataclasses import dataclass
from zlib import crc32

import pytest

from annuaire import actions
from annuaire.models import AvisFermeture, Modification, Releve, Unite
from annuaire.reads import fiches as reads
from annuaire.ror.refus import Refused
from tests.annuaire.ror_runs import (
    FINESS,
    OFFRES,
    SITES,
    former,
    number_of,
    renamed,
    seen_rows,
    synchronised,
    wanted,
)
from tests.concurrency import at_once
from tests.factories import as_professionnel, referent_of
from viatraj.core.saving import Stale, act
from viatraj.demo.ror import pannes

pytestmark = pytest.mark.django_db
SEED = int(os.environ.get("SEED") or 10)
DELTA, WHOLE = False, True
RIGHT = "right"
FIRST = [n for n in range(OFFRES) if n % SITES == 0]  # units of the first établissement
SECOND = [n for n in range(OFFRES) if n % SITES == 1]
SHORT = "n’en donne que"


@dataclass(frozen=True)
class Cas:
    """`told`: the sentence of a refusal. `kept`: units that keep their values; `wrong`: sites in error."""

    panne: str
    full: bool
    told: str = RIGHT
    kept: tuple[int, ...] = ()
    wrong: tuple[str, ...] = ()

    def __str__(self):
        return f"{self.panne}-{'complet' if self.full else 'delta'}"


def site(n: int) -> dict:
    return {"kept": tuple((FIRST, SECOND)[n]), "wrong": (FINESS[n],)}


BOTH = {"kept": (*FIRST, *SECOND), "wrong": tuple(FINESS[:2])}
CASES = [
    # cut, garbage, too large
    Cas("coupe", DELTA),
    Cas("coupe_toujours", DELTA, "pas jusqu’au bout"),
    Cas("fichier_coupe", WHOLE, "pas jusqu’au bout"),
    Cas("abime", DELTA, "pas du JSON strict"),
    Cas("fichier_abime", WHOLE, ""),
    Cas("fichier_court", WHOLE, "annonce"),
    Cas("ndjson_coupe", WHOLE, "ne dit pas où il finit"),
    Cas("nan", DELTA, "NaN n’est pas un nombre"),
    Cas("demesure", DELTA, "démesurée"),
    Cas("dix_fois", WHOLE, "offres nouvelles pour 14 connues"),
    Cas("dix_fois", DELTA, "offres nouvelles pour 14 connues"),
    # pages
    Cas("page_double", DELTA, SHORT),
    Cas("page_repetee", DELTA),
    Cas("desordre", DELTA),
    Cas("boucle", DELTA, "tourne en rond"),
    Cas("boucle_neuve", DELTA, "n’en finit pas"),
    Cas("autre_hote", DELTA, "autre hôte"),
    Cas("plafond", DELTA, SHORT),
    # time, tokens, patience
    Cas("avance", DELTA),
    Cas("avance", WHOLE),
    Cas("retard", DELTA),
    Cas("retard", WHOLE),
    Cas("401", DELTA),
    Cas("401", WHOLE),
    Cas("401_toujours", WHOLE, "refuse notre accès"),
    Cas("jeton_bref", DELTA),
    Cas("jeton_bref", WHOLE),
    Cas("429", DELTA),
    Cas("429", WHOLE),
    Cas("500", DELTA),
    Cas("500", WHOLE),
    Cas("500_toujours", DELTA, "répond 500"),
    Cas("500_toujours", WHOLE, "répond 500"),
    # exports
    Cas("export_lent", WHOLE),
    Cas("export_date", WHOLE),
    Cas("export_sans_fin", WHOLE, "ROR_HEURES"),
    Cas("export_perdu", WHOLE, "n’a plus ce que"),
    Cas("export_vide", WHOLE, "est vide"),
    Cas("export_erreur", WHOLE, "la région n’est pas complète"),
    Cas("fichier_expire", WHOLE, "plus valables"),
    Cas("fichier_disparu", WHOLE, "n’a plus ce que"),
    Cas("fichier_double", WHOLE, "deux fois le même fichier"),
    Cas("fichier_ailleurs", WHOLE),
    # what it says
    Cas("moitie", WHOLE, "7 offres sur 14 ont fermé ou disparu"),
    Cas("moitie", DELTA, kept=tuple(range(1, OFFRES, 2))),
    Cas("reference_vide", WHOLE, kept=(0,)),
    Cas("reference_vide", DELTA, kept=(0,)),
    Cas("cycle", WHOLE, **BOTH),
    Cas("offre_double", WHOLE, **BOTH),
    Cas("offre_double", DELTA, **BOTH),
    Cas("sans_cle", WHOLE, **site(0)),
    Cas("autre_region", WHOLE),
]
OTHERWISE = {"offre_deplacee", "offre_fermee"}  # each has its own test below
OF_THE_CLIENT = {  # no other way through a run than one of the above (tests/annuaire/test_ror_client.py)
    "sans_total", "avertissement", "redirection", "sans_date", "jeton_illisible", "secret", "429_date",
    "429_muet", "503", "export_sans_suivi", "export_suivi_ailleurs", "ndjson",
}  # fmt: skip


def test_every_fault_is_tried():
    assert {one.panne for one in CASES} | OTHERWISE | OF_THE_CLIENT == set(pannes.LABELS)


def drawn(cas):
    twice = sum(one.panne == cas.panne for one in CASES) > 1
    left = twice and (crc32(cas.panne.encode()) + SEED) % 2 == cas.full
    return pytest.param(cas, id=str(cas), marks=pytest.mark.proofs if left else [])


@pytest.mark.parametrize("cas", [drawn(one) for one in CASES])
def test_a_run_that_goes_wrong(tmp_path, cas):
    shorter = {} if cas.told == RIGHT else {"heures": 1}  # what stays wrong is asked for all that long
    with synchronised(tmp_path / "ror", **shorter) as runs:
        assert seen_rows() == wanted(former)
        runs.change()
        runs.ror.panne = cas.panne
        if cas.told == RIGHT:
            runs.run(full=cas.full)
            after = wanted(renamed, kept=cas.kept)
            after["etats"] |= dict.fromkeys(cas.wrong, "erreur")
        else:
            with pytest.raises(Refused) as refusal:
                runs.run(full=cas.full)
            assert cas.told in str(refusal.value).replace("\u00a0", " ")
            after = wanted(former)
        assert seen_rows() == after
        assert not Releve.objects.filter(fini_le=None).exists()
        runs.ror.panne = ""
        runs.temps.sleep(3600)
        runs.run(full=cas.full or bool(cas.kept))  # what a delta has left out, a complete run corrects
        assert seen_rows() == wanted(renamed)
        names = Modification.objects.filter(unite__isnull=False, champ="nom", flux__startswith="ROR")
        assert names.count() == OFFRES, "each was written once"


def test_a_ceiling_that_we_know_of_is_no_fault(tmp_path):
    with synchronised(tmp_path / "ror", plafond=10) as runs:
        runs.change()
        runs.ror.panne = "plafond"
        runs.run(full=DELTA)
        assert seen_rows() == wanted(renamed)


def test_a_clock_that_goes_back_loses_nothing(tmp_path):
    """What changed while the server was a day ahead is older than the moment we would ask from."""
    with synchronised(tmp_path / "ror") as runs:
        runs.ror.panne = "avance"
        assert runs.run(full=DELTA).genre == "delta"
        runs.ror.panne = ""
        runs.change()
        assert runs.run(full=DELTA).genre == "complet"
        assert seen_rows() == wanted(renamed)
        assert runs.run(full=DELTA).genre == "delta"


def test_what_cannot_be_placed_is_not_absent(tmp_path):
    """Twice: an offer that a broken reference hides is not closed."""
    with synchronised(tmp_path / "ror") as runs:
        runs.ror.panne = "reference_vide"
        for _ in range(3):
            runs.run(full=WHOLE)
        assert seen_rows() == wanted(former)


def test_an_offer_that_goes_elsewhere_and_comes_back(tmp_path):
    """Its unit stays where its people are, free of the ROR; it is joined again by a person alone."""
    with synchronised(tmp_path / "ror") as runs:
        runs.change()
        runs.ror.panne = "offre_deplacee"
        runs.run(full=WHOLE)
        after = wanted(renamed, kept=(0,))
        cle = after["units"][0][1]
        after["units"][0] = (former(0), None, None)
        after["offres"][cle] = (renamed(0), FINESS[1], 0)
        after["etats"] = seen_rows()["etats"]
        assert seen_rows() == after
        assert after["etats"][FINESS[2]] == "active"
        runs.ror.panne = ""
        runs.run(full=WHOLE)
        after["offres"][cle] = (renamed(0), FINESS[0], 0)
        after["etats"] = seen_rows()["etats"]
        assert seen_rows() == after
        assert Unite.objects.count() == OFFRES


def first_unit():
    return next(one for one in Unite.objects.all() if number_of(one) == 0)


def test_a_unit_that_the_ror_closes_is_edited_meanwhile(tmp_path):
    """The référent is shown what has changed, keeps his words, and decides of the closing himself."""
    with synchronised(tmp_path / "ror") as runs:
        opened = first_unit()
        known = {"values": {"descriptif": "À nous."}, "by": as_professionnel(referent_of(opened))}
        runs.change()
        runs.ror.panne = "offre_fermee"
        runs.run(full=WHOLE)
        with pytest.raises(Stale) as stale:
            actions.modify(opened, version=opened.version, now=runs.temps.now, **known)
        fresh = stale.value.fresh
        actions.modify(fresh, version=fresh.version, now=runs.temps.now, **known)
        assert AvisFermeture.objects.waiting().get().unite == fresh
        runs.ror.panne = ""
        runs.run(full=WHOLE)
        assert seen_rows() == wanted(renamed)
        assert reads.values(first_unit())["descriptif"] == "À nous."


@pytest.mark.django_db(transaction=True)
def test_a_unit_that_the_ror_closes_at_that_very_moment(tmp_path):
    with synchronised(tmp_path / "ror") as runs:
        opened, now = first_unit(), runs.temps.now
        known = {"values": {"descriptif": "À nous."}, "by": as_professionnel(referent_of(opened))}
        runs.change()
        runs.ror.panne = "offre_fermee"
        _, edited = at_once(
            lambda: runs.run(full=WHOLE),
            lambda: act(actions.modify, opened, version=opened.version, now=now, **known),
        )
        said = reads.values(first_unit())
        assert said["nom"] == renamed(0)
        assert (said.get("descriptif") == "À nous.") is not isinstance(edited, Stale)
        assert AvisFermeture.objects.waiting().get().unite == opened
