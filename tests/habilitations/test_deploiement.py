"""«Déploiement»: who sees it, what it says of each établissement, its filters, pages and export (ANN-8)."""

from datetime import timedelta
from html import unescape
from io import BytesIO

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from openpyxl import load_workbook

from annuaire.models import Commune, Departement, Ecart, Etablissement
from habilitations import policies
from habilitations.profils import ADMINISTRATEUR_NATIONAL, PROFILS, REFERENT_STRUCTURE
from habilitations.reads import deploiement
from habilitations.reads.deploiement import ANOMALIES, Choix, Deploiement
from journal.models import Entry
from tests.annuaire import fiches
from tests.factories import (
    CoordinationFactory,
    DelegationFactory,
    EtablissementFactory,
    HabilitationFactory,
    MedecinFactory,
    UniteFactory,
    as_delegate,
    as_professionnel,
    referent_of,
    sign_in,
)
from viatraj.core.policies import can

pytestmark = pytest.mark.django_db
URL = "/administration/deploiement/"


@pytest.fixture
def today():
    return timezone.localdate()


@pytest.fixture
def coordination():
    region = CoordinationFactory().region
    haute_lauze = Departement.objects.create(code="31", nom="Haute-Lauze", region=region)
    return CoordinationFactory(nom="Haute-Lauze", region=region, departement=haute_lauze)


@pytest.fixture
def by(coordination):
    return as_professionnel(referent_of(coordination))


def there(coordination, nom, **known):
    """With a FINESS number, as most have: else it is an anomaly of its own."""
    known.setdefault("finess", f"99{Etablissement.objects.count():07d}")
    return EtablissementFactory(coordination=coordination, nom=nom, **known)


def named(by, today, **asked) -> list[str]:
    lignes, _ = Deploiement(by, Choix.of(asked), today=today).page("")
    return [one.etablissement.nom for one in lignes]


def line(by, today, etablissement) -> deploiement.Ligne:
    lignes, _ = Deploiement(by, Choix(), today=today).page("")
    return next(one for one in lignes if one.etablissement == etablissement)


class TestWho:
    def test_coordinations_and_those_above_them(self, coordination):
        structure = there(coordination, "CH")
        actors = {
            "coordination": as_professionnel(referent_of(coordination)),
            "région": as_professionnel(referent_of(coordination.region)),
            "national": as_professionnel(referent_of(None, ADMINISTRATEUR_NATIONAL)),
            "structure": as_professionnel(referent_of(structure)),
            "unité": as_professionnel(referent_of(UniteFactory(etablissement=structure))),
            "prescripteur": as_professionnel(HabilitationFactory(lieu=structure).user),
            "acting": as_delegate(DelegationFactory()),
        }
        allowed = {name for name, actor in actors.items() if can(policies.deployment, actor)}
        assert allowed == {"coordination", "région", "national"}

    def test_each_sees_his_own_territory(self, coordination, by, today):
        there(coordination, "Ici"), there(CoordinationFactory(region=coordination.region), "À côté")
        there(CoordinationFactory(), "Ailleurs")
        assert named(by, today) == ["Ici"]
        assert named(as_professionnel(referent_of(coordination.region)), today) == ["Ici", "À côté"]
        national = as_professionnel(referent_of(None, ADMINISTRATEUR_NATIONAL))
        assert named(national, today) == ["Ailleurs", "Ici", "À côté"]
        assert named(national, today, coordination=str(coordination.pk)) == ["Ici"]

    def test_a_structure_of_one_s_own_elsewhere_is_no_territory(self, coordination, by, today):
        elsewhere = there(CoordinationFactory(), "Ailleurs")
        HabilitationFactory(lieu=elsewhere, user=by.user, profil=REFERENT_STRUCTURE.code)
        assert named(as_professionnel(by.user), today) == []

    def test_another_s_coordination_is_not_found(self, client, coordination):
        sign_in(client, referent_of(coordination))
        other = CoordinationFactory()
        for path in (URL, f"{URL}export/"):
            assert client.get(path, {"coordination": other.pk}).status_code == 404
            assert client.get(path, {"coordination": coordination.pk}).status_code == 200
        sign_in(client, MedecinFactory())
        assert client.get(URL).status_code == 403


