"""HAB-11: the closing report of a campaign, and the proof that it is still what was decided."""

import hashlib
from datetime import timedelta
from io import BytesIO, StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.utils import timezone
from openpyxl import load_workbook

from habilitations import actions, tasks
from habilitations.actions.campagnes import cloture
from habilitations.models import Campagne, Examen, Habilitation, Rapport
from habilitations.reads import compte_rendu, preuve
from journal.models import Entry
from tests.courrier.rig import command, wait_until
from tests.factories import HabilitationFactory, UniteFactory, as_professionnel, referent_of
from tests.habilitations.campagnes import BY, decide, line_of, opened
from tests.patience import PATIENCE
from viatraj.core import roles

pytestmark = pytest.mark.django_db(transaction=True)


class Closed:
    """Three lines of a unit: one kept, one removed, the others undecided; closed, sealed, reported."""

    def __init__(self, **said):
        self.unite = UniteFactory()
        self.of_unite = referent_of(self.unite)
        self.kept, self.removed, self.left = HabilitationFactory.create_batch(3, lieu=self.unite)
        self.campagne = opened(self.of_unite, self.unite, **said)
        actions.entrust(
            self.campagne,
            lignes=[line_of(self.campagne, self.left).pk],
            relecteur=self.of_unite,
            by=as_professionnel(self.of_unite),
        )
        decide(line_of(self.campagne, self.kept), self.of_unite)
        decide(line_of(self.campagne, self.removed), self.of_unite, "remove", motif="A quitté le service")
        actions.close_campagne(self.campagne, now=timezone.now(), by=as_professionnel(self.of_unite))
        tasks.proceed_campagne(self.campagne.pk)
        self.campagne.refresh_from_db()
        self.rapport = Rapport.objects.get(campagne=self.campagne)

    def verify(self) -> str:
        out = StringIO()
        call_command("campagne_verify", str(self.campagne.pk), stdout=out)
        return out.getvalue()


@pytest.fixture
def closed():
    return Closed()


class TestReport:
    def test_the_workbook_holds_every_line(self, closed):
        book = load_workbook(BytesIO(bytes(closed.rapport.classeur)))
        head, *rows = book["Décisions"].iter_rows(values_only=True)
        assert len(rows) == closed.campagne.examens.count() == 4
        by_login = {row[head.index("Identifiant")]: row for row in rows}
        removed = by_login[closed.removed.user.login]
        assert removed[head.index("Décision")] == "Retirer"
        assert removed[head.index("Motif")] == "A quitté le service"
        assert by_login[closed.left.user.login][head.index("État")] == "À décider"
        to = f"{closed.of_unite.nom} {closed.of_unite.prenom}"
        entrusted = {login: row[head.index("Confiée à")] for login, row in by_login.items()}
        assert {login for login, name in entrusted.items() if name} == {closed.left.user.login}
        assert entrusted[closed.left.user.login] == to

    def test_the_figures(self, closed):
        said = closed.rapport.chiffres
        assert said["lignes"] == {
            "total": 4,
            "todo": 2,
            "keep": 1,
            "reduce": 0,
            "remove": 1,
            "ended": 0,
            "sans_relecteur": 1,
        }
        assert (said["avant"], said["apres"]) == (4, 3)
        assert said["relecteurs"][0]["compte"] == closed.of_unite.login

    def test_the_pdf_prints_the_proof(self, closed):
        pdf = bytes(closed.rapport.pdf)
        assert pdf.startswith(b"%PDF-")
        assert hashlib.sha256(pdf).hexdigest() == closed.rapport.pdf_sha256
        assert hashlib.sha256(bytes(closed.rapport.classeur)).hexdigest() == closed.rapport.classeur_sha256
        entry = Entry.objects.get(event="campagne.reported")
        assert entry.data["classeur"] == closed.rapport.classeur_sha256

    def test_made_again_it_is_the_same(self, closed):
        assert compte_rendu.workbook(closed.campagne) == bytes(closed.rapport.classeur)

    def test_people_who_change_names_change_nothing(self, closed):
        user = closed.kept.user
        user.nom = "Autrement"
        user.save()
        assert compte_rendu.workbook(closed.campagne) == bytes(closed.rapport.classeur)
        assert "intacte" in closed.verify()


ALTERED = {
    "a decision": (
        "UPDATE habilitations_examen SET decision = 'keep', motif = '' WHERE decision = 'remove'",
        "la ligne n° {removed}",
    ),
    "a reason": (
        "UPDATE habilitations_examen SET motif = 'Autre' WHERE decision = 'remove'",
        "la ligne n° {removed}",
    ),
    "who decided": (
        "UPDATE habilitations_examen SET decided_at = now() WHERE decision = 'keep'",
        "la ligne n° {kept}",
    ),
    "what was before": (
        "UPDATE habilitations_examen SET avant = avant - 'fin' WHERE decision = 'keep'",
        "la ligne n° {kept}",
    ),
    "whom it was entrusted to": (
        "UPDATE habilitations_examen SET confie_a_id = NULL WHERE confie_a_id IS NOT NULL",
        "la ligne n° {left}",
    ),
    "whom it might have been read by": (
        "UPDATE habilitations_examen SET rang = rang + 1 WHERE decision = 'keep'",
        "la ligne n° {kept}",
    ),
    "a line taken out": ("DELETE FROM habilitations_examen WHERE state = 'todo'", "ajoutées ou retirées"),
    "the workbook": ("UPDATE habilitations_rapport SET classeur = 'x'", "classeur"),
    "the pdf": ("UPDATE habilitations_rapport SET pdf = 'x'", "pdf"),
}


