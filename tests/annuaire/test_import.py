"""`import_rpps`: what is taken in, and how it follows the next days (ANN-5, ANN-7)."""

import hashlib
import os
import random
import subprocess
import sys
from datetime import date, timedelta
from pathlib import Path
from uuid import UUID

import pytest
from django.core.management import call_command
from django.db import connection, transaction

from annuaire import actions, loading
from annuaire.loading import lexique
from annuaire.models import Activite, ImportRun, Localite, Patronyme, Professionnel
from journal.models import Entry
from tests.annuaire import files
from tests.annuaire.conftest import NOW, RPPS
from tests.annuaire.files import crowd, line
from viatraj.core import roles
from viatraj.core.actor import Actor
from viatraj.core.policies import Denied
from viatraj.demo import extraction

ROOT = Path(__file__).resolve().parents[2]
TABLES = ["annuaire_activite", "annuaire_patronyme", "annuaire_localite"]


def stored():
    fields = [field.name for field in Activite._meta.fields]
    return sorted(Activite.objects.order_by("empreinte").values_list(*fields))


@pytest.mark.django_db
def test_every_field_comes_from_its_column(load):
    told = line(voie="DES LILAS", raison_sociale="CABINET", telephone="0199001122")
    run = load([told])
    activite = Activite.objects.get()
    assert activite.empreinte == UUID(bytes=hashlib.md5(told.encode()).digest())
    expected = {
        "idnat": "899000000011", "nom": "LECLERC", "prenom": "Hélène", "profession": "10", "categorie": "C",
        "savoir_faire_type": "S", "savoir_faire_label": "Gériatrie", "raison_sociale": "CABINET",
        "adresse": "DES LILAS", "voie": "DES LILAS", "code_postal": "76000", "commune": "ROUEN", "mode": "",
        "nom_cle": "LECLERC", "prenom_cle": "HELENE", "commune_cle": "ROUEN",
    }  # fmt: skip
    assert {name: getattr(activite, name) for name in expected} == expected
    assert "0199001122" not in str(vars(activite))
    assert (run.status, run.lines, run.added, run.removed, run.persons) == ("first", 1, 1, 0, 1)
    assert (run.extraction_date, run.file_name, run.by) == (date(2026, 11, 20), files.MAIN, "rpps")


@pytest.mark.django_db
def test_the_published_zip_is_taken_its_sisters_ignored(tmp_path):
    content = (files.HEADER + "\n" + line() + "\n").encode()
    path = files.zipped(tmp_path, {files.SISTERS[0]: b"x", files.MAIN: content, files.SISTERS[1]: b"y"})
    run = actions.import_rpps(path, now=NOW, by=RPPS)
    assert Activite.objects.count() == 1
    assert run.file_name == files.MAIN
    assert run.sha256 == hashlib.sha256(path.read_bytes()).hexdigest()


@pytest.mark.django_db
@pytest.mark.parametrize(
    "nom",
    ['L"HOMME', "O\\NEIL", "A\tB", "N'DIAYE", "MEDDAH-LAÏD", "DE LA TOUR", "ŒUVRARD", "A\rB", "\\N", "\\."],
)
def test_no_character_is_special(load, nom):
    load([line(nom=nom, raison_sociale=f'SCM "{nom}"'), *crowd(3)])
    assert Activite.objects.get(idnat="899000000011").nom == nom
    assert Activite.objects.count() == 4


@pytest.mark.django_db
def test_several_lines_are_one_person_and_equal_lines_are_one(load):
    run = load([line(), line(code_postal="75001"), line(), line()])
    assert (run.lines, run.duplicates, run.added, run.persons) == (4, 2, 2, 1)
    assert load([line(), line(code_postal="75001"), line()], name=files.NEXT).status == "unchanged"


