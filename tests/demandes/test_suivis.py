"""DOS-4, COM-9: the boards of notifications as files, and the views that a person keeps of them."""

import io
from datetime import timedelta

import pytest
from openpyxl import load_workbook

from demandes.handicap.statuts import Statut
from demandes.models import Notification, VueEnregistree
from habilitations.models import Habilitation
from habilitations.profils import ESMS, RESPONSABLE_ADMISSIONS
from journal.models import Entry
from tests.demandes.handicap import Cas, esms
from tests.dossiers.factories import professionnel
from tests.factories import UniteFactory, sign_in

pytestmark = pytest.mark.django_db


def rows_of(answer) -> list[dict]:
    body = b"".join(answer.streaming_content) if answer.streaming else answer.content
    head, *rows = load_workbook(io.BytesIO(body)).worksheets[0].iter_rows(values_only=True)
    return [dict(zip(head, row, strict=True)) for row in rows]


class TestFile:
    def test_of_the_mdph_with_all_that_its_page_lists(self, client, monkeypatch):
        """By slices, none lost; its line in the journal names nobody."""
        monkeypatch.setattr("demandes.reads.suivis.A_SLICE", 2)
        cas = Cas(notified=5)
        rows = cas.notify()
        cas.change(rows[0], Statut.CONTACT)
        sign_in(client, cas.mdph.user)
        assert "/tableaux/mdph/export/?vue=non-lues" in client.get("/tableaux/mdph/?vue=non-lues").text
        answer = client.get("/tableaux/mdph/export/?vue=non-lues")
        found = rows_of(answer)
        assert [one["Établissement"] for one in found] == [str(one) for one in cas.esms[1:]]
        assert {(one["Nom"], one["Prénom"], one["Décision"]) for one in found} == {
            ("Garricou", "Michel", cas.decision.numero)
        }
        entry = Entry.objects.get(event="tableau.exported")
        assert (entry.data["lignes"], entry.data["criteres"]) == (4, {"vue": "non-lues"})
        assert "Garricou" not in str(entry.data) + entry.label

    def test_of_the_esms_no_name_once_it_is_told_no_more(self, client):
        """DOS-4: as its page; nor any other ESMS."""
        cas = Cas(notified=2)
        row, _ = cas.notify()
        cas.change(row, Statut.ANNULEE, by=cas.mdph, motif="112")
        sign_in(client, cas.gestionnaire.user)
        url = "/tableaux/esms/export/?vue=closes"
        assert [one["Nom"] for one in rows_of(client.get(url))] == ["Garricou"]
        Notification.objects.filter(pk=row.pk).update(depuis=cas.now - timedelta(days=31))
        (line,) = rows_of(client.get(url))
        assert (line["Nom"], line["Prénom"], line["Date de naissance"]) == (None, None, None)
        assert line["Profil"]
        assert cas.esms[1].nom not in str(line)

    def test_to_nobody_without_the_board(self, client):
        cas = Cas()
        sign_in(client, cas.gestionnaire.user)
        assert client.get("/tableaux/mdph/export/").status_code == 403
        sign_in(client, professionnel(RESPONSABLE_ADMISSIONS, UniteFactory()).user)
        assert client.get("/tableaux/esms/export/").status_code == 403


class TestViews:
    def test_kept_listed_and_shown_first(self, client):
        cas = Cas()
        sign_in(client, cas.mdph.user)
        keep = "/tableaux/mdph/enregistrer/?vue=reorientations&qui=moi&tri=nom"
        assert "Réorientations demandées" in client.get(keep).text
        kept = client.post(keep, {"titre": "À revoir", "defaut": "on"})
        assert kept.url == "/tableaux/mdph/?vue=reorientations"
        row = VueEnregistree.objects.get()
        assert (row.tableau, row.vue, row.qui, row.tri) == ("mdph", "reorientations", "", "")
        assert "À revoir" in client.get("/tableaux/mdph/?vue=entres").text
        assert client.get("/tableaux/mdph/").url == f"/tableaux/vues/{row.pk}/"
        assert client.get(f"/tableaux/vues/{row.pk}/").url == "/tableaux/mdph/?vue=reorientations"
        assert "Notifications de la MDPH" in client.get("/tableaux/vues/").text
        assert client.post(keep, {"titre": ""}).status_code == 422

    def test_once_the_right_has_gone(self, client):
        """The board of the ESMS remains, the view of the MDPH says why it does not."""
        cas = Cas()
        professionnel(ESMS, esms(), user=cas.mdph.user)
        row = VueEnregistree.objects.create(user=cas.mdph.user, tableau="mdph", titre="x", vue="entres")
        Habilitation.objects.filter(user=cas.mdph.user, profil="mdph_gestionnaire").update(
            revoked_at=cas.now, revoked_by=cas.mdph.user
        )
        sign_in(client, cas.mdph.user)
        answer = client.get(f"/tableaux/vues/{row.pk}/")
        assert answer.status_code == 409
        assert "n’ouvrent plus" in answer.text
        assert client.get("/tableaux/esms/").status_code == 200
        assert client.get("/tableaux/mdph/enregistrer/").status_code == 403

    def test_of_no_board(self, client):
        sign_in(client, Cas().mdph.user)
        assert client.get("/tableaux/zut/enregistrer/").status_code == 404
