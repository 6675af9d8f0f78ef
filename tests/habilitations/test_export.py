"""«Exporter» (HAB-9): all rows of the revue and only those, true dates, no formula, flat memory."""

import io
import subprocess
import sys
from datetime import datetime, time, timedelta

import openpyxl
import pytest
from django.conf import settings
from django.utils import timezone
from openpyxl.utils.escape import unescape

from habilitations import rights
from habilitations.models import DroitPersonnalise, Habilitation
from habilitations.profils import NAMES
from habilitations.reads import export
from habilitations.reads.revue import Choix, Revue
from journal.models import Entry
from tests.courrier.rig import environment
from tests.factories import (
    EtablissementFactory,
    HabilitationFactory,
    UniteFactory,
    UserFactory,
    as_professionnel,
    referent_of,
    sign_in,
)

pytestmark = pytest.mark.django_db
URL = "/administration/habilitations/revue/export/"
NASTY = ["=1+1", "+33", "-2", "@SUM(A1)", "\tx", "<&>\"'", "_x0041_", "O’Neil «\u202fœ\u202f»"]


@pytest.fixture
def lieu():
    return EtablissementFactory(nom="CH de Saint-Aubin")


def lines(answer):
    sheet = openpyxl.load_workbook(io.BytesIO(answer.content)).active
    head, *rows = sheet.iter_rows()
    titles = [cell.value for cell in head]
    return [dict(zip(titles, row, strict=True)) for row in rows]


def exported(client, referent, **choix):
    sign_in(client, referent)
    answer = client.get(URL, choix)
    assert answer.status_code == 200
    return lines(answer)


def test_a_line_says_all_that_the_revue_shows(client, lieu):
    today = timezone.localdate()
    at = timezone.now().replace(microsecond=0)
    row = HabilitationFactory(
        lieu=UniteFactory(etablissement=lieu, nom="Chirurgie"),
        fin=today + timedelta(days=9),
        emails=True,
        user__nom="Arnaud",
        user__login="carnaud",
        user__last_sign_in_at=at,
    )
    DroitPersonnalise.objects.create(habilitation=row, domaine="sanitaire", droit="envoi", mode="aucun")
    (line,) = exported(client, referent_of(lieu), vue="mois", profil=row.profil)
    assert {title: cell.value for title, cell in line.items()} == {
        "Nom": "Arnaud",
        "Prénom": "Camille",
        "Identifiant": "carnaud",
        "Adresse e-mail": row.user.email,
        "Domaine d’accès": "Sanitaire",
        "Profil": "Prescripteur médical",
        "Niveau": "Unité",
        "Coordination": lieu.coordination.nom,
        "Établissement": "CH de Saint-Aubin",
        "FINESS": lieu.finess,
        "Unité": "Chirurgie",
        "Guichet": None,
        "Début": datetime.combine(row.debut, time.min),
        "Fin": datetime.combine(row.fin, time.min),
        "Échéance": "Dans 9 jours",
        "Réception des e-mails": "Oui",
        "Droits": line["Droits"].value,
        "Droits personnalisés": "Oui",
        "Dernière connexion": timezone.make_naive(at),
    }
    assert line["Fin"].is_date
    assert "Volet médical (Sanitaire)\u00a0: " in line["Droits"].value
    assert "Envoyer la demande (Sanitaire)" not in line["Droits"].value  # taken away from him


def test_names_are_never_formulas_and_come_back_equal(client, lieu):
    for nom in NASTY:
        HabilitationFactory(lieu=lieu, user__nom=nom)
    cells = [line["Nom"] for line in exported(client, referent_of(lieu), profil="prescripteur_medical")]
    assert {unescape(cell.value) for cell in cells} == set(NASTY)
    assert {cell.data_type for cell in cells} == {"s"}


@pytest.mark.parametrize("choix", [{}, {"tri": "-fin"}, {"domaine": "sanitaire"}, {"vue": "jamais"}])
def test_the_file_holds_the_rows_of_the_page_in_its_order(client, lieu, choix):
    for number in range(60):
        HabilitationFactory(lieu=lieu, fin=timezone.localdate() + timedelta(days=number % 7))
    referent = referent_of(lieu)
    today = timezone.localdate()
    revue = Revue(as_professionnel(referent), Choix(**choix), today=today)
    logins = dict(Habilitation.objects.values_list("pk", "user__login"))
    found = [line["Identifiant"].value for line in exported(client, referent, **choix)]
    assert found == [logins[pk] for pk in revue.pks()]
    assert len(found) >= 60  # more than a page


def test_the_modes_of_each_right_have_their_sheet(client, lieu):
    """As the service works them out: the profile's, but for what was adjusted; lines as on the first."""
    unite = UniteFactory(etablissement=lieu, nom="Chirurgie")
    adjusted = HabilitationFactory(lieu=unite, user__nom="Adam\nÈve")
    usual = HabilitationFactory(lieu=lieu, profil="equipe_soignante", user__nom="Zola")
    DroitPersonnalise.objects.create(
        habilitation=adjusted, domaine="sanitaire", droit="tableau_demandeur", mode="lecture"
    )
    sign_in(client, referent_of(lieu))
    book = openpyxl.load_workbook(io.BytesIO(client.get(URL).content))
    assert book.sheetnames == ["Revue des habilitations", "Modes des droits", "À propos"]
    head, *rows = book["Modes des droits"].iter_rows(values_only=True)
    found = {row[2]: dict(zip(head, row, strict=True)) for row in rows}
    assert [row[2] for row in rows] == [row[2] for row in book.active.iter_rows(min_row=2, values_only=True)]
    for row in (adjusted, usual):
        read = found[row.user.login]
        expected = {
            export._named(one): NAMES[mode]
            for one, mode in rights.given(row.profil, row.niveau, _chosen(row)).items()
        }
        assert {title: value for title, value in read.items() if title in expected} == expected
        others = set(head[6:]) - expected.keys()
        assert {read[title] for title in others} == {None}
    assert found[adjusted.user.login]["Tableau de bord demandeur (Sanitaire)"] == "lecture"
    assert found[adjusted.user.login]["Nom"] == "Adam\nÈve"
    assert found[adjusted.user.login]["Unité ou guichet"] == "Chirurgie"


