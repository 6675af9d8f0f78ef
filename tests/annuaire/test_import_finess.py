"""`import_finess`: what it creates, completes and leaves, and what it refuses (ANN-1, ANN-2, ANN-7)."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, timedelta
from itertools import product

import pytest
from django.core.management import CommandError, call_command
from django.db import connection, transaction

from annuaire import actions, fiches
from annuaire.finess import CHAMPS, Refused
from annuaire.models import (
    AvisFermeture,
    Commune,
    CommuneAncienne,
    Departement,
    Ecart,
    Etablissement,
    Flux,
    Modification,
    Synchronisation,
)
from annuaire.origines import Origine, overwrites
from annuaire.reads import fiches as reads
from journal.models import Entry
from tests import factories
from tests.annuaire.finess_files import ARVIGNE, DEGREES, METRES, ege, geo, line, plus, write, write_plus
from tests.courrier.rig import somebody_waits, wait_until
from viatraj.core.actor import Actor
from viatraj.core.droits import Niveau
from viatraj.core.policies import Denied

NOW = datetime(2026, 11, 29, 8, tzinfo=UTC)
BY = Actor.system("finess")
DAY = "2026-05-12"
FINESS = ARVIGNE["finess"]
ANOTHER = "990000025"
COLUMN = {"cog": "cog_id"}


@pytest.fixture
def pays(db):
    """Two départements, of which one has a coordination; one former code overseas."""
    region = factories.RegionFactory()
    ain = Departement.objects.create(code="01", nom="Ain", region=region)
    for code, nom in (("971", "Guadeloupe"), ("977", "Saint-Barthélemy")):
        Departement.objects.create(code=code, nom=nom, region=region)
    for code, nom, departement in (
        ("01451", "Viriat", "01"),
        ("01053", "Bourg", "01"),
        ("97701", "B", "977"),
    ):
        Commune.objects.create(code=code, nom=nom, departement_id=departement)
    CommuneAncienne.objects.create(code="97123", nature="ancienne", commune_id="97701")
    return factories.CoordinationFactory(region=region, departement=ain)


@pytest.fixture
def load(pays, tmp_path):
    """`load(line(…), geo(…))`; `day`, `accept_loss`, what `write` takes."""

    def load(*lines, now=NOW, accept_loss=False, **how):
        return load_file(write(tmp_path, lines, **how), now=now, accept_loss=accept_loss)

    return load


def load_file(path, now=NOW, **how):
    return actions.import_finess(path, now=now, by=BY, **how)


def everything():
    models = (Etablissement, Modification, Flux, Entry, Commune)
    return [list(model.objects.order_by("pk").values_list()) for model in models]


def others(count, first=100):
    return [line(finess=f"99000{n:04d}") for n in range(first, first + count)]


# --- Created --------------------------------------------------------------------------------------


def test_an_etablissement_is_created_in_its_coordination(load, pays):
    flux = load(line(), geo())
    row = Etablissement.objects.get()
    assert (row.coordination, row.finess, row.synchronisation) == (pays, FINESS, "non_synchronise")
    assert reads.values(row) == {
        "finess": FINESS,
        "nom": "CENTRE HOSPITALIER D'ARVIGNE",
        "categorie": "355",
        "siret": "13000548100010",
        "ej_finess": "990000009",
        "ouverture": "1979-02-13",
        "adresse": "12 R DES LILAS",
        "code_postal": "01440",
        "commune": "VIRIAT",
        "cog": "01451",
        "telephone": "+33199001234",
        "latitude": pytest.approx(DEGREES[0], abs=1e-5),
        "longitude": pytest.approx(DEGREES[1], abs=1e-5),
        "synchronisation": "non_synchronise",
    }
    assert row.origines == {code: ["finess", DAY] for code in reads.values(row) if code != "synchronisation"}
    assert (flux.jour, flux.lignes, flux.format, flux.by) == (date(2026, 5, 12), 1, "csv, UTF-8", "finess")
    assert (flux.bilan["crees"], flux.bilan["perimetre"]) == (1, 1)
    assert Commune.objects.get(code="01451").position_origine == "finess"
    assert Entry.objects.get(event="finess.imported").data["crees"] == 1


def test_values_are_those_that_the_fields_keep(load):
    load(line(), geo())
    said = reads.values(Etablissement.objects.get())
    for code in set(CHAMPS) & said.keys():
        champ = fiches.donnee(Niveau.ETABLISSEMENT, code).champ
        assert champ.read(str(said[code])) == said[code]


def test_finess_plus_says_more(pays, tmp_path):
    flux = load_file(write_plus(tmp_path, plus(ege())))
    said = reads.values(Etablissement.objects.get())
    assert (said["ej_nom"], said["ej_statut"], said["email"]) == (
        "CH D'ARVIGNE",
        "13",
        "accueil@arvigne.example",
    )
    assert (flux.format, flux.jour) == ("FINESS+, UTF-8", date(2026, 8, 1))


def test_what_is_left_is_counted(load, settings):
    settings.FINESS_CATEGORIES = ["355"]
    flux = load(
        line(),
        line(rslongue="ENCORE"),  # of the same number: the last one counts
        line(finess="990000033", categorie="620"),
        line(finess="970100011", departement="9A", commune="101", acheminement="97139 LES ABYMES"),
        line(finess="990000058", commune="999"),
        geo(x=1, y=1),
    )
    assert {one.finess for one in Etablissement.objects.all()} == {FINESS, "990000058"}
    assert Etablissement.objects.get(finess=FINESS).nom == "ENCORE"
    told = flux.bilan
    assert (flux.lignes, told["doublons"], told["perimetre"], told["crees"]) == (5, 1, 3, 2)
    assert (told["sans_coordination"], told["sans_commune"]) == ({"971": 1}, 2)
    assert told["notes"] == {"coordonnées écartées": 2, "sans coordonnées": 2}
    unknown = Etablissement.objects.get(finess="990000058")
    assert (unknown.cog_id, unknown.commune) == (None, "VIRIAT")


def test_a_former_code_leads_to_the_commune_of_today(load, pays):
    saint_barth = factories.CoordinationFactory(
        region=pays.region, departement=Departement.objects.get(code="977")
    )
    load(line(finess="970102018", departement="9A", commune="123"))
    row = Etablissement.objects.get()
    assert (row.cog_id, row.coordination) == ("97701", saint_barth)


def test_a_position_far_from_its_departement_is_left_out(load):
    near = [
        each
        for n in range(100, 130)
        for each in (line(finess=f"99000{n:04d}"), geo(f"99000{n:04d}", METRES[0] + 10 * n, METRES[1]))
    ]
    structures = [one for one in near if one.startswith("structureet")] + [line(finess=ANOTHER)]
    flux = load(*structures, *near[1::2], geo(ANOTHER, 400_000, 6_800_000))  # in Brittany
    assert flux.bilan["hors_departement"] == 1
    assert Etablissement.objects.get(finess=ANOTHER).latitude is None
    assert Etablissement.objects.exclude(latitude=None).count() == 30


def test_coordinates_that_were_swapped_are_put_right_and_said(load):
    flux = load(line(), geo(x=METRES[1], y=METRES[0]))
    assert Etablissement.objects.get().latitude == pytest.approx(DEGREES[0], abs=1e-5)
    assert flux.bilan["notes"] == {"coordonnées interverties": 1}


def test_markup_is_text(load):
    load(line(rslongue="<script>alert(1)</script> & FILS"))
    assert Etablissement.objects.get().nom == "<script>alert(1)</script> & FILS"


# --- Completed ------------------------------------------------------------------------------------


def standing(pays, **fields):
    return factories.EtablissementFactory(coordination=pays, finess=FINESS, nom="Hôpital", **fields)


def test_what_nobody_has_said_is_completed_with_its_history(load, pays):
    row = standing(pays)
    flux = load(line(), geo())
    row.refresh_from_db()
    assert (row.nom, row.version, row.cog_id) == ("CENTRE HOSPITALIER D'ARVIGNE", 2, "01451")
    told = {one.champ: (one.avant, one.apres) for one in Modification.objects.of(row)}
    assert told.keys() == set(row.origines) == set(reads.values(row)) - {"finess", "synchronisation"}
    assert told["nom"] == ("Hôpital", "CENTRE HOSPITALIER D'ARVIGNE")
    assert told["siret"] == (None, "13000548100010")
    one = Modification.objects.of(row).first()
    assert (one.origine, one.par, one.le) == ("finess", None, NOW)
    assert one.flux == "etalab-cs1100507-stock-20260512-0339.csv du 12/05/2026"
    assert (flux.bilan["crees"], flux.bilan["completes"]) == (0, 1)


def test_a_person_s_word_stands(load, pays):
    row = standing(
        pays, fiche={"telephone": "+33199000000", "descriptif": "Au calme.", "contacts": [{"a": None}]}
    )
    row.origines = {"telephone": ["local", "2026-01-01"], "siret": ["local", "2026-01-01"]}
    row.save()
    load(line())
    row.refresh_from_db()
    assert row.fiche["telephone"] == "+33199000000"
    assert (row.fiche["descriptif"], row.fiche["contacts"]) == ("Au calme.", [{"a": None}])
    assert "siret" not in row.fiche  # emptied by somebody
    assert row.fiche["ej_finess"] == "990000009"
    assert row.origines["telephone"] == ["local", "2026-01-01"]


def test_finess_renews_and_takes_back_its_own_and_nothing_else(load, pays):
    row = standing(pays, fiche={"email": "a@arvigne.example", "ej_nom": "CH"})
    row.origines = {"ej_nom": ["finess", "2025-01-01"], "email": ["", ""]}
    row.save()
    load(line(), geo())
    load(line(telephone="", categorie="500"), day="2026-06-12")
    row.refresh_from_db()
    assert "telephone" not in row.fiche
    assert "ej_nom" not in row.fiche
    assert row.categorie == "500"
    assert row.fiche["email"] == "a@arvigne.example"  # of nobody: nothing to take back
    assert (row.latitude, row.cog_id) == (pytest.approx(DEGREES[0], abs=1e-5), "01451")  # no longer said
    assert row.origines["telephone"] == ["finess", "2026-06-12"]
    gone = Modification.objects.of(row).get(champ="telephone", apres__isnull=True)
    assert gone.avant == "+33199001234"


@pytest.mark.parametrize("half", ["latitude", "longitude"])
def test_half_a_position_is_not_written_over(load, pays, half):
    row = standing(pays, latitude=46.0, longitude=6.0, origines={half: ["local", "2026-01-01"]})
    load(line(), geo())
    row.refresh_from_db()
    assert (row.latitude, row.longitude) == (46.0, 6.0)


def test_the_sql_says_what_the_rule_says(load, pays):
    """Origin × synchronisation, for each field that FINESS feeds."""
    cases = list(product(("", *Origine.values), Synchronisation.values))
    rows = {}
    for number, (origin, state) in enumerate(cases):
        origines = {code: [origin, "2026-01-01"] for code in CHAMPS} if origin else {}
        rows[origin, state] = factories.EtablissementFactory(
            coordination=pays,
            finess=f"99000{number:04d}",
            synchronisation=state,
            synchronise_le=NOW,
            origines=origines,
        )
    said = [line(finess=one.finess) for one in rows.values()]
    load(*said, *(geo(one.finess) for one in rows.values()))
    written = set(Modification.objects.values_list("etablissement_id", "champ"))
    told = {code for _, code in written}
    assert told == set(CHAMPS) - {"ej_nom", "ej_statut", "email"}  # a csv does not say these
    for (origin, _), row in rows.items():
        for code in told:
            rule = overwrites(Origine.FINESS, origin, row, fiches.donnee(Niveau.ETABLISSEMENT, code))
            assert ((row.pk, code) in written) is rule, (origin, row.synchronisation, code)


@pytest.mark.parametrize("state", ["closed", "active", "erreur"])
def test_closed_and_synchronised_ones_are_left(load, pays, state):
    row = standing(pays, synchronise_le=NOW)
    if state == "closed":
        row.closed_at = NOW
    else:
        row.synchronisation = state
    row.save()
    load(line())
    row.refresh_from_db()
    assert (row.nom, row.version) == ("Hôpital", 1)
    assert Etablissement.objects.count() == 1


def test_an_etablissement_of_another_coordination_stays_there_and_is_counted(load, pays):
    row = standing(factories.CoordinationFactory())
    flux = load(line())
    row.refresh_from_db()
    assert row.coordination_id != pays.pk
    assert flux.bilan["autre_coordination"] == 1


def ecarts() -> dict[str, str]:
    return dict(Ecart.objects.values_list("champ", "dit"))


def test_where_we_do_not_say_the_same_is_kept_until_we_do(load, pays):
    """ANN-8: upper case, accents and spaces say nothing; neither does what FINESS leaves out."""
    row = standing(pays, fiche={"telephone": "+33199000000", "siret": "13000548100010"}, commune="Víriat")
    told = ("nom", "telephone", "siret", "email", "commune")
    row.origines = {champ: ["local", "2026-01-01"] for champ in told}
    row.save()
    flux = load(line())
    said = {"nom": "CENTRE HOSPITALIER D'ARVIGNE", "telephone": "+33199001234"}
    assert (ecarts(), flux.bilan["ecarts"]) == (said, 2)
    kept = list(Ecart.objects.order_by("pk").values_list())
    load(line())
    assert list(Ecart.objects.order_by("pk").values_list()) == kept
    load(line(telephone="0199000000", rslongue="AUTRE"), day="2026-06-12")
    assert ecarts() == {"nom": "AUTRE"}
    load(line(telephone="0199000000", rslongue="HOPITAL"), day="2026-07-12")
    assert ecarts() == {}


def test_a_person_makes_one_and_takes_it_back(load, pays):
    """ANN-8: at once, without waiting for the next publication."""
    load(line(), geo())
    row = Etablissement.objects.get()
    by = factories.as_professionnel(factories.referent_of(row))

    def modify(**values):
        row.refresh_from_db()
        actions.modify(row, values=values, version=row.version, now=NOW, by=by)

    modify(commune="Viriat", email="a@arvigne.example")  # the same words; what FINESS does not say
    assert ecarts() == {}
    modify(nom="CH d’Arvigne", telephone=None)
    assert ecarts() == {"nom": "CENTRE HOSPITALIER D'ARVIGNE", "telephone": "+33199001234"}
    modify(nom="Hôpital d’Arvigne")
    assert ecarts()["nom"] == "CENTRE HOSPITALIER D'ARVIGNE"
    modify(nom="Centre Hospitalier d’Arvigne", telephone="+33199001234")
    assert ecarts() == {}
    load(line(), geo())
    assert ecarts() == {}


def test_closed_or_absent_is_one_too_while_it_is_open_here(pays, tmp_path):
    """ANN-8: and no more once it is closed here, or published again."""
    known = [ege(about={"numFinessEge": f"99000{n:04d}"}) for n in range(100, 200)]
    load_file(write_plus(tmp_path, plus(*known)))
    closed = ege(about={"numFinessEge": "990000100", "dateFermeture": "2026-07-31"})
    load_file(write_plus(tmp_path, plus(closed, *known[1:-1], generatedAt="2026-08-02T01:00:00Z")))
    assert {(one.etablissement.finess, one.champ, one.dit) for one in Ecart.objects.all()} == {
        ("990000100", "ferme", "2026-07-31"),
        ("990000199", "absent", ""),
    }
    Etablissement.objects.filter(finess="990000100").update(closed_at=NOW)
    load_file(write_plus(tmp_path, plus(closed, *known[1:], generatedAt="2026-08-03T01:00:00Z")))
    assert ecarts() == {}


def test_the_closed_and_the_absent_are_told_and_stand(pays, tmp_path):
    """What is said closed waits for a person (`closed_by_feed`); what is no longer published is only told."""
    known = [ege(about={"numFinessEge": f"99000{n:04d}"}) for n in range(100, 200)]
    load_file(write_plus(tmp_path, plus(*known)))
    closed = [
        ege(about={"numFinessEge": "990000100", "dateFermeture": "2026-07-31"}),
        ege(about={"numFinessEge": "990000101"}, etatObjet="I"),
        ege(about={"numFinessEge": "990000099"}, etatObjet="I"),  # never ours
    ]
    said = plus(*closed, *known[2:-1], generatedAt="2026-08-02T01:00:00Z")
    flux = load_file(write_plus(tmp_path, said))
    told = flux.bilan
    assert told["fermes"] == {"990000100": "2026-07-31", "990000101": ""}
    assert (told["absents"], told["nombre_absents"]) == (["990000199"], 1)
    assert actions.warn_closed(flux, now=NOW, by=BY) == 2
    assert actions.warn_closed(flux, now=NOW + timedelta(days=1), by=BY) == 0
    waiting = AvisFermeture.objects.waiting().order_by("etablissement__finess")
    assert [(one.fermee_le.isoformat(), one.flux) for one in waiting] == [
        ("2026-07-31", "FINESS, 02/08/2026"),
        ("2026-08-02", "FINESS, 02/08/2026"),
    ]
    assert Etablissement.objects.filter(closed_at=None).count() == 100


# --- Again, and refused ---------------------------------------------------------------------------


def test_the_same_file_again_writes_nothing(load):
    first = load(line(), geo(), *others(5))
    before = everything()
    assert load(line(), geo(), *others(5), now=NOW + timedelta(days=1)) == first
    assert everything() == before


def test_the_same_values_in_another_order_leave_only_a_run(load):
    load(line(), *others(5))
    before = everything()[:2]
    again = load(*others(5), line(), day="2026-05-13")
    assert (again.bilan["champs"], again.bilan["crees"]) == (0, 0)
    assert everything()[:2] == before
    assert Flux.objects.count() == 2


REFUSED = {
    "older": ([line()], {"day": "2026-05-11"}, "plus ancien que le dernier chargé, du 12/05/2026"),
    "far ahead": ([line()], {"day": "2027-05-11"}, "dans le futur"),
    "no day": ([line()], {"day": "hier"}, "ne porte pas de date"),
    "30 % gone": (others(28), {"day": "2026-06-12"}, "disparaissent"),
    "others instead": ([*others(26), *others(14, 500)], {"day": "2026-06-12"}, "établissements sur"),
    "cut": ([*others(39), line(rslongue="X")[:80]], {"day": "2026-06-12"}, "Ligne 41"),
    "other encoding": ([*others(39), "\0"], {"day": "2026-06-12"}, "pas un texte"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_what_is_refused_changes_nothing(load, case):
    load(*others(40))
    before = everything()
    lines, how, told = REFUSED[case]
    with pytest.raises(Refused, match=told):
        load(*[one.replace("CENTRE", "NOUVEAU CENTRE") for one in lines], **how)
    assert everything() == before


def test_a_loss_that_is_wanted_is_accepted_and_said(load):
    load(*others(40))
    flux = load(*others(20), day="2026-06-12", accept_loss=True)
    assert (flux.accept_loss, flux.bilan["nombre_absents"]) == (True, 20)
    assert Entry.objects.filter(event="finess.imported", data__accept_loss=True).exists()


def test_nobody_imports_by_a_page(pays, tmp_path):
    path = write(tmp_path, [line()])
    for by in (Actor.system("anonymous"), Actor(user=factories.UserFactory())):
        with pytest.raises(Denied):
            actions.import_finess(path, now=NOW, by=by)


@pytest.mark.django_db(transaction=True)
def test_the_second_of_two_at_once_is_refused(load, tmp_path):
    path = write(tmp_path, [line()])

    def second():
        try:
            load_file(path)
        finally:
            connection.close()

    with transaction.atomic():
        load(line())
        with ThreadPoolExecutor(1) as pool, pytest.raises(Refused, match="Un autre import"):
            pool.submit(second).result()
    assert Etablissement.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_a_sheet_that_is_being_saved_meanwhile_keeps_the_person_s_word(load, pays):
    """The référent's transaction ends first; the import waited, and reads again what it may write."""
    row = standing(pays)
    referent = factories.as_professionnel(factories.referent_of(row))
    with ThreadPoolExecutor(1) as pool:
        with transaction.atomic():
            actions.modify(row, values={"nom": "Hôpital d’Arvigne"}, version=1, now=NOW, by=referent)
            waiting = pool.submit(_closing, load, line())
            wait_until(somebody_waits)
        waiting.result()
    row.refresh_from_db()
    assert (row.nom, row.origine("nom"), row.commune) == ("Hôpital d’Arvigne", "local", "VIRIAT")


def _closing(load, *lines):
    try:
        return load(*lines)
    finally:
        connection.close()


@pytest.mark.django_db(transaction=True)
def test_the_command(pays, tmp_path, capsys):
    path = write(tmp_path, [line(telephone="12"), geo(x=1, y=1)])
    call_command("import_finess", str(path))
    told = capsys.readouterr().out.replace("\u00a0", " ")
    assert "(csv, UTF-8), du 12/05/2026 : 1 établissement lu, 1 du périmètre, 1 créé, 0 complété" in told
    assert "  coordonnées écartées : 1\n  telephone illisible : 1\n" in told
    with pytest.raises(CommandError, match="plus ancien"):
        call_command("import_finess", str(path), "--date=11/05/2026")
