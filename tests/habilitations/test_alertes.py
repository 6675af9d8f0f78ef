"""HAB-6: fifteen days before the end its holder is told, each week its référents; once, whatever happens."""

import signal
import threading
from datetime import date, timedelta
from io import StringIO

import pytest
import time_machine
from django.core.management import call_command
from django.db import connection, transaction
from django.utils import timezone

from courrier.models import Message
from habilitations import actions
from habilitations.models import Alerte, Habilitation
from habilitations.reads import echeances
from journal.models import Entry
from tests.concurrency import at_once
from tests.courrier.rig import command, other_connection, somebody_waits, wait_until
from tests.factories import (
    CoordinationFactory,
    EtablissementFactory,
    HabilitationFactory,
    UniteFactory,
    UserFactory,
    as_professionnel,
    referent_of,
)
from tests.patience import PATIENCE
from viatraj.core.actor import Actor
from viatraj.core.policies import Denied
from viatraj.core.turns import Turn

pytestmark = pytest.mark.django_db
BY = Actor.system("echeances")
TODAY = date(2027, 3, 3)  # a Wednesday
MONDAY = date(2027, 3, 1)
LONG_AGO = date(2026, 1, 1)


def ends(days, **known):
    fin = TODAY + timedelta(days=days)
    return HabilitationFactory(**{"debut": LONG_AGO, "fin": fin, **known})


def alert(today=TODAY):
    return actions.alert_expiries(today=today, by=BY)


def digest(today=TODAY):
    return actions.digest_expiries(today=today, by=BY)


def mails_to(user):
    return list(Message.objects.filter(to=user.email).order_by("pk"))


@pytest.mark.parametrize(
    ("days", "told"), [(-1, False), (0, True), (15, True), (16, True), (30, True), (31, False), (400, False)]
)
def test_told_within_thirty_days_of_the_end(days, told):
    habilitation = ends(days)
    assert alert() == told
    assert len(mails_to(habilitation.user)) == told


def test_told_a_first_time_at_thirty_days_and_again_at_fifteen():
    """HAB-6: each once, on whatever morning the run takes place."""
    habilitation = ends(30)
    runs = [alert(TODAY + timedelta(days=n)) for n in (0, 0, 1, 14, 15, 15, 16, 30, 31)]
    assert runs == [1, 0, 0, 0, 1, 0, 0, 0, 0]
    assert len(mails_to(habilitation.user)) == Alerte.objects.count() == 2


@pytest.mark.parametrize(
    ("mornings", "mails"),
    [((0, 16), 2), ((7, 22), 2), ((14, 15), 2), ((15, 16), 1), ((20,), 1), ((0, 31), 1), ((31,), 0)],
    ids=str,
)
def test_an_outage_is_caught_up_at_each_stage(mornings, mails):
    """Past the fifteenth day, the first announcement is no longer made after the second."""
    habilitation = ends(30)
    for n in mornings:
        alert(TODAY + timedelta(days=n))
    assert len(mails_to(habilitation.user)) == mails


@pytest.mark.parametrize(("length", "told"), [(31, 1), (30, 0)], ids=["more than thirty days", "thirty days"])
def test_a_short_habilitation_is_announced_once(length, told):
    """Who got it for thirty days or less has just read its end."""
    fin = TODAY + timedelta(days=20)
    habilitation = ends(20, debut=fin - timedelta(days=length))
    assert alert() == told
    assert alert(TODAY + timedelta(days=5)) == 1
    assert len(mails_to(habilitation.user)) == told + 1


@pytest.mark.parametrize(
    ("days", "told"), [(45, [1, 0, 1]), (30, [0, 1, 1]), (15, [0, 0, 1]), (0, [0, 0, 1])]
)
def test_the_days_are_a_setting(settings, days, told):
    settings.HABILITATION_NOTICE_DAYS = days
    ends(40)
    assert [alert(TODAY + timedelta(days=n)) for n in (0, 20, 25)] == told


