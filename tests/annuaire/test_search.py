"""Finding a confrère in the national directory (ANN-5, DEL-3)."""

import random
from datetime import date

import pytest
from django.core.exceptions import ValidationError
from django.db import connection

from annuaire.models import Activite
from annuaire.reads import queries, search
from tests import plans
from tests.annuaire import files
from tests.annuaire.files import crowd, line
from tests.annuaire.typing_errors import OF_THE_HAND, mistyped
from viatraj.core import prepared

SEEN = [
    line(),
    line(code_postal="27000", commune="EVREUX"),
    line(idnat="899000000029", nom="N'DIAYE", prenom="Aïssatou", code_postal="69003", commune="LYON 03"),
    line(idnat="899000000037", nom="MARTIN-DUPONT", prenom="Zoé", code_postal="75011", commune="PARIS 11"),
    line(
        idnat="899000000045",
        nom="DE LA TOUR",
        prenom="Jean-Noël",
        code_postal="42000",
        commune="SAINT-ETIENNE",
    ),
    line(idnat="899000000052", nom="ŒUVRARD", prenom="Léa", code_postal="20090", commune="AJACCIO"),
    line(idnat="899000000060", nom="MEDDAH-LAÏD", prenom="Inès", categorie="M", code_postal="", commune=""),
    line(idnat="899000000078", nom="ETUDIANTE", categorie="E"),
    line(idnat="899000000086", nom="INFIRMIERE", profession="60"),
]


@pytest.fixture
def seen(db, load):
    load([*SEEN, *crowd(60)])


def noms(found):
    return [hit.nom for hit in found.professionnels]


@pytest.mark.parametrize(
    ("typed", "nom"),
    [
        ("leclerc", "LECLERC"), ("LÉCLERC", "LECLERC"), ("lecl", "LECLERC"), ("  leclerc  ", "LECLERC"),
        ("leclerc helene", "LECLERC"), ("Leclerc Hél", "LECLERC"), ("hélène leclerc", "LECLERC"),
        ("n'diaye", "N'DIAYE"), ("NDIAYE", "N'DIAYE"), ("N’Diaye", "N'DIAYE"), ("n diaye", "N'DIAYE"),
        ("n-diaye aissatou", "N'DIAYE"),
        ("martin dupont", "MARTIN-DUPONT"), ("martindupont", "MARTIN-DUPONT"),
        ("Martin-Dupont Zoe", "MARTIN-DUPONT"), ("dupont", "MARTIN-DUPONT"), ("Dupont", "MARTIN-DUPONT"),
        ("delatour", "DE LA TOUR"), ("de la tour jean noel", "DE LA TOUR"), ("la tour", "DE LA TOUR"),
        ("tour", "DE LA TOUR"), ("oeuvrard", "ŒUVRARD"), ("œuvrard", "ŒUVRARD"),
        ("meddah laid", "MEDDAH-LAÏD"),
        ("laïd", "MEDDAH-LAÏD"),
    ],
)  # fmt: skip
def test_case_accents_hyphens_apostrophes_and_spaces_do_not_matter(seen, typed, nom):
    found = search.find(typed)
    assert noms(found) == [nom]
    assert (found.suggestions, found.truncated) == (False, False)


def test_a_hit_is_a_person_with_all_his_places(seen):
    (hit,) = search.find("leclerc", code_postal="27").professionnels
    assert (hit.idnat, hit.numero, hit.nom, hit.prenom) == (
        "899000000011",
        "99000000011",
        "LECLERC",
        "Hélène",
    )
    assert hit.specialite == "Gériatrie"
    assert sorted(hit.lieux) == [("27000", "EVREUX"), ("76000", "ROUEN")]
    (nowhere,) = search.find("meddah").professionnels
    assert nowhere.lieux == []


@pytest.mark.parametrize(
    ("lieu", "found"),
    [
        ({"code_postal": "69003"}, True), ({"code_postal": "69"}, True), ({"code_postal": "690"}, True),
        ({"code_postal": " 69 003 "}, True), ({"code_postal": "69001"}, False),
        ({"code_postal": "75"}, False),
        ({"commune": "Lyon"}, True), ({"commune": "lyon 03"}, True), ({"commune": "LYÔN"}, True),
        ({"commune": "Paris"}, False), ({}, True),
    ],
)  # fmt: skip
def test_a_place_keeps_only_people_of_that_place(seen, lieu, found):
    assert ("N'DIAYE" in noms(search.find("ndiaye", **lieu))) is found


