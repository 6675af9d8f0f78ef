"""The ROR over HTTP: whatever goes wrong, the right result or one declared error (ANN-7)."""

from datetime import UTC, datetime, timedelta

import pytest

from annuaire.ror import Refused, fhir
from annuaire.ror.acces import Acces
from annuaire.ror.client import Client
from annuaire.ror.recherche import Criteres
from tests.annuaire import ror_world
from tests.annuaire.ror_world import BEGAN, OFFRES, REGION, names, resources
from viatraj.demo.ror import pannes

HOUR = 3600


@pytest.fixture
def world(tmp_path):
    with ror_world.world(tmp_path / "ror") as made:
        yield made


def by_search(client):
    return client.by_search(REGION)


def everything(client):
    return client.everything(REGION)


ALL = names(resources())


# --- Right ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("way", [by_search, everything])
def test_all_of_a_region_comes_with_what_it_hangs_on(world, way):
    envoi = way(world.client())
    found = list(envoi)
    assert names(found) == ALL
    assert envoi.moment == BEGAN
    assert {type(fhir.read(one)).__name__ for one in found} == {
        "Organization", "HealthcareService", "Location", "Practitioner", "PractitionerRole"
    }  # fmt: skip


def test_another_region_does_not(tmp_path):
    made = [*resources(offres=4), *resources(offres=4, region="93")]
    with ror_world.world(tmp_path, made) as world:
        assert names(world.client().by_search("93")) == names(resources(offres=4, region="93"))
        assert names(world.client().everything()) == names(made)


def test_nothing_is_no_fault(world):
    assert list(world.client().by_search("11")) == []


def test_a_delta_asks_again_a_few_minutes_of_the_server_s_clock(world):
    """The offer n was changed n hours before; those of 15 minutes before come again."""
    envoi = world.client().since(BEGAN - timedelta(hours=3), REGION)
    assert [one["id"] for one in envoi if one["resourceType"] == "HealthcareService"] == [
        f"o-{REGION}-{n}" for n in range(4)
    ]
    again = world.client(overlap=61).since(BEGAN - timedelta(hours=3), REGION)
    assert sum(one["resourceType"] == "HealthcareService" for one in again) == 5


def test_an_offer_comes_when_an_organization_above_it_has_changed(tmp_path):
    made = resources(days=10)
    made[0]["meta"]["lastUpdated"] = BEGAN.isoformat()
    with ror_world.world(tmp_path, made) as world:
        assert names(world.client().since(BEGAN)) == names(made)


@pytest.mark.parametrize("panne", ["avance", "retard"])
def test_the_next_delta_runs_from_the_server_s_clock(tmp_path, panne):
    with ror_world.world(tmp_path, panne=panne) as world:
        theirs = BEGAN + timedelta(seconds=pannes.HORLOGE[panne])
        assert world.client().since(theirs).moment == theirs
        assert world.client().everything().moment == theirs


def test_the_token_is_kept_and_renewed_before_its_end(world):
    client = world.client()
    list(client.by_search(REGION))
    list(client.by_search(REGION))
    assert tokens(world) == 1
    world.temps.sleep(269)
    list(client.by_search(REGION))
    assert tokens(world) == 1
    world.temps.sleep(2)  # of 300 seconds, thirty are left
    list(client.by_search(REGION))
    assert tokens(world) == 2


def tokens(world) -> int:
    return sum(method == "POST" for method, *_ in world.ror.asked)


def test_each_request_says_who_asks(world):
    list(world.client(profil="CU22").everything(REGION))
    for method, _, headers in world.ror.asked:
        if method != "POST":
            assert headers["Ror-Profil-Utilisateur-Code"] == "CU22"
            assert headers["Ror-Profil-Utilisateur-System"] == "1.2.250.1.213.1.6.1.66"
            assert headers["Ror-Role-Metier-Code"] == "AUTOMATE"
            assert headers["Ror-Role-Metier-System"] == "1.2.250.1.213.1.1.4.6"
            assert headers["Accept-Encoding"] == "gzip"
    assert world.ror.asked[-1][0] == "DELETE"  # nobody waits for the export any more


def test_an_export_is_taken_up_again_by_who_has_its_address(world):
    job = world.client().export.ask(REGION)
    assert names(world.client().exported(job)) == ALL


# --- The ceiling ------------------------------------------------------------------------------------