def test_what_ends_at_both_stages_is_one_mail():
    user = UserFactory()
    for days in (28, 12):
        ends(days, user=user, lieu=UniteFactory(etablissement__nom=f"Hôpital {days}"))
    assert alert() == 1
    (mail,) = mails_to(user)
    assert mail.text.index("Hôpital 12") < mail.text.index("Hôpital 28")


@pytest.mark.parametrize(
    "known",
    [
        {"revoked_at": timezone.now()},
        {"debut": TODAY + timedelta(days=1)},
        {"user__disabled_at": timezone.now()},
        {"user__email": ""},
    ],
    ids=["deleted", "not begun", "disabled account", "no address"],
)
def test_nobody_without_an_end_near_is_told(known):
    ends(10, **known)
    assert alert() == 0
    assert not Message.objects.exists()
    assert not Alerte.objects.exists()


def test_the_mail_says_what_ends_where_and_whom_to_ask():
    """HAB-6: unit and établissement."""
    habilitation = ends(10, lieu=UniteFactory(nom="Médecine", etablissement__nom="CH d’Essai"))
    alert()
    (mail,) = mails_to(habilitation.user)
    assert mail.subject == "Une de vos habilitations arrive à son terme"
    assert "Prescripteur médical" in mail.text
    assert "Médecine, CH d’Essai" in mail.text
    assert "jusqu’au 13\u00a0mars 2027 au soir" in mail.text
    assert "référents" in mail.text


def test_one_mail_a_person():
    user = UserFactory()
    for days in (12, 3, 7):
        ends(days, user=user)
    assert alert() == 1
    (mail,) = mails_to(user)
    assert mail.subject == "3 de vos habilitations arrivent à leur terme"
    assert mail.text.index("6\u00a0mars") < mail.text.index("10\u00a0mars") < mail.text.index("15\u00a0mars")


def test_a_second_run_sends_nothing():
    ends(10)
    assert [alert(), alert(), alert(TODAY + timedelta(days=1))] == [1, 0, 0]


def test_an_outage_is_caught_up():
    habilitation = ends(15)
    assert alert(TODAY + timedelta(days=9)) == 1
    assert len(mails_to(habilitation.user)) == 1


def test_after_a_long_outage_ended_habilitations_are_not_announced():
    ends(15)
    assert alert(TODAY + timedelta(days=16)) == 0


def test_prolonged_before_the_run_is_silent():
    habilitation = ends(10)
    prolong(habilitation, TODAY + timedelta(days=200))
    assert alert() == 0


def prolong(habilitation, fin):
    by = as_professionnel(referent_of(habilitation.etablissement), on=timezone.localdate())
    return actions.change_end(habilitation, fin=fin, version=None, today=TODAY, by=by)


@pytest.mark.parametrize(
    ("known", "silent"),
    [
        ({}, True),
        ({"debut": TODAY + timedelta(days=12)}, False),
        ({"profil": "equipe_soignante"}, False),
        ({"revoked_at": timezone.now()}, False),
        ({"lieu": "other"}, False),
        ({"user": None}, False),
    ],
    ids=["follows on", "a day of gap", "another profile", "deleted", "elsewhere", "somebody else"],
)
def test_prolonged_by_another_row_is_silent(known, silent):
    habilitation = ends(10)
    follows = {
        "lieu": habilitation.etablissement,
        "user": habilitation.user,
        "profil": habilitation.profil,
        "debut": TODAY + timedelta(days=11),
        "fin": TODAY + timedelta(days=300),
    } | known
    if follows["lieu"] == "other":
        follows["lieu"] = EtablissementFactory()
    if follows["user"] is None:
        follows["user"] = UserFactory()
    HabilitationFactory(**follows)
    assert alert() == (0 if silent else 1)


def test_prolonged_then_ending_again_is_told_again():
    habilitation = ends(10)
    alert()
    prolong(habilitation, TODAY + timedelta(days=100))
    assert alert() == 0
    assert alert(TODAY + timedelta(days=90)) == 1
    assert len([one for one in mails_to(habilitation.user) if "terme" in one.subject]) == 2