@pytest.mark.parametrize("commune", ["Saint-Étienne", "st etienne", "SAINT ETIENNE", "saintetienne"])
def test_saint_and_st_are_one(seen, commune):
    assert noms(search.find("de la tour", commune=commune)) == ["DE LA TOUR"]


def test_corsica_is_two_departements(seen):
    assert noms(search.find("oeuvrard", code_postal="2A")) == ["ŒUVRARD"]
    assert noms(search.find("oeuvrard", code_postal="2b")) == []
    assert noms(search.find("oeuvrard", code_postal="20")) == ["ŒUVRARD"]


@pytest.mark.parametrize("typed", ["etudiante", "infirmiere"])
def test_only_medecins_are_found(seen, typed):
    assert search.find(typed).professionnels == []
    assert search.find(typed, code_postal="76000").professionnels == []


def test_those_to_exclude_are_excluded_from_suggestions_too(seen):
    assert search.find("leclerc", exclude=["899000000011"]).professionnels == []
    assert noms(search.find("lecler", code_postal="76000", exclude=["899000000011"])) == []


def test_at_most_fifty_and_says_so(seen):
    found = search.find("voisin")
    assert len(found.professionnels) == 50
    assert found.truncated
    assert noms(found) == sorted(noms(found))
    assert not search.find("voisina").truncated


@pytest.mark.parametrize("typed", ["leclrec", "leclec", "leclercc", "lecletc", "eclerc", "kleclerc"])
@pytest.mark.parametrize("lieu", [{"code_postal": "76000"}, {"code_postal": "76"}, {"commune": "Rouen"}, {}])
def test_a_typing_error_gives_a_suggestion(seen, typed, lieu):
    found = search.find(typed, **lieu)
    assert "LECLERC" in noms(found)
    assert found.suggestions


def test_a_typing_error_in_nom_and_prenom_typed_together(seen):
    assert noms(search.find("martin-dupomt zoe"))[:1] == ["MARTIN-DUPONT"]


def test_near_surnames_are_proposed_beside_those_who_have_just_the_name(seen, load):
    others = [line(idnat="899000000094", nom="LECLERCQ"), line(idnat="899000000003", nom="LECLER")]
    load([*SEEN, *crowd(60), *others], name=files.NEXT)
    found = search.find("leclerc")
    assert (noms(found), found.suggestions) == (["LECLERC", "LECLERCQ"], False)
    assert [one.nom for one in found.noms] == ["LECLER", "LECLERCQ"]
    found = search.find("lecler helene")
    assert noms(found)[0] == "LECLER"
    assert [one.recherche for one in found.noms] == ["LECLERC HELENE"]
    found = search.find("leclerq helene", code_postal="76000")
    assert set(noms(found)) == {"LECLER", "LECLERC", "LECLERCQ"}


@pytest.mark.parametrize(
    ("typed", "nom"),
    [
        ("Dr Leclerc", "LECLERC"), ("docteur leclerc", "LECLERC"), ("Pr. Leclerc Hélène", "LECLERC"),
        ("Mme le Dr Leclerc", "LECLERC"),
        ("dupont-martin", "MARTIN-DUPONT"), ("DUPONT MARTIN", "MARTIN-DUPONT"),
        ("laid meddah", "MEDDAH-LAÏD"),
        ("dupont martin zoé", "MARTIN-DUPONT"), ("dupont zoe", "MARTIN-DUPONT"),
        ("zoe dupont", "MARTIN-DUPONT"),
        ("899000000011", "LECLERC"), ("99000000011", "LECLERC"), ("99 00 00 00 011", "LECLERC"),
        ("990\u202f000\u202f000\u202f11", "LECLERC"), ("RPPS 99000000011", "LECLERC"),
    ],
)  # fmt: skip
def test_titles_reversed_names_and_numbers_find_too(seen, typed, nom):
    found = search.find(typed)
    assert (noms(found), found.suggestions) == ([nom], False)