@pytest.mark.django_db
def test_refresh_gives_what_a_first_load_of_the_same_file_gives(tmp_path):
    days = [tmp_path / files.MAIN, tmp_path / files.NEXT]
    extraction.write(days[0], 3000, 1)
    counts = extraction.mutate(days[0], days[1], 1, changed=0.02, removed=0.01, added=0.01)
    actions.import_rpps(days[0], now=NOW, by=RPPS)
    first = stored()
    run = actions.import_rpps(days[1], now=NOW, by=RPPS)
    second = stored()
    assert run.added == counts["changed"] + counts["added"]
    assert run.removed == counts["changed"] + counts["removed"]
    assert run.persons == Activite.objects.values("idnat").distinct().count()
    back = actions.import_rpps(days[0], now=NOW, by=RPPS, day=date(2026, 11, 22))
    assert stored() == first
    assert (back.added, back.removed, back.persons) == (run.removed, run.added, 3000)
    Activite.objects.all().delete()
    actions.import_rpps(days[1], now=NOW, by=RPPS, day=date(2026, 11, 23))
    assert stored() == second != first


@pytest.mark.django_db
def test_the_same_lines_change_nothing_whatever_their_order_and_ends(load, everything):
    lines = crowd(50)
    load(lines)
    before = everything()[0]
    random.Random(1).shuffle(lines)
    for how in ({}, {"end": "\r\n"}):
        run = load(lines, name=files.NEXT, **how)
        assert (run.status, run.added, run.removed, run.persons) == ("unchanged", 0, 0, 50)
    assert everything()[0] == before


@pytest.mark.django_db
def test_columns_are_found_by_name_wherever_they_are(load):
    load([line(), *crowd(30)])
    order = random.Random(1).sample(range(56), 56)
    aliases = {
        "Nom d'exercice": "NOM D’EXERCICE",
        "Code postal (coord. structure)": "Code postal (coord. Structure)",
        "Code mode exercice": "Code mode d'exercice",
    }
    header = "|".join(aliases.get(files.COLUMNS[i], files.COLUMNS[i]) for i in order) + "|Colonne nouvelle|"
    told = [[*one.split("|")] for one in [line(), *crowd(30)]]
    lines = ["|".join(fields[i] for i in order) + "|x|" for fields in told]
    before = [row[1:] for row in stored()]
    run = load(lines, name=files.NEXT, header=header)
    assert (run.added, run.removed, run.persons, run.persons_vanished) == (31, 31, 31, 0)
    assert sorted(row[1:] for row in stored()) == sorted(before)


@pytest.mark.django_db
def test_missing_optional_columns_are_empty(load):
    missing = {"Libellé savoir-faire", "Code rôle", "Libellé Voie (coord. structure)"}
    kept = [i for i, column in enumerate(files.COLUMNS) if column not in missing]
    fields = line(voie="DES LILAS").split("|")
    header = "|".join(files.COLUMNS[i] for i in kept)
    load(["|".join(fields[i] for i in kept)], header=header)
    activite = Activite.objects.get()
    assert (activite.savoir_faire_label, activite.adresse, activite.commune) == ("", "", "ROUEN")


@pytest.mark.django_db
def test_the_journal_tells_each_import(load):
    run = load(crowd(30))
    entry = Entry.objects.about(run).get()
    assert (entry.event, entry.system, entry.label) == ("extraction.imported", "rpps", files.MAIN)
    assert entry.data["added"] == 30
    assert entry.data["accept_loss"] is False


@pytest.mark.django_db
def test_loss_is_accepted_when_asked_and_the_journal_says_so(load):
    lines = crowd(100)
    load(lines)
    run = load(lines[:70], name=files.NEXT, accept_loss=True)
    assert (run.removed, run.persons, run.persons_vanished, run.accept_loss) == (30, 70, 30, True)
    assert Entry.objects.about(run).get().data["accept_loss"] is True


@pytest.mark.django_db
def test_five_percent_are_not_yet_too_much(load):
    lines = crowd(100)
    load(lines)
    assert load(lines[5:], name=files.NEXT).persons == 95


