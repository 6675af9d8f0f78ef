"""The pages of an import: deposit, follow, confirm, download."""

import uuid
from datetime import timedelta
from io import BytesIO

import pytest
from celery import current_app
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from kombu.exceptions import OperationalError
from limits import parse
from openpyxl import load_workbook

from accounts import limits
from accounts.models import Session
from habilitations import tasks
from habilitations.imports import progress, queue
from habilitations.models import Habilitation, Import
from tests.concurrency import at_once
from tests.factories import (
    EtablissementFactory,
    HabilitationFactory,
    UniteFactory,
    UserFactory,
    referent_of,
    sign_in,
)
from tests.habilitations.imports import TITLES, book, line, saved, text, xlsx
from viatraj.core import waking

pytestmark = pytest.mark.django_db
INDEX = "/administration/imports/"


@pytest.fixture
def hopital():
    return EtablissementFactory(finess="990000017", nom="Centre hospitalier d’Essai")


@pytest.fixture
def referent(hopital):
    return referent_of(hopital)


@pytest.fixture
def web(client, referent):
    return sign_in(client, referent)


@pytest.fixture
def end():
    return timezone.localdate() + timedelta(days=100)


@pytest.fixture
def deposit(web):
    def deposit(file):
        answer = web.post(INDEX, {"fichier": file})
        assert answer.status_code == 302, answer.context["form"].errors
        return Import.objects.latest("pk")

    return deposit


def read(answer):
    assert answer.status_code == 200
    assert answer["Content-Disposition"].startswith("attachment; filename=")
    return load_workbook(BytesIO(answer.content))


def test_from_the_file_to_the_report(web, deposit, end):
    one = deposit(text(line(fin=end)))
    shown = web.get(reverse("habilitations:import", args=[one.pk])).content.decode()
    assert "Vérification en cours" in shown
    assert "data-suivi" in shown
    tasks.resume_imports()
    shown = web.get(reverse("habilitations:import", args=[one.pk])).content.decode()
    assert "1 habilitation pour 1 personne, dont 1 compte à ouvrir" in shown
    assert not Habilitation.objects.filter(profil="equipe_soignante").exists()
    web.post(reverse("habilitations:import", args=[one.pk]))
    tasks.resume_imports()
    shown = web.get(reverse("habilitations:import", args=[one.pk])).content.decode()
    assert "L’import est fait" in shown
    assert Habilitation.objects.filter(profil="equipe_soignante").count() == 1
    rows = list(read(web.get(reverse("habilitations:import_report", args=[one.pk]))).active.values)
    assert rows[1][:5] == (2, "Lacombe", "Maëlle", "mlacombe", "Équipe soignante")
    assert rows[1][6].date() == end
    assert rows[1][7] == "Compte ouvert, habilitation attribuée."
    assert "Importé" in web.get(INDEX).content.decode()


@pytest.mark.django_db(transaction=True)
def test_eight_clicks_at_once_are_one_deposit(referent):
    """HAB-4: a double click is one file, and one answer."""
    browsers, cle = [sign_in(Client(), referent) for _ in range(8)], str(uuid.uuid4())
    answers = at_once(
        *[lambda one=one: one.post(INDEX, {"fichier": xlsx(line()), "cle": cle}) for one in browsers]
    )
    assert {getattr(answer, "url", answer) for answer in answers} == {f"{INDEX}{Import.objects.get().pk}/"}