def test_beyond_the_ceiling_it_is_asked_by_what_finess_begins_with(tmp_path):
    with ror_world.world(tmp_path, ceiling=20) as world:
        assert names(world.client().by_search(REGION)) == ALL
        assert names(world.client().since(BEGAN - timedelta(days=30), REGION)) == ALL


def test_beyond_the_ceiling_the_country_is_asked_by_region(tmp_path):
    made = [*resources(), *resources(region="93")]
    with ror_world.world(tmp_path, made, ceiling=30) as world:
        assert names(world.client().by_search()) == names(made)


def test_what_no_piece_has_is_told_not_lost(tmp_path):
    """An offer of a site without a FINESS number is in no piece."""
    made = resources()
    del made[2]["identifier"]
    with (
        ror_world.world(tmp_path, made, ceiling=20) as world,
        pytest.raises(Refused, match="annonce 25 offres"),
    ):
        list(world.client().by_search(REGION))


def test_what_cannot_be_asked_in_smaller_pieces_is_told(tmp_path):
    told = "annonce 25 offres et n’en donne que 0"
    one_site = resources(sites=1)
    with ror_world.world(tmp_path, one_site, ceiling=20) as world, pytest.raises(Refused, match=told):
        list(world.client().by_search(REGION))


def test_pieces_have_all_of_it():
    regions = list(Criteres().pieces())
    assert len(regions) == len({one.region for one in regions}) == 21
    assert "".join(one.finess for one in regions[0].pieces()) == "0123456789"
    second = Criteres("76", finess="2").pieces()
    assert [one.finess for one in second][-2:] == ["2A", "2B"]
    assert list(Criteres("76", finess="310000018").pieces()) == []


# --- Faults -----------------------------------------------------------------------------------------

RIGHT = "right"
LOST = "annonce 25 offres et n’en donne que 15"
OF_SEARCHES = {
    "coupe": RIGHT,
    "coupe_toujours": "pas jusqu’au bout",
    "abime": "pas du JSON strict",
    "nan": "NaN n’est pas un nombre",
    "demesure": "démesurée",
    "page_double": LOST,
    "page_repetee": RIGHT,
    "desordre": RIGHT,
    "boucle": "tourne en rond",
    "boucle_neuve": "n’en finit pas",
    "autre_hote": "autre hôte",
    "plafond": "annonce 25 offres et n’en donne que 10",
    "sans_total": "ne dit pas combien",
    "avertissement": "une partie de l’index manque",
    "redirection": "renvoie ailleurs",
    "sans_date": "ne date pas",
    "401": RIGHT,
    "401_toujours": "refuse notre accès",
    "jeton_bref": RIGHT,
    "jeton_illisible": "ne donne pas de jeton",
    "secret": "refuse nos identifiants",
    "429": RIGHT,
    "429_date": RIGHT,
    "429_muet": RIGHT,
    "500": RIGHT,
    "500_toujours": "répond 500 : une erreur interne",
    "503": RIGHT,
}
OF_EXPORTS = {
    "401": RIGHT,
    "jeton_bref": RIGHT,
    "429": RIGHT,
    "500": RIGHT,
    "export_lent": RIGHT,
    "export_date": RIGHT,
    "export_sans_fin": "ROR_HEURES",
    "export_perdu": "n’a plus ce que",
    "export_sans_suivi": "où suivre",
    "export_suivi_ailleurs": "autre hôte",
    "export_erreur": "la région n’est pas complète",
    "export_vide": "est vide",
    "fichier_ailleurs": RIGHT,
    "fichier_expire": "plus valables",
    "fichier_disparu": "n’a plus ce que",
    "fichier_coupe": "pas jusqu’au bout",
    "fichier_abime": "",
    "fichier_court": "annonce",
    "fichier_double": "deux fois le même fichier",
    "ndjson": RIGHT,
    "ndjson_coupe": "ne dit pas où il finit",
}


def test_every_fault_is_tried():
    assert OF_SEARCHES.keys() | OF_EXPORTS.keys() == pannes.TRANSPORT.keys()


@pytest.mark.parametrize("panne", OF_SEARCHES)
def test_a_search_that_goes_wrong(tmp_path, panne):
    goes_wrong(tmp_path, panne, OF_SEARCHES[panne], by_search)


@pytest.mark.parametrize("panne", OF_EXPORTS)
def test_an_export_that_goes_wrong(tmp_path, panne):
    goes_wrong(tmp_path, panne, OF_EXPORTS[panne], everything)


