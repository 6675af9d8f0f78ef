"""The store is what the rows say, whenever and however it is refreshed (OBS-4)."""

import hashlib
import hmac
import re
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.core.management import CommandError, call_command
from django.db import connection, connections, transaction
from django.utils import timezone
from structlog.testing import capture_logs

from annuaire.models import Lieu
from demandes.models import Demande
from dossiers.models import Dossier, Role, Volet
from habilitations.profils import ADMINISTRATEUR_NATIONAL
from observatoire import actions, magasin, tasks
from observatoire.actions.magasin import LOCK
from observatoire.models import FaitDemande, FaitDossier, Mouvement, Releve
from observatoire.models.cles import digest_of
from observatoire.reads import magasin as reads
from tests.dossiers.factories import place_at
from tests.factories import HabilitationFactory, UniteFactory, UserFactory, referent_of, sign_in
from tests.observatoire.mondes import NOW, PARIS, SYSTEM, WAYS, Monde
from viatraj.core import sealing
from viatraj.core.actor import Actor, Means
from viatraj.core.policies import Denied

pytestmark = pytest.mark.django_db


def refresh(*, full=False, now=NOW):
    return actions.refresh_store(full=full, now=now, by=SYSTEM)


def content() -> list:
    """All that is stored, as the database writes it."""
    found = []
    for model in (FaitDossier, FaitDemande):
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT t::text FROM {model._meta.db_table} t ORDER BY 1")
            found += [line for (line,) in cursor.fetchall()]
    return found


@pytest.mark.parametrize("seed", range(4))
def test_what_moved_gives_the_same_as_all(seed):
    """OBS-4: incremental, idempotent, complete."""
    monde = Monde(seed)
    refresh()
    for demande in Demande.objects.filter(etat="envoyee")[:2]:
        demande.etat, demande.motif, demande.depuis = "refusee", "place", NOW
        demande.repondue_at = NOW
        demande.save()
    monde.add_dossier()
    Dossier.objects.order_by("pk").first().volets.update(updated_at=NOW)
    before = Releve.objects.order_by("-pk").first()
    nightly = refresh()
    assert 0 < nightly.dossiers < before.dossiers + 1
    known = content()
    assert refresh().dossiers == 0
    refresh(full=True)
    assert content() == known
    assert nightly.ecarts == []


def test_a_late_correction_is_taken_whatever_its_age():
    """OBS-6: an admission of three years ago that is corrected tonight."""
    monde = Monde(1, dossiers=0)
    dossier = Dossier.objects.create(
        **monde.personnes[0],
        orientation="sanitaire",
        origine="demandeur",
        cree_par=monde.user,
        created_at=NOW - timedelta(days=1100),
    )
    place_at(dossier, Role.DEMANDEUR, monde.demandeuses[0])
    demande = monde.ask(dossier, monde.receveuses["sanitaire"][0], WAYS[10], NOW - timedelta(days=1099))
    refresh()
    Demande.objects.filter(pk=demande.pk).update(date_admission=demande.date_admission + timedelta(days=5))
    refresh()
    fait = FaitDemande.objects.get(pk=demande.pk)
    assert fait.date_admission == demande.date_admission + timedelta(days=5)
    assert FaitDossier.objects.get(pk=dossier.pk).date_admission == fait.date_admission


def test_a_unit_that_moved_is_where_it_lies_and_where_it_lay():
    """OBS-4: today’s structure, and that of the time."""
    Monde(3)
    refresh()
    fait = FaitDemande.objects.exclude(unite=None).order_by("pk").first()
    after = Lieu.of(UniteFactory())
    Demande.objects.filter(pk=fait.pk).update(**after.columns)
    refresh()
    fresh = FaitDemande.objects.get(pk=fait.pk)
    assert fresh.unite_id == after.row.pk != fait.unite_id
    assert (fresh.alors_unite_id, fresh.alors_etablissement_id) == (fait.unite_id, fait.etablissement_id)
    refresh(full=True)
    assert FaitDemande.objects.get(pk=fait.pk).alors_unite_id == fait.unite_id


