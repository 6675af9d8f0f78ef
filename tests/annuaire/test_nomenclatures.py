"""Nomenclatures, version by version: published files, those that are shipped, codes nobody knows (ANN-1)."""

import json
import time
from datetime import date
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.db import connections, transaction

from annuaire import actions, nomenclatures
from annuaire.fiches import Terme, Termes, donnees
from annuaire.models import Concept, Element, Nomenclature
from annuaire.nomenclatures import FOLDERS, Refused
from annuaire.reads import nomenclatures as reads
from journal.models import Entry
from tests import factories
from tests.annuaire.conftest import NOW
from viatraj.core.actor import Actor
from viatraj.core.droits import Niveau
from viatraj.core.policies import Denied

BY = Actor.system("nomenclatures")
PUBLICS = "code;libelle\n01;Tout public\n02;Enfants\n03;Adultes\n04;Personnes âgées\n"


def write(folder, text=PUBLICS, name="TRE_R239-PublicPrisEnCharge.csv", encoding="utf-8") -> Path:
    path = folder / name
    path.write_bytes(text.encode(encoding))
    return path


def code_system(*concepts, **said) -> dict:
    """As the ANS publishes it."""
    return {
        "resourceType": "CodeSystem",
        "id": "TRE-R239-PublicPrisEnCharge",
        "version": "0.1.0",
        "name": "TRE_R239-PublicPrisEnCharge",
        "date": "2023-01-27T12:00:00+01:00",
        "description": "Public pris en charge",
        "content": "complete",
        "concept": list(concepts),
    } | said


def concept(code, display, **dates) -> dict:
    properties = [
        {"code": name, "valueDateTime": f"{day}T12:00:00+01:00"} for name, day in dates.items() if day
    ]
    return {"code": code, "display": display, "property": properties}


def load(path, *, version="20260101", **how):
    return actions.import_nomenclature(path, now=NOW, by=BY, version=version, **how)


def stored() -> list[tuple]:
    told = ("code", "libelle", "fin", "depuis")
    return list(Concept.objects.order_by("nomenclature_id", "rang", "pk").values_list(*told))


@pytest.mark.django_db
def test_a_version_is_loaded_once(tmp_path):
    path = write(tmp_path)
    assert load(path).added == 4
    row = Nomenclature.objects.get()
    assert (row.code, row.nom, row.version, row.complete) == (
        "TRE_R239",
        "PublicPrisEnCharge",
        "20260101",
        True,
    )
    before = Entry.objects.count()
    assert load(path).written == 0
    assert Entry.objects.count() == before == 1


@pytest.mark.django_db
def test_a_whole_version_ends_what_it_leaves_out_and_an_extract_nothing(tmp_path):
    load(write(tmp_path))
    shorter = "code;libelle\n01;Tous publics\n02;Enfants\n04;Personnes âgées\n05;Femmes enceintes\n"
    extract = load(write(tmp_path, shorter), version="20260201", extract=True)
    assert (extract.added, extract.changed, extract.ended) == (1, 1, 0)
    whole = load(write(tmp_path, shorter), version="20260301")
    assert (whole.added, whole.ended) == (0, 1)
    assert set(stored()) == {
        ("01", "Tous publics", None, "20260101"),
        ("02", "Enfants", None, "20260101"),
        ("04", "Personnes âgées", None, "20260101"),
        ("05", "Femmes enceintes", None, "20260201"),
        ("03", "Adultes", date(2026, 3, 1), "20260101"),
    }
    assert not Concept.objects.current(date(2026, 3, 1)).filter(code="03").exists()
    assert load(write(tmp_path), version="20260401").changed > 0
    assert Concept.objects.current(date(2026, 4, 1)).filter(code="03").exists()  # it is back


@pytest.mark.django_db
def test_the_code_system_of_the_ans_is_read(tmp_path):
    said = code_system(
        concept("01", "Tout public", dateValid="2017-10-13"),
        concept("02", "Enfants", dateValid="2018-03-30", dateFin="2018-10-26"),
        concept("03", "Adultes", dateValid="2019-01-01", dateFin="2018-01-01")
        | {"concept": [concept("31", "18 ans")]},
    )
    load(write(tmp_path, json.dumps(said), "CodeSystem-TRE-R239-PublicPrisEnCharge.json"), version="")
    row = Nomenclature.objects.get()
    assert (row.code, row.nom, row.version) == ("TRE_R239", "Public pris en charge", "20230127")
    told = list(Concept.objects.order_by("rang").values_list("code", "groupe", "debut", "fin"))
    assert told == [
        ("01", "", date(2017, 10, 13), None),
        ("02", "", date(2018, 3, 30), date(2018, 10, 26)),
        ("03", "", date(2018, 1, 1), date(2018, 1, 1)),
        ("31", "Adultes", None, None),
    ]


