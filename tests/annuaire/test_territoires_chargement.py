"""The territory of a year: loaded whole or not at all, once, and the next year over it (ANN-7)."""

import json
import lzma
import shutil
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from django.core.management import CommandError, call_command

from annuaire import actions
from annuaire.models import (
    Commune,
    CommuneAncienne,
    Epci,
)
from annuaire.territoires import fichier, paquet, valeurs
from tests.annuaire import territoires
from tests.annuaire.territoires import everything
from viatraj.core.actor import Actor

NOW = datetime(2026, 11, 29, 8, tzinfo=UTC)
BY = Actor.system("territoire")


@pytest.fixture
def small(monkeypatch):
    """Three départements are a territory."""
    monkeypatch.setattr(valeurs, "FEWEST_COMMUNES", 100)


@pytest.fixture
def load(small, tmp_path, db):
    """Load the small territory with these parts instead."""
    return lambda **changes: actions.load_territoire(territoires.written(tmp_path, **changes), now=NOW, by=BY)


class TestTheNextYear:
    """A year later, over the one that is loaded."""

    @pytest.fixture(autouse=True)
    def loaded(self, load):
        load()

    def test_a_commune_that_was_taken_in_stays_and_is_followed(self, load):
        """76001 into 76002 in 2027; 76002 into 76004 in 2028; 76001 then leads to 76004."""
        real = territoires.small()
        into = paquet.Ancienne("76001", "deleguee", "76002", "Allouville d’hier")
        next_year = load(annee=2027, communes=territoires.without("76001"), anciennes=(*real.anciennes, into))
        gone = Commune.objects.get(code="76001")
        assert (gone.disparu_en, gone.remplacee_par_id) == (2027, "76002")
        assert next_year.ecrites == 2
        assert Commune.objects.called("76001").get().code == "76002"

        into = paquet.Ancienne("76002", "deleguee", "76004", "Alvimare d’hier")
        load(annee=2028, communes=territoires.without("76001", "76002"), anciennes=(*real.anciennes, into))
        assert {code: Commune.objects.called(code).get().code for code in ("76001", "76002")} == {
            "76001": "76004",
            "76002": "76004",
        }
        assert Commune.objects.get(code="76001").disparu_en == 2027
        assert CommuneAncienne.objects.get(code="76001").commune_id == "76004"

    def test_a_commune_without_successor_leads_nowhere(self, load):
        load(annee=2027, communes=territoires.without("76001"))
        assert Commune.objects.get(code="76001").disparu_en == 2027
        assert not Commune.objects.called("76001").exists()

    def test_a_commune_that_is_one_again_lives_again(self, load):
        into = paquet.Ancienne("76001", "deleguee", "76002", "Hier")
        real = territoires.small()
        load(annee=2027, communes=territoires.without("76001"), anciennes=(*real.anciennes, into))
        load(annee=2028)
        again = Commune.objects.get(code="76001")
        assert (again.disparu_en, again.remplacee_par, again.anciennes.count()) == (None, None, 0)
        assert Commune.objects.called("76001").get() == again
        assert not CommuneAncienne.objects.filter(code="76001").exists()

    def test_an_epci_that_is_no_more_stays(self, load):
        gone = Epci.objects.get(code=territoires.small().epci[0].code)
        alone = tuple(
            replace(one, epci="" if one.epci == gone.code else one.epci)
            for one in territoires.small().communes
        )
        load(
            annee=2027,
            communes=alone,
            epci=tuple(one for one in territoires.small().epci if one.code != gone.code),
        )
        gone.refresh_from_db()
        assert (gone.disparu_en, gone.communes.count()) == (2027, 0)

    def test_what_a_person_placed_stays_where_it_is(self, load):
        Commune.objects.filter(code="76540").update(latitude=49.4, longitude=1.1, position_origine="finess")
        communes = tuple(
            replace(one, population=1) if one.code == "76540" else one for one in territoires.small().communes
        )
        assert load(annee=2027, communes=communes).ecrites == 1
        rouen = Commune.objects.get(code="76540")
        assert (rouen.population, rouen.latitude) == (1, 49.4)


