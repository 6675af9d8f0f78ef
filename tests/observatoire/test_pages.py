"""The pages of an order: the list, its form, «Consulter», models, the dictionary (OBS-1 to OBS-6)."""

from datetime import timedelta
from io import BytesIO

import openpyxl
import pytest
from django.urls import reverse
from django.utils import timezone

from habilitations.models import Habilitation
from observatoire import rapports
from observatoire.models import Commande, Etat, ModeleCommande
from tests.factories import (
    CoordinationFactory,
    HabilitationFactory,
    MedecinFactory,
    UniteFactory,
    UserFactory,
    as_professionnel,
    referent_of,
    sign_in,
)
from tests.house.test_query_counts import queries
from tests.observatoire import rig
from tests.observatoire.rig import made, ordered

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("essai", "folder")]
LIST, ORDER = "/observatoire/commander/sanitaire/", "/observatoire/commander/sanitaire/san-99/"
CONSULTER = "/observatoire/consulter/"
ASKED = {"periode": "mois", "pour": "etablissement", "format": "xlsx", "commentaire": "Comité"}


@pytest.fixture
def web(client, by):
    return sign_in(client, by.user)


def post(web, **changed):
    return web.post(ORDER, {"au_nom_de": "", **ASKED, **changed})


class TestList:
    def test_the_menu_leads_there_and_only_where_a_right_is(self, web, client, hopital):
        """OBS-1."""
        html = web.get(LIST).text
        assert html.count(f'href="{LIST}"') >= 1
        assert f'href="{CONSULTER}"' in html
        esms = sign_in(client, HabilitationFactory(lieu=hopital, profil="esms_statistiques").user)
        html = esms.get("/professionnel/").text
        assert "/observatoire/commander/handicap/" in html
        assert LIST not in html
        other = sign_in(client, UserFactory())
        assert "/observatoire/" not in other.get("/professionnel/").text
        assert other.get(LIST).status_code == 403

    def test_a_level_at_which_nothing_is_ordered_has_no_entry(self, client, hopital):
        """OBS-1: a référent of a unit follows no deployment."""
        unite = UniteFactory(etablissement=hopital)
        html = sign_in(client, referent_of(unite)).get("/professionnel/").text
        assert LIST in html
        assert "/observatoire/commander/deploiement/" not in html

    def test_each_says_what_it_holds_and_why_it_is_closed(self, client, monkeypatch):
        """OBS-2."""
        closed = rig.essai(code="SAN-98", titre="Un autre", nominal=True)
        monkeypatch.setitem(rapports.CATALOGUE, "SAN-98", closed)
        web = sign_in(client, referent_of(CoordinationFactory()))
        html = web.get(LIST).text
        assert "Numéro, Texte, Jour, Part, Délai." in html
        assert f'href="{ORDER}"' in html
        assert "san-98/" not in html
        assert "pour une unité ou un établissement" in html
        assert web.get(ORDER.replace("99", "98")).status_code == 403

    def test_the_advice_always_stands(self, web):
        """OBS-6."""
        for page in (LIST, ORDER):
            assert "Nous vous conseillons d’attendre" in web.get(page).text