@pytest.mark.django_db
def test_an_extract_forgets_no_date(tmp_path):
    said = code_system(concept("02", "Enfants", dateValid="2018-03-30", dateFin="2018-10-26"))
    load(write(tmp_path, json.dumps(said), "a.json"), version="")
    load(write(tmp_path), extract=True)
    assert Concept.objects.get(code="02").fin == date(2018, 10, 26)


REFUSED = {
    "older": (PUBLICS, {"version": "20250101"}, "plus ancienne"),
    "unsaid version": (PUBLICS, {"version": ""}, "ne dit pas sa version"),
    "odd version": (PUBLICS, {"version": "20261399"}, "n’est pas une date"),
    "four gone": ("code;libelle\n09;Autre\n", {}, "disparaissent"),
    "another format": ("code_statut;code_motif\n1;2\n", {}, "la colonne «.code.»"),
    "a stranger's column": ("code;libelle;oid\n1;a;b\n", {}, "«.oid.»"),
    "cut": ("code;libelle;groupe\n1;a;b\n2;c", {}, "Ligne 3"),
    "doubled": (PUBLICS + "01;Encore\n", {}, "deux fois"),
    "no code": ("code;libelle\n", {}, "aucun code"),
    "no label": ("code;libelle\n1;\n", {}, "pas de libellé"),
    "endless": (f"code;libelle\n1;{'a' * 301}\n", {}, "trop long"),
    "markup for a code": ("code;libelle\n<b>;a\n", {}, "n’en est pas un"),
    "odd date": ("code;libelle;fin\n1;a;demain\n", {}, "date illisible"),
    "unclosed": ('code;libelle\n1;"a\n', {}, "guillemet"),
    "a control": ("code;libelle\n1;a\x07\n", {}, "illisible"),
    "another JSON": ('{"resourceType": "Bundle"}', {}, "CodeSystem"),
    "no JSON": ('{"resourceType"', {}, "coupé"),
    "deep": ('{"resourceType": "CodeSystem", "content": ' + "[" * 50_000, {}, "coupé"),
    "nameless": (json.dumps(code_system(name="x", id="")), {}, "quelle est la nomenclature"),
    "without codes": (json.dumps(code_system(content="not-present")), {}, "sans ses codes"),
}


@pytest.mark.django_db
@pytest.mark.parametrize("case", REFUSED)
def test_what_is_refused_changes_nothing(tmp_path, case):
    load(write(tmp_path))
    before = (stored(), Nomenclature.objects.values_list().get(), Entry.objects.count())
    text, how, told = REFUSED[case]
    with pytest.raises(Refused, match=told):
        load(write(tmp_path, text), **{"version": "20260601"} | how)
    assert (stored(), Nomenclature.objects.values_list().get(), Entry.objects.count()) == before


@pytest.mark.django_db
def test_files_that_do_not_read(tmp_path):
    with pytest.raises(Refused, match="ne se lit pas"):
        load(tmp_path / "TRE_R1-Absent.csv")
    with pytest.raises(Refused, match="UTF-8"):
        load(write(tmp_path, "code;libelle\n1;âgé\n", encoding="latin-1"))
    with pytest.raises(Refused, match="commence par son code"):
        load(write(tmp_path, name="liste.csv"))


@pytest.mark.django_db
def test_many_gone_are_accepted_when_it_is_said(tmp_path):
    load(write(tmp_path))
    assert load(write(tmp_path, "code;libelle\n09;Autre\n"), version="20260601", accept_loss=True).ended == 4


@pytest.mark.django_db
def test_only_the_exploitation_loads(tmp_path):
    with pytest.raises(Denied):
        actions.import_nomenclature(
            write(tmp_path), now=NOW, by=Actor.system("anonymous"), version="20260101"
        )


@pytest.mark.django_db(transaction=True)
def test_two_at_once_are_refused(tmp_path):
    path = write(tmp_path)
    other = connections.create_connection("default")
    try:
        with transaction.atomic(), other.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_lock(%s)", [actions.nomenclatures.LOCK])
            with pytest.raises(Refused, match="Un autre import"):
                load(path)
    finally:
        other.close()