def test_each_source_tells_of_its_dossier():
    """OBS-4: dossiers, presences, volets, médecins traitants, demandes; also what is taken away."""
    Monde(5, dossiers=6)
    refresh()
    fait = FaitDemande.objects.order_by("pk").first()
    dossier = Dossier.objects.get(pk=fait.dossier)
    for change in (
        lambda: Dossier.objects.filter(pk=dossier.pk).update(gir=None),
        lambda: dossier.presences.update(niveau=dossier.presences.first().niveau),
        lambda: Volet.objects.filter(dossier=dossier).update(updated_at=NOW),
        lambda: Demande.objects.filter(pk=fait.pk).update(changed_at=NOW),
    ):
        Mouvement.objects.all().delete()
        change()
        assert {dossier.pk} == set(Mouvement.objects.values_list("dossier", flat=True))


def test_the_store_names_nobody():
    """OBS-7: a keyed digest, the same for two dossiers of one person, another for another key."""
    Monde(2)
    refresh()
    for fait in FaitDossier.objects.all():
        source = Dossier.objects.get(pk=fait.pk)
        text = f"{source.nom_cle}|{source.prenom_cle}|{source.date_naissance.isoformat()}"
        assert fait.personne == digest_of(text)
        assert source.nom not in str(vars(fait))
    plain = hmac.new(sealing.key("observatoire.personne"), b"a|b", hashlib.sha256).digest()[:8]
    assert digest_of("a|b") == int.from_bytes(plain, signed=True)


def test_a_drift_is_seen():
    """OBS-4: what nobody told of is found by the comparison, and put right by the weekly run."""
    Monde(4)
    refresh()
    FaitDemande.objects.filter(pk=FaitDemande.objects.order_by("pk").first().pk).delete()
    assert len(refresh().ecarts) == 1
    (said,) = reads.last().ecarts
    assert re.fullmatch(r"\d\d/\d\d/\d{4}\u00a0: \d+ demandes? ici, \d+ à la source", said)
    assert refresh(full=True).ecarts == []
    assert reads.last().ecarts == []


def test_what_is_old_is_compared_on_one_night_of_the_week(monkeypatch):
    """OBS-4: a seventh of all dossiers each night; the last ones each night, so that a trigger that tells
    nothing is seen at once. A drift that was seen is told until it is put right."""
    Monde(4, dossiers=14)
    refresh()
    drifted = FaitDemande.objects.order_by("pk").first()
    day = drifted.envoyee_at.astimezone(PARIS).date().isoformat()
    drifted.delete()
    nights = [NOW + timedelta(days=n) for n in range(15)]
    assert [[one["jour"] for one in refresh(now=now).ecarts] for now in nights[:7]] == [[day]] * 7
    monkeypatch.setattr(magasin, "LATELY", -1)
    Releve.objects.update(ecarts=[])
    found = [refresh(now=now).ecarts for now in nights[7:]]
    seen = [bool(one) for one in found]
    assert seen == sorted(seen)
    assert (seen[0], seen[-2], seen[-1]) == (False, True, True)
    assert {one["jour"] for ecarts in found for one in ecarts} == {day}
    assert refresh(full=True, now=NOW + timedelta(days=15)).ecarts == []