class TestQuestions:
    """COM-2: a file tells which addresses have an account: its lines count as searches do."""

    @pytest.fixture(autouse=True)
    def ten_a_day(self, monkeypatch):
        monkeypatch.setattr(limits, "SEARCHES_A_DAY", parse("10 per day"))

    @staticmethod
    def asks(*numbers):
        return xlsx(*[line(nom=f"Lacombe{chr(97 + n)}", email=f"a{n}@ch.example") for n in numbers])

    def test_too_many_people_a_day(self, web):
        assert web.post(INDEX, {"fichier": self.asks(*range(8))}).status_code == 302
        answer = web.post(INDEX, {"fichier": self.asks(*range(20, 23))})
        assert answer.status_code == 422
        assert "Ce fichier nomme 3 personnes" in answer.text
        assert Import.objects.count() == 1
        assert web.post(INDEX, {"fichier": self.asks(20, 21)}).status_code == 302, "none of the three counted"

    def test_searches_and_lines_are_one_budget(self, web):
        web.post(INDEX, {"fichier": self.asks(*range(9))})
        found = [web.post("/administration/comptes/", {"email": "b@ch.example"}) for _ in range(2)]
        assert [answer.status_code for answer in found] == [302, 429]

    def test_a_corrected_file_asks_nothing_new(self, web):
        for _ in range(4):
            assert web.post(INDEX, {"fichier": self.asks(*range(10))}).status_code == 302
        assert web.post(INDEX, {"fichier": self.asks(*range(11))}).status_code == 422

    def test_another_referent_s_budget_is_his(self, web, hopital):
        web.post(INDEX, {"fichier": self.asks(*range(10))})
        other = sign_in(Client(), referent_of(hopital))
        assert other.post(INDEX, {"fichier": self.asks(*range(10))}).status_code == 302


def test_a_refused_file_says_why_and_is_not_kept(web):
    answer = web.post(INDEX, {"fichier": xlsx(line(), titles=[*TITLES[:-2], "Couleur", "Nom"])})
    assert answer.status_code == 422
    shown = answer.content.decode()
    assert "titre de colonne inconnu" in shown
    assert "figure deux fois" in shown
    assert "il manque" in shown
    assert not Import.objects.exists()


def test_all_faults_of_a_file_are_told_at_once(web, deposit):
    """HAB-4: of its cells, of its words, of its facts; and what is left out of it."""
    wrong = {"nom": "=1+1", "telephone": "poste 4512", "fin": "31/02/2027", "profil": "sorcier"}
    made = book(
        line(**wrong, etablissement="nulle part"), line(email="secretariat@ch.example"), line(nom="Caché")
    )
    made.active.row_dimensions[4].hidden = True
    one = deposit(saved(made))
    tasks.resume_imports()
    one.refresh_from_db()
    first, second = ([fault.partition("\u00a0: ")[0] for fault in told["problemes"]] for told in one.problems)
    assert sorted(first) == ["Fin", "Nom", "Profil", "Téléphone", "Établissement"]
    assert second == ["Adresse e-mail"]
    shown = web.get(reverse("habilitations:import", args=[one.pk])).content.decode()
    assert "Ligne 4\u00a0: elle est masquée ou filtrée" in shown


@pytest.mark.parametrize("sent", [{}, {"fichier": "texte"}, {"fichier": SimpleUploadedFile("a.xlsx", b"")}])
def test_no_file(web, sent):
    assert web.post(INDEX, sent).status_code == 422


def test_lines_to_correct(web, deposit, end):
    one = deposit(xlsx(line(fin=end), line(fin=end, nom="<b>", email="b@ch.example", profil="sorcier")))
    tasks.resume_imports()
    shown = web.get(reverse("habilitations:import", args=[one.pk])).content.decode()
    assert "1 ligne à corriger, rien n’est encore enregistré" in shown
    assert "Importer 1 habilitation et ouvrir 1 compte</button>" in shown
    assert "Télécharger la ligne à corriger" in shown
    assert "sorcier" in shown
    assert "<b>" not in shown
    assert shown.index('data-id="3"') < shown.index('data-id="2"'), "good lines are not in the way"


