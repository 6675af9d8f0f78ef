"""Which communes somebody means."""

import pytest

from annuaire.models import Commune, CommuneAncienne, Departement, Region
from annuaire.reads import communes


@pytest.fixture
def territoire(db):
    region = Region.objects.create(code="Z2", nom="Région")
    departements = ("35", "42", "2A", "974", "75")
    for code in departements:
        Departement.objects.create(code=code, nom=f"Département {code}", region=region)
    for code, nom, postal, population in [
        ("35238", "Rennes", ["35000", "35200", "35700"], 225_000),
        ("35240", "Le Rheu", ["35650"], 9_000),
        ("35288", "Saint-Malo", ["35400"], 47_000),
        ("42218", "Saint-Étienne", ["42000", "42100"], 173_000),
        ("42219", "Saint-Étienne-le-Molard", ["42130"], 900),
        ("2A004", "Ajaccio", ["20000"], 72_000),
        ("97411", "Saint-Denis", ["97400"], 153_000),
        ("75056", "Paris", ["75001", "75014"], 2_100_000),
        ("35999", "Rennes-Disparue", ["35000"], None),
    ]:
        Commune.objects.create(
            code=code,
            nom=nom,
            codes_postaux=postal,
            population=population,
            departement_id=next(
                one for one in (code[:3], code[:2]) if one in ("974", "35", "42", "2A", "75")
            ),
            disparu_en=2026 if code == "35999" else None,
        )
    CommuneAncienne.objects.create(code="35176", nom="Moigné", nature="ancienne", commune_id="35240")


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("rennes", ["35238"]),
        ("35000", ["35238"]),
        ("35238", ["35238"]),
        ("35700 Rennes", ["35238"]),
        ("Rennes (35)", ["35238"]),
        ("St-Malo", ["35288"]),
        ("saint etienne", ["42218"]),
        ("st etienne le", ["42219"]),
        ("Rhe", []),
        ("Le Rhe", ["35240"]),
        ("Moigné", ["35240"]),
        ("Renes", ["35238"]),
        ("Paris 14e", ["75056"]),
        ("75014", ["75056"]),
        ("2A", ["2A004"]),
        ("974", ["97411"]),
        ("35", ["35238", "35288", "35240"]),
        ("Rennes (42)", []),
        ("", []),
        ("\0", []),
        ("'; DROP TABLE", []),
        ("x" * 5_000, []),
    ],
)
def test_what_is_meant(territoire, typed, meant):
    assert [one.pk for one in communes.find(typed)] == meant