def test_shortened_is_told_of_its_new_end():
    habilitation = ends(10)
    alert()
    prolong(habilitation, TODAY + timedelta(days=4))
    assert alert() == 1


def test_midnight_in_paris():
    """The command reads the day in Paris: at 23 h 30 UTC it is tomorrow there."""
    habilitation = ends(31)
    with time_machine.travel("2027-03-03T22:59:00Z", tick=False):
        call_command("alert_expiries", stdout=StringIO())
        assert mails_to(habilitation.user) == []
    with time_machine.travel("2027-03-03T23:00:00Z", tick=False):
        call_command("alert_expiries", stdout=StringIO())
        assert len(mails_to(habilitation.user)) == 1


def test_the_run_is_journalled_without_names():
    ends(10)
    ends(11)
    alert()
    entry = Entry.objects.get(event="alerte.posted")
    assert (entry.system, entry.data, entry.label) == ("echeances", {"count": 2}, "")


@pytest.mark.parametrize("act", [alert, digest])
def test_only_the_exploitation_runs_it(act, monkeypatch):
    monkeypatch.setitem(globals(), "BY", as_professionnel(referent_of(EtablissementFactory())))
    with pytest.raises(Denied):
        act()


# --- The référents' digest ----------------------------------------------------------------


@pytest.fixture
def land():
    """A référent of each level, and what ends in ten days at, beside, above and below them."""
    coordination = CoordinationFactory()
    here, there = EtablissementFactory.create_batch(2, coordination=coordination)
    unite, neighbour = UniteFactory.create_batch(2, etablissement=here)
    lieux = {
        "unite": unite,
        "neighbour": neighbour,
        "etablissement": here,
        "other établissement": there,
        "coordination": coordination,
        "other coordination": EtablissementFactory(),
    }
    profils = {"coordination": "accompagnant_medico_social"}
    for name, lieu in lieux.items():
        ends(10, lieu=lieu, profil=profils.get(name, "prescripteur_medical"), user__nom=name.title())
    return lieux


@pytest.mark.parametrize(
    ("level", "seen"),
    [
        ("unite", ["unite"]),
        ("etablissement", ["unite", "neighbour", "etablissement"]),
        ("coordination", ["unite", "neighbour", "etablissement", "other établissement", "coordination"]),
    ],
)
def test_a_referent_is_told_of_his_perimeter_only(land, level, seen):
    user = _lasting(referent_of(land[level]))
    assert digest() == 1
    (mail,) = mails_to(user)
    assert {name for name in land if name.title() in mail.text} == set(seen)


def _lasting(user):
    user.habilitations.update(debut=LONG_AGO, fin=TODAY + timedelta(days=900))
    return user


def test_the_digest_is_the_revue_s_month(land):
    """The same rows as the page it leads to."""
    user = _lasting(referent_of(land["coordination"]))
    seen = echeances.ending_soon(Habilitation.objects.visible_to(as_professionnel(user, on=TODAY)), TODAY)
    assert echeances.digests(TODAY)[user.pk].count == seen.count() == 5


@pytest.mark.parametrize(
    ("known", "told"),
    [
        ({}, 1),
        ({"fin": TODAY + timedelta(days=-1)}, 0),
        ({"debut": TODAY + timedelta(days=1)}, 0),
        ({"revoked_at": timezone.now()}, 0),
    ],
    ids=["in force", "over", "to come", "deleted"],
)
def test_only_a_referent_of_the_day_is_told(land, known, told):
    user = _lasting(referent_of(land["etablissement"]))
    user.habilitations.update(**known)
    assert digest() == told


def test_one_s_own_end_is_not_in_one_s_digest(land):
    user = referent_of(land["other coordination"])
    user.habilitations.update(debut=LONG_AGO, fin=TODAY + timedelta(days=10))
    assert digest() == 1
    assert "Référent structure" not in mails_to(user)[0].text


