"""An order: sent once, cancelled, sent again, fair, its file for its person alone (OBS-3, OBS-4, OBS-7)."""

import csv
import zipfile
from datetime import timedelta
from io import BytesIO, StringIO
from uuid import uuid4

import openpyxl
import pytest
from django.core.exceptions import ValidationError
from django.utils import timezone

from courrier.models import Message
from habilitations.models import Habilitation
from journal.models import Entry
from observatoire import actions, policies, rapports
from observatoire.actions import fabrique
from observatoire.masquage.tableau import Mesure, Personnes, Rangee, Tableau
from observatoire.models import Commande, Etat, Format
from tests.factories import (
    CoordinationFactory,
    EtablissementFactory,
    UniteFactory,
    as_professionnel,
    day,
    referent_of,
)
from tests.observatoire import rig
from tests.observatoire.rig import SYSTEM, made, ordered
from viatraj.core.droits import Niveau
from viatraj.core.files import parts, vault
from viatraj.core.policies import Denied, can, refusal

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("essai", "folder")]
SECRET = "Pour le comité du 12, Mme Tournesac"


def content(commande, by) -> bytes:
    return b"".join(actions.read_file(commande, today=timezone.localdate(), by=by))


def lists_of(raw: bytes) -> dict[str, list[list[str]]]:
    """Of each csv of an archive, its lines."""
    with zipfile.ZipFile(BytesIO(raw)) as archive:
        texts = {name: archive.read(name).decode("utf-8-sig") for name in archive.namelist()}
    return {name: list(csv.reader(StringIO(text, newline=""), delimiter=";")) for name, text in texts.items()}


def test_the_file_holds_what_was_asked(by, hopital):
    """OBS-4: true numbers, dates, percentages and durations, no formula; OBS-6: said whether consolidated."""
    commande = made(ordered(by, criteres={"lignes": ["3"]}))
    assert (commande.etat, commande.lignes, commande.raison) == (Etat.DISPONIBLE, 3, "")
    raw = content(commande, by)
    assert commande.taille == len(raw)
    book = openpyxl.load_workbook(BytesIO(raw))
    assert book.sheetnames == ["Données", "Critères", "Définitions"]
    head, *rows = book["Données"].iter_rows()
    assert [cell.value for cell in head] == [one.titre for one in rig.COLONNES]
    assert [[cell.value for cell in row][:2] for row in rows] == [[0, "=1+1"], [1, "=1+1"], [2, "=1+1"]]
    assert [cell.number_format for cell in rows[1]] == ["#,##0", "General", "dd/mm/yyyy", "0.0%", "[h]:mm"]
    assert "f" not in {cell.data_type for row in rows for cell in row}
    said = dict(row[:2] for row in book["Critères"].values)
    assert said["Fichier"] == "SAN-99 – Fichier d’essai"
    assert said["Période"] == "Du 01/09/2026 au 30/09/2026 (date de création)"
    assert said["Structures"] == f"1 structure\u00a0: {hopital.nom}"
    assert (said["Combien"], said["Commande"]) == ("Trois", f"n° {commande.pk}")
    assert [row[0] for row in book["Définitions"].values][3:] == [one.titre for one in rig.COLONNES]


def test_csv_is_the_other_choice(by):
    """OBS-4: with its criteria and definitions beside it, as a workbook has; decimals as one chose."""
    for chosen, zero, part in ((Format.CSV, "0,0%", "33,3%"), (Format.POINT, "0.0%", "33.3%")):
        commande = made(ordered(by, format=chosen, criteres={"lignes": ["3"]}))
        files = lists_of(content(commande, by))
        assert list(files) == ["Données.csv", "Critères.csv", "Définitions.csv"]
        first, second, third, _ = files["Données.csv"]
        assert first == [one.titre for one in rig.COLONNES]
        assert (second, third[3]) == (["0", "'=1+1", "01/09/2026", zero, "0:00"], part)
        said = dict(files["Critères.csv"])
        assert (said["Combien"], said["Commande"]) == ("Trois", f"n° {commande.pk}")
        assert [row[0] for row in files["Définitions.csv"]][3:] == [one.titre for one in rig.COLONNES]
        assert commande.download_name == f"san-99_2026-09-01_2026-09-30_commande-{commande.pk}.zip"