@pytest.mark.django_db
def test_people_referred_to_follow_their_lines(load):
    adeli = line(idnat="0990000018", nom="VIEUX")
    others = crowd(60)
    load([line(), adeli, *others])
    leclerc = actions.refer("899000000011", by=RPPS)
    vieux = actions.refer("0990000018", by=RPPS)

    load([line(nom="LECLERC-MARTIN", commune="EVREUX"), adeli, *others], name=files.NEXT)
    leclerc.refresh_from_db()
    assert (leclerc.nom, leclerc.commune, leclerc.vanished_at) == ("LECLERC-MARTIN", "EVREUX", None)

    load(others, name=files.NEXT, now=NOW)
    leclerc.refresh_from_db()
    vieux.refresh_from_db()
    assert (leclerc.nom, leclerc.vanished_at) == ("LECLERC-MARTIN", NOW)
    assert vieux.vanished_at is None
    load(others[1:], name=files.NEXT, now=NOW + timedelta(days=1))
    leclerc.refresh_from_db()
    assert leclerc.vanished_at == NOW

    load([line(), *others], name=files.NEXT)
    leclerc.refresh_from_db()
    assert (leclerc.nom, leclerc.commune, leclerc.vanished_at) == ("LECLERC", "ROUEN", None)
    assert Professionnel.objects.count() == 2


def surnames_and_places():
    formes = Patronyme.objects.values_list("forme", "sons", "nom_cle", "nom", "entier", "lignes")
    lieux = Localite.objects.values_list("code_postal", "commune_cle", "commune", "ville", "cedex")
    return [sorted(formes), sorted(lieux)]


@pytest.mark.django_db
def test_a_refresh_leaves_the_same_surnames_and_places_as_a_first_load(load):
    lyon = {"code_postal": "69003", "commune": "LYON 03"}
    others = [*crowd(60), line(idnat="899000000029", nom="INFIRMIERE", profession="60", commune="AILLEURS")]
    leclerc, double = line(), line(idnat="899000000037", nom="MARTIN-DUPONT", **lyon)
    load([leclerc, double, *others])
    assert {"MARTIN", "DUPONT", "MARTINDUPONT", "DUPONTMARTIN"} <= {
        forme for forme, *_ in surnames_and_places()[0]
    }
    for lines in (
        [leclerc, *others],  # a name and its place go
        [leclerc, line(idnat="899000000045", **lyon), *others],  # one more of a name, a place comes
        [line(nom="LE CLERC"), *others],  # the same key, spelled otherwise
    ):
        load(lines, name=files.NEXT)
        refreshed = surnames_and_places()
        with connection.cursor() as cursor:
            lexique.write_all(cursor, owned=False)
        assert refreshed == surnames_and_places()
    formes, lieux = refreshed
    assert ("LECLERC", "LEKLERK", "LECLERC", "LE CLERC", True, 1) in formes
    assert {commune for _, _, commune, _, _ in lieux} == {"ROUEN"}


@pytest.mark.django_db
def test_first_load_marks_people_referred_to_as_well(load):
    gone = Professionnel.objects.create(idnat="899000000099", nom="PARTI", profession="10", categorie="C")
    load([line()])
    gone.refresh_from_db()
    assert gone.vanished_at == NOW


@pytest.mark.django_db
def test_the_application_which_does_not_own_the_table_loads_too(load):
    with connection.cursor() as cursor:
        assert not loading._owned(cursor)
    load(crowd(30))
    assert load(crowd(31), name=files.NEXT).added == 1


@pytest.mark.django_db(transaction=True)
def test_indexes_stand_after_a_first_load(load):
    def indexes():
        with connection.cursor() as cursor:
            cursor.execute("SELECT indexdef FROM pg_indexes WHERE tablename = ANY(%s) ORDER BY 1", [TABLES])
            return cursor.fetchall()

    before = indexes()
    with roles.as_owner(), connection.cursor() as cursor:
        assert loading._owned(cursor)
        load(crowd(3))
    assert indexes() == before
    assert len(before) == 12


