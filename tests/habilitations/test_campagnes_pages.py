"""HAB-11 on the screen: opening, deciding as one goes, following, closing; and what a page refuses."""

import re
from datetime import datetime, time, timedelta

import pytest
from django.core import signing
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from habilitations.models import Campagne, Examen, Habilitation
from habilitations.profils import ADMINISTRATEUR_NATIONAL
from tests.factories import HabilitationFactory, UniteFactory, referent_of, sent_droits, sign_in
from tests.habilitations.campagnes import closed, decide, line_of, opened
from viatraj.core.periods import add_months

pytestmark = pytest.mark.django_db
BASE = "/administration/campagnes/"


class Unit:
    def __init__(self, lines=3, **said):
        self.unite = UniteFactory()
        self.of_unite, self.second = referent_of(self.unite), referent_of(self.unite)
        self.above = referent_of(self.unite.etablissement)
        self.rows = HabilitationFactory.create_batch(lines, lieu=self.unite)
        self.campagne = opened(self.above, self.unite.etablissement, **said)
        self.list = f"{BASE}{self.campagne.pk}/examens/"

    def line(self, place=0) -> Examen:
        return line_of(self.campagne, self.rows[place])


@pytest.fixture
def unit():
    return Unit()


def body(client, url) -> str:
    answer = client.get(url)
    assert answer.status_code == 200
    return answer.content.decode()


def ticked(client, unit, *places, **said):
    """What the page's form sends of these lines."""
    seen = re.search(r'name="vues" value="([^"]+)"', body(client, unit.list))[1]
    lines = [unit.line(place) for place in places]
    versions = {f"version-{one.pk}": one.version for one in lines}
    known = {"vues": seen, "choix": [one.pk for one in lines], "fin": "", "motif": "", **versions}
    return client.post(unit.list, known | said)


class TestOpening:
    def sent(self, unit, **said):
        return {
            "titre": "Revue d’automne",
            "lieux": f"etablissement:{unit.unite.etablissement_id}",
            "echeance": str(timezone.localdate() + timedelta(days=30)),
            "effet": "now",
            "restes": "keep",
            "nouvelles": "add",
            "message": "",
            "cle": "",
            "etape": "ouvrir",
            **said,
        }

    def test_counted_then_opened(self, client, unit):
        sign_in(client, unit.above)
        before = Campagne.objects.count()
        counted = client.post(f"{BASE}nouvelle/", self.sent(unit, etape="compter"))
        assert "<strong>6 habilitations</strong> à examiner" in counted.content.decode()
        assert Campagne.objects.count() == before
        answer = client.post(f"{BASE}nouvelle/", self.sent(unit))
        campagne = Campagne.objects.latest("pk")
        assert (answer.status_code, answer["Location"]) == (302, f"{BASE}{campagne.pk}/")
        assert campagne.state == Campagne.State.PREPARING  # the worker fills it
        assert "En préparation" in body(client, f"{BASE}{campagne.pk}/")

    @pytest.mark.parametrize(
        ("said", "sentence"),
        [
            ({"echeance": "2020-01-01"}, "La date limite est passée"),
            ({"echeance": ""}, "Indiquez le dernier jour pour décider."),
            ({"lieux": ""}, "Ce lieu ne fait pas partie de votre périmètre."),
            ({"lieux": "etablissement:999999"}, "Ce lieu ne fait pas partie de votre périmètre."),
            ({"profils": "regulateur"}, "Ce périmètre ne contient aucune habilitation"),
            ({"titre": ""}, "Donnez un nom à la campagne"),
        ],
    )
    def test_refused_at_the_field_and_kept(self, client, unit, said, sentence):
        sign_in(client, unit.above)
        before = Campagne.objects.count()
        answer = client.post(f"{BASE}nouvelle/", self.sent(unit, message="À relire", **said))
        assert answer.status_code == 422
        assert sentence in answer.content.decode()
        assert "À relire" in answer.content.decode()
        assert Campagne.objects.count() == before

    def test_without_reviewer(self, client):
        alone = referent_of(UniteFactory())
        unite = Habilitation.objects.of(alone).get().unite
        sign_in(client, alone)
        answer = client.post(
            f"{BASE}nouvelle/",
            {
                "titre": "Seul",
                "lieux": f"unite:{unite.pk}",
                "echeance": str(timezone.localdate() + timedelta(days=9)),
                "effet": "now",
                "restes": "keep",
                "nouvelles": "add",
                "etape": "ouvrir",
            },
        )
        assert answer.status_code == 422
        assert "Personne ne peut examiner ces habilitations" in answer.content.decode()

    def test_it_is_suggested_yearly(self, client):
        of_unite = referent_of(UniteFactory())
        sign_in(client, of_unite)
        assert "depuis un an" in body(client, BASE)
        unite = Habilitation.objects.of(of_unite).get().unite
        HabilitationFactory(lieu=unite)
        opened(of_unite, unite)
        assert "depuis un an" not in body(client, BASE)


