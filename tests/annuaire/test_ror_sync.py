"""A run of the ROR: what it writes, what it refuses, where it goes on (ANN-1, ANN-2, ANN-7)."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.utils import timezone

from accounts.models import User
from annuaire import actions
from annuaire.models import (
    Arrivage,
    AvisFermeture,
    Etablissement,
    Modification,
    Offre,
    Rapprochement,
    Releve,
    SiteRor,
    Synchronisation,
    Unite,
)
from annuaire.reads import fiches as reads
from annuaire.ror.refus import Refused
from annuaire.ror.sources import Serveur
from courrier.models import Message
from habilitations.models import Habilitation
from journal.models import Entry
from tests.annuaire import ror_world
from tests.annuaire.ror_resources import (
    FINESS,
    MAJ,
    OTHER,
    Held,
    coded,
    contact,
    eg,
    ej,
    hospital,
    lieu,
    offre,
    write,
)
from tests.concurrency import at_once
from tests.factories import (
    CoordinationFactory,
    EtablissementFactory,
    HabilitationFactory,
    RegionFactory,
    UniteFactory,
    as_professionnel,
    referent_of,
)
from viatraj.core.actor import Actor

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 29, 8, tzinfo=UTC)
BY = Actor.system("ror")
CLOSED = [{"id": "closingReopeningDate", "description": "x", "during": {"start": "2026-11-01"}}]


def sync(*resources, full=True, now=NOW, at=None, niveau=1, accept_loss=False):
    source = Held(resources, niveau=niveau, at=at)
    return actions.sync_ror(source, full=full, accept_loss=accept_loss, now=now, by=BY)


def picture():
    """All that a run may write, without when."""
    etats = Etablissement.objects.order_by("finess").values_list("finess", "nom", "synchronisation", "fiche")
    units = Unite.objects.order_by("pk").values_list("nom", "nature", "cle_offre", "fiche", "closed_at")
    sites = SiteRor.objects.order_by("finess").values_list("finess", "valeurs", "absences", "erreur")
    offres = Offre.objects.order_by("cle").values_list(
        "cle", "site__finess", "valeurs", "absences", "fermee_le"
    )
    avis = AvisFermeture.objects.order_by("pk").values_list("unite", "etablissement", "suite")
    changes = Modification.objects.order_by("pk").values_list("etablissement", "unite", "champ", "apres")
    return [list(one) for one in (etats, units, sites, offres, avis, changes)]


@pytest.fixture
def hopital():
    """Ours, with a unit and a référent."""
    etablissement = EtablissementFactory(finess=FINESS, nom="CH d’Arvigne", coordination__region__code="99")
    UniteFactory(etablissement=etablissement, nom="SMR gériatrique")
    return etablissement


@pytest.fixture
def active(hopital):
    """Synchronised: one offer, one unit."""
    sync(*hospital(offre(lits=20), lieu(lits=20)))
    enter(hopital)
    hopital.refresh_from_db()
    return hopital


def enter(etablissement):
    by = as_professionnel(referent_of(etablissement))
    for one in Offre.objects.filter(site__finess=etablissement.finess):
        unite = Unite.objects.get(nom=one.nom, etablissement=etablissement)
        choix = [actions.Choix(Rapprochement.Suite.JOINTE, one, unite)]
        actions.reconcile(etablissement, choix=choix, now=NOW, by=by)
    return activate(etablissement, by=by)


def activate(etablissement, *, by, now=NOW):
    from annuaire.reads import rapprochements

    etablissement.refresh_from_db()
    site = SiteRor.objects.get(finess=etablissement.finess)
    joined = list(rapprochements.joined(etablissement))
    seen = rapprochements.seen(site, etablissement, joined)
    return actions.enter_ror(etablissement, seen=seen, now=now, by=by)


def unit():
    return Unite.objects.get()


# --- The first run joins nothing -----------------------------------------------------------------


def test_a_run_keeps_what_the_ror_says_and_joins_nothing(hopital):
    releve = sync(*hospital(offre(lits=20), lieu(lits=20)))
    assert (releve.etat, releve.genre) == ("fini", "complet")
    assert (releve.bilan["recu"]["etablissements"], releve.bilan["offres_nouvelles"]) == (1, 1)
    hopital.refresh_from_db()
    assert (hopital.nom, hopital.synchronisation) == ("CH d’Arvigne", Synchronisation.A_RAPPROCHER)
    assert (unit().cle_offre, unit().nature, Unite.objects.count()) == (None, "", 1)
    assert Offre.objects.get().valeurs["nature"] == "smr"
    assert not Modification.objects.exists()
    assert not Rapprochement.objects.exists()


def test_the_same_again_writes_nothing(hopital):
    sync(*hospital(offre(lits=20), lieu(lits=20)))
    before, lines = picture(), Entry.objects.filter(event="ror.written").count()
    later = sync(*hospital(offre(lits=20), lieu(lits=20)), now=NOW + timedelta(days=7))
    assert (later.bilan["recu"]["differents"], later.arrivages.count()) == (0, 0)
    assert picture() == before
    assert Entry.objects.filter(event="ror.written").count() == lines


def test_an_etablissement_that_is_not_ours_is_kept_and_counted(hopital):
    releve = sync(*hospital(offre()), eg(OTHER), offre("99/009", OTHER))
    assert releve.bilan["inconnus"] == 1
    assert Etablissement.objects.count() == 1
    later = EtablissementFactory(finess=OTHER)
    assert SiteRor.objects.get(finess=OTHER).offres.count() == 1
    assert later.synchronisation == Synchronisation.NON_SYNCHRONISE


# --- Synchronised --------------------------------------------------------------------------------


def test_what_changes_in_the_ror_changes_in_the_sheet_and_is_in_its_history(active):
    releve = sync(*hospital(offre(nom="SMR du grand âge", lits=20), lieu(lits=24)))
    said = reads.values(unit())
    assert (said["nom"], said["capacites"]) == ("SMR du grand âge", [{"nature": "lits", "nombre": 24}])
    rows = Modification.objects.filter(unite=unit(), flux=str(releve)).values_list("champ", "avant", "apres")
    assert [one for one in rows if one[0] == "nom"] == [("nom", "SMR gériatrique", "SMR du grand âge")]
    assert releve.bilan["champs"] == 2
    assert unit().origine("nom") == "ror"


def test_accounts_and_habilitations_never_come_from_it(active):
    """ANN-6: whatever contacts it names, whatever closes there."""
    HabilitationFactory(lieu=unit(), profil="responsable_admissions")
    rows = [list(model.objects.order_by("pk").values()) for model in (User, Habilitation)]
    sync(*hospital(offre(nom="SMR du grand âge", lits=24, extension=[contact("Chef")]), lieu(lits=24)))
    for n in (7, 14):
        sync(*hospital(), now=NOW + timedelta(days=n), accept_loss=True)
    assert AvisFermeture.objects.filter(unite=unit()).exists()
    assert rows == [list(model.objects.order_by("pk").values()) for model in (User, Habilitation)]


def test_a_delta_says_only_what_it_names(active):
    """ANN-7: absent of a delta is not absent."""
    sync(*hospital(offre(), offre("99/002", nom="HAD")), at=NOW)
    other = offre("99/002", nom="HAD Nord")
    delta = sync(ej(), eg(), other, full=False, at=NOW + timedelta(hours=1))
    assert delta.genre == "delta"
    assert Offre.objects.get(cle="99/002").nom == "HAD Nord"
    assert Offre.objects.get(cle="99/001").absences == 0
    assert delta.bilan["recu"]["absents"] == 0


def test_a_delta_counts_from_the_server_s_clock(hopital):
    server = NOW - timedelta(days=1)
    sync(*hospital(offre()), at=server)
    delta = sync(*hospital(offre()), full=False, at=server + timedelta(hours=1))
    assert (delta.genre, delta.depuis, delta.horloge) == ("delta", server, server + timedelta(hours=1))


def test_without_a_clock_all_is_asked_for_again(hopital):
    sync(*hospital(offre()))
    assert sync(*hospital(offre()), full=False).genre == "complet"


def test_a_complete_run_tells_what_deltas_had_missed(hopital):
    sync(*hospital(offre()), at=NOW)
    changed = offre(nom="Autre", maj=NOW - timedelta(hours=3))
    assert sync(*hospital(changed), at=NOW + timedelta(days=7)).bilan["derive"] == 1
    again = offre(nom="Encore", maj=NOW + timedelta(days=8))
    assert sync(*hospital(again), at=NOW + timedelta(days=9)).bilan["derive"] == 0


def test_what_the_profile_may_not_see_is_not_erased(active):
    """ANN-2."""
    sync(*hospital(offre(lits=20, extension=[contact(level="3")]), lieu(lits=20)))
    told = reads.values(unit())["contacts"]
    sync(*hospital(offre(lits=20), lieu(lits=20)), niveau=0)
    assert reads.values(unit())["contacts"] == told
    assert reads.values(unit())["capacites"] == [{"nature": "lits", "nombre": 20}]
    sync(*hospital(offre()), niveau=1)
    assert "contacts" not in reads.values(unit())


def test_a_person_s_own_fields_stay(active):
    by = as_professionnel(referent_of(active))
    one = unit()
    actions.modify(one, values={"descriptif": "À nous."}, version=one.version, now=NOW, by=by)
    sync(*hospital(offre(nom="Autre nom", lits=20), lieu(lits=20)))
    assert (reads.values(unit())["descriptif"], unit().nom) == ("À nous.", "Autre nom")


# --- Refused -------------------------------------------------------------------------------------


def test_a_bad_description_changes_nothing_and_says_why(active):
    before = reads.values(unit())
    releve = sync(ej(), eg(), offre(nom="Autre", lits=20))
    active.refresh_from_db()
    assert active.synchronisation == Synchronisation.ERREUR
    assert active.is_synchronised
    assert "Location/l99-001" in releve.bilan["refusees"][FINESS][0]
    assert reads.values(unit()) == before
    assert "Location/l99-001" in Arrivage.objects.get(releve=releve).raisons[0]
    sync(*hospital(offre(nom="Autre", lits=20), lieu(lits=20)))
    active.refresh_from_db()
    assert (active.synchronisation, unit().nom) == (Synchronisation.ACTIVE, "Autre")
    assert SiteRor.objects.get().erreur == ""


def test_of_two_etablissements_the_good_one_is_written(active):
    EtablissementFactory(finess=OTHER)
    sync(ej(), eg(), offre(lits=20), eg(OTHER), offre("99/009", OTHER))
    assert Offre.objects.filter(cle="99/009").exists()
    active.refresh_from_db()
    assert active.synchronisation == Synchronisation.ERREUR


def test_the_same_offer_under_two_etablissements_is_believed_of_neither(active):
    sync(*hospital(offre(lits=20), lieu(lits=20)), eg(OTHER), offre("99/001", OTHER) | {"id": "other"})
    assert Offre.objects.get().site.finess == FINESS
    active.refresh_from_db()
    assert active.synchronisation == Synchronisation.ERREUR


def many(count, **said):
    return [offre(f"99/{n:03}", nom=f"Unité {n}", **said) for n in range(1, count + 1)]


def test_guards_hold_what_looks_like_an_accident(hopital):
    """ANN-7: zero, half of it missing, another région's, unknown codes; each told, nothing changed."""
    sync(*hospital(*many(20), region="99"))
    before = picture()
    elsewhere = [eg(f"99000{n:04}", region="11") for n in range(200, 210)]
    for n in range(200, 210):
        EtablissementFactory(finess=f"99000{n:04}", coordination=hopital.coordination)
    for resources, told in (
        ([], "aucun établissement"),
        (hospital(*many(10)), "10 offres sur 20"),
        (hospital(*many(20)) + elsewhere, "viennent d’une autre région"),
    ):
        with pytest.raises(Refused, match=told):
            sync(*resources)
        assert Releve.objects.order_by("-pk").first().etat == "refuse"
        assert told in Releve.objects.order_by("-pk").first().refus
    assert picture()[2:] == before[2:]
    sync(*hospital(*many(10)), accept_loss=True)
    assert Offre.objects.filter(absences=1).count() == 10