def test_the_same_click_twice_is_one_order(by):
    """OBS-3."""
    cle = uuid4()
    assert ordered(by, cle=cle).pk == ordered(by, cle=cle).pk
    assert Entry.objects.filter(event="commande.ordered").count() == 1


def test_a_comment_is_its_authors_alone(by, hopital, folder):
    """OBS-3: neither in the row, the journal, a mail, the file, nor in what a colleague finds."""
    commande = made(ordered(by, commentaire=SECRET))
    assert Commande.objects.get(pk=commande.pk).commentaire == SECRET
    assert SECRET.encode() not in bytes(commande.sealed_commentaire)
    assert SECRET not in str(list(Entry.objects.values())) + str(list(Message.objects.values())) + str(
        commande
    )
    assert SECRET.encode() not in content(commande, by)
    colleague = as_professionnel(referent_of(hopital))
    assert not Commande.objects.visible_to(colleague).exists()


def test_a_mail_says_that_it_is_ready_and_no_more(by):
    """OBS-4: a link, never the file."""
    commande = made(ordered(by))
    (letter,) = Message.objects.all()
    assert letter.to == by.user.email
    assert "/observatoire/consulter/" in letter.text
    assert f"n° {commande.pk}" in letter.text


class TestQueue:
    def order_of(self, commandes) -> list[int]:
        waiting = list(Commande.objects.in_turn().values_list("pk", flat=True))
        return [waiting.index(one.pk) for one in commandes]

    def test_a_tenth_order_waits_behind_the_firsts_of_others(self, by, hopital):
        """OBS-4."""
        now, other = timezone.now(), as_professionnel(referent_of(hopital))
        mine = [ordered(by, now=now + timedelta(seconds=n)) for n in range(10)]
        theirs = ordered(other, now=now + timedelta(seconds=30))
        assert self.order_of([mine[0], theirs, mine[1], mine[9]]) == [0, 1, 2, 10]

    def test_also_when_the_nine_before_are_made(self, by, hopital):
        now, other = timezone.now(), as_professionnel(referent_of(hopital))
        for n in range(9):
            made(ordered(by, now=now + timedelta(seconds=n)), now=now)
        tenth = ordered(by, now=now + timedelta(seconds=10))
        theirs = ordered(other, now=now + timedelta(seconds=30))
        assert self.order_of([theirs, tenth]) == [0, 1]

    def test_so_many_in_an_hour_and_no_more(self, by, monkeypatch):
        monkeypatch.setattr("observatoire.actions.commandes.AN_HOUR", 2)
        now = timezone.now()
        ordered(by, now=now)
        ordered(by, now=now)
        with pytest.raises(ValidationError, match="Réessayez plus tard"):
            ordered(by, now=now)
        ordered(by, now=now + timedelta(hours=1, seconds=1))