@pytest.mark.django_db
def test_only_the_exploitation_may_import(load, tmp_path):
    path = files.write(tmp_path, [line()])
    for actor in (Actor.anonymous("127.0.0.1"), Actor(user=object())):
        with pytest.raises(Denied):
            actions.import_rpps(path, now=NOW, by=actor)


@pytest.mark.django_db(transaction=True)
def test_the_command_says_what_it_did(tmp_path, capsys):
    path = files.write(tmp_path, [line(), line()], name="extraction.txt")
    call_command("import_rpps", str(path), "--date", "2026-11-20")
    assert "2 lignes, 1 en double, 1 ajoutée, 0 retirée, 1 personne" in capsys.readouterr().out
    assert ImportRun.objects.get().extraction_date == date(2026, 11, 20)


@pytest.mark.django_db(transaction=True)
def test_the_command_tidies_up_what_a_refresh_leaves(tmp_path):
    for day in ("2026-11-20", "2026-11-21"):
        path = files.write(tmp_path, [line(nom=f"NOM{day}")], name="extraction.txt")
        call_command("import_rpps", str(path), "--date", day, "--accept-loss")
    with roles.as_owner(), connection.cursor() as cursor:
        cursor.execute("CREATE EXTENSION IF NOT EXISTS pgstattuple")
        cursor.execute("SELECT dead_tuple_count FROM pgstattuple('annuaire_activite')")
        assert cursor.fetchone() == (0,)


def manage(*words):
    name = connection.settings_dict["NAME"]
    before, _, query = os.environ["DATABASE_URL"].partition("?")
    url = f"{before.rsplit('/', 1)[0]}/{name}?{query}"
    environment = {**os.environ, "DATABASE_URL": url, "DJANGO_SETTINGS_MODULE": "viatraj.settings"}
    command = [sys.executable, "manage.py", *words]
    return subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True)


@pytest.mark.django_db(transaction=True)
def test_a_second_run_at_the_same_time_is_refused(tmp_path, everything):
    path = files.write(tmp_path, crowd(30))
    with transaction.atomic():
        actions.import_rpps(path, now=NOW, by=RPPS)
        second = manage("import_rpps", str(path))
    assert second.returncode == 1
    assert "Un autre import de l’annuaire est en cours" in second.stderr
    assert len(second.stderr.strip().splitlines()) == 1
    before = everything()
    third = manage("import_rpps", str(path))
    assert third.returncode == 0, third.stderr
    assert "0 ajoutée, 0 retirée" in third.stdout
    assert everything()[0] == before[0]


@pytest.mark.django_db(transaction=True)
def test_a_refused_run_exits_1_with_one_sentence_and_leaves_nothing(tmp_path, everything):
    refused = manage("import_rpps", str(files.write(tmp_path, [line(), line()[:40]])))
    assert refused.returncode == 1
    assert "Ligne 3" in refused.stderr
    assert len(refused.stderr.strip().splitlines()) == 1
    assert everything() == [[], [], [], []]


@pytest.mark.django_db
@pytest.mark.parametrize("blank", ["\u00a0", " ", "\t", "\u202f", "\u200b", "\ufeff"])
def test_keys_and_places_are_trimmed(load, blank):
    """A number that ends in a blank is found, selected, and is that of its account."""
    idnat = "899700000901"
    load(
        [
            line(
                idnat=f"{idnat}{blank}",
                nom=f"{blank}ESSAI",
                commune=f"Rennes{blank}",
                code_postal=f"35000{blank}",
            )
        ]
    )
    kept = Activite.objects.get(idnat=idnat)
    assert (kept.nom, kept.commune, kept.code_postal) == ("ESSAI", "Rennes", "35000")
    assert actions.refer(idnat, by=Actor.system("rpps")).idnat == idnat