@pytest.mark.parametrize(
    ("typed", "nom"),
    [("la tuor", "DE LA TOUR"), ("de la tuor", "DE LA TOUR"), ("dla tour", "DE LA TOUR"),
     ("n'diaey", "N'DIAYE"),
     ("dupnot martin", "MARTIN-DUPONT"), ("dupomt", "MARTIN-DUPONT"), ("medah", "MEDDAH-LAÏD"),
     ("euvrard", "ŒUVRARD"), ("leclairc", "LECLERC")],
)  # fmt: skip
def test_a_slip_in_a_part_of_a_name_or_two_slips_suggest_it(seen, typed, nom):
    found = search.find(typed)
    assert found.suggestions
    assert noms(found)[:1] == [nom]
    assert found.noms[0].nom == nom


def test_a_number_that_nobody_has_is_said(seen):
    for typed in ("99999999999", "899000000086"):  # nobody, and an infirmière
        found = search.find(typed, code_postal="76000")
        assert (found.professionnels, found.numero) == ([], typed)
    assert search.find("899000000011", exclude=["899000000011"]).professionnels == []
    with pytest.raises(ValidationError):
        search.find("99")


def test_who_has_the_name_elsewhere_is_told_when_nobody_has_it_there(seen):
    found = search.find("leclerc", code_postal="69003 Lyon")
    assert (found.professionnels, [hit.nom for hit in found.ailleurs]) == ([], ["LECLERC"])
    assert (found.nom, found.lieu) == ("LECLERC", "69003 Lyon 03")
    found = search.find("leclrec", code_postal="69003")
    assert (found.professionnels, found.ailleurs) == ([], [])
    assert [one.nom for one in found.noms] == ["LECLERC"]
    assert search.find("leclerc", code_postal="76000").ailleurs == []


def test_a_near_surname_of_the_place_is_found_whatever_others_the_country_has(db, load):
    """ANN-5: more surnames than are proposed are as near to what was typed, and commoner; none is there."""
    others = [(end, n) for end in "12" for n in range(25)]
    elsewhere = [
        line(idnat=f"899000{end}{n:05d}", nom=f"LECLER{chr(65 + n)}", code_postal="31000")
        for end, n in others
    ]
    load([*elsewhere, line(nom="LECLERSZ", code_postal="76000")])
    assert noms(search.find("leclerz", code_postal="76000")) == ["LECLERSZ"]


def test_saint_alone_is_no_surname(db, load):
    load([line(nom="SAINT-MARTIN")])
    assert noms(search.find("saint-matrin")) == ["SAINT-MARTIN"]
    assert not search.find("siant").noms


def test_nothing_like_it_suggests_nothing(seen):
    for lieu in ({}, {"code_postal": "76000"}):
        found = search.find("xyzxyz", **lieu)
        assert found.suggestions
        assert [found.professionnels, found.noms, found.ailleurs] == [[], [], []]


@pytest.mark.parametrize(
    ("typed", "lieu", "code", "sentence"),
    [
        ("", {}, "nom", search.TOO_SHORT),
        ("ab", {}, "nom", search.TOO_SHORT),
        ("a-'b", {}, "nom", search.TOO_SHORT),
        ("%%%", {}, "nom", search.TOO_SHORT),
        ("___", {"code_postal": "76"}, "nom", search.TOO_SHORT_WITH_PLACE),
        ("a", {"code_postal": "76000"}, "nom", search.TOO_SHORT_WITH_PLACE),
        ("leclerc", {"code_postal": "7"}, "code_postal", search.BAD_CODE),
        ("leclerc", {"code_postal": "760000"}, "code_postal", search.BAD_CODE),
        ("leclerc", {"code_postal": "7%"}, "code_postal", search.BAD_CODE),
        ("leclerc", {"code_postal": "٧٦٠٠٠"}, "code_postal", search.BAD_CODE),
    ],
)
def test_too_little_is_refused_with_a_sentence(seen, typed, lieu, code, sentence):
    with pytest.raises(ValidationError) as refusal:
        search.find(typed, **lieu)
    assert (refusal.value.code, refusal.value.message) == (code, sentence)


@pytest.mark.parametrize(
    "typed", ["leclerc%", "lecl_rc", "\0leclerc", "leclerc\ud800", "l\\eclerc", "leclerc' OR 1=1"]
)
def test_nothing_typed_is_special(seen, typed):
    assert set(noms(search.find(typed))) <= {"LECLERC"}
    assert set(noms(search.find("leclerc", commune=typed))) <= {"LECLERC"}