class TestRights:
    """OBS-7: the perimeter of the moment, when it is made and when it is opened."""

    def ended(self, by):
        Habilitation.objects.filter(user=by.user).update(revoked_at=timezone.now(), revoked_by=by.user)
        return as_professionnel(by.user)

    def test_a_right_that_ends_before_it_is_made(self, by):
        commande = ordered(by)
        self.ended(by)
        assert made(commande).etat == Etat.ERREUR
        assert "demande le droit" in commande.raison
        (letter,) = Message.objects.all()
        assert commande.raison in letter.text

    def test_a_right_that_ends_after(self, by):
        commande = made(ordered(by))
        now = self.ended(by)
        today = timezone.localdate()
        assert refusal(policies.fetch, now, commande, today) == policies.ENDED
        with pytest.raises(Denied):
            actions.read_file(commande, today=today, by=now)

    def test_a_structure_that_is_lost_closes_the_file_and_one_more_does_not(self, by, hopital):
        other = EtablissementFactory()
        Habilitation.objects.filter(user=by.user).update(etablissement=hopital)
        commande, today = made(ordered(by)), timezone.localdate()
        row = Habilitation.objects.get(user=by.user)
        row.pk, row._state.adding = None, True
        row.etablissement, row.lot = other, uuid4()
        row.coordination, row.region = other.coordination, other.coordination.region
        row.save()
        assert can(policies.fetch, as_professionnel(by.user), commande, today)
        Habilitation.objects.filter(user=by.user, etablissement=hopital).update(
            revoked_at=timezone.now(), revoked_by=by.user
        )
        now = as_professionnel(by.user)
        assert can(policies.order, now, rapports.CATALOGUE["SAN-99"], today), "he still may order"
        assert not can(policies.fetch, now, commande, today)

    def test_a_unit_below_ones_etablissement_is_covered(self, by, hopital):
        unite, today = UniteFactory(etablissement=hopital), timezone.localdate()
        commande = made(ordered(by))
        commande.perimetre = {"unite": [unite.pk]}
        assert can(policies.fetch, by, commande, today)
        commande.perimetre = {"unite": [UniteFactory().pk]}
        assert not can(policies.fetch, by, commande, today)
        commande.perimetre = {"national": []}
        assert not can(policies.fetch, by, commande, today)

    def test_lines_about_persons_stay_in_ones_own_structures(self):
        wide = as_professionnel(referent_of(CoordinationFactory()))
        today = timezone.localdate()
        assert can(policies.order, wide, rig.essai(), today)
        assert "pour une unité ou un établissement" in refusal(
            policies.order, wide, rig.essai(nominal=True), today
        )

    def test_somebody_elses_is_nobodys(self, by, hopital):
        colleague, commande = as_professionnel(referent_of(hopital)), made(ordered(by))
        for act in (
            lambda: actions.cancel(commande, by=colleague),
            lambda: actions.retry(commande, now=timezone.now(), by=colleague),
            lambda: content(commande, colleague),
        ):
            with pytest.raises(Denied):
                act()

    def test_a_territory_is_asked_by_whole_months_and_alone(self, monkeypatch):
        """OBS-7: a day longer is no order there, of figures that are masked; nor two territories."""
        coordination = CoordinationFactory()
        wide = as_professionnel(referent_of(coordination))
        masked = rig.essai(tableau=lambda cadre: None, nature="agrege")
        known = {"rapport": masked, "niveau": Niveau.COORDINATION, "territoire": coordination.pk}
        ordered(wide, **known)
        for change in ({"debut": day("2026-09-02")}, {"fin": day("2026-10-31")}, {"fin": day("2027-01-31")}):
            with pytest.raises(ValidationError):
                ordered(wide, **known | change)
        for territoire in (None, CoordinationFactory().pk):
            with pytest.raises(Denied):
                ordered(wide, **known | {"territoire": territoire})

    def test_files_of_a_territory_are_masked_alike(self, monkeypatch):
        """OBS-7: lines, totals and csv say one figure of a cell, and nothing of five persons."""
        coordination = CoordinationFactory()
        wide = as_professionnel(referent_of(coordination))
        counts = {"m1": 5, "m2": 400, "m3": 300}
        rangees = tuple(
            Rangee((motif,), (many,), (Personnes.of((one, one) for one in range(many)),))
            for motif, many in counts.items()
        )
        tableau = Tableau("essai", ("motif",), (Mesure("n"),), rangees, (("coordination", coordination.pk),))
        colonnes = (rapports.Colonne("motif", "Motif"), rapports.Colonne("n", "Nombre", "int"))
        masked = rig.essai(tableau=lambda cadre: tableau, nature="agrege", colonnes=colonnes)
        monkeypatch.setitem(rapports.CATALOGUE, masked.code, masked)
        known = {"rapport": masked, "niveau": Niveau.COORDINATION, "territoire": coordination.pk}
        files = [content(made(ordered(wide, **known, format=one)), wide) for one in (Format.XLSX, Format.CSV)]
        book = openpyxl.load_workbook(BytesIO(files[0]))
        _, *rows = book["Données"].values
        assert [motif for motif, _ in rows] == ["m2", "m3"]
        assert all(figure % 15 == 0 and abs(figure - counts[motif]) < 20 for motif, figure in rows)
        lists = lists_of(files[1])
        assert lists["Données.csv"][1:] == [[motif, str(figure)] for motif, figure in rows]
        ((words, total),) = list(book["Synthèse"].values)[1:]
        assert abs(total - 705) < 20
        assert lists["Synthèse.csv"][1:] == [[words, str(total)]]
        assert dict(lists["Critères.csv"])["Petits effectifs"]
        assert "moins de 11 personnes" in dict(row[:2] for row in book["Critères"].values)["Petits effectifs"]

    def test_the_worker_asks_again(self, monkeypatch):
        """OBS-7: an order that is no more allowed says why, in its own words."""
        coordination = CoordinationFactory()
        wide = as_professionnel(referent_of(coordination))
        monkeypatch.setitem(rapports.CATALOGUE, "SAN-99", rig.essai())
        known = {"niveau": Niveau.COORDINATION, "territoire": coordination.pk, "debut": day("2026-09-02")}
        commande = ordered(wide, **known)
        monkeypatch.setitem(rapports.CATALOGUE, "SAN-99", rig.essai(tableau=lambda cadre: None))
        commande = made(commande)
        assert commande.etat == Etat.ERREUR
        assert "du premier jour d’un mois" in commande.raison