def goes_wrong(folder, panne, outcome, way):
    """The right result, or an error that is declared; then, once all is well again, the right result."""
    with ror_world.world(folder, panne=panne) as world:
        client = world.client()
        if outcome == RIGHT:
            assert names(way(client)) == ALL
        else:
            with pytest.raises(Refused) as refusal:
                list(way(client))
            assert outcome in str(refusal.value).replace("\u00a0", " ")
        world.ror.panne = ""
        assert names(way(client)) == ALL
        no_secret_left(world)


def no_secret_left(world):
    """Nothing of ours went to the other host."""
    for _, _, headers in world.ror.asked:
        if headers["Host"] != f"127.0.0.1:{world.ror.server_port}":
            assert not [name for name in headers if name == "Authorization" or name.startswith("Ror-")]


def test_files_elsewhere_were_asked_for_without_a_token(tmp_path):
    with ror_world.world(tmp_path, panne="fichier_ailleurs") as world:
        list(everything(world.client()))
        assert f"127.0.0.1:{world.ror.elsewhere.server_port}" in {
            headers["Host"] for *_, headers in world.ror.asked
        }
        no_secret_left(world)


@pytest.mark.parametrize(
    ("panne", "way", "slept"),
    [
        ("429", by_search, [600] * 6),
        ("429_date", by_search, [3600]),
        ("503", by_search, [600] * 6),
        ("500", by_search, [2, 4]),
        ("export_lent", everything, [7200, 7200]),
        ("export_date", everything, [3600, 3600]),
    ],
)
def test_who_says_how_long_is_waited_for_as_long(tmp_path, panne, way, slept):
    with ror_world.world(tmp_path, panne=panne) as world:
        list(way(world.client()))
        assert world.temps.slept == slept


def test_who_does_not_say_is_asked_less_and_less(tmp_path):
    with ror_world.world(tmp_path, panne="429_muet") as world:
        list(by_search(world.client()))
        assert world.temps.slept[:8] == [2, 4, 8, 16, 32, 64, 120, 120]


def test_our_time_ends_before_the_server_s_patience(tmp_path):
    with ror_world.world(tmp_path, panne="429") as world, pytest.raises(Refused, match="ROR_HEURES") as told:
        list(by_search(world.client(heures=0.5)))
    assert told.value.passing
    assert sum(world.temps.slept) <= HOUR / 2


def test_a_server_that_is_not_there(tmp_path):
    temps = ror_world.Temps()
    nowhere = Acces("http://127.0.0.1:9/fhir", "http://127.0.0.1:9/token", "viatraj")
    with pytest.raises(Refused, match="ne répond pas") as told:
        Client(nowhere, sleep=temps.sleep, clock=temps.clock).everything()
    assert told.value.passing
    assert temps.slept == [2, 4, 8, 16]


@pytest.mark.parametrize("url", ["ftp://ror.example/fhir", "https://moi@ror.example/fhir", "http://[", ""])
def test_an_address_that_is_not_of_the_web(url):
    with pytest.raises(Refused, match="adresse"):
        Client(Acces(url, "", ""))


def test_a_disk_that_is_full_is_told(world, monkeypatch):
    """What leaves the client is `Refused`, whatever happens here."""

    def full():
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("annuaire.ror.export.TemporaryFile", full)
    with pytest.raises(Refused, match="le disque est plein"):
        list(everything(world.client()))


def test_a_secret_is_not_in_what_is_printed():
    assert "secret-de-test" not in repr(Acces("https://ror.example", "", "", secret="secret-de-test"))


def test_a_query_of_the_ror_s_own_guide():
    since = datetime(2022, 11, 6, 15, tzinfo=UTC)
    query = Criteres("84", since).query(200)
    assert query.startswith(
        "_filter=%28_lastUpdated+ge+2022-11-06T15%3A00%3A00Z+or+"
        "organization._lastUpdated%3Aabove+ge+2022-11-06T15%3A00%3A00Z%29&_tag="
    )
    assert query.endswith(
        "TRE-R30-RegionOM%7C84&_count=200&_include=HealthcareService%3Aorganization"
        "&_include%3Aiterate=Organization%3Apartof&_include=HealthcareService%3Alocation"
        "&_revinclude=PractitionerRole%3Aservice&_include=PractitionerRole%3Apractitioner"
    )


def test_offers_are_what_they_were_made_of(world):
    offres = [one for one in by_search(world.client()) if one["resourceType"] == "HealthcareService"]
    assert len(offres) == OFFRES
    assert {fhir.read(one).nom for one in offres} == {f"Unité {n}, « l’été »" for n in range(OFFRES)}
