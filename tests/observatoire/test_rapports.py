"""Each report equals an independent computation over the rows, on worlds drawn at random (OBS-2)."""

from collections import Counter
from dataclasses import replace
from datetime import date, datetime, time, timedelta

import pytest

from annuaire.models import Etablissement
from demandes.models import Demande
from dossiers.models import Dossier
from observatoire import magasin
from observatoire.perimetres import Perimetre
from observatoire.rapports import CATALOGUE, Cadre
from tests.factories import UniteFactory
from tests.observatoire import chiffres, lignes, temoin
from tests.observatoire.comparer import KEY
from tests.observatoire.mondes import NOW, PARIS, Monde
from tests.observatoire.temoin import anyone

pytestmark = pytest.mark.django_db
COMPARED = lignes.COMPARED | chiffres.COMPARED


def read() -> None:
    """The facts alone: what is counted beforehand has its own tests."""
    magasin.read_again(list(Dossier.objects.values_list("pk", flat=True)))


@pytest.mark.parametrize(
    ("seed", "dossiers"),
    [
        *((seed, 12) for seed in range(3)),
        *(pytest.param(seed, 8, marks=pytest.mark.proofs) for seed in range(3, 203)),
    ],
)
def test_each_report_is_right(seed, dossiers):
    """OBS-2: on days of the clock, leap days, with demandes reopened, people in several dossiers."""
    monde = Monde(seed, dossiers=dossiers)
    monde.ask_cpam()
    read()
    for compare in COMPARED.values():
        compare(monde)


def test_no_report_is_left_out():
    """OBS-2: those of deployment are compared in `test_deploiement`."""
    assert CATALOGUE.keys() - COMPARED.keys() == {"DEP-01", "DEP-02"}


def test_every_report_says_what_it_is():
    """OBS-2: the dictionary is drawn from it: each column has its definition, each code its module."""
    assert len(CATALOGUE) == 19, "eighteen of the sources, and the lines of a platform"
    for code, one in CATALOGUE.items():
        assert one.code == code
        assert all((one.titre, one.resume, one.ligne, one.niveaux))
        assert [column.cle for column in one.colonnes if not column.definition] == []
        assert (one.tableau is None) == (one.nature == "lignes" or code == "DEP-01")
        assert not one.nominal or {"etablissement", "unite"} == {str(niveau.value) for niveau in one.niveaux}


def test_midnights_are_those_of_paris():
    """OBS-3: the last minute of a day in Paris is of that day, the next of the next."""
    monde = Monde(0, dossiers=0)
    last = datetime.combine(date(2026, 3, 29), time(23, 59, 59), PARIS)
    for at in (last, last + timedelta(seconds=1)):
        dossier = monde.add_dossier()
        type(dossier).objects.filter(pk=dossier.pk).update(orientation="sanitaire", created_at=at)
    read()
    cadre = Cadre(Perimetre(national=True), date(2026, 3, 29), date(2026, 3, 29), NOW, KEY)
    assert len(list(CATALOGUE["SAN-01"].lignes(cadre))) == 1


@pytest.mark.parametrize(
    ("code", "criteres", "keeps"),
    [
        ("SAN-02", {"etat": ("refusee",)}, lambda one: one.row.etat == "refusee"),
        (
            "SAN-02",
            {"type": ("had", "smr_neurologie")},
            lambda one: {"had", "smr_neurologie"} & {*one.source.types},
        ),
        ("SAN-02", {"groupe": ("Système nerveux",)}, lambda one: one.groupe == "Système nerveux"),
        ("SAN-02", {"receveur": ("0", "x", "' OR 1=1")}, lambda one: False),
        ("SAN-02", {"inconnu": ("1",)}, lambda one: False),
        ("SAN-02", {"etat": ()}, anyone),
    ],
)
def test_criteria_narrow(code, criteres, keeps):
    """OBS-3: several values add up, a forged one finds nothing."""
    Monde(11, dossiers=30)
    read()
    cadre = Cadre(Perimetre(national=True), date(2020, 1, 1), date(2026, 11, 10), NOW, KEY, criteres)
    wanted = [one for one in temoin.demandes() if one.row.orientation == "sanitaire" and keeps(one)]
    assert len(list(CATALOGUE[code].lignes(cadre))) == len(wanted) == CATALOGUE[code].estime(cadre)