class TestDeciding:
    def test_the_list_helps(self, client, unit):
        sign_in(client, unit.of_unite)
        html = body(client, unit.list)
        assert html.count("<tr data-id=") == 3
        for said in ("Jamais connecté", "Usage pas encore suivi", "2 collègues avec ce profil ici"):
            assert said in html

    def test_used_rights_are_said(self, client, unit):
        Habilitation.objects.filter(pk=unit.rows[0].pk).update(used_on=timezone.localdate())
        sign_in(client, unit.of_unite)
        assert f"Droit utilisé le {timezone.localdate():%d/%m/%Y}" in body(client, unit.list)

    def test_one_click_keeps_one_line(self, client, unit):
        sign_in(client, unit.of_unite)
        answer = ticked(client, unit, 0, conserver=unit.line().pk, choix=[])
        assert (answer.status_code, answer["Location"]) == (302, unit.list)
        assert unit.line().decision == "keep"
        html = body(client, unit.list)
        assert "1 ligne conservée." in html
        assert html.count("<tr data-id=") == 2

    def test_several_alike(self, client, unit):
        sign_in(client, unit.of_unite)
        answer = ticked(client, unit, 0, 2, decision="remove", motif="Partis")
        assert answer.status_code == 302
        assert not Habilitation.objects.get(pk=unit.rows[0].pk).is_living
        assert "2 lignes retirées." in body(client, unit.list)

    def test_refused_what_was_typed_stays(self, client, unit):
        sign_in(client, unit.of_unite)
        answer = ticked(client, unit, 0, 1, decision="remove")
        html = answer.content.decode()
        assert answer.status_code == 422
        assert "Dites pourquoi ce droit est réduit ou retiré." in html
        assert html.count("checked") == 3  # two lines, and the decision
        assert Examen.objects.filter(state="decided").count() == 0

    def test_never_what_was_not_shown(self, client, unit):
        """Another page, a forged list, another person's page: refused, nothing changed."""
        hidden = line_of(unit.campagne, Habilitation.objects.of(unit.second).get())
        forged = signing.dumps([unit.campagne.pk, unit.of_unite.pk, [unit.line().pk]], salt="autre")
        theirs = signing.dumps(
            [unit.campagne.pk, unit.second.pk, [unit.line().pk]], salt="habilitations.examens"
        )
        sign_in(client, unit.of_unite)
        for said in ({"choix": [hidden.pk]}, {"vues": forged}, {"vues": theirs}, {"vues": ""}):
            assert ticked(client, unit, 0, decision="keep", **said).status_code == 403
        assert Examen.objects.filter(state="decided").count() == 0

    def test_nothing_ticked(self, client, unit):
        sign_in(client, unit.of_unite)
        assert ticked(client, unit, decision="keep").status_code == 302
        assert "Cochez d’abord une ligne" in body(client, unit.list)

    def test_a_line_alone_may_lose_rights(self, client, unit):
        row = HabilitationFactory(lieu=unit.unite, profil="equipe_soignante")
        campagne = opened(unit.above, unit.unite, nom="Une autre")
        examen = line_of(campagne, row)
        url = f"{BASE}{campagne.pk}/examens/{examen.pk}/"
        sign_in(client, unit.of_unite)
        assert "Réduire des droits" in body(client, url)
        droit = next(one for one in row.le_profil.at("unite") if "anonyme" in one.modes)
        sent = {**sent_droits(row.le_profil), f"droit-{droit.key}": "anonyme"}
        known = {"decision": "reduce", "motif": "Trop large", "fin": "", "version": 1}
        assert client.post(url, known | sent).status_code == 302
        examen.refresh_from_db()
        assert (examen.decision, examen.fin_voulue) == ("reduce", None)
        assert row.droits.get().mode == "anonyme"

    def test_a_line_of_anothers_list_does_not_exist(self, client, unit):
        foreign = line_of(unit.campagne, Habilitation.objects.of(unit.second).get())
        sign_in(client, unit.of_unite)
        url = f"{unit.list}{foreign.pk}/"
        assert client.get(url).status_code == 404
        assert client.post(url, {"decision": "keep", "version": 1}).status_code == 404

    def test_decided_meanwhile_it_says_by_whom(self, client):
        unit = Unit(effet="closure")
        decide(unit.line(), unit.second, "remove", motif="Parti")
        sign_in(client, unit.of_unite)
        url = f"{unit.list}{unit.line().pk}/"
        known = {"decision": "keep", "motif": "", "fin": "", "version": 1}
        answer = client.post(url, known | sent_droits(unit.rows[0].le_profil))
        assert answer.status_code == 422
        assert unit.second.nom_complet in answer.content.decode()
        assert unit.line().decision == "remove"

    def test_after_the_closure_the_list_is_read_only(self, client, unit):
        sign_in(client, unit.of_unite)
        before = body(client, unit.list)
        seen = re.search(r'name="vues" value="([^"]+)"', before)[1]
        Campagne.objects.filter(pk=unit.campagne.pk).update(
            state="closing", closing_at=timezone.now(), closed_by=unit.above
        )
        sent = {"vues": seen, "choix": unit.line().pk, f"version-{unit.line().pk}": 1, "decision": "keep"}
        answer = client.post(unit.list, sent)
        assert answer.status_code == 422
        assert "vient d’être close" in answer.content.decode()
        assert 'name="choix"' not in body(client, unit.list)

    def test_as_many_queries_for_two_lines_as_for_thirty(self, client):
        def queries(lines) -> int:
            unit = Unit(lines)
            sign_in(client, unit.of_unite)
            body(client, unit.list)
            with CaptureQueriesContext(connection) as seen:
                body(client, unit.list)
            return len(seen)

        assert queries(2) == queries(30)


