"""The territory of the repository, as it is loaded (ANN-7)."""

from datetime import UTC, datetime

import pytest
from django.db import connection

from annuaire import actions
from annuaire.models import Commune, CommuneAncienne, Coordination, Departement, Epci, Millesime
from tests.annuaire.territoires import everything
from tests.factories import UserFactory
from viatraj.core.actor import Actor
from viatraj.core.policies import Denied

NOW = datetime(2026, 11, 29, 8, tzinfo=UTC)
BY = Actor.system("territoire")
pytestmark = pytest.mark.usefixtures("territoire")


class TestOfTheYear:
    def test_each_commune_of_the_cog_of_2026_is_there(self):
        assert Commune.objects.living().count() == 34_969
        assert Epci.objects.count() == 1_255
        assert Departement.objects.count() == 109
        assert Commune.objects.filter(epci__isnull=False).count() == 34_871
        (millesime,) = Millesime.objects.all()
        assert (millesime.annee, millesime.communes, millesime.epci) == (2026, 34_969, 1_255)

    def test_a_commune_says_what_forms_and_searches_ask(self):
        lyon = Commune.objects.select_related("departement__region", "epci").get(code="69123")
        assert (lyon.nom, lyon.cle, lyon.departement_id) == ("Lyon", "LYON", "69")
        assert lyon.codes_postaux == [f"6900{n}" for n in range(1, 10)]
        assert (lyon.epci.nom, lyon.departement.region.nom) == ("Métropole de Lyon", "Auvergne-Rhône-Alpes")
        assert lyon.population > 500_000
        assert Commune.objects.get(code="94038").cle == "LHAYLESROSES"

    @pytest.mark.parametrize(
        ("code", "nom", "region"),
        [
            ("975", "Saint-Pierre-et-Miquelon", "975"),
            ("976", "Mayotte", "06"),
            ("977", "Saint-Barthélemy", "977"),
            ("978", "Saint-Martin", "978"),
            ("986", "Wallis et Futuna", "986"),
            ("987", "Polynésie française", "987"),
            ("988", "Nouvelle-Calédonie", "988"),
        ],
    )
    def test_overseas_is_there_too(self, code, nom, region):
        departement = Departement.objects.select_related("region").get(code=code)
        assert (departement.nom, departement.region.code) == (nom, region)
        assert departement.communes.exclude(codes_postaux=[]).exists()

    def test_every_former_code_leads_to_a_living_commune(self):
        known = list(CommuneAncienne.objects.values_list("code", flat=True))
        living = set(Commune.objects.living().values_list("code", flat=True))
        with connection.cursor() as cursor:
            cursor.execute("SELECT one, annuaire_commune_vivante(one) FROM unnest(%s::text[]) one", [known])
            found = dict(cursor.fetchall())
        assert len(found) == 4_888
        assert {code: one for code, one in found.items() if one not in living} == {}

    @pytest.mark.parametrize(
        ("code", "living"),
        [
            ("76540", "76540"),
            ("01015", "01015"),  # a commune déléguée that gave its code to the whole
            ("01120", "01262"),  # associée
            ("75120", "75056"),  # an arrondissement
            ("69232", "69123"),  # taken in long ago
            ("75066", "93066"),  # when the Seine was one département
            ("20004", "2A004"),  # when Corsica was
            ("60455", "60694"),  # déléguée of one, once of another
            ("97127", "97801"),  # Saint-Martin, when it was of Guadeloupe
            ("98511", "97611"),  # Mamoudzou, before Mayotte was a département
            ("99352", None),
            ("01999", None),
            ("", None),
        ],
    )
    def test_which_living_commune_a_code_means(self, code, living):
        found = Commune.objects.called(code).first()
        assert (found and found.code) == living

    def test_loaded_again_nothing_is_written(self):
        before = [*everything()]
        assert actions.load_territoire(now=NOW, by=BY) is None
        assert [*everything()] == before

    def test_a_coordination_for_each_departement_once(self):
        own = Departement.objects.get(code="31")
        kept = Coordination.objects.create(region=own.region, departement=own, nom="Coordination de Toulouse")
        made = actions.create_territory(by=BY)
        assert len(made) == 109 - 2 - 1  # nobody lives in the Terres australes, nor on Clipperton
        assert {one.departement_id for one in made} & {"984", "989", "31"} == set()
        assert all(one.region_id == one.departement.region_id for one in made)
        assert Coordination.objects.get(departement="31") == kept
        assert actions.create_territory(by=BY) == []

    def test_only_an_operator_loads(self):
        user = UserFactory.build()
        for action in (lambda by: actions.load_territoire(now=NOW, by=by), actions.create_territory):
            with pytest.raises(Denied):
                action(by=Actor(user=user))