class TestEtabli:
    def test_an_open_unit_and_somebody_at_work_today(self, coordination, by, today):
        """And the near misses: a closed unit, rights to come, over or taken away, a disabled account."""
        now = timezone.now()
        ready = there(coordination, "Établi")
        HabilitationFactory(lieu=UniteFactory(etablissement=ready))
        HabilitationFactory(lieu=there(coordination, "Sans unité"))
        shut = there(coordination, "Unité fermée")
        HabilitationFactory(lieu=shut), UniteFactory(etablissement=shut, closed_at=now)
        for trait in ("future", "over", "revoked"):
            unite = UniteFactory(etablissement=there(coordination, trait))
            HabilitationFactory(lieu=unite, **{trait: True})
        gone = UniteFactory(etablissement=there(coordination, "Compte désactivé"))
        HabilitationFactory(lieu=gone, user__disabled_at=now)
        assert named(by, today, etabli="oui") == ["Établi"]
        assert len(named(by, today, etabli="non")) == 6
        every, _ = Deploiement(by, Choix(), today=today).page("")
        assert [one.etablissement.nom for one in every if one.is_etabli] == ["Établi"]

    def test_closed_ones_are_not_there(self, coordination, by, today):
        there(coordination, "Fermé", closed_at=timezone.now())
        assert named(by, today) == []

    def test_a_referent_in_force(self, coordination, by, today):
        unite = UniteFactory(etablissement=there(coordination, "Référent unité seul"))
        referent_of(unite)
        with_one = there(coordination, "Avec")
        referent_of(with_one)
        for trait in ("future", "over", "revoked"):
            HabilitationFactory(
                lieu=there(coordination, trait), profil=REFERENT_STRUCTURE.code, **{trait: True}
            )
        assert named(by, today, referent="oui") == ["Avec"]
        assert "Référent unité seul" in named(by, today, referent="non")
        assert line(by, today, with_one).referents == 1


class TestSheets:
    def test_complete_verified_or_not(self, coordination, by, today):
        fiches.nomenclatures()
        complete, half, never = (there(coordination, nom) for nom in ("Complet", "Moitié", "Jamais"))
        for one in (complete, half):
            fiches.fill(one, fiches.OF_ETABLISSEMENT | {"commune": "Arvigne"})
            fiches.fill(UniteFactory(etablissement=one), fiches.OF_UNITE)
        UniteFactory(etablissement=half)
        user, now = by.user, timezone.now()
        Etablissement.objects.filter(pk=complete.pk).update(verifiee_le=now, verifiee_par=user)
        Etablissement.objects.filter(pk=half.pk).update(
            verifiee_le=now - timedelta(days=400), verifiee_par=user
        )
        assert named(by, today, fiche="oui") == ["Complet"]
        assert named(by, today, fiche="non") == ["Jamais", "Moitié"]
        assert [named(by, today, verifiee=one) for one in ("recente", "ancienne", "jamais")] == [
            ["Complet"],
            ["Moitié"],
            ["Jamais"],
        ]
        said = line(by, today, half)
        assert (said.unites, said.unites_completes, said.is_complete) == (2, 1, False)
        assert line(by, today, complete).is_complete
        assert line(by, today, never).jauge.remplis == 0


class TestAnomalies:
    @pytest.fixture
    def astray(self, coordination):
        """One of each, and one without any."""
        elsewhere = Departement.objects.create(code="69", nom="Orbe", region=coordination.region)
        for code, nom, departement in (("31001", "Saint-Aubin", "31"), ("69001", "Valmont", "69")):
            Commune.objects.create(code=code, nom=nom, departement_id=departement)
        rows = {
            "non": there(coordination, "Rien", cog_id="31001"),
            "numero": there(coordination, "Sans numéro", finess=None),
            "departement": there(coordination, "Ailleurs", cog_id=f"{elsewhere.pk}001"),
            **{kind: there(coordination, kind) for kind in ("ferme", "absent", "valeur")},
        }
        Ecart.objects.create(etablissement=rows["ferme"], champ=Ecart.FERME, dit="2026-07-31")
        Ecart.objects.create(etablissement=rows["absent"], champ=Ecart.ABSENT)
        Ecart.objects.create(etablissement=rows["valeur"], champ="nom", dit="CH DE VALMONT")
        return rows

    def test_each_kind_is_told_and_filtered(self, by, today, astray):
        for kind in ANOMALIES.keys() - {"oui"}:
            assert named(by, today, anomalie=kind) == [astray[kind].nom], kind
        assert len(named(by, today, anomalie="oui")) == len(astray) - 1
        told = {kind: line(by, today, row).anomalies for kind, row in astray.items()}
        assert told == {
            "non": [],
            "numero": ["Sans numéro FINESS"],
            "departement": ["Commune d’un autre département\u00a0: Valmont (69)"],
            "ferme": ["Fermé depuis le 31/07/2026 d’après FINESS"],
            "absent": ["Absent de la dernière publication de FINESS"],
            "valeur": ["Nom d’après FINESS\u00a0: CH DE VALMONT"],
        }