class TestCancelled:
    def test_one_that_waits_is_never_made(self, by):
        commande = ordered(by)
        actions.cancel(commande, by=by)
        actions.cancel(commande, by=by)
        assert made(commande).etat == Etat.ANNULEE
        assert Entry.objects.filter(event="commande.cancelled").count() == 1

    def test_one_that_is_being_made_stops_and_leaves_no_file(self, by, monkeypatch, folder):
        commande = ordered(by)

        def cancelled(cadre):
            actions.cancel(commande, by=by)
            monkeypatch.setattr(fabrique, "EVERY", 0)
            yield from rig.lignes(cadre)
            yield from rig.lignes(cadre)

        monkeypatch.setitem(rapports.CATALOGUE, "SAN-99", rig.essai(lignes=cancelled))
        assert made(commande).etat == Etat.ANNULEE
        assert [one for one in folder.rglob("*") if one.is_file()] == []
        assert not Message.objects.exists()


class TestErrors:
    def fails(self, monkeypatch, error):
        def broken(cadre):
            yield from rig.lignes(cadre)
            raise error

        monkeypatch.setitem(rapports.CATALOGUE, "SAN-99", rig.essai(lignes=broken))

    def test_a_fault_of_ours_is_told_and_retried(self, by, monkeypatch):
        commande = ordered(by)
        self.fails(monkeypatch, ZeroDivisionError())
        assert made(commande).etat == Etat.ERREUR
        assert "de notre fait" in commande.raison
        monkeypatch.setitem(rapports.CATALOGUE, "SAN-99", rig.essai())
        actions.retry(commande, now=timezone.now(), by=by)
        actions.retry(commande, now=timezone.now(), by=by)
        assert made(commande).etat == Etat.DISPONIBLE

    @pytest.mark.parametrize("error", [OSError(28, "No space left on device"), vault.Unavailable()])
    def test_a_disk_that_is_full_is_told_and_retried(self, by, monkeypatch, error):
        commande, keep = ordered(by), parts.keep

        def full(*args, **kwargs):
            raise error

        monkeypatch.setattr(parts, "keep", full)
        assert made(commande).raison == fabrique.STORAGE
        monkeypatch.setattr(parts, "keep", keep)
        actions.retry(commande, now=timezone.now(), by=by)
        assert made(commande).etat == Etat.DISPONIBLE

    def test_a_report_that_is_no_more(self, by, monkeypatch):
        commande = ordered(by)
        monkeypatch.delitem(rapports.CATALOGUE, "SAN-99")
        assert made(commande).raison == fabrique.UNKNOWN

    def test_a_worker_that_comes_late_writes_nothing(self, by, monkeypatch, folder):
        """Two workers make one file: the number of the attempt decides."""
        commande = ordered(by)

        def overtaken(cadre):
            Commande.objects.filter(pk=commande.pk).update(passage=7)
            yield from rig.lignes(cadre)

        monkeypatch.setitem(rapports.CATALOGUE, "SAN-99", rig.essai(lignes=overtaken))
        made(commande)
        assert (commande.etat, commande.stored_as) == (Etat.COURS, None)
        assert [one for one in folder.rglob("*") if one.is_file()] == []

    def test_what_kills_its_workers_is_given_up(self, by):
        commande = ordered(by)
        for tries in range(1, fabrique.TRIES + 1):
            Commande.objects.filter(pk=commande.pk).update(etat=Etat.COURS, essais=tries)
            actions.take_back(now=timezone.now(), by=SYSTEM)
            commande.refresh_from_db()
            assert (commande.etat == Etat.ERREUR) is (tries == fabrique.TRIES)
        assert "de notre fait" in commande.raison