class TestRefused:
    """One sentence, exit 1, nothing changed."""

    @pytest.fixture(autouse=True)
    def loaded(self, load):
        load()
        before = [*everything()]
        yield
        assert [*everything()] == before

    def refused(self, path, sentence):
        with pytest.raises(CommandError, match=sentence) as error:
            call_command("load_territoire", path)
        assert "\n" not in str(error.value)

    def test_another_year_older_than_the_last(self, tmp_path):
        self.refused(territoires.written(tmp_path, annee=2025), "de 2025, est plus ancien")

    def test_a_file_where_many_communes_are_gone(self, tmp_path):
        first, *_ = territoires.small().anciennes
        kept = tuple(one for one in territoires.small().communes if one.departement != "973")
        path = territoires.written(tmp_path, annee=2027, communes=kept[:-30], anciennes=(first,))
        self.refused(path, r"52 communes sur \d+ disparaîtraient")

    @pytest.mark.parametrize("size", [0, 100, 9_000, -1, -20])
    def test_a_file_that_was_cut(self, tmp_path, size):
        path = tmp_path / "coupe.xz"
        path.write_bytes(territoires.packed(fichier.text_of(territoires.small()))[:size])
        self.refused(path, "coupé, abîmé")

    @pytest.mark.parametrize(
        "text",
        [
            "",
            "M\t2026\n",
            "M\t2026\t6.0.0\nR\t11\n",
            "M\tdeux mille\t6.0.0\n",
            "M\t2026\t6.0.0\nC\t01001\t01\t\tbeaucoup\t\tAilleurs\n",
            "\x00\xff",
        ],
    )
    def test_a_file_of_another_form(self, tmp_path, text):
        path = tmp_path / "autre.xz"
        path.write_bytes(territoires.packed(text))
        self.refused(path, r"d’une autre forme|régions, aucune ligne")

    def test_a_file_that_unpacks_without_end(self, tmp_path):
        path = tmp_path / "bombe.xz"
        path.write_bytes(territoires.packed("M\t2026\t6.0.0\n" * 1_300_000))
        self.refused(path, "coupé, abîmé")

    def test_no_file(self, tmp_path):
        self.refused(tmp_path / "absent.xz", "absent.xz manque")

    @pytest.mark.parametrize(
        ("changes", "sentence"),
        [
            ({"annee": 1789}, "n’est pas celle d’un COG"),
            ({"communes": territoires.small().communes[:99]}, "que 99 communes"),
            ({"communes": territoires.small().communes * 2}, "est donné 2 fois"),
            ({"epci": territoires.small().epci[1:]}, "un EPCI inconnu"),
            ({"departements": territoires.small().departements[1:]}, "un département inconnu"),
            ({"regions": territoires.small().regions[:1]}, "une région inconnue"),
            ({"communes": territoires.without("76618")}, "une commune inconnue"),
            ({"regions": ()}, "régions, aucune ligne"),
        ],
    )
    def test_a_territory_that_does_not_hold_together(self, tmp_path, changes, sentence):
        self.refused(territoires.written(tmp_path, **changes), sentence)

    @pytest.mark.parametrize(
        ("change", "sentence"),
        [
            ({"code": "1"}, "n’est pas un code"),
            ({"code": "01 01"}, "n’est pas un code"),
            ({"nom": ""}, "est vide"),
            ({"nom": "x" * 101}, "trop long"),
            ({"nom": "Rouen\u202e"}, "illisible"),
            ({"codes_postaux": ("7600",)}, "un code postal mal formé"),
        ],
    )
    def test_a_commune_that_is_none(self, tmp_path, change, sentence):
        first, *others = territoires.small().communes
        self.refused(territoires.written(tmp_path, communes=(replace(first, **change), *others)), sentence)


@pytest.mark.usefixtures("small")
class TestThePackage:
    def refresh(self, folder, to):
        call_command("refresh_territoire", folder, "--to", to)

    def test_the_file_is_what_the_package_says(self, tmp_path):
        to = tmp_path / "territoire.tsv.xz"
        self.refresh(territoires.package(tmp_path / "package"), to)
        assert fichier.read(to)[0] == territoires.small()
        assert lzma.decompress(to.read_bytes()) == fichier.text_of(territoires.small()).encode()

    def test_no_file_is_made_of_what_is_no_package(self, tmp_path):
        to, whole = tmp_path / "territoire.tsv.xz", territoires.package(tmp_path / "package")
        spoiled = {
            "n’est pas celui du paquet": lambda one: about(one, name="left-pad"),
            "version du paquet n’est pas lisible": lambda one: about(one, version="six"),
            "package.json manque": lambda one: (one / "package.json").unlink(),
            "epci.json manque": lambda one: (one / "data" / "epci.json").unlink(),
            "communes.json est coupé": lambda one: cut(one / "data" / "communes.json"),
            "pas un paquet de découpage administratif lisible": lambda one: (
                one / "data" / "communes.json"
            ).write_text("[1, 2]"),
            "EPCI, aucune ligne": lambda one: (one / "data" / "epci.json").write_text("[]"),
        }
        for sentence, spoil in spoiled.items():
            one = tmp_path / "autre"
            shutil.copytree(whole, one)
            spoil(one)
            with pytest.raises(CommandError, match=sentence):
                self.refresh(one, to)
            shutil.rmtree(one)
        assert not to.exists()

    def test_an_older_package_leaves_the_file(self, tmp_path):
        to = tmp_path / "territoire.tsv.xz"
        fichier.write(territoires.small(), to)
        before = to.read_bytes()
        with pytest.raises(CommandError, match="plus ancien que le fichier, de 2026"):
            self.refresh(territoires.package(tmp_path / "package", version="5.3.0"), to)
        assert to.read_bytes() == before


def about(folder, **said):
    path = folder / "package.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | said))


def cut(path):
    path.write_bytes(path.read_bytes()[:-1_000])