def test_unknown_codes_are_told_and_hold_when_there_are_suddenly_many(hopital):
    from tests.annuaire.fiches import nomenclatures

    nomenclatures()
    odd = coded("TRE_R213", "99")
    first = sync(*hospital(*many(8)))
    assert first.bilan["recu"]["part_inconnue"] < 0.3
    with pytest.raises(Refused, match="codes inconnus"):
        sync(*hospital(*many(8, characteristic=[odd] * 8)))
    told = sync(*hospital(offre(characteristic=[odd]), *many(8)[1:]))
    assert "TRE_R213:99" in told.bilan["codes_inconnus"]


def test_json_that_is_not_strict_never_half_imports(hopital, tmp_path):
    folder = write(tmp_path / "ror", hospital(offre()))
    (folder / "zz.ndjson").write_text('{"resourceType": "Organization", "id": "1",}')
    with pytest.raises(CommandError, match="zz"):
        call_command("sync_ror", source=str(folder), full=True)
    assert not SiteRor.objects.exists()
    assert Releve.objects.get().etat == "refuse"


# --- Absent, closed, back again, gone elsewhere ---------------------------------------------------


def test_an_absent_offer_closes_only_after_two_complete_runs(active):
    """ANN-7: and then a person decides, as of all that a feeder says closed."""
    held = HabilitationFactory(lieu=unit())
    other = offre("99/002", nom="HAD")
    for n, count in enumerate((0, 1, 1), 1):
        sync(*hospital(other), now=NOW + timedelta(days=7 * n))
        assert AvisFermeture.objects.filter(unite=unit()).count() == count
    assert unit().closed_at is None
    held.refresh_from_db()
    assert held.is_living
    assert AvisFermeture.objects.get().flux.startswith("ROR")


