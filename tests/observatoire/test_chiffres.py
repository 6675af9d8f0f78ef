"""Figures on screen: sums of the table, a year before, twelve months; masked as the file is (OBS-7)."""

import re
from datetime import UTC, date, datetime
from math import ceil

import pytest
import time_machine

from annuaire.models import Coordination
from dossiers.models import Dossier
from observatoire import magasin
from observatoire.masquage.regles import Regles
from observatoire.masquage.tableau import Mesure, Personnes, Rangee, Tableau
from observatoire.models import FaitDemande
from observatoire.perimetres import Perimetre
from observatoire.rapports import CATALOGUE, Cadre, Colonne, Nature, resultats
from observatoire.reads import chiffres
from observatoire.reads.chiffres import Barre
from tests.factories import CoordinationFactory, EtablissementFactory, UserFactory, referent_of, sign_in
from tests.house.test_query_counts import queries
from tests.observatoire import rig
from tests.observatoire.mondes import Monde
from viatraj.core.droits import Orientation

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 10, 9, tzinfo=UTC)
COLONNES = (Colonne("mois", "Mois"), Colonne("motif", "Motif"), Colonne("n", "Refus", "int"))
MANY = {"a": 400, "b": 200, "c": 4}


def tableau(cadre):
    """As many each month, half of it a year before."""
    rows = []
    for n in range(24):
        mois = f"{2024 + (n + 10) // 12}-{(n + 10) % 12 + 1:02}"
        if f"{cadre.debut:%Y-%m}" <= mois <= f"{cadre.fin:%Y-%m}":
            for motif, many in MANY.items():
                people = [(key, key) for key in range(many if n >= 12 else many // 2)]
                rows.append(Rangee((mois, motif), (len(people),), (Personnes.of(people),)))
    return Tableau("essai", ("mois", "motif"), (Mesure("n"),), tuple(rows))


RAPPORT = rig.essai(tableau=tableau, nature=Nature.AGREGE, colonnes=COLONNES, criteres=())
OCTOBRE = (date(2026, 10, 1), date(2026, 10, 31))


def test_ones_own_figures_are_sums():
    """OBS-2: in all and by motif, beside those of a year before; twelve months, the last one the period’s."""
    found = chiffres.of(RAPPORT, Cadre(Perimetre(etablissements=(1,)), *OCTOBRE, NOW))
    assert (found.unite, found.legende, found.refus) == ("Refus", "", "")
    assert found.essentiel == (Barre("Refus", 604, 302),)
    (motifs,) = found.sections
    assert motifs.titre == "Motif"
    assert [(one.mot, one.figure, one.before, one.largeur) for one in motifs.barres] == [
        ("a", 400, 200, 100),
        ("b", 200, 100, 50),
        ("c", 4, 2, 1),
    ]
    assert motifs.barres[0].evolution == "+100\u202f%"
    months = found.tendance.barres
    assert [one.mot for one in months][::11] == ["novembre 2025", "octobre 2026"]
    assert {one.figure for one in months} == {604}
    assert found.tendance.lignes == (" ".join(f"{n * 50},0" for n in range(12)),)


def test_a_territory_is_masked_as_its_file():
    """OBS-7: the same figures as in the file; what is masked has neither bar nor evolution."""
    cadre = Cadre(Perimetre(coordinations=(1,)), *OCTOBRE, NOW)
    found = chiffres.of(RAPPORT, cadre)
    file = dict(resultats.result(RAPPORT, cadre, today=date(2026, 11, 10)).synthese)
    said = {one.mot: one.figure for section in found.sections for one in section.barres}
    assert said == {one: file[f"Motif – {one}\u00a0: Refus"] for one in ("a", "b")}
    assert [one.figure for one in found.essentiel] == [file["Total\u00a0: Refus"]]
    assert "moins de 11 personnes" in found.legende
    assert all(one.figure % 15 == 0 for one in found.tendance.barres)


def delais(rapport, perimetre):
    """Of a world, the figures of all lines together, with those that its table adds up to."""
    cadre = Cadre(perimetre, date(2026, 1, 1), date(2026, 12, 31), datetime(2027, 2, 1, tzinfo=UTC))
    return chiffres.of(rapport, cadre), resultats.result(rapport, cadre, today=date(2027, 2, 1))


def test_quantiles_of_all_lines_are_shown():
    """OBS-2: counts, medians, quartiles, ninth decile; each line of the table too, delays in words."""
    monde = Monde(3, dossiers=30)
    magasin.read_again(list(Dossier.objects.values_list("pk", flat=True)))
    unite = monde.receveuses[Orientation.SANITAIRE][0]
    rapport = CATALOGUE["SAN-05"]
    found, file = delais(rapport, Perimetre(etablissements=(unite.etablissement_id,)))
    said = {one.mot: one for one in found.essentiel}
    assert list(said) == ["Demandes", "Répondues", "Sans réponse", "Admises"]
    assert [(one.mot, [rang for rang, _ in one.rangs]) for one in found.delais] == [
        (mot, ["P25", "médiane", "P75", "P90"])
        for mot in ("Création du dossier → envoi", "Envoi → première réponse", "Réponse → admission")
    ]
    (whole,) = next(one for one in file.totaux if not one.dimensions).rangees
    assert said["Demandes"].figure == whole.valeurs[0] > 0
    waited = sorted(
        one // 3600
        for one in FaitDemande.objects.filter(
            etablissement=unite.etablissement_id,
            module="sanitaire",
            delai_reponse__isnull=False,
            envoyee_at__year=2026,
        ).values_list("delai_reponse", flat=True)
    )
    median = found.delais[1].mediane
    assert median.figure == waited[ceil(len(waited) / 2) - 1] * 3600
    assert re.fullmatch(r"(\d+\u00a0j)? ?(\d+\u00a0h)?", median.dit)
    assert len(found.detail.lignes) == len(file.tableau.rangees)
    assert [titre for titre, _ in found.detail.lignes[0]] == [
        one for one in rapport.entetes if not re.search(r"P\d\d$", one)
    ]


@pytest.mark.parametrize("code", ["SAN-05", "SAN-07", "SAN-09", "GA-02", "GA-04", "TND-01"])
def test_all_lines_of_a_territory_are_masked_as_its_totals(code, monkeypatch):
    """OBS-7: the same figure by the same draw, whichever way it is counted."""
    monkeypatch.setattr(resultats, "rules", lambda: Regles(seuil=2, base=2, ampleur=1, plancher=0))
    monde = Monde(3, dossiers=60)
    monde.ask_cpam()
    magasin.read_again(list(Dossier.objects.values_list("pk", flat=True)))
    rapport = CATALOGUE[code]
    for coordination in Coordination.objects.all():
        found, file = delais(rapport, Perimetre(coordinations=(coordination.pk,)))
        whole = next((one for one in file.totaux if not one.dimensions), None)
        if not (whole and whole.rangees and found.essentiel):
            continue
        titles = {one.cle: one.titre for one in rapport.colonnes}
        names = [titles[one.cle] for one in whole.mesures]
        said = {one.mot: one.figure for one in found.essentiel}
        totals = dict(zip(names, whole.rangees[0].valeurs, strict=True))
        assert said == totals
    with pytest.raises(resultats.Refused):
        resultats.ensemble(
            rapport,
            Cadre(Perimetre(coordinations=(1,)), date(2026, 1, 2), date(2026, 12, 30), NOW),
            today=date(2027, 2, 1),
        )


@pytest.mark.parametrize(
    ("figure", "before", "said"),
    [
        (110, 100, "+10\u202f%"),
        (90, 100, "−10\u202f%"),
        (100, 100, "0\u202f%"),
        (10, 0, ""),
        (10, None, ""),
        ("masqué", 100, ""),
        (100, "masqué", ""),
    ],
)
def test_an_evolution_has_two_figures(figure, before, said):
    """OBS-7: none from a masked one."""
    assert Barre("x", figure, before, 0).evolution == said


def test_a_masked_month_is_a_gap():
    """OBS-7: the line stops there, and goes on after it."""
    assert list(chiffres._stretches([10, 20, None, 5], 20)) == ["0,60 50,0", "150,90"]
    assert list(chiffres._stretches([None, 0, 0], 0)) == []


def test_what_may_not_be_ordered_is_not_shown():
    """OBS-7: the same sentence."""
    found = chiffres.of(
        CATALOGUE["SAN-06"], Cadre(Perimetre(national=True), date(2026, 8, 1), OCTOBRE[1], NOW)
    )
    assert "un mois ou pour une année" in found.refus
    assert (found.sections, found.tendance) == ((), None)


class TestPage:
    URL = "/observatoire/chiffres/sanitaire/san-99/"

    @pytest.fixture(autouse=True)
    def _rapport(self, monkeypatch):
        """The last month that has ended is one of those that the report knows."""
        monkeypatch.setitem(CATALOGUE, "SAN-99", RAPPORT)
        with time_machine.travel(NOW):
            yield

    def test_tables_bars_and_a_line(self, client):
        """OBS-2: without a script; the list leads there."""
        web = sign_in(client, referent_of(EtablissementFactory()))
        assert f'href="{self.URL}"' in web.get("/observatoire/commander/sanitaire/").text
        html = web.get(self.URL, {"pour": "etablissement", "periode": "derniere"}).text
        assert html.count('<svg class="barre"') == 3
        assert html.count("<polyline") == 1
        assert "masqué" not in html

    def test_the_list_leads_to_each(self, client):
        """OBS-2: of the catalogue itself, and to no list of persons."""
        html = (
            sign_in(client, referent_of(EtablissementFactory()))
            .get("/observatoire/commander/sanitaire/")
            .text
        )
        led = {
            code for code in CATALOGUE if f'href="/observatoire/chiffres/sanitaire/{code.lower()}/"' in html
        }
        assert {"SAN-04", "SAN-05", "SAN-06", "SAN-07"} <= led
        assert not led & {code for code, one in CATALOGUE.items() if one.nominal}

    def test_a_line_without_a_figure_is_not_drawn(self, client):
        """OBS-2: nor its twelve empty months."""
        web = sign_in(client, referent_of(EtablissementFactory()))
        html = web.get("/observatoire/chiffres/sanitaire/san-05/").text
        assert "Aucun chiffre à montrer" in html
        assert "Douze derniers mois" not in html

    def test_a_coordination_reads_masked_ones(self, client):
        """OBS-7."""
        web = sign_in(client, referent_of(CoordinationFactory()))
        html = web.get(self.URL).text
        assert "moins de 11 personnes" in html
        assert html.count('<svg class="barre"') == 2

    def test_what_is_no_choice_of_his_is_the_first_one(self, client):
        """OBS-7: nor another’s territory."""
        web = sign_in(client, referent_of(EtablissementFactory()))
        other = CoordinationFactory().pk
        for asked in ({"pour": f"coordination:{other}"}, {"pour": "national"}, {"periode": "toujours"}):
            assert "masqué" not in web.get(self.URL, asked).text

    def test_lines_have_no_figures_and_no_right_no_page(self, client):
        """OBS-7: 404 of a list of persons, 403 without the right."""
        web = sign_in(client, referent_of(EtablissementFactory()))
        assert web.get("/observatoire/chiffres/sanitaire/san-01/").status_code == 404
        assert web.get("/observatoire/chiffres/handicap/san-99/").status_code == 404
        assert sign_in(client, UserFactory()).get(self.URL).status_code == 403

    def test_many_rows_cost_as_few_queries(self, client, monkeypatch):
        """OBS-2."""
        web = sign_in(client, referent_of(EtablissementFactory()))
        few = queries(web, self.URL)
        monkeypatch.setitem(MANY, "d", 50)
        assert queries(web, self.URL) == few
