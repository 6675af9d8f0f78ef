"""`demo_data --scale`: a country in number, once, that keeps all rules of the database."""

import os
import subprocess
import sys

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command
from django.db import connection
from django.db.models import OuterRef, Subquery
from django.utils import timezone

from accounts.models import User
from annuaire.models import Etablissement, Unite
from dossiers.models import Dossier, Presence, Volet
from habilitations.models import Habilitation
from habilitations.profils import PROFILS
from viatraj.demo import data, pays

OF_DOSSIER = Dossier.objects.filter(pk=OuterRef("dossier"))
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
def test_a_country_is_loaded_once_and_keeps_the_rules(monkeypatch):
    monkeypatch.setattr(data, "SHARE", TINY / 2)
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
    assert_dossiers(now)
    names = dict(held.values_list("pk", "nom_tri"))
    Habilitation.objects.update(nom_tri="")  # the triggers write it again
    assert dict(Habilitation.objects.values_list("pk", "nom_tri")) == names


def assert_dossiers(now):
    """Its dossiers too: where they lie is what the triggers would write, and the forms take the volets."""
    assert Dossier.objects.count() == 2_500
    presences = dict(Presence.objects.values_list("pk", "orientation"))
    Presence.objects.update(orientation=Subquery(OF_DOSSIER.values("orientation")))
    assert dict(Presence.objects.values_list("pk", "orientation")) == presences
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