def test_a_refused_run_counts_no_absence(active):
    with pytest.raises(Refused):
        sync()
    sync(ej(), eg(), offre("99/002", lits=3))  # its place is missing: refused, with the absence of the other
    assert Offre.objects.get(cle="99/001").absences == 0


def test_no_absence_is_believed_while_something_cannot_be_placed(active):
    EtablissementFactory(finess=OTHER)
    lost = offre("99/050") | {"providedBy": {"reference": "Organization/nowhere"}}
    sync(ej(), eg(OTHER), lost, accept_loss=True)
    assert SiteRor.objects.get(finess=FINESS).absences == 0


def test_an_etablissement_that_vanishes_is_closed_by_a_person_never_deleted(active):
    EtablissementFactory(finess=OTHER)
    for n in (1, 2):
        sync(ej(), eg(OTHER), now=NOW + timedelta(days=7 * n))
    assert AvisFermeture.objects.get().etablissement == active
    assert Etablissement.objects.filter(pk=active.pk, closed_at=None).exists()


def test_closed_by_the_ror_itself_then_open_again(active):
    sync(*hospital(offre(notAvailable=CLOSED)))
    assert AvisFermeture.objects.get().fermee_le.isoformat() == "2026-11-01"
    sync(*hospital(offre()), now=NOW + timedelta(days=1))
    assert AvisFermeture.objects.get().suite == AvisFermeture.Suite.OUVERTE
    assert unit().closed_at is None