# --- Those that come with the product -------------------------------------------------------------


@pytest.mark.django_db
def test_what_is_shipped_is_loaded_quickly_and_once():
    started = time.process_time()
    bilans = actions.load_nomenclatures(now=NOW, by=BY)
    assert time.process_time() - started < 2
    assert {one.nomenclature for one in bilans} >= {"TRE_R66", "TRE_R244", "PATHOLOGIES", "FILIERES"}
    assert actions.load_nomenclatures(now=NOW, by=BY) == []
    assert not Nomenclature.objects.get(pk="TRE_R211").complete
    ended = Concept.objects.filter(nomenclature="TRE_R243").exclude(fin=None)
    assert {one.code for one in ended} == {"09", "15", "16", "17", "18", "28"}


@pytest.mark.django_db
def test_what_is_shipped_gives_way_to_what_is_newer(tmp_path):
    load(write(tmp_path), version="20260101")
    assert "TRE_R239" not in {one.nomenclature for one in actions.load_nomenclatures(now=NOW, by=BY)}


def test_every_shipped_file_says_its_source_and_its_licence():
    for folder in FOLDERS:
        told = nomenclatures._sources(folder)
        assert told.keys() == {path.name for path in folder.glob("*.csv")} - {"SOURCES.csv"}
        for one in told.values():
            assert all(one.values())
            assert (folder.name == "listes") == ("ViaTraj" in one["source"])


def test_the_thesaurus_grows_from_the_first_of_dossiers():
    """Its codes and labels stand, in groups; the form keeps its own (`dossiers/volets`)."""
    from dossiers.volets import pathologies

    path = next(path for path, code, _ in nomenclatures.shipped() if code == "PATHOLOGIES")
    termes = {one.code: one.libelle for one in nomenclatures.read(path).termes}
    assert dict(pathologies.PATHOLOGIES).items() <= termes.items()
    assert len(termes) == 150
    groups = [one.groupe for one in nomenclatures.read(path).termes]
    assert len(set(groups)) == sum(1 for a, b in zip(["", *groups], groups, strict=False) if a != b)


@pytest.mark.django_db
def test_codes_that_nobody_knows_are_listed(capsys):
    actions.load_nomenclatures(now=NOW, by=BY)
    unite = factories.UniteFactory(type_offre="100", mode="77")
    etablissement = unite.etablissement
    etablissement.categorie, etablissement.fiche = "355", {"ej_statut": "13"}
    etablissement.save()
    known = {"champ": "ressources", "origine": "ror", "depuis": NOW.date(), "unite": unite}
    Element.objects.create(nomenclature="TRE_R212", code="999", libelle="Robot", **known)
    Element.objects.create(nomenclature="TRE_R212", code="098", **known)
    found = [(one.nomenclature, one.code, one.fiches, one.libelle) for one in reads.unknown()]
    assert found == [("TRE_R212", "999", 1, "Robot"), ("TRE_R213", "77", 1, ""), ("TRE_R72", "13", 1, "")]
    call_command("list_unknown_codes")
    assert "TRE_R212 999 (« Robot ») : 1" in capsys.readouterr().out.replace("\u00a0", " ")


def test_lists_of_ours_are_those_that_sheets_name():
    named = set()
    for niveau in (Niveau.ETABLISSEMENT, Niveau.UNITE):
        for donnee in donnees(niveau):
            if isinstance(donnee.champ, Termes):
                named |= set(donnee.champ.nomenclatures)
            elif isinstance(donnee.champ, Terme):
                named.add(donnee.champ.nomenclature)
    ours = {code for path, code, _ in nomenclatures.shipped() if path.parent.name == "listes"}
    assert ours == {name for name in named if "_" not in name}


@pytest.mark.django_db(transaction=True)
def test_the_command(tmp_path, capsys):
    call_command("import_nomenclature", str(write(tmp_path)), "--date=2026-01-01")
    assert "TRE_R239, version 20260101 : 4 codes ajoutés" in capsys.readouterr().out.replace("\u00a0", " ")
    with pytest.raises(CommandError, match="plus ancienne"):
        call_command("import_nomenclature", str(write(tmp_path)), "--date=2025-01-01")
    call_command("import_nomenclature")
    call_command("import_nomenclature")
    assert capsys.readouterr().out.endswith("Les nomenclatures livrées sont chargées.\n")