class TestReleves:
    """OBS-4: a drift is told in words to who orders figures of the whole country, and to the support."""

    PAGE = "/observatoire/releves/"

    @pytest.fixture
    def drifted(self):
        Releve.objects.create(
            complet=True, commence_at=NOW, fini_at=NOW, etat=Releve.Etat.FINI, dossiers=1200
        )
        names = ("jour", "source", "magasin", "secondes_source", "secondes_magasin")
        days = (("2026-03-01", 5, 4, 9, 9), ("2026-03-02", 5, 5, 9, 8), ("2026-03-03", None, 1, None, 0))
        ecarts = [dict(zip(names, one, strict=True)) for one in days]
        later = NOW + timedelta(days=1)
        return Releve.objects.create(commence_at=later, fini_at=later, etat=Releve.Etat.FINI, ecarts=ecarts)

    def test_it_is_said(self, client, drifted):
        national = HabilitationFactory(lieu=None, profil=ADMINISTRATEUR_NATIONAL.code).user
        html = sign_in(client, national).get(self.PAGE).text.replace("\u00a0", " ").replace("\u202f", " ")
        assert "Les statistiques s’écartent de la source" in html
        assert "3 jours diffèrent" in html
        for words in (
            "01/03/2026 : 4 demandes ici, 5 à la source",
            "02/03/2026 : mêmes demandes, délais différents",
            "03/03/2026 : 1 demande ici, 0 à la source",
            "1 200",
        ):
            assert words in html
        support = UserFactory(is_staff=True)
        assert "3 jours" in sign_in(client, support, means=Means.CPS).get("/gestion/").text.replace(
            "\u00a0", " "
        )
        assert client.get(self.PAGE).status_code == 200

    def test_what_agrees_is_said_too(self, client, drifted):
        drifted.delete()
        national = HabilitationFactory(lieu=None, profil=ADMINISTRATEUR_NATIONAL.code).user
        assert "Les statistiques sont conformes à la source" in sign_in(client, national).get(self.PAGE).text

    def test_for_nobody_else(self, client, drifted):
        """Near misses: a référent of a coordination; support without a card."""
        below = referent_of(UniteFactory().etablissement.coordination)
        for user in (below, UserFactory(is_staff=True), UserFactory()):
            assert sign_in(client, user).get(self.PAGE).status_code == 403


def test_a_run_that_died_is_gone_on_with():
    """OBS-4: a complete one from where it had come."""
    Monde(6)
    every = list(Dossier.objects.order_by("pk").values_list("pk", flat=True))
    Releve.objects.create(complet=True, commence_at=NOW, jusqu=every[3])
    magasin.read_again(every[:4])
    releve = refresh()
    assert (releve.complet, releve.dossiers) == (True, len(every) - 4)
    assert FaitDossier.objects.count() == len(every)


def test_how_fresh_it_is_is_known():
    """OBS-6: what had happened when the last whole run began; one that died says nothing."""
    assert reads.relevees_at() is None
    refresh()
    Releve.objects.create(complet=True, commence_at=NOW + timedelta(hours=1))
    assert reads.relevees_at() == NOW


def test_nobody_refreshes_it_by_a_page():
    """OBS-4."""

    with pytest.raises(Denied):
        actions.refresh_store(full=False, now=timezone.now(), by=Actor(user=UserFactory()))


@pytest.fixture
def another_run():
    """One that goes on in a session of its own, as a worker’s would."""

    def beside(work):
        def closing():
            try:
                return work()
            finally:
                connections.close_all()

        with transaction.atomic(), connection.cursor() as cursor, ThreadPoolExecutor(1) as pool:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [LOCK])
            return pool.submit(closing).result()

    return beside


@pytest.mark.django_db(transaction=True)
def test_a_second_run_at_the_same_time_says_what_goes_on(another_run):
    """OBS-4: of statistics, not of the directory."""
    with pytest.raises(CommandError, match="Un autre relevé des statistiques est en cours"):
        another_run(lambda: call_command("refresh_store"))
    assert not Releve.objects.exists()


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("full", [False, True])
def test_the_beat_that_meets_another_run_says_so_quietly(another_run, full):
    """OBS-4: no error in the log of each night that a first run takes longer than a day."""
    with capture_logs() as said:
        another_run(lambda: tasks.refresh_store(full=full))
    assert [(one["event"], one["log_level"]) for one in said] == [("store.busy", "info")]
    assert not Releve.objects.exists()
