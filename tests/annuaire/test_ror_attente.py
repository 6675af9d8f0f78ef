"""All of the ROR is waited for in a row, which whoever comes next goes on from (ANN-7, docs/adr/0074)."""

from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError
from django.core.management import CommandError, call_command
from django.test import TestCase

from annuaire import actions, tasks
from annuaire.models import Releve
from annuaire.ror.refus import Refused
from journal.models import Entry
from tests.annuaire.ror_runs import BY, LATER, Runs, former, renamed, seen_rows, synchronised, wanted
from tests.concurrency import at_once
from viatraj.core.saving import save_valid

pytestmark = pytest.mark.django_db


@pytest.fixture
def runs(tmp_path):
    with synchronised(tmp_path / "ror") as made:
        made.change()
        yield made


def begin(runs) -> Releve:
    return actions.sync_ror(runs.source, full=True, now=runs.temps.now, by=BY)


def look(runs) -> Releve | None:
    return actions.look_ror(runs.source, now=runs.temps.now, by=BY)


def other_process(runs) -> Runs:
    """Another worker: it knows nothing but the rows."""
    return Runs(runs)


def asked(runs, word) -> int:
    return sum(word in path for method, path, _ in runs.ror.asked if method == "GET")


def test_nobody_sleeps_while_the_ror_makes_its_export_ready(runs):
    runs.ror.panne = "export_lent"
    slept, exports = list(runs.temps.slept), asked(runs, "/$export?")
    waiting = begin(runs)
    assert (waiting.etat, waiting.regards, waiting.demandes) == ("attente", 1, 1)
    assert "_jobId=" in waiting.export
    assert waiting.regarder_le == runs.temps.now + timedelta(hours=2)
    assert waiting.expire_le == runs.temps.now + timedelta(hours=6)
    assert look(runs) is None, "it is too early"
    assert runs.temps.slept == slept
    runs.temps.sleep(7200)
    assert look(runs).etat == "attente"
    runs.temps.sleep(7199)
    assert look(runs) is None
    runs.temps.sleep(1)
    assert look(runs).etat == "fini"
    assert seen_rows() == wanted(renamed)
    assert asked(runs, "/$export?") == exports + 1
    assert runs.ror.jobs == {}, "nobody waits for it any more"
    assert Entry.objects.filter(event="ror.asked").count() == 2


def test_a_worker_that_dies_leaves_its_wait_to_the_next(runs):
    """At each of its three steps: before the address is kept, while it waits, once it is ready."""
    runs.ror.panne = "export_lent"
    known = {"now": runs.temps.now, "by": BY}
    releve = actions.exports.expect(runs.source, **known)
    runs.source.order()  # and its address is lost with the worker
    next_one = other_process(runs)
    releve = look(next_one)
    assert (releve.etat, releve.demandes) == ("attente", 1)
    runs.temps.sleep(7200)
    look(other_process(runs))
    runs.temps.sleep(7200)
    releve.refresh_from_db()
    assert runs.source.look(releve.export, count=9) == 0  # ready, and the worker dies
    assert look(other_process(runs)).etat == "fini"
    assert seen_rows() == wanted(renamed)


def test_who_asks_again_takes_up_the_same_wait(runs):
    runs.ror.panne = "export_lent"
    first, exports = begin(runs), asked(runs, "/$export?")
    assert begin(other_process(runs)) == first
    assert asked(runs, "/$export?") == exports
    with pytest.raises(actions.Busy, match="attend déjà le ROR"):
        actions.sync_ror(runs.source, full=False, now=runs.temps.now, by=BY)
    assert Releve.objects.filter(etat="refuse").count() == 0


def test_one_run_at_a_time_waiting_or_written(runs):
    begin(runs)
    for etat in ("attente", "en_cours"):
        again = Releve(genre="complet", etat=etat, source="x", profil=1, commence_le=LATER, by="x")
        again.regarder_le = again.expire_le = LATER
        with pytest.raises(ValidationError, match="Un autre relevé du ROR est en cours"):
            save_valid(again)


def test_an_export_that_never_ends_is_given_up(runs):
    """ROR_HEURES after it was asked for, with its reason among the runs, and the next one begins anew."""
    runs.ror.panne = "export_sans_fin"
    began = runs.temps.now
    with pytest.raises(Refused, match="plus longtemps que ROR_HEURES"):
        runs.run(full=True)
    ended = Releve.objects.latest("pk")
    assert (ended.etat, "ROR_HEURES" in ended.refus) == ("refuse", True)
    assert ended.fini_le - began <= timedelta(hours=6)
    assert seen_rows() == wanted(former)
    assert Entry.objects.filter(event="ror.refused").count() == 1
    runs.ror.panne = ""
    runs.run(full=True)
    assert seen_rows() == wanted(renamed)


def test_a_wait_that_nobody_came_back_to_is_given_up(runs):
    runs.ror.panne = "export_lent"
    begin(runs)
    runs.temps.sleep(7 * 3600)
    known = len(runs.ror.asked)
    assert "ROR_HEURES" in look(runs).refus
    assert len(runs.ror.asked) == known, "nothing is asked any more"


