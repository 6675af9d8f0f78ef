"""`demo_data --scale`: a country in number, once, that keeps all rules of the database."""

import os
import subprocess
import sys

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command
from django.db import connection
from django.utils import timezone

from accounts.models import User
from annuaire import fiches
from annuaire.fiches import Regle
from annuaire.models import Concept, Couverture, Element, Etablissement, PriseEnCharge, Unite
from annuaire.natures import Nature
from annuaire.reads.fiches import values
from dossiers.models import Dossier, Presence, Volet
from dossiers.models.etats import Etat
from dossiers.models.presences import PATIENT
from habilitations.models import Habilitation
from habilitations.profils import PROFILS
from tests.annuaire import territoires
from tests.demo import demandees
from viatraj.core.saisie import Refused
from viatraj.demo import data, genres, pays

PARTS = ["Structures, comptes et habilitations", "Dossiers", "Demandes", "Base entière"]
TINY = 0.0005  # some 17 établissements
GUARDS = """
SELECT conname, convalidated FROM pg_constraint WHERE conrelid = 'habilitations_habilitation'::regclass
UNION ALL
SELECT indexname, true FROM pg_indexes WHERE tablename = 'habilitations_habilitation' ORDER BY 1, 2
"""


def guards():
    with connection.cursor() as cursor:
        cursor.execute(GUARDS)
        return cursor.fetchall()


@pytest.mark.django_db(transaction=True)
def test_a_country_is_loaded_once_and_keeps_the_rules(monkeypatch, capsys):
    monkeypatch.setattr(data, "SHARE", TINY / 2)
    territoires.some("2A004", "76540", "76351", "97209", "97411")
    before, now = guards(), timezone.localtime()
    counts = []
    for _ in range(2):
        data._pays(now, 2)
        counts.append([model.objects.count() for model in (Etablissement, Unite, User, Habilitation)])
    assert counts[0] == counts[1] == [17, 30, 190, counts[0][-1]]
    assert counts[0][-1] > 200
    assert guards() == before
    held = Habilitation.objects.select_related("user", "unite", "etablissement__coordination")
    for one in held:
        assert one.niveau in PROFILS[one.profil].niveaux
        assert one.domaine == PROFILS[one.profil].domaine
        assert one.etablissement is None or one.etablissement.coordination_id == one.coordination_id
        assert one.unite is None or one.unite.etablissement_id == one.etablissement_id
    said = capsys.readouterr().out  # how long, how large; of the first time alone
    assert [row.split("\u00a0:")[0] for row in said.splitlines()] == PARTS
    assert_sheets()
    assert_dossiers(now)
    demandees.assert_demandes(now)
    names = dict(held.values_list("pk", "nom_tri"))
    Habilitation.objects.update(nom_tri="")  # the triggers write it again
    assert dict(Habilitation.objects.values_list("pk", "nom_tri")) == names


def assert_sheets():
    """ANN-1: in a commune of its département, typed, with what its sheet’s own fields would take."""
    rows = Etablissement.objects.select_related("coordination", "cog").prefetch_related("elements")
    for one in rows:
        assert one.finess
        assert one.cog.departement_id == one.coordination.departement_id
        assert (one.commune, one.code_postal in one.cog.codes_postaux) == (one.cog.nom, True)
        assert one.cog.position
        assert one.position
    units = Unite.objects.select_related("etablissement").prefetch_related("elements")
    assert {one.nature for one in units} > {"mco", "smr", "ehpad", "esms"}
    assert {one.nature.value for one in genres.GENRES.values()} == set(Nature.values)
    for one in [*rows, *units]:
        for donnee in fiches.donnees(one.niveau):
            if (value := values(one).get(donnee.code)) and donnee.regle != Regle.VERBE:
                assert as_read(donnee, value) == value
    known = set(Concept.objects.values_list("nomenclature_id", "code"))
    assert set(Element.objects.values_list("nomenclature", "code")) <= known
    assert set(PriseEnCharge.objects.values_list("assuree", flat=True)) == {True, False}
    assert not Couverture.objects.exclude(unite__nature="had").exists()
    kept = set(Unite.objects.values_list("pk", "complete"))
    assert {complete for _, complete in kept} == {True, False}
    Unite.objects.update(version=1)  # the trigger says it again
    assert set(Unite.objects.values_list("pk", "complete")) == kept


def as_read(donnee, value):
    try:
        return donnee.champ.read(value)
    except Refused as error:
        return f"{donnee.code}\u00a0: {error}"


def assert_dossiers(now):
    """Its dossiers too: their states, and what lies beside a place, are what the triggers write; the forms
    take the volets."""
    assert Dossier.objects.count() == 2_500
    for model, columns in ((Dossier, ("etat",)), (Presence, ("orientation", "numero", "etat", *PATIENT))):
        written = set(model.objects.values_list("pk", *columns))
        model.objects.update(etat="")
        assert set(model.objects.values_list("pk", *columns)) == written
    assert {Etat.REDACTION, Etat.COMPLET, Etat.RECHERCHE} < set(
        Dossier.objects.values_list("etat", flat=True)
    )
    at_units = Presence.objects.exclude(unite=None).select_related("unite__etablissement")
    assert all(one.etablissement_id == one.unite.etablissement_id for one in at_units)
    living = Volet.objects.select_related("dossier").exclude(contenu={})
    assert living
    for volet in living:
        assert volet.form.read(volet.contenu) == volet.contenu
        assert not volet.complet or volet.form.missing(volet.contenu) == []


@pytest.mark.django_db
def test_the_usual_demonstration_has_no_country():
    data._pays(timezone.localtime(), 1)
    assert not pays.is_there()


@pytest.mark.parametrize("scale", ["0", "-1", "abc", "1.5", "101", "99999", "", "²", "1 000"])
def test_a_bad_scale_is_refused_in_one_sentence(scale, monkeypatch):
    monkeypatch.setattr(data, "make", lambda **known: pytest.fail("nothing may be made"))
    with pytest.raises(CommandError, match=r"^--scale attend un nombre entier de 1 à 100\.$") as refused:
        call_command("demo_data", scale=scale)
    assert refused.value.returncode == 1


def test_without_demo_there_is_no_such_command():
    answer = subprocess.run(
        [sys.executable, "manage.py", "demo_data", "--scale", "2"],
        cwd=settings.BASE_DIR,
        env={**os.environ, "DEMO": "0"},
        capture_output=True,
        text=True,
    )
    assert answer.returncode == 1
    assert "demo_data" in answer.stderr