class TestPage:
    def test_figures_are_those_of_the_coordination_whatever_is_filtered(self, client, coordination):
        there(CoordinationFactory(), "Ailleurs")
        for nom in ("Un", "Deux"):
            there(coordination, nom, finess=None)
        ready = there(coordination, "Trois")
        UniteFactory(etablissement=ready)
        referent_of(ready)
        sign_in(client, referent_of(coordination))
        answer = client.get(URL, {"referent": "oui"})
        figures = {label: count for label, count, _ in answer.context["chiffres"]}
        assert list(figures.values()) == [3, 1, 2, 0, 3, 2]
        page = unescape(answer.text)
        assert "<strong>Filtres</strong>\u00a0: avec un référent" in page
        assert "Trois" in page
        assert "Un</a>" not in page
        for label, count, alone in answer.context["chiffres"]:
            assert len(client.get(f"{URL}{alone}").context["lignes"]) == count, label

    def test_the_page_of_the_coordination_leads_to_it(self, client, coordination):
        sign_in(client, referent_of(coordination))
        page = client.get(f"/administration/coordinations/{coordination.pk}/").text
        assert f'href="{URL}?coordination={coordination.pk}"' in page

    def test_who_may_is_led_to_the_sheet_and_to_naming(self, client, coordination):
        structure = there(coordination, "CH")
        sheet, naming = f"/administration/etablissements/{structure.pk}/", f"{structure.pk}/nommer/"
        sign_in(client, referent_of(coordination))
        page = client.get(URL).text
        assert sheet in page
        assert naming in page
        sign_in(client, referent_of(None, ADMINISTRATEUR_NATIONAL))
        page = client.get(URL).text  # names référents, and updates no sheet
        assert sheet not in page
        assert naming in page

    @pytest.mark.parametrize("national", [False, True])
    def test_pages_go_on_from_a_key(self, client, coordination, monkeypatch, national):
        monkeypatch.setattr(deploiement, "A_PAGE", 2)
        for nom in ("B", "A", "C", "C", "D"):
            there(coordination, nom, finess=None)
        there(coordination, "E")
        sign_in(client, referent_of(None, ADMINISTRATEUR_NATIONAL) if national else referent_of(coordination))
        seen, asked = [], f"{URL}?anomalie=numero"
        while asked:
            answer = client.get(asked)
            seen.append([one.etablissement.nom for one, *_ in answer.context["lignes"]])
            following = answer.context["following"]
            asked = following and f"{URL}?anomalie=numero&apres={following}"
            assert (f"anomalie=numero&amp;apres={following}" in answer.text) is bool(following)
        assert seen == [["A", "B"], ["C", "C"], ["D"]]

    @pytest.mark.parametrize(
        "asked", ["apres=x", "apres=999999999", f"apres={'9' * 30}", "etabli=peut-etre", "coordination=x"]
    )
    def test_what_it_does_not_know_is_no_choice(self, client, coordination, asked):
        there(coordination, "CH")
        sign_in(client, referent_of(coordination))
        assert client.get(f"{URL}?{asked}").status_code == 200

    def test_as_many_statements_whatever_the_rows(self, client, coordination):
        def asked():
            with CaptureQueriesContext(connection) as seen:
                assert client.get(URL).status_code == 200
            return len(seen)

        sign_in(client, referent_of(coordination))
        fiches.nomenclatures()
        for number in range(2):
            referent_of(UniteFactory(etablissement=there(coordination, f"CH {number}")).etablissement)
        client.get(URL)
        few = asked()
        for number in range(18):
            referent_of(UniteFactory(etablissement=there(coordination, f"CH de {number}")).etablissement)
        assert asked() == few == 10


class TestExport:
    def test_all_that_answers_then_figures_by_coordination(self, client, coordination, monkeypatch):
        monkeypatch.setattr(deploiement, "A_SLICE", 2)
        other = CoordinationFactory(nom="Pays d’Orbe", region=coordination.region)
        for nom in ("=A", "B", "C"):
            there(coordination, nom, finess=None)
        there(other, "D")
        sign_in(client, referent_of(coordination.region))
        answer = client.get(f"{URL}export/", {"anomalie": "numero", "q": ""})
        book = load_workbook(BytesIO(answer.content))
        rows = list(book["Déploiement"].iter_rows(values_only=True))
        assert [row[1] for row in rows[1:]] == ["=A", "B", "C"]
        assert rows[1][-1] == "Sans numéro FINESS"
        assert len(rows[0]) == len(rows[1])
        figures = list(book["Par coordination"].iter_rows(values_only=True))[1:]
        assert figures == [("Haute-Lauze", 3, 0, 3, 0, 3, 3), ("Pays d’Orbe", 1, 0, 1, 0, 1, 0)]
        entry = Entry.objects.get(event="deploiement.exported")
        assert (entry.data["lignes"], entry.data["criteres"]) == (3, {"anomalie": "numero"})

    def test_who_may_not_see_it_may_not_take_it(self, client, coordination):
        sign_in(client, referent_of(there(coordination, "CH")))
        assert client.get(f"{URL}export/").status_code == 403


def test_profiles_that_open_it_are_those_of_a_territory():
    """ANN-8: a profile that gains the right shows here."""
    wide = {code for code, one in PROFILS.items() if "deploiement" in {droit.droit for droit in one.droits}}
    assert wide == {
        "referent_structure",
        "referent_coordination",
        "referent_regional",
        "administrateur_national",
    }