class TestOrder:
    def test_sent_it_waits_in_consulter(self, web):
        """OBS-3, OBS-4."""
        answer = post(web)
        assert (answer.status_code, answer.url) == (302, CONSULTER)
        commande = Commande.objects.get()
        assert (commande.etat, commande.estimation, commande.commentaire) == (
            Etat.ATTENTE,
            rig.LINES,
            "Comité",
        )
        html = web.get(CONSULTER).text
        assert "En attente" in html
        assert "La prochaine de la file" in html
        assert "data-suivi" in html
        assert "supprimés automatiquement au bout de 10 jours." in html

    @pytest.mark.parametrize(
        ("changed", "field", "sentence"),
        [
            ({"periode": "dates", "debut": "2026-09-30", "fin": "2026-09-01"}, "fin", "précède"),
            ({"periode": "dates", "debut": "1986-01-01", "fin": "2026-01-01"}, "debut", "5\u00a0ans"),
            ({"periode": "dates", "debut": "2026-01-01", "fin": "2099-01-01"}, "fin", "pas finie"),
            ({"periode": "dates", "debut": "", "fin": "2026-01-01"}, "debut", "début"),
            ({"periode": "dates", "debut": "31/02/2026", "fin": "2026-03-01"}, "debut", "n’existe pas"),
            ({"periode": "siècle"}, "periode", "n’est plus proposé"),
            ({"periode": ""}, "periode", "Choisissez une période"),
            ({"pour": "national"}, "pour", "n’est plus proposé"),
            ({"critere_lignes": ["4"]}, "critere_lignes", "n’est plus proposé"),
            ({"critere_lignes": ["3"] * 300}, "critere_lignes", "200\u00a0valeurs"),
            ({"commentaire": "x" * 10_000}, "commentaire", "500\u00a0caractères"),
            ({"format": "pdf"}, "format", ""),
        ],
    )
    def test_what_is_refused_says_so_at_the_field_and_queues_nothing(self, web, changed, field, sentence):
        answer = post(web, **changed)
        assert answer.status_code == 422
        assert any(sentence in one for one in answer.context["form"].errors[field])
        assert not Commande.objects.exists()

    def test_what_was_typed_is_kept(self, web):
        html = post(web, pour="national", commentaire="<b>Comité</b>").text
        assert "&lt;b&gt;Comité&lt;/b&gt;" in html

    def test_thousands_of_fields_and_a_nul_are_no_order(self, web):
        assert post(web, critere_lignes=["3"] * 10_000).status_code in (400, 413)
        assert post(web, commentaire="a\0b").status_code == 400
        assert not Commande.objects.exists()

    def test_one_day_is_a_period(self, web):
        assert post(web, periode="dates", debut="2026-09-03", fin="2026-09-03").status_code == 302
        assert Commande.objects.get().download_name.startswith("san-99_2026-09-03_commande-")

    def test_an_estimate_orders_nothing(self, web):
        answer = post(web, estimer="oui")
        assert answer.status_code == 200
        assert "25 lignes environ, en 2 secondes" in answer.text.replace("\u202f", " ").replace("\u00a0", " ")
        assert not Commande.objects.exists()

    def test_the_warning_of_the_fifteen_days(self, web):
        """OBS-6: the near miss is the period that ended fifteen days ago."""
        today = timezone.localdate()
        for ago, warned in ((14, True), (15, False)):
            fin = str(today - timedelta(days=ago))
            html = post(web, periode="dates", debut=fin, fin=fin, estimer="oui").text
            assert ("Données non consolidées" in html) is warned

    def test_again_from_one_of_ones_orders(self, web, by, hopital):
        commande = ordered(by, criteres={"lignes": ["3"]}, commentaire="Comité")
        html = web.get(f"{ORDER}?commande={commande.pk}").text
        assert 'value="2026-09-30"' in html
        assert "Comité" in html
        other = ordered(as_professionnel(referent_of(hopital)))
        assert web.get(f"{ORDER}?commande={other.pk}").status_code == 404

    def test_an_unknown_report_is_not_found(self, web):
        for code in ("san-77", "ga-99"):
            assert web.get(f"/observatoire/commander/sanitaire/{code}/").status_code == 404
        assert web.get("/observatoire/commander/grand-age/san-99/").status_code == 404

    def test_nobody_orders_for_a_medecin(self, client):
        assert sign_in(client, MedecinFactory()).get(ORDER).status_code == 403