@pytest.mark.parametrize("seed", range(3))
def test_delays_are_also_given_by_the_month_of_admission(seed):
    """OBS-2: as the catalogue has it, of one’s own: who was admitted, in the month that he was."""
    Monde(seed, dossiers=60)
    read()
    own = Perimetre(etablissements=tuple(Etablissement.objects.values_list("pk", flat=True)))
    cadre = Cadre(own, date(2020, 1, 1), date(2026, 11, 10), NOW, KEY)
    chosen = replace(cadre, criteres={"date": ("admission",)})
    wanted = Counter(
        f"{one.row.date_admission:%Y-%m}"
        for one in temoin.demandes()
        if one.module == "sanitaire"
        and one.row.etablissement_id in own.etablissements
        and one.row.date_admission
        and one.row.date_admission <= cadre.fin
    )
    rapport = CATALOGUE["SAN-05"]
    found = Counter()
    for row in rapport.tableau(chosen).rangees:
        found[row.cles[0]] += row.valeurs[0]
    assert found == wanted
    assert sum(one.valeurs[0] for one in rapport.ensemble(chosen).rangees) == wanted.total()
    assert seed or wanted, "of the first world, somebody is"
    assert rapport.tableau(replace(cadre, criteres={"date": ("jamais",)})).rangees == ()


def test_what_the_cpam_was_asked_is_narrowed_by_pathologie():
    """OBS-2: the volets of the programme are told by them."""
    monde = Monde(5, dossiers=40)
    monde.ask_cpam()
    read()
    wide = Cadre(Perimetre(national=True), date(2020, 1, 1), date(2026, 11, 10), NOW, KEY)
    every = [one for one in temoin.demandes() if one.module == "cpam"]
    groupe = next(one.groupe for one in every if one.groupe)
    counts = {
        chosen: sum(
            row.valeurs[0] for row in CATALOGUE["SAN-09"].tableau(replace(wide, criteres=said)).rangees
        )
        for chosen, said in (("all", {}), ("one", {"groupe": (groupe,)}))
    }
    assert counts == {"all": len(every), "one": sum(one.groupe == groupe for one in every)}


def test_two_files_cannot_be_joined():
    """OBS-7: a dossier has one pseudonym in a file, another in the next."""
    Monde(12)
    read()

    def names(key):
        cadre = Cadre(Perimetre(national=True), date(2020, 1, 1), date(2026, 11, 10), NOW, key)
        return {row[0] for code in ("SAN-01", "SAN-02") for row in CATALOGUE[code].lignes(cadre)}

    first = names(b"one")
    assert first == names(b"one")
    assert len(first) > 1
    assert first.isdisjoint(names(b"another"))


def test_figures_are_given_by_the_units_of_then_too():
    """OBS-4: of one’s own, by a criterion; the perimeter stays that of today."""
    monde = Monde(3, dossiers=30)
    read()
    before = monde.receveuses["sanitaire"][0]
    after = UniteFactory(etablissement=before.etablissement)
    Demande.objects.filter(unite=before).update(unite=after)
    read()
    ours = Cadre(Perimetre(unites=(after.pk,)), date(2020, 1, 1), date(2026, 11, 10), NOW, KEY)
    then = replace(ours, criteres={"structures": ("alors",)})
    tableau = CATALOGUE["SAN-05"].tableau
    assert {one.cles[1] for one in tableau(ours).rangees} == {after.pk}
    assert {one.cles[1] for one in tableau(then).rangees} == {before.pk}
    counts = [sorted(one.valeurs[0] for one in tableau(cadre).rangees) for cadre in (ours, then)]
    assert counts[0] == counts[1] != []
    assert tableau(replace(ours, criteres={"structures": ("autre",)})).rangees == ()