class TestProof:
    def test_untouched_it_is_whole(self, closed):
        assert "intacte : 4 lignes vérifiées" in closed.verify()

    @pytest.mark.parametrize("what", ALTERED)
    def test_altered_in_the_database_it_breaks(self, closed, what):
        """And the first line that changed is named, in one sentence."""
        sql, said = ALTERED[what]
        keys = {
            "kept": line_of(closed.campagne, closed.kept).pk,
            "removed": line_of(closed.campagne, closed.removed).pk,
            "left": line_of(closed.campagne, closed.left).pk,
        }
        with connection.cursor() as cursor:
            cursor.execute(sql)
        with pytest.raises(CommandError) as broken:
            closed.verify()
        assert said.format(**keys) in str(broken.value)
        assert "\n" not in str(broken.value)

    def test_with_its_prints_the_journal_still_tells(self, closed):
        """Who rewrites the lines and the report's own digest has not rewritten the journal."""
        Examen.objects.filter(decision="remove").update(motif="Autre")
        digest, prints = preuve.of_lines(closed.campagne)
        Rapport.objects.update(digest=digest, prints=prints)
        with pytest.raises(CommandError):
            closed.verify()

    @pytest.mark.parametrize(("column", "breaks"), [("confie_a", False), ("motif", True)])
    def test_what_an_older_seal_covers_stays_verifiable(self, monkeypatch, column, breaks):
        """Closed before lines could be entrusted: of its first columns, and of these only."""
        monkeypatch.setattr(preuve, "FORM", 1)
        monkeypatch.setattr(preuve.of_lines, "__defaults__", (1,))
        closed = Closed()
        monkeypatch.undo()
        assert "intacte" in closed.verify()
        removed = line_of(closed.campagne, closed.removed)
        changed = {"motif": "Autre", "confie_a": closed.of_unite}[column]
        Examen.objects.filter(pk=removed.pk).update(**{column: changed})
        found = next(preuve.breaks(closed.campagne), "")
        assert (str(removed.pk) in found) is breaks

    def test_the_first_seals_named_no_form(self, closed):
        closing = preuve.closing_of(closed.campagne)
        assert closing.data.pop("forme") == 2
        said = list(preuve._breaks_of_lines(closed.campagne, closed.rapport, closing))
        assert len(said) == 1  # read by the first form, whose digest is another

    def test_nor_may_the_journal_be_rewritten(self, closed):
        with roles.as_owner(), connection.cursor() as cursor:
            cursor.execute("ALTER TABLE journal_entry DISABLE TRIGGER USER")
            cursor.execute(
                "UPDATE journal_entry SET data = data || '{\"motif\": \"0\"}' WHERE event = 'examen.decided'"
            )
            cursor.execute("ALTER TABLE journal_entry ENABLE TRIGGER USER")
        with pytest.raises(CommandError):
            closed.verify()

    @pytest.mark.parametrize("number", ["open", "unknown"])
    def test_what_is_not_closed_has_no_proof(self, number):
        unite = UniteFactory()
        of_unite = referent_of(unite)
        HabilitationFactory(lieu=unite)
        campagne = opened(of_unite, unite)
        with pytest.raises(CommandError, match=r"pas close|pas de campagne"):
            call_command("campagne_verify", str(campagne.pk if number == "open" else campagne.pk + 1))


def worker(*, log):
    return command("shell", "-c", "from habilitations.tasks import follow_campagnes as go; go()", log=log)


class TestKilled:
    def test_while_it_is_filled(self, tmp_path):
        """The next worker goes on, and each habilitation is a line once."""
        unite = UniteFactory()
        of_unite = referent_of(unite)
        HabilitationFactory.create_batch(30, lieu=unite)
        campagne = opened(of_unite, unite, filled=False)
        with worker(log=tmp_path / "a.log") as killed:
            wait_until(lambda: campagne.examens.exists() or killed.poll() is not None)
            killed.kill()
        with worker(log=tmp_path / "b.log") as second:
            assert second.wait(PATIENCE) == 0, (tmp_path / "b.log").read_text()
        campagne.refresh_from_db()
        assert campagne.state == Campagne.State.OPEN
        lines = list(campagne.examens.values_list("habilitation", flat=True))
        assert len(lines) == len(set(lines)) == 31

    def test_while_it_closes(self, monkeypatch):
        """Stopped after one slice of effects, it is taken up: each effect once."""
        monkeypatch.setattr(cloture, "SLICE", 2)
        unite = UniteFactory()
        of_unite = referent_of(unite)
        rows = HabilitationFactory.create_batch(5, lieu=unite)
        campagne = opened(of_unite, unite, effet="closure")
        for row in rows:
            decide(line_of(campagne, row), of_unite, "remove", motif="Parti")
        now = timezone.now()
        actions.close_campagne(campagne, now=now, by=as_professionnel(of_unite))
        assert actions.settle_slice(campagne, today=timezone.localdate(now), now=now, by=BY)
        assert Habilitation.objects.exclude(revoked_at=None).count() == 2
        for _ in range(2):
            tasks.proceed_campagne(campagne.pk)
        campagne.refresh_from_db()
        assert campagne.state == Campagne.State.CLOSED
        assert Entry.objects.filter(event="habilitation.revoked").count() == 5
        assert Entry.objects.filter(event="campagne.closed").count() == 1
        assert Entry.objects.filter(event="campagne.reported").count() == 1
        assert campagne.closed_at <= timezone.now() + timedelta(seconds=1)