def test_a_wait_for_another_ror_is_left_to_it_and_ends_all_the_same(runs):
    """An operator's `--source` that was killed: the beat knows another address."""
    runs.ror.panne = "export_lent"
    begin(runs)
    Releve.objects.filter(etat="attente").update(source="https://autre.example/fhir")
    runs.temps.sleep(7200)
    assert look(runs) is None
    runs.temps.sleep(4 * 3600)
    assert look(runs).etat == "refuse"


@pytest.mark.parametrize(
    ("panne", "exports"), [("export_perdu", 3), ("fichier_expire", 3), ("fichier_coupe", 1)]
)
def test_what_is_lost_is_asked_for_again_a_few_times(runs, panne, exports):
    """What only does not come through is fetched again from the same export."""
    runs.ror.panne = panne
    known = asked(runs, "/$export?")
    with pytest.raises(Refused):
        runs.run(full=True)
    assert asked(runs, "/$export?") - known == exports
    assert seen_rows() == wanted(former)


def test_what_is_lost_once_is_found_the_next_time(runs):
    runs.ror.panne = "fichier_disparu"
    releve = begin(runs)
    while releve.demandes == 1:
        runs.temps.sleep(60)
        releve = look(runs) or releve
        runs.ror.panne = "" if releve.export == "" else runs.ror.panne
    assert (releve.etat, seen_rows()) == ("attente", wanted(former))
    runs.run(full=True)
    assert (Releve.objects.latest("pk").demandes, seen_rows()) == (2, wanted(renamed))


def test_guards_that_were_lifted_stay_so_through_the_wait(runs):
    runs.ror.panne = "moitie"
    releve = actions.sync_ror(runs.source, full=True, accept_loss=True, now=runs.temps.now, by=BY)
    assert (releve.etat, releve.garde_levee) == ("attente", True)
    runs.temps.sleep(60)
    assert look(runs).etat == "fini"


def test_the_beat_goes_on_with_it(runs, settings, monkeypatch):
    runs.ror.panne = "export_lent"
    settings.ROR_URL, settings.ROR_TOKEN_URL = runs.ror.url, runs.ror.token_url
    settings.ROR_CLIENT_ID, settings.ROR_CLIENT_SECRET = "viatraj", "simulateur"
    monkeypatch.setattr("annuaire.tasks.timezone.now", lambda: runs.temps.now)
    tasks.sync_ror(full=True)
    assert Releve.objects.latest("pk").etat == "attente"
    tasks.sync_ror(full=False)
    tasks.resume_ror()
    assert Releve.objects.latest("pk").regards == 1
    for _ in range(2):
        runs.temps.sleep(7200)
        tasks.resume_ror()
    assert (Releve.objects.latest("pk").etat, seen_rows()) == ("fini", wanted(renamed))


def test_an_operator_waits_in_his_process(runs, settings, monkeypatch, capsys):
    settings.ROR_URL, settings.ROR_TOKEN_URL = runs.ror.url, runs.ror.token_url
    settings.ROR_CLIENT_ID, settings.ROR_CLIENT_SECRET = "viatraj", "simulateur"
    where = "annuaire.management.commands.sync_ror"
    monkeypatch.setattr(f"{where}.timezone.now", lambda: runs.temps.now)
    monkeypatch.setattr(f"{where}.time.sleep", runs.temps.sleep)
    runs.ror.panne = "export_lent"
    call_command("sync_ror", full=True)
    told = capsys.readouterr().out
    assert "Le ROR prépare son export. Prochain regard\u00a0: 12 h 00." in told
    assert "Relevé complet, terminé" in told
    assert seen_rows() == wanted(renamed)
    runs.ror.panne = "export_sans_fin"
    with pytest.raises(CommandError, match="ROR_HEURES"):
        call_command("sync_ror", full=True)


# --- A delta that is told to wait -----------------------------------------------------------------


def busy(runs) -> None:
    """From now on, for an hour."""
    runs.ror.panne, runs.ror.began = "429", None


def delta(runs) -> Releve:
    return actions.sync_ror(runs.source, full=False, now=runs.temps.now, by=BY)


def test_nobody_sleeps_while_the_ror_says_to_ask_for_changes_later(runs):
    """429 for an hour, «in ten minutes» each time: looked at six times, by whoever comes."""
    busy(runs)
    slept, since = list(runs.temps.slept), actions.releves.since()
    waiting = delta(runs)
    assert (waiting.etat, waiting.genre, waiting.depuis) == ("attente", "delta", since)
    assert waiting.regarder_le == runs.temps.now + timedelta(minutes=10)
    assert waiting.expire_le == runs.temps.now + timedelta(hours=6)
    assert (look(runs), delta(runs)) == (None, waiting), "it is too early, and there is one already"
    looks = 0
    while looks < 9 and (releve := Releve.objects.latest("pk")).etat == "attente":
        runs.temps.sleep(600)
        slept.append(600)
        look(other_process(runs))
        looks += 1
    releve.refresh_from_db()
    assert (releve.etat, looks, releve.refus) == ("fini", 6, "")
    assert runs.temps.slept == slept, "but for the ten minutes between two looks, nobody has waited"
    assert seen_rows() == wanted(renamed)
    assert Releve.objects.filter(etat="refuse").count() == 0