class TestCorrectedAndSentAgain:
    """HAB-4: the refused lines as typed, in the format that was sent; the reasons are passed over."""

    WRONG = {
        "nom": "Ferrand",
        "email": "l.ferrand@ch.example",
        "telephone": "+33 1 99 00 12 34",
        "profil": "sorcier",
        "fin": "31/02/2027",
    }

    @pytest.mark.parametrize("kind", [xlsx, text])
    def test_round(self, web, deposit, end, kind):
        one = deposit(kind(line(fin=end), line(**self.WRONG)))
        tasks.resume_imports()
        answer = web.get(reverse("habilitations:import_to_correct", args=[one.pk]))
        ends = "xlsx" if kind is xlsx else "csv"
        assert answer["Content-Disposition"].endswith(f'lignes-a-corriger-{one.pk}.{ends}"')
        again = deposit(SimpleUploadedFile(f"encore.{ends}", answer.content))
        tasks.resume_imports()
        again.refresh_from_db()
        assert (again.state, again.total) == (Import.State.REFUSED, 1)
        before = one.problems or Import.objects.get(pk=one.pk).problems
        assert again.problems[0]["problemes"] == before[0]["problemes"]

    @pytest.mark.parametrize("kind", [xlsx, text])
    def test_corrected(self, web, deposit, end, kind):
        one = deposit(kind(line(**self.WRONG | {"fin": end}), line(fin=end)))
        tasks.resume_imports()
        content = web.get(reverse("habilitations:import_to_correct", args=[one.pk])).content
        if kind is xlsx:
            made = load_workbook(BytesIO(content))
            head, row = made["Import"].iter_rows(max_row=2)
            assert [cell.value for cell in head] == [*TITLES, "À corriger"]
            assert "sorcier" in row[-1].value
            assert row[TITLES.index("Fin")].value.date() == end
            row[TITLES.index("Profil")].value = "Équipe soignante"
            again = deposit(saved(made))
        else:
            corrected = content.decode("utf-8-sig").replace(";sorcier;", ";Équipe soignante;")
            again = deposit(SimpleUploadedFile("encore.csv", corrected.encode()))
        tasks.resume_imports()
        again.refresh_from_db()
        assert (again.state, again.total) == (Import.State.READY, 1), again.report

    def test_what_was_refused_while_writing(self, web, deposit, hopital, end):
        somebody = UserFactory(nom="Lacombe", prenom="Maëlle", email="maelle.lacombe@ch.example")
        one = deposit(xlsx(line(fin=end), line(fin=end, profil="regulateur", telephone="01 99 00 12 34")))
        tasks.resume_imports()
        HabilitationFactory(user=somebody, lieu=hopital, profil="regulateur")
        web.post(reverse("habilitations:import", args=[one.pk]))
        tasks.resume_imports()
        rows = read(web.get(reverse("habilitations:import_to_correct", args=[one.pk])))["Import"].values
        _, row = rows
        assert (row[TITLES.index("Profil")], row[TITLES.index("Téléphone")]) == (
            "regulateur",
            "01 99 00 12 34",
        )
        assert "a déjà ce profil" in row[-1]

    def test_a_formula_comes_back_as_text(self, web, deposit, end):
        """In a workbook as text; in a csv, which a spreadsheet works out when it opens, not at all."""
        for kind in (xlsx, text):
            one = deposit(kind(line(fin=end, nom="=1+1")))
            tasks.resume_imports()
            content = web.get(reverse("habilitations:import_to_correct", args=[one.pk])).content
            if kind is xlsx:
                cell = load_workbook(BytesIO(content))["Import"].cell(2, TITLES.index("Nom") + 1)
                assert (cell.value, cell.data_type) == ("=1+1", "s")
            else:
                assert b"=1+1" not in content

    def test_nobody_else_reads_them(self, client, deposit, hopital, end):
        one = deposit(xlsx(line(fin=end, profil="sorcier")))
        client.logout()
        sign_in(client, referent_of(hopital))
        assert client.get(reverse("habilitations:import_to_correct", args=[one.pk])).status_code == 404


def test_the_template_names_the_perimeter_and_can_be_filled_in(web, deposit, hopital, end):
    UniteFactory(etablissement=hopital, nom="Médecine")
    UniteFactory(nom="Ailleurs")
    book = read(web.get(reverse("habilitations:import_template")))
    assert [cell.value for cell in book["Import"][1]] == TITLES
    assert list(book["Lieux"].values)[1:] == [
        ("990000017", hopital.nom, None),
        ("990000017", hopital.nom, "Médecine"),
    ]
    codes = {row[2] for row in book["Profils"].values}
    assert "sanitaire-envoi" in codes
    lists = {str(rule.sqref): rule.formula1 for rule in book["Import"].data_validations.dataValidation}
    assert lists["H2:H1001"].startswith("Listes!$A$1:$A$")
    assert book["Listes"].sheet_state == "hidden"
    assert "Équipe soignante" in [row[0] for row in book["Listes"].values]
    assert (book["Import"]["B2"].value, book["Import"].column_dimensions["F"].number_format) == (
        "Lacombe",
        "@",
    )
    book["Import"].append(line(fin=end, unite="Médecine"))
    one = deposit(saved(book))
    tasks.resume_imports()
    one.refresh_from_db()
    assert one.state == Import.State.READY