class TestFollowing:
    def test_who_leads_sees_how_far_it_is(self, client, unit):
        decide(unit.line(), unit.of_unite)
        sign_in(client, unit.above)
        html = body(client, f"{BASE}{unit.campagne.pk}/")
        assert "1 sur 6, 5 à décider" in html
        assert "Sans relecteur possible" in html
        assert unit.of_unite.nom_complet in html

    def test_closed_before_its_time(self, client, unit):
        sign_in(client, unit.above)
        url = f"{BASE}{unit.campagne.pk}/cloturer/"
        assert "<strong>6 lignes</strong> n’ont pas encore de décision" in body(client, url)
        for _ in range(2):
            assert client.post(url).status_code == 302
        unit.campagne.refresh_from_db()
        assert (unit.campagne.state, unit.campagne.closed_by) == ("closing", unit.above)

    def test_the_report_and_its_files(self, client):
        unite = UniteFactory()
        of_unite = referent_of(unite)
        HabilitationFactory(lieu=unite)
        campagne = closed(of_unite, unite)
        sign_in(client, of_unite)
        html = body(client, f"{BASE}{campagne.pk}/compte-rendu/")
        assert f"campagne_verify {campagne.pk}" in html
        pdf = client.get(f"{BASE}{campagne.pk}/compte-rendu/pdf/")
        assert (pdf["Content-Type"], pdf.content) == ("application/pdf", b"pdf")

    def test_a_reviewer_who_does_not_lead_it_sees_his_list_only(self, client, unit):
        sign_in(client, unit.of_unite)
        assert client.get(f"{BASE}{unit.campagne.pk}/").status_code == 404
        html = body(client, BASE)
        assert "À examiner par vous" in html
        assert f"{BASE}{unit.campagne.pk}/examens/" in html

    def test_the_revue_says_how_much_was_reviewed_within_a_year(self, client, unit):
        decide(unit.line(), unit.of_unite)
        sign_in(client, unit.above)
        assert "16&nbsp;% depuis un an" in body(client, "/administration/habilitations/revue/")
        Examen.objects.filter(state="decided").update(decided_at=timezone.now() - timedelta(days=400))
        assert "0&nbsp;% depuis un an" in body(client, "/administration/habilitations/revue/")

    @pytest.mark.parametrize("level", ["coordination", "region", "national"])
    def test_the_revue_of_a_wide_perimeter_says_it_too(self, client, unit, level):
        """HAB-11: near misses, a line that still waits and one decided a day too early."""
        coordination = unit.unite.etablissement.coordination
        lieux = {"coordination": coordination, "region": coordination.region, "national": None}
        profil = ADMINISTRATEUR_NATIONAL if level == "national" else None
        sign_in(client, referent_of(lieux[level], profil))
        asked = f"/administration/habilitations/revue/?coordination={coordination.pk}"
        assert "<dd>0&nbsp;% depuis un an" in body(client, asked)
        year = add_months(timezone.localdate(), -12)
        decide(unit.line(), unit.of_unite)
        decide(unit.line(1), unit.of_unite)
        day = timezone.make_aware(datetime.combine(year, time.min))
        Examen.objects.filter(pk=unit.line().pk).update(decided_at=day)
        Examen.objects.filter(pk=unit.line(1).pk).update(decided_at=day - timedelta(seconds=1))
        many = Habilitation.objects.filter(coordination=coordination).count()
        assert f"<dd>{100 // many}&nbsp;% depuis un an" in body(client, asked)

    def test_the_home_says_what_waits(self, client, unit):
        sign_in(client, unit.of_unite)
        assert "<strong>3</strong> habilitations à examiner" in body(client, "/professionnel/")