def test_once_a_week_and_caught_up_within_it(land):
    _lasting(referent_of(land["etablissement"]))
    sunday, next_monday = MONDAY + timedelta(days=6), MONDAY + timedelta(days=7)
    assert [digest(), digest(), digest(sunday), digest(next_monday)] == [1, 0, 0, 1]


def test_nothing_ends_nobody_is_written_to():
    lieu = EtablissementFactory()
    _lasting(referent_of(lieu))
    ends(40, lieu=lieu)
    assert digest() == 0


def test_a_long_digest_shows_the_first_ones_and_the_total():
    lieu = EtablissementFactory()
    user = _lasting(referent_of(lieu))
    for number in range(23):
        ends(1 + number % 20, lieu=lieu, user__nom=f"Nom{number:02}")
    digest()
    (mail,) = mails_to(user)
    assert mail.subject == "23 habilitations arrivent à leur terme dans votre périmètre"
    assert mail.text.count("Prescripteur médical") == echeances.LINES
    assert "– et 3 autres" in mail.text


def test_a_constant_number_of_queries_whatever_the_people(django_assert_num_queries):
    lieu = EtablissementFactory()
    for _ in range(3):
        ends(10, lieu=lieu)
    with django_assert_num_queries(1):
        list(echeances.to_announce(TODAY))


# --- Runs that meet, runs that die --------------------------------------------------------


@pytest.mark.django_db(transaction=True)
def test_two_runs_at_once_write_each_mail_once():
    for _ in range(30):
        ends(10)
    assert sorted(at_once(alert, alert)) == [0, 30]
    assert Message.objects.count() == Alerte.objects.count() == 30


@pytest.mark.django_db(transaction=True)
def test_a_row_that_somebody_changes_waits_for_the_next_run(monkeypatch):
    """What is being prolonged at this moment is not announced."""
    habilitation = ends(10)
    locked, done, answers = threading.Event(), threading.Event(), []

    def hold():
        with transaction.atomic():
            Habilitation.objects.select_for_update().get(pk=habilitation.pk)
            locked.set()
            done.wait(PATIENCE)
        connection.close()

    thread = threading.Thread(target=hold)
    thread.start()
    locked.wait(PATIENCE)
    answers.append(alert())
    done.set()
    thread.join()
    assert [*answers, alert()] == [0, 1]


@pytest.mark.django_db(transaction=True)
def test_killed_at_any_moment_and_run_again(tmp_path):
    """A real SIGKILL in the middle, twice over."""
    people, today = 1200, timezone.localdate()
    lieu = EtablissementFactory()
    users = UserFactory._meta.model.objects.bulk_create(
        UserFactory._meta.model(login=f"titulaire{n}", nom="Nom", email=f"titulaire{n}@ch.example")
        for n in range(people)
    )
    known = HabilitationFactory(lieu=lieu)
    Habilitation.objects.bulk_create(
        Habilitation(
            user=user,
            profil=known.profil,
            domaine=known.domaine,
            niveau=known.niveau,
            debut=today,
            fin=today + timedelta(days=9),
            **{name: getattr(known, name) for name in ("region_id", "coordination_id", "etablissement_id")},
        )
        for user in users
    )
    written, turn = [], f"({Turn.ECHEANCES:d})"
    with other_connection(autocommit=True) as before_it:
        for _ in range(2):
            before_it.execute(f"SELECT pg_advisory_lock{turn}")
            with command("alert_expiries", log=tmp_path / "alerts.log") as process:
                wait_until(somebody_waits)
                before_it.execute(f"SELECT pg_advisory_unlock{turn}")
                before_it.execute(f"SELECT pg_advisory_lock{turn}")  # ours again after one batch of its own
                process.send_signal(signal.SIGKILL)
                process.wait()
            before_it.execute(f"SELECT pg_advisory_unlock{turn}")
            written.append(Message.objects.count())
    assert 0 < written[0] < written[1] < people
    assert alert(today) == people - written[-1]
    keys = Message.objects.filter(key__startswith="habilitation:").values_list("to", flat=True)
    assert len(keys) == len(set(keys)) == Alerte.objects.count() == people