def test_one_that_nobody_answered_for_comes_back_with_its_habilitations(active):
    held = HabilitationFactory(lieu=unit(), debut=NOW.date(), fin=NOW.date() + timedelta(days=200))
    sync(*hospital(offre(notAvailable=CLOSED)))
    late = NOW + timedelta(days=31)
    actions.follow_avis(now=late, by=Actor.system("fermetures"))
    assert unit().closed_at is not None
    sync(*hospital(offre()), now=late + timedelta(days=1))
    assert unit().closed_at is None
    assert held.user.habilitations.filter(revoked_at=None, unite=unit()).exists()


def test_an_offer_that_moves_leaves_its_unit_with_its_people(active):
    other = EtablissementFactory(finess=OTHER)
    held = HabilitationFactory(lieu=unit())
    moved = offre("99/001", OTHER)
    releve = sync(ej(), eg(), eg(OTHER), moved)
    assert releve.bilan["offres_deplacees"] == 1
    assert Offre.objects.get().site.finess == OTHER
    assert (unit().etablissement, unit().cle_offre) == (active, None)
    held.refresh_from_db()
    assert held.is_living
    assert Rapprochement.objects.get().defait_par is None
    other.refresh_from_db()
    assert other.synchronisation == Synchronisation.A_RAPPROCHER
    assert not AvisFermeture.objects.exists()