def test_no_formula_leaves_in_a_workbook(web, deposit, hopital):
    hopital.nom = "=cmd|' /C calc'!A0"
    hopital.save()
    book = read(web.get(reverse("habilitations:import_template")))
    assert book["Lieux"]["B2"].value == hopital.nom
    assert book["Lieux"]["B2"].data_type == "s"


def test_progress_is_read_without_prolonging_the_session(web, deposit, referent, end):
    one = deposit(xlsx(line(fin=end)))
    progress.tell(one, 10)
    long_ago = timezone.now() - timedelta(minutes=10)
    Session.objects.filter(user=referent).update(last_seen=long_ago)
    shown = web.get(reverse("habilitations:import", args=[one.pk]), headers={"X-Relecture": "1"})
    assert "10 lignes sur 1" in shown.content.decode()
    assert Session.objects.get(user=referent).last_seen == long_ago
    web.get(reverse("habilitations:import", args=[one.pk]))
    assert Session.objects.get(user=referent).last_seen > long_ago


def test_without_a_broker_it_waits_for_the_next_round(deposit, monkeypatch, end):
    def dead(*args, **known):
        raise OperationalError

    monkeypatch.setattr(waking.current_app, "send_task", dead)
    assert deposit(xlsx(line(fin=end))).state == Import.State.CHECKING


@pytest.mark.parametrize("name", ["import", "import_report"])
def test_somebody_else_s_does_not_exist(client, deposit, hopital, end, name):
    one = deposit(xlsx(line(fin=end)))
    client.logout()
    sign_in(client, referent_of(hopital))
    assert client.get(reverse(f"habilitations:{name}", args=[one.pk])).status_code == 404


@pytest.mark.parametrize("name", ["imports", "import_template"])
def test_for_referents_only(client, name):
    sign_in(client, HabilitationFactory(user=UserFactory()).user)
    assert client.get(reverse(f"habilitations:{name}")).status_code == 403


def test_each_line_costs_the_same(deposit, end):
    counts = []
    for count in (1, 2, 6, 10):  # the first learns what is kept from then on
        rows = [line(fin=end, nom=f"N{chr(97 + n)}", email=f"n{count}-{n}@ch.example") for n in range(count)]
        deposit(xlsx(*rows))
        with CaptureQueriesContext(connection) as seen:
            tasks.resume_imports()
        counts.append(len(seen))
    assert counts[3] - counts[2] == counts[2] - counts[1]


def test_the_web_hands_its_tasks_to_our_broker():
    assert tasks.proceed_import.name == queue.TASK
    assert (current_app.main, current_app.conf.broker_url) == ("viatraj", settings.CELERY_BROKER_URL)


def test_a_line_refused_when_written_is_told_first(web, deposit, hopital, end):
    """The page of an import that is done says what it left out, and why (docs/adr/0014)."""
    somebody = UserFactory(nom="Lacombe", prenom="Maëlle", email="maelle.lacombe@ch.example")
    one = deposit(xlsx(line(fin=end), line(fin=end, profil="regulateur")))
    tasks.resume_imports()
    HabilitationFactory(user=somebody, lieu=hopital, profil="regulateur")
    address = reverse("habilitations:import", args=[one.pk])
    web.post(address)
    tasks.resume_imports()
    shown = web.get(address).content.decode()
    assert "L’import est fait, sauf 1 ligne" in shown
    assert "1 habilitation attribuée, le" in shown
    assert "a déjà ce profil" in shown
    assert shown.index('data-id="3"') < shown.index('data-id="2"')


def test_an_import_given_up_says_what_it_wrote(web, deposit, end):
    one = deposit(xlsx(line(fin=end), line(fin=end, profil="regulateur")))
    tasks.resume_imports()
    address = reverse("habilitations:import", args=[one.pk])
    web.post(address)
    tasks.resume_imports()
    one.refresh_from_db()
    one.report[1]["problemes"] = ["Cette ligne n’a pas été traitée."]
    del one.report[1]["habilitation"]
    Import.objects.filter(pk=one.pk).update(state=Import.State.FAILED, done_at=None, report=one.report)
    shown = web.get(address).content.decode()
    assert "1 habilitation sur 2 a été attribuée" in shown
    assert "Cette ligne n’a pas été traitée." in shown