def test_ten_megabytes_are_cut(seen):
    assert search.find("leclerc" * 1_500_000).professionnels == []
    with pytest.raises(ValidationError):
        search.find("leclerc", code_postal="7" * 10_000_000)


def test_two_letters_are_enough_with_a_place(seen):
    assert noms(search.find("le", code_postal="76000")) == ["LECLERC"]


def test_one_medecin_by_number(seen):
    assert search.by_number("899000000011").nom == "LECLERC"
    for other in ("899000000078", "899000000086", "899999999999", "", "\0", "8%"):
        assert search.by_number(other) is None


def test_how_fresh_it_is(db, load):
    assert search.freshness() is None
    load([line()])
    assert search.freshness() == date(2026, 11, 20)
    assert search.SOURCE == "Annuaire Santé, Agence du Numérique en Santé"


def test_too_long_a_search_is_stopped_with_a_sentence(seen, monkeypatch):
    """A real one: PostgreSQL cancels the query."""
    monkeypatch.setattr(search, "SECONDS", 0.05)
    monkeypatch.setattr(queries, "NAMED", "SELECT pg_sleep(5)")
    with pytest.raises(ValidationError) as refusal:
        search.find("leclerc")
    assert refusal.value.message == search.TOO_SLOW
    monkeypatch.undo()
    assert noms(search.find("leclerc")) == ["LECLERC"]


def test_a_search_leaves_no_limit_behind(seen):
    search.find("leclerc")
    with connection.cursor() as cursor:
        cursor.execute("SHOW statement_timeout")
        assert cursor.fetchone() == ("0",)


@pytest.mark.django_db
def test_the_sought_medecin_is_found_in_spite_of_any_typing_error(directory):
    rng = random.Random(7)
    sample = rng.sample(list(Activite.objects.medecins().exclude(code_postal="").order_by("pk")), 400)
    missed = []
    for i, activite in enumerate(sample):
        kind = OF_THE_HAND[i % len(OF_THE_HAND)]
        typed = mistyped(rng, activite.nom, kind)
        hits = search.find(typed, code_postal=activite.code_postal).professionnels
        if activite.idnat not in {hit.idnat for hit in hits}:
            missed.append((kind, activite.nom, typed, activite.code_postal))
    assert len(missed) <= 4, missed


SEARCHES = [
    ("martin", {}), ("mar", {}), ("le goff", {}), ("martin jean", {}), ("dupont", {"code_postal": "75011"}),
    ("ma", {"code_postal": "75011"}), ("ma", {"code_postal": "75"}), ("roux", {"commune": "Paris"}),
    ("ma", {"commune": "Lyon"}), ("martn", {"code_postal": "75011"}), ("martn", {"code_postal": "75"}),
    ("martn", {"commune": "Paris"}), ("martnez", {}), ("lefevr jen", {}), ("xyzxyz", {}),
]  # fmt: skip


@pytest.mark.django_db
@pytest.mark.parametrize(("typed", "lieu"), SEARCHES)
def test_no_search_reads_the_whole_table(directory, typed, lieu):
    plans.forget_counts()
    found = plans_of(lambda: search.find(typed, **lieu))
    assert found
    for plan in found:
        assert "Seq Scan" not in plan, plan


def plans_of(ask):
    """The plan of each query on Activite; of a prepared one also that which knows no parameter."""
    run, seen = prepared.rows, []

    def seeing(sql, known):
        seen.append((sql, known))
        return run(sql, known)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(prepared, "rows", seeing)
        ask()
    found = []
    for sql, known in seen:
        if "annuaire_activite" in sql:
            found.append(plans.of(sql, known))
            if " OR nom_cle" not in sql:
                holes = {name: f"${i}" for i, name in enumerate(known, 1)}
                found.append(plans.of(f"(GENERIC_PLAN) {sql % holes}"))
    return found


@pytest.mark.django_db
def test_excluding_oneself_still_uses_the_indexes(directory):
    plans = plans_of(lambda: search.find("martin", exclude=["899000000011"]))
    assert all("annuaire_medecin_nom" in one for one in plans)