@pytest.mark.parametrize("full", [True, False])
def test_who_loses_an_offer_stands_otherwise_though_the_run_says_nothing_else_of_it(hopital, full):
    """Found by histories: only who received the offer was looked at, and «rapproché» stayed."""
    EtablissementFactory(finess=OTHER)
    sync(*hospital(offre()), eg(OTHER), at=NOW)
    choix = [actions.Choix(Rapprochement.Suite.JOINTE, Offre.objects.get(), unit())]
    actions.reconcile(hopital, choix=choix, now=NOW, by=as_professionnel(referent_of(hopital)))
    hopital.refresh_from_db()
    assert hopital.synchronisation == Synchronisation.RAPPROCHE
    named = [eg()] if full else []
    releve = sync(ej(), *named, eg(OTHER), offre("99/001", OTHER), full=full, now=NOW + timedelta(hours=1))
    assert (releve.is_complete, releve.bilan["quittes"]) == (full, [FINESS])
    hopital.refresh_from_db()
    assert hopital.synchronisation == Synchronisation.NON_SYNCHRONISE


# --- Killed, twice, paused -----------------------------------------------------------------------


def town(count=4, *, nom="Unité"):
    found = [ej()]
    for n in range(count):
        finess = f"99000{200 + n:04}"
        found += [eg(finess), offre(f"99/{n:03}", finess, nom=f"{nom} {n}")]
    return found


def test_killed_at_each_batch_it_goes_on_from_its_row():
    """ANN-7: after any number of batches; then twice in the same run."""
    for n in range(4):
        one = EtablissementFactory(finess=f"99000{200 + n:04}")
        UniteFactory(etablissement=one, nom=f"Unité {n}")
    sync(*town())
    for one in Etablissement.objects.order_by("finess"):
        enter(one)
    source = 0
    for stops in [(n,) for n in range(5)] + [(1, 2), (0, 1)]:
        source += 1
        releve = actions.receive(Held(town(nom=f"Nom {source},")), depuis=None, now=NOW, by=BY)
        for done in stops:
            for _ in range(done):
                actions.write_next(releve, now=NOW, by=BY)
        assert Unite.objects.filter(nom__startswith=f"Nom {source},").count() == min(4, sum(stops))
        assert actions.proceed_ror(now=NOW, by=BY)
        releve.refresh_from_db()
        assert (releve.etat, releve.bilan["champs"], releve.arrivages.count()) == ("fini", 4, 4)
        assert Unite.objects.filter(nom__startswith=f"Nom {source},").count() == 4
        assert not actions.proceed_ror(now=NOW, by=BY)
    assert Modification.objects.filter(champ="nom", unite__isnull=False).count() == 4 * source


def test_one_run_at_a_time(hopital):
    actions.receive(Held(hospital(offre())), depuis=None, now=NOW, by=BY)
    with pytest.raises(Refused, match="en cours d’écriture"):
        actions.receive(Held(hospital(offre())), depuis=None, now=NOW, by=BY)
    sync(*hospital(offre()))
    assert list(Releve.objects.order_by("pk").values_list("etat", flat=True)) == ["fini", "fini"]


class Waiting(Held):
    """While its export is made ready, somebody looks at what the run holds, and a second one comes."""

    def ask(self, depuis, *, now):
        super().ask(depuis, now=now)
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_backend_pid()")
            (pid,) = cursor.fetchone()
        self.holds = at_once(lambda: held_by(pid))[0]
        self.second = at_once(lambda: refusal_of(Held(self.held)))[0]


def held_by(pid):
    """(transaction that others must mind, snapshot that vacuum must mind, tables)"""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT backend_xid, backend_xmin, (SELECT count(*) FROM pg_locks l WHERE l.pid = a.pid"
            " AND relation::regclass::text LIKE 'annuaire%%') FROM pg_stat_activity a WHERE pid = %s",
            [pid],
        )
        return cursor.fetchone()


def refusal_of(source):
    with pytest.raises(Refused) as refusal:
        actions.sync_ror(source, full=True, now=NOW, by=BY)
    return str(refusal.value)


def test_a_run_that_waits_for_its_export_holds_up_nothing_and_stays_alone(transactional_db):
    """ANN-7: a task that the broker gives to a second worker meanwhile ends at once, and leaves no run."""
    source = Waiting(hospital(offre()))
    releve = actions.sync_ror(source, full=True, now=NOW, by=BY)
    assert source.holds == (None, None, 0)
    assert "Un autre import" in source.second
    assert list(Releve.objects.values_list("pk", "etat")) == [(releve.pk, "fini")]


def test_a_dry_run_tells_and_writes_nothing(hopital, tmp_path, capsys):
    folder = write(tmp_path / "ror", hospital(offre()))
    before, lines = picture(), Entry.objects.count()
    call_command("sync_ror", source=str(folder), dry_run=True)
    told = capsys.readouterr().out
    assert "Rien n’est enregistré" in told
    assert f"{FINESS}\u00a0: 1 offre nouvelle" in told
    assert (picture(), Entry.objects.count(), Releve.objects.count()) == (before, lines, 0)


