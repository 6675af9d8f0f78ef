"""DOS-4: the machine of a demande is whole: every state is reached and left, every question has an answer."""

from dataclasses import replace

import pytest

from demandes import etats
from demandes.etats import FINAUX, RECUS, TABLES, VIVANTS, Acte, Cote, Etat, Suite, Verbe
from demandes.etats.familles import FAMILLES, gestes
from demandes.motifs import AUTOMATIQUES, AUTRE, LISTES
from demandes.reads.fil import FAITS
from tools.etats import PATH, drawn
from viatraj.core.droits import Domaine, Droit, Orientation

EVERY = [(one, etat, verbe, cote) for one in TABLES for etat in Etat for verbe in Verbe for cote in Cote]


def rows(table):
    return [(cote, acte) for (_, cote), acte in table.items()]


def led_to(table, etats_reached):
    """By one more act, from these; what returns goes back to where its own state was reached from."""
    found = set()
    for _, acte in rows(table):
        if acte.begins or acte.before & etats_reached:
            found |= {acte.after} - {None}
    return found


def reached(table) -> set[Etat]:
    known: set[Etat] = set()
    while new := led_to(table, known) - known:
        known |= new
    return known


def left(table) -> set[Etat]:
    """States from which something leads to another one, by somebody: the service may never come."""
    people = [acte for cote, acte in rows(table) if cote != Cote.SYSTEME]
    return {
        etat
        for acte in people
        if acte.after or acte.returns
        for etat in acte.before
        if acte.returns or acte.after != etat
    }


def faults(table) -> list[str]:
    """What makes a table unfit to be used."""
    known = reached(table)
    used = {etat for _, acte in rows(table) for etat in acte.before}
    found = [f"{etat} is never reached" for etat in sorted(used - known)]
    found += [f"nothing leaves {etat}" for etat in sorted(known - left(table) - FINAUX)]
    for cote, acte in rows(table):
        found += _faults(cote, acte)
    return found


def _faults(cote, acte: Acte) -> list[str]:
    said = f"{acte.verbe} ({cote})"
    found = []
    if (acte.droit is None) != (cote == Cote.SYSTEME):
        found.append(f"{said} has no policy: a right is asked of people, of nobody else")
    if acte.motifs is not None and list(acte.motifs)[-1:] != [AUTRE]:
        found.append(f"{said}: its motifs do not end by «autre»")
    closes = acte.after in FINAUX - {Etat.ADMIS} and acte.before - {Etat.SELECTIONNEE}
    if closes and Suite.FERMER not in acte.suites:
        found.append(f"{said} closes, and leaves the volets open")
    if closes and not (acte.motifs or acte.motif):
        found.append(f"{said} closes without a motif")
    if acte.returns and acte.after:
        found.append(f"{said} leads to two states")
    return found


@pytest.mark.parametrize("module", TABLES)
def test_the_machine_is_whole(module):
    """DOS-4."""
    assert faults(TABLES[module]) == []


def test_states_of_each_orientation():
    """A waiting list is of Grand Âge alone."""
    everything = set(Etat)
    without = everything - {Etat.ATTENTE}
    assert [reached(TABLES[one]) for one in (Orientation.GRAND_AGE, Orientation.SANITAIRE)] == [
        everything,
        without,
    ]
    assert reached(TABLES[Orientation.TND]) == reached(TABLES[Domaine.CPAM]) == without


SANITAIRE = TABLES[Orientation.SANITAIRE]


def but(*changes):
    """The table with some rows changed; None takes one away."""
    table = dict(SANITAIRE)
    for key, row in changes:
        table.pop(key)
        if row:
            table[key] = row
    return table


def changed(verbe, cote, **values):
    return (verbe, cote), replace(SANITAIRE[verbe, cote], **values)


BROKEN = {
    "a state without exit": but(
        *(((verbe, cote), None) for (verbe, cote), acte in SANITAIRE.items() if Etat.ACCEPTEE in acte.before)
    ),
    "a state that is never reached": but(((Verbe.QUESTIONNER, Cote.RECEVEUR), None)),
    "a verb without policy": but(changed(Verbe.REFUSER, Cote.RECEVEUR, droit=None)),
    "a verb of the service with a right": but(changed(Verbe.ECHOIR, Cote.SYSTEME, droit=Droit.REPONSE)),
    "motifs without «autre»": but(changed(Verbe.DECLINER, Cote.DEMANDEUR, motifs={"date": "la date"})),
    "volets left open": but(changed(Verbe.REFUSER, Cote.RECEVEUR, suites=())),
    "closed without a motif": but(changed(Verbe.ANNULER, Cote.DEMANDEUR, motifs=None)),
}


@pytest.mark.parametrize("table", BROKEN.values(), ids=BROKEN)
def test_what_is_broken_is_seen(table):
    """DOS-4."""
    assert len(faults(table)) > 0


def test_every_question_has_an_answer():
    """DOS-4: each state, verb and side of each orientation is allowed, or refused with one sentence."""
    told = {one: etats.refusal(*one) for one in EVERY}
    allowed = {one for one, said in told.items() if not said}
    assert {
        (orientation, etat, verbe, cote)
        for orientation, table in TABLES.items()
        for (verbe, cote), acte in table.items()
        for etat in acte.before
    } == allowed
    refused = {said for said in told.values() if said}
    assert [
        said for said in refused if not (said[0] in "«L" and said.endswith(".") and "  " not in said)
    ] == []


def test_actes_are_those_that_are_allowed():
    for orientation, etat, *_ in {one[:2] for one in EVERY}:
        offered = {(acte.verbe, cote) for cote, acte in etats.actes(orientation, etat, *Cote)}
        assert offered == {
            one[2:] for one in EVERY if one[:2] == (orientation, etat) and not etats.refusal(*one)
        }


def test_every_step_has_its_word():
    """On the page of a demande, also what the service does by itself."""
    assert FAITS.keys() == set(Verbe)


def test_every_verb_is_somebody_s():
    assert {verbe for table in TABLES.values() for verbe, _ in table} == set(Verbe)


def test_every_living_demande_ends_with_its_dossier_its_structure_and_an_admission():
    for table in TABLES.values():
        for verbe in (Verbe.CLORE, Verbe.FERMER, Verbe.ECARTER):
            assert table[verbe, Cote.SYSTEME].before == VIVANTS & reached(table)
        assert table[Verbe.ANNULER, Cote.DEMANDEUR].before == RECUS & reached(table)


def test_one_code_one_label():
    """DOS-4: a motif is counted over orientations."""
    known: dict[str, set[str]] = {}
    for one in (*LISTES, AUTOMATIQUES):
        for code, label in one.items():
            known.setdefault(code, set()).add(label)
    assert {code: labels for code, labels in known.items() if len(labels) > 1} == {}


def test_each_verb_of_people_is_told_in_one_fiche():
    """DOC-1: the service’s own are told where they happen."""
    people = {verbe for table in TABLES.values() for verbe, cote in table if cote != Cote.SYSTEME}
    told = [verbe for famille in FAMILLES.values() for verbe in famille]
    assert (len(told), set(told)) == (len(people), people)
    rows = {(one.label, one.qui): one for famille in FAMILLES for one in gestes(famille)}
    attente = rows[Verbe.PATIENTER.label, Cote.RECEVEUR.label]
    assert (attente.modules, attente.vers) == ("Grand Âge", Etat.ATTENTE.label)
    assert "motif" in rows[Verbe.REFUSER.label, Cote.RECEVEUR.label].demande


def test_the_drawing_is_of_this_machine():
    """`python -m tools.etats` draws it again."""
    assert PATH.read_text() == drawn()