class TestConsulter:
    def test_the_file_behind_its_icon(self, web, by):
        """OBS-4: the Excel icon, with its word."""
        commande = made(ordered(by))
        html = web.get(CONSULTER).text
        assert "#excel" in html
        assert "Excel (.xlsx)" in html
        assert f"Suppression le {timezone.localdate(commande.ends_at):%d/%m/%Y}" in html
        answer = web.get(commande.get_absolute_url())
        assert answer.headers["Cache-Control"] == "no-store"
        assert answer.headers["Content-Disposition"] == f'attachment; filename="{commande.download_name}"'
        raw = b"".join(answer.streaming_content)
        assert openpyxl.load_workbook(BytesIO(raw)).sheetnames[0] == "Données"

    def test_somebody_elses_and_a_right_that_has_ended_are_404(self, web, by, hopital, client):
        """OBS-7."""
        mine, theirs = made(ordered(by)), made(ordered(as_professionnel(referent_of(hopital))))
        assert web.get(theirs.get_absolute_url()).status_code == 404
        Habilitation.objects.filter(user=by.user).update(revoked_at=timezone.now(), revoked_by=by.user)
        assert web.get(mine.get_absolute_url()).status_code == 404
        html = web.get(CONSULTER).text
        assert mine.get_absolute_url() not in html
        assert "ne couvre plus" in html

    def test_after_ten_days_it_is_404_and_the_line_stays(self, web, by):
        commande = made(ordered(by))
        Commande.objects.update(etat=Etat.SUPPRIMEE, sealed_key=None)
        assert web.get(commande.get_absolute_url()).status_code == 404
        assert "Supprimée" in web.get(CONSULTER).text

    def test_a_storage_that_is_down_is_said(self, web, by, folder):
        commande = made(ordered(by))
        for one in folder.rglob("*"):
            if one.is_file():
                one.unlink()
        answer = web.get(commande.get_absolute_url(), follow=True)
        assert "ne peut pas être lu pour le moment" in answer.text

    def test_filters(self, web, by):
        ordered(by, commentaire="Réunion du conseil")
        made(ordered(by, commentaire="Autre chose"))
        for query, count in (("q=CONSEIL", 1), ("etat=attente", 0), ("rapport=SAN-99", 2), ("q=rien", 0)):
            html = web.get(f"{CONSULTER}?{query}").text
            assert html.count('<tr data-id="') == count, query

    def test_cancelled_and_retried(self, web, by):
        commande = ordered(by)
        assert (
            web.post(reverse("observatoire:cancel", args=[commande.pk]), {"au_nom_de": ""}).status_code == 302
        )
        assert "Annulée" in web.get(CONSULTER).text
        Commande.objects.update(etat=Etat.ERREUR, raison="Le stockage est plein.")
        assert "Le stockage est plein." in web.get(CONSULTER).text
        assert (
            web.post(reverse("observatoire:retry", args=[commande.pk]), {"au_nom_de": ""}).status_code == 302
        )
        commande.refresh_from_db()
        assert commande.etat == Etat.ATTENTE

    def test_it_costs_the_same_whatever_its_length(self, web, by):
        for _ in range(2):
            made(ordered(by))
            ordered(by)
        few = queries(web, CONSULTER)
        for _ in range(6):
            made(ordered(by))
            ordered(by)
        assert queries(web, CONSULTER) == few


class TestModeles:
    def test_kept_each_month_stopped_and_removed(self, web, by):
        """OBS-3."""
        commande = ordered(by)
        page = reverse("observatoire:save_model", args=[commande.pk])
        assert web.get(page).status_code == 200
        sent = {"au_nom_de": "", "titre": "Mon mois", "periode": "mois", "mensuelle": "on", "jour": "16"}
        assert web.post(page, sent | {"jour": "32"}).status_code == 422
        assert web.post(page, sent | {"titre": ""}).status_code == 422
        assert web.post(page, sent).status_code == 302
        modele = ModeleCommande.objects.get()
        html = web.get("/observatoire/modeles/").text
        assert f"Prochaine commande le {modele.prochaine:%d/%m/%Y}" in html
        assert web.get(f"{ORDER}?modele={modele.pk}").status_code == 200
        for name in ("stop_model", "remove_model"):
            assert (
                web.post(reverse(f"observatoire:{name}", args=[modele.pk]), {"au_nom_de": ""}).status_code
                == 302
            )
        assert not ModeleCommande.objects.exists()


def test_the_dictionary_is_everyones(client):
    """OBS-2."""
    html = sign_in(client, UserFactory()).get("/observatoire/dictionnaire/").text
    assert "SAN-99 – Fichier d’essai" in html
    assert "Le rang de la ligne." in html