def test_the_command_tells_what_it_did(hopital, tmp_path, capsys):
    call_command("sync_ror", source=str(write(tmp_path / "ror", hospital(offre()))), full=True)
    told = capsys.readouterr().out
    assert "1 établissement lu, 1 offre lue, 1 établissement différent, 0 absent." in told
    assert "1 offre nouvelle" in told


def test_a_region_can_be_off(hopital, capsys):
    call_command("pause_ror", region="99")
    assert "1" in capsys.readouterr().out
    with pytest.raises(Refused, match="aucun établissement"):
        sync(*hospital(offre()))
    assert not SiteRor.objects.exists()
    call_command("resume_ror")
    sync(*hospital(offre()))
    assert SiteRor.objects.exists()
    assert Entry.objects.filter(event__in=["ror.paused", "ror.resumed"]).count() == 2


def test_raw_resources_are_kept_of_the_last_two(hopital):
    for n in range(4):
        sync(*hospital(offre(nom=f"Nom {n}")), now=NOW + timedelta(days=n))
    kept = Arrivage.objects.order_by("pk")
    assert [one.brut[2]["name"] for one in kept] == ["Nom 2", "Nom 3"]


def test_several_workers_share_a_run_without_a_double(transactional_db):
    sync(*town(12))
    releve = actions.receive(Held(town(12, nom="Autre")), depuis=None, now=NOW, by=BY)
    at_once(*[lambda: actions.proceed_ror(now=NOW, by=BY)] * 3)
    releve.refresh_from_db()
    assert (releve.etat, releve.bilan["offres_changees"]) == ("fini", 12)


def test_from_a_server_the_whole_then_what_has_changed(hopital, tmp_path):
    """ANN-7: by its export, then by a delta that counts from the server’s own clock."""
    made = hospital(offre(lits=20), lieu(lits=20), region=hopital.coordination.region.code)
    with ror_world.world(tmp_path / "ror", made) as served:
        source = Serveur(ror_world.acces(served.ror))
        whole = actions.sync_ror(source, full=True, now=NOW, by=BY)
        whole = actions.look_ror(source, now=whole.regarder_le, by=BY)
        delta = actions.sync_ror(source, full=False, now=NOW, by=BY)
    assert (whole.genre, whole.bilan["offres_nouvelles"], whole.horloge is None) == ("complet", 1, False)
    assert (delta.genre, delta.depuis, delta.bilan["recu"]["absents"]) == ("delta", whole.horloge, 0)


# --- Who is told ---------------------------------------------------------------------------------


def letters():
    return sorted(one.to for one in Message.objects.filter(key__startswith="ror:"))


def test_referents_have_one_letter_when_something_of_theirs_awaits_them(hopital):
    """ANN-1: those of the structure, else those of its coordination."""
    referent, above = referent_of(hopital), referent_of(hopital.coordination)
    other = EtablissementFactory(finess=OTHER, coordination=hopital.coordination)
    far, now = referent_of(CoordinationFactory(region=RegionFactory())), timezone.now()
    sync(*hospital(offre()), eg(OTHER), offre("99/009", OTHER), now=now)
    assert letters() == sorted([referent.email, above.email])
    assert far.email not in letters()
    body = Message.objects.get(key__startswith="ror:", to=above.email).text
    assert other.nom in body
    assert hopital.nom not in body
    sync(*hospital(offre()), eg(OTHER), offre("99/009", OTHER), now=now + timedelta(days=1))
    assert len(letters()) == 2


def test_a_referent_of_today_is_told_though_it_is_still_yesterday_in_greenwich(hopital):
    midnight = datetime(2026, 11, 28, 23, tzinfo=UTC)
    days = {"debut": date(2026, 11, 29), "fin": date(2026, 12, 29)}
    held = HabilitationFactory(lieu=hopital, profil="referent_structure", **days)
    sync(*hospital(offre()), now=midnight)
    assert letters() == [held.user.email]


def test_the_last_change_is_dated_by_the_resource(hopital):
    assert sync(*hospital(offre(maj=MAJ))).bilan["recu"]["ressources"] == {
        "Organization": 2,
        "HealthcareService": 1,
    }