def test_a_delta_that_waits_is_given_up_and_the_next_asks_from_the_same_moment(runs):
    busy(runs)
    since = delta(runs).depuis
    runs.temps.sleep(7 * 3600)
    assert "ROR_HEURES" in look(runs).refus
    runs.ror.panne = ""
    assert (delta(runs).depuis, seen_rows()) == (since, wanted(renamed))


def test_a_whole_run_takes_the_place_of_a_delta_that_waits(runs):
    busy(runs)
    waiting = delta(runs)
    runs.ror.panne = ""
    runs.run(full=True)
    waiting.refresh_from_db()
    assert (waiting.etat, waiting.refus) == ("refuse", "Un relevé complet l’a remplacé.")
    assert (Releve.objects.latest("pk").genre, seen_rows()) == ("complet", wanted(renamed))


def test_the_beat_goes_on_with_a_delta_and_an_operator_waits(runs, settings, monkeypatch, capsys):
    settings.ROR_URL, settings.ROR_TOKEN_URL = runs.ror.url, runs.ror.token_url
    settings.ROR_CLIENT_ID, settings.ROR_CLIENT_SECRET = "viatraj", "simulateur"
    where = "annuaire.management.commands.sync_ror"
    monkeypatch.setattr("annuaire.tasks.timezone.now", lambda: runs.temps.now)
    monkeypatch.setattr(f"{where}.timezone.now", lambda: runs.temps.now)
    monkeypatch.setattr(f"{where}.time.sleep", runs.temps.sleep)
    busy(runs)
    tasks.sync_ror(full=False)
    assert Releve.objects.latest("pk").etat == "attente"
    runs.temps.sleep(600)
    tasks.resume_ror()
    assert (Releve.objects.latest("pk").etat, Releve.objects.latest("pk").regards) == ("attente", 1)
    call_command("sync_ror")
    assert "Le ROR demande d’attendre. Prochain regard\u00a0: 10 h 20." in capsys.readouterr().out
    assert (Releve.objects.latest("pk").etat, seen_rows()) == ("fini", wanted(renamed))


def test_what_answers_badly_is_no_reason_to_wait(runs):
    """Only who says when to come back is waited for; the next delta asks from the same moment anyway."""
    runs.ror.panne = "500_toujours"
    with pytest.raises(Refused, match="répond 500"):
        delta(runs)
    assert Releve.objects.latest("pk").etat == "refuse"


# --- Given up by an operator ----------------------------------------------------------------------


@pytest.mark.parametrize("full", [True, False])
def test_an_operator_gives_up_a_run_that_waits(runs, settings, capsys, full):
    settings.ROR_URL, settings.ROR_TOKEN_URL = runs.ror.url, runs.ror.token_url
    settings.ROR_CLIENT_ID, settings.ROR_CLIENT_SECRET = "viatraj", "simulateur"
    busy(runs)
    runs.ror.panne = "export_lent" if full else "429"
    waiting = begin(runs) if full else delta(runs)
    with TestCase.captureOnCommitCallbacks(execute=True):
        call_command("sync_ror", abandon=True)
    assert capsys.readouterr().out.startswith("Relevé abandonné\u00a0: ")
    waiting.refresh_from_db()
    assert (waiting.etat, waiting.refus) == ("refuse", "Abandonné par l’exploitation.")
    assert Entry.objects.filter(event="ror.abandoned").count() == 1
    assert runs.ror.jobs == {}, "the ROR is told"
    runs.ror.panne = ""
    runs.run(full=full)
    assert seen_rows() == wanted(renamed)


def test_there_must_be_one_that_waits(runs):
    with pytest.raises(CommandError, match="Aucun relevé n’attend le ROR"):
        call_command("sync_ror", abandon=True)
    Releve.objects.create(genre="complet", etat="en_cours", source="x", profil=1, commence_le=LATER, by="x")
    with pytest.raises(CommandError, match="en cours d’écriture"):
        call_command("sync_ror", abandon=True)


def test_one_that_is_not_configured_any_more_is_given_up_all_the_same(runs, settings):
    runs.ror.panne = "export_lent"
    begin(runs)
    settings.ROR_URL = ""
    call_command("sync_ror", abandon=True)
    assert Releve.objects.latest("pk").etat == "refuse"


@pytest.mark.django_db(transaction=True)
def test_two_workers_take_it_in_once(tmp_path):
    with synchronised(tmp_path / "ror") as runs:
        runs.change()
        begin(runs)
        runs.temps.sleep(60)
        answers = at_once(*[lambda: _looked(other_process(runs))] * 2)
        while Releve.objects.filter(fini_le=None).exists():
            actions.proceed_ror(now=runs.temps.now, by=BY)
        assert "fini" in answers or "busy" in answers
        assert seen_rows() == wanted(renamed)
        assert Releve.objects.count() == 2


def _looked(runs):
    try:
        releve = look(runs)
    except actions.Busy:
        return "busy"
    return releve.etat if releve else None
