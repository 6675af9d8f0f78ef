"""Files go after ten days, their lines stay (OBS-5)."""

from datetime import timedelta
from pathlib import Path

import pytest
from django.core.files.storage import storages
from django.core.management import call_command
from django.utils import timezone

from courrier.models import Message
from observatoire import actions, policies
from observatoire.models import Commande, Etat
from tests.observatoire.rig import SYSTEM, made, ordered
from viatraj.core.files import parts
from viatraj.core.policies import can

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("essai")]
DAY = timedelta(days=1)


def files(folder) -> list[Path]:
    return [one for one in folder.rglob("*") if one.is_file()]


def test_ten_days_then_it_is_gone_and_its_line_stays(by, folder):
    now = timezone.now()
    commande = made(ordered(by, now=now, commentaire="Comité"), now=now)
    assert actions.erase_files(now=now + 10 * DAY - timedelta(seconds=1), by=SYSTEM) == 0
    assert len(files(folder)) == 1
    late = now + 13 * DAY  # beat slept for three days
    assert actions.erase_files(now=late, by=SYSTEM) == 1
    assert actions.erase_files(now=late, by=SYSTEM) == 0
    commande.refresh_from_db()
    assert (commande.etat, commande.sealed_key, commande.stored_as) == (Etat.SUPPRIMEE, None, None)
    assert (files(folder), commande.commentaire, commande.lignes) == ([], "Comité", 25)
    assert not can(policies.fetch, by, commande, timezone.localdate())


def test_while_the_storage_is_down_nobody_opens_it_and_it_goes_later(by, folder, monkeypatch):
    now = timezone.now()
    commande = made(ordered(by, now=now), now=now)
    delete = type(storages["rapports"]).delete

    def down(*args):
        raise OSError

    monkeypatch.setattr(type(storages["rapports"]), "delete", down)
    actions.erase_files(now=now + 11 * DAY, by=SYSTEM)
    commande.refresh_from_db()
    assert (commande.etat, commande.sealed_key, bool(commande.stored_as)) == (Etat.SUPPRIMEE, None, True)
    monkeypatch.setattr(type(storages["rapports"]), "delete", delete)
    actions.erase_files(now=now + 11 * DAY, by=SYSTEM)
    assert files(folder) == []


def test_what_a_dead_worker_left_goes_the_next_day(by, folder):
    """Its bytes are there, and no row names them."""
    kept = made(ordered(by))
    parts.keep(lambda file: file.write(b"abc"), where="rapports")
    now = timezone.now()
    actions.erase_files(now=now, by=SYSTEM)
    assert len(files(folder)) == 2, "another worker may be about to name it"
    actions.erase_files(now=now + DAY + timedelta(minutes=1), by=SYSTEM)
    assert [one.name for one in files(folder)] == [kept.stored_as.rpartition("/")[2]]


def test_two_days_before_one_letter_says_so(by, folder):
    now = timezone.now()
    made(ordered(by, now=now), now=now)
    made(ordered(by, now=now), now=now)
    Message.objects.all().delete()
    assert actions.remind(now=now + 7 * DAY, by=SYSTEM) == 0
    assert actions.remind(now=now + 8 * DAY, by=SYSTEM) == 1
    assert actions.remind(now=now + 9 * DAY, by=SYSTEM) == 0
    (letter,) = Message.objects.all()
    assert letter.text.count("SAN-99") == 2


def test_the_command_says_how_many(by, folder, capsys):
    made(ordered(by))
    Commande.objects.update(ends_at=timezone.now())
    call_command("purge_reports")
    assert capsys.readouterr().out == "1 fichier supprimé\n"
    assert Commande.objects.get().etat == Etat.SUPPRIMEE