def _chosen(row) -> list:
    return list(row.droits.values_list("domaine", "droit", "mode"))


def test_the_file_says_what_it_is(client, lieu):
    referent = referent_of(lieu)
    sign_in(client, referent)
    book = openpyxl.load_workbook(io.BytesIO(client.get(URL, {"vue": "jamais"}).content))
    said = dict(book["À propos"].iter_rows(values_only=True))
    assert said["Périmètre"] == "CH de Saint-Aubin"
    assert said["Filtres"] == "«\u00a0Jamais connectés\u00a0»"
    assert said["Par"] == f"{referent.nom_complet} ({referent.login})"


def test_nothing_outside_the_perimeter_is_exported(client, lieu):
    """Another établissement of the coordination, and a habilitation on the coordination itself."""
    neighbour = EtablissementFactory(coordination=lieu.coordination)
    for place in (neighbour, lieu.coordination):
        HabilitationFactory(lieu=place, profil="accompagnant_medico_social", user__nom="Voisin")
    HabilitationFactory(lieu=lieu, user__nom="Ici")
    nouns = {line["Nom"].value for line in exported(client, referent_of(lieu))}
    assert "Ici" in nouns
    assert "Voisin" not in nouns


def test_each_export_is_journalled(client, lieu):
    HabilitationFactory(lieu=lieu)
    exported(client, referent_of(lieu), vue="jamais")
    entry = Entry.objects.get(event="revue.exported")
    assert entry.data == {"criteres": {"coordination": lieu.coordination.nom, "vue": "jamais"}, "lignes": 2}


def test_the_file_is_an_attachment_kept_by_nobody(client, lieu):
    sign_in(client, referent_of(lieu))
    answer = client.get(URL)
    today = timezone.localdate()
    assert answer["Content-Disposition"] == f'attachment; filename="revue-habilitations-{today}.xlsx"'
    assert answer["Cache-Control"] == "no-store"
    answer.close()


@pytest.mark.parametrize(("many", "slices"), [(2, 1), (9, 1), (19, 2)])
def test_one_query_for_the_keys_then_one_a_slice(lieu, many, slices, django_assert_num_queries, monkeypatch):
    monkeypatch.setattr(export, "SLICE", 10)
    HabilitationFactory.create_batch(many, lieu=lieu)
    revue = Revue(as_professionnel(referent_of(lieu)), Choix(), today=timezone.localdate())
    with django_assert_num_queries(1 + slices):
        assert export.write(io.BytesIO(), revue) == many + 1


def test_what_left_the_perimeter_meanwhile_does_not_leave_with_the_file(lieu, monkeypatch):
    """Moved to a neighbour between the list of keys and the slice that holds it."""
    _, moved = HabilitationFactory.create_batch(2, lieu=lieu)
    revue = Revue(as_professionnel(referent_of(lieu)), Choix(), today=timezone.localdate())
    pks = list(revue.pks())
    neighbour = EtablissementFactory(coordination=lieu.coordination)
    Habilitation.objects.filter(pk=moved.pk).update(etablissement=neighbour)
    monkeypatch.setattr(revue, "pks", lambda: pks)
    assert export.write(io.BytesIO(), revue) == len(pks) - 1


MEASURE = """
import sys
import django
django.setup()
from django.utils import timezone
import habilitations.rights
from accounts.models import User
from habilitations.reads import export
from habilitations.reads.revue import Choix, Revue
from tests.memory import peak
from viatraj.core.actor import Actor
user = User.objects.get(login="referent")
today = timezone.localdate()
revue = Revue(Actor(user=user, rights=habilitations.rights.of_user(user, on=today)), Choix(), today=today)
before = peak()
lines = export.write(open(sys.argv[1], "wb"), revue)
print(lines, round(peak() - before))
"""


@pytest.mark.proofs
@pytest.mark.django_db(transaction=True)
def test_memory_stays_flat(lieu, tmp_path):
    """8,000 lines in a process of its own: a few megabytes more than none."""
    known = HabilitationFactory(lieu=lieu, user=UserFactory(login="referent"), profil="referent_structure")
    users = type(known.user).objects.bulk_create(
        type(known.user)(login=f"p{n}", nom=f"Nom{n}", prenom="Claude") for n in range(8_000)
    )
    Habilitation.objects.bulk_create(
        Habilitation(
            user=user,
            profil="equipe_soignante",
            domaine="sanitaire",
            niveau="etablissement",
            debut=known.debut,
            fin=known.fin,
            region_id=known.region_id,
            coordination_id=known.coordination_id,
            etablissement_id=known.etablissement_id,
        )
        for user in users
    )
    command = [sys.executable, "-c", MEASURE, str(tmp_path / "revue.xlsx")]
    answer = subprocess.run(
        command, cwd=settings.BASE_DIR, env=environment(), check=True, capture_output=True, text=True
    )
    lines_written, megabytes = map(int, answer.stdout.split())
    assert lines_written == 8_001
    assert megabytes < 9  # all of them at once: some 12
