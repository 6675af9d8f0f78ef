"""A run of the ROR is killed at each of its batches, twice, and ends as if nothing had happened (ANN-7).

Real processes, stopped where they are to die: what others see at that moment is looked at, then SIGKILL.
`make test` tries some of the places, drawn by SEED; `make proofs` all of them.
"""

import os
import random
import signal
from pathlib import Path

import pytest
from django.db import connection
from django.utils import timezone

from annuaire import actions
from annuaire.models import (
    Arrivage,
    AvisFermeture,
    Etablissement,
    Modification,
    Offre,
    Releve,
    SiteRor,
    Unite,
)
from annuaire.ror.sources import Dossier
from courrier.models import Message
from journal.models import Entry
from tests.annuaire.ror_resources import eg, ej, offre, write
from tests.annuaire.ror_runs import enter
from tests.courrier.rig import started, wait_until
from tests.factories import CoordinationFactory, EtablissementFactory, UniteFactory
from viatraj.core.actor import Actor

pytestmark = pytest.mark.django_db(transaction=True)
SEED = int(os.environ.get("SEED") or 15)
BY = Actor.system("ror")
FINESS = [f"99000{n:04}" for n in range(200, 204)]
EACH = 2  # offers of an établissement
# Reception; two lots, the second of which leaves one out, and one that finds none; the one by itself, and one
# that finds none; the end. Before each transaction, at its beginning, in its midst.
LOTS, ALONE = (1, 2), 4
STATEMENTS = {0: (0, 3, 12), **dict.fromkeys((*LOTS, ALONE), (0, 3, 12, 20, 26)), 3: (0,), 5: (0,), 6: (0, 3)}
PLACES = [(transaction, statement) for transaction, several in STATEMENTS.items() for statement in several]


def told(word):
    found = [ej()]
    for finess in FINESS:
        found.append(eg(finess, name=f"CH {word} {finess}"))
        found += [offre(f"{finess}/{n}", finess, nom=f"Unité {word} {n}") for n in range(EACH)]
    return found


def seen():
    """By établissement, which words its rows say: the sheet, its units, the ROR's picture of both."""
    words = {finess: set() for finess in FINESS}
    for finess, nom in Etablissement.objects.values_list("finess", "nom"):
        words[finess].add(nom.split()[1])
    for finess, nom in SiteRor.objects.values_list("finess", "nom"):
        words[finess].add(nom.split()[1])
    for finess, nom in Unite.objects.values_list("etablissement__finess", "nom"):
        words[finess].add(nom.split()[1])
    for finess, nom in Offre.objects.values_list("site__finess", "nom"):
        words[finess].add(nom.split()[1])
    return words


def final():
    """All rows that a run leaves, but for moments and keys."""
    return {
        "units": list(Unite.objects.order_by("cle_offre").values_list("cle_offre", "nom", "closed_at")),
        "offres": list(Offre.objects.order_by("cle").values_list("cle", "nom", "absences", "valeurs")),
        "sheets": list(
            Etablissement.objects.order_by("finess").values_list("finess", "nom", "synchronisation")
        ),
        "runs": set(Releve.objects.values_list("etat", flat=True)),
        "waiting": Arrivage.objects.filter(etat="a_faire").count(),
    }


def written():
    """How often each name was written into a sheet, said in the journal; letters."""
    return {
        "names": Modification.objects.filter(champ="nom").count(),
        "fed": Entry.objects.filter(event="fiche.fed").count(),
        "told": Entry.objects.filter(event="ror.written").count(),
        "letters": Message.objects.count(),
    }


def killed(folder, place, log):
    """A process that went as far as there; True when it died there, False when it had ended before."""
    process = started("-m", "tests.annuaire.ror_killed", folder, *place, log=log)

    def state():
        return Path(f"/proc/{process.pid}/stat").read_text().rpartition(") ")[2][0]

    try:
        wait_until(lambda: process.poll() is not None or state() == "T")
        if process.poll() is not None:
            assert process.returncode == 0, log.read_text()
            return False
        assert all(len(words) == 1 for words in seen().values()), f"half an établissement at {place}"
        return True
    finally:
        if process.poll() is None:
            process.send_signal(signal.SIGKILL)
        process.wait()
        wait_until(is_let_go)


def is_let_go():
    """The server has seen that the dead one's connection is no more."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND pid <> pg_backend_pid()"
            " AND database = (SELECT oid FROM pg_database WHERE datname = current_database())"
        )
        return cursor.fetchone()[0] == 0


def undisturbed(folder):
    actions.sync_ror(Dossier(str(folder), 1), full=True, now=timezone.now(), by=BY)


def die_at(places, folder):
    """Twice at each, then somebody goes on; every round as one that nobody disturbed."""
    coordination = CoordinationFactory(region__code="99")
    for finess in FINESS:
        here = EtablissementFactory(finess=finess, nom="CH Zéro", coordination=coordination)
        for n in range(EACH):
            UniteFactory(etablissement=here, nom=f"Unité Zéro {n}")
    undisturbed(write(folder / "ror", told("Zéro")))
    for one in Etablissement.objects.order_by("finess"):
        enter(one, now=timezone.now())
    odd = Unite.objects.filter(etablissement__finess=FINESS[-1]).first()
    avis = {"fermee_le": timezone.localdate(), "flux": "ROR, 01/01/2026", "recu_le": timezone.now()}
    kept = {"suite": AvisFermeture.Suite.OUVERTE, "decide_le": timezone.now()}
    AvisFermeture.objects.create(unite=odd, **avis, **kept)  # its établissement is written by itself
    before, died = written(), 0
    undisturbed(write(folder / "ror", told("Un")))
    round_of = {word: count - before[word] for word, count in written().items()}
    assert round_of["names"] == len(FINESS) * (EACH + 1)
    wanted = final()
    for n, place in enumerate(places):
        before, word = written(), f"Mort{n}"
        write(folder / "ror", told(word))
        for _ in range(2):
            died += killed(folder / "ror", place, folder / "log")
        undisturbed(folder / "ror")
        assert seen() == {finess: {word} for finess in FINESS}
        assert {key: count - before[key] for key, count in written().items()} == round_of, place
        found = final()
        assert [len(rows) for rows in (found["units"], found["offres"])] == [len(FINESS) * EACH] * 2
        assert {**found, **dict.fromkeys(("units", "offres", "sheets"))} == {
            **wanted,
            **dict.fromkeys(("units", "offres", "sheets")),
        }
        assert {row[2] for row in found["sheets"]} == {"active"}
    return died


def test_killed_at_some_of_its_batches_twice(tmp_path):
    chance = random.Random(SEED)
    elsewhere = [(0, 12), (ALONE, 12), *((transaction, 0) for transaction in STATEMENTS)]
    places = [(chance.choice(LOTS), 20), chance.choice(elsewhere)]
    assert die_at(places, tmp_path) >= len(places)


@pytest.mark.proofs
def test_killed_at_each_of_its_batches_twice(tmp_path):
    assert die_at(PLACES, tmp_path) >= 1.5 * len(PLACES)
