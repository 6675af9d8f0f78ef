"""How a row of the table is applied: the only writer of a demande’s state (docs/adr/0062).

The dossier is held first: whatever two people do to its demandes, one comes after the other and reads it.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime

from annuaire.models import Lieu, Unite
from demandes import etats, events
from demandes.actions import alertes, solutions
from demandes.etats import A_ETUDIER, CLOS, RAPPELES, RECUS, VIVANTS, Acte, Cote, Etat, Suite, Verbe
from demandes.models import Demande, Transition, echeances
from demandes.reads.solutions import weight
from dossiers.actions.decisions import end_by_death
from dossiers.actions.presences import admit, hold_received, leave, receive, touch
from dossiers.models import Dossier
from journal.models import record
from viatraj.core.actor import Actor
from viatraj.core.droits import Niveau
from viatraj.core.saving import locked, save_valid


@dataclass(frozen=True)
class Dit:
    """What somebody says with a verb: those that the table asks."""

    motif: str = ""
    texte: str = ""
    date_proposee: date | None = None
    valable_jusqu: date | None = None
    date_admission: date | None = None
    unite: Unite | None = None


RIEN = Dit()


def hold(dossier: Dossier) -> tuple[Dossier, dict[int, Demande]]:
    """The dossier and all its demandes, locked; part of every verb."""
    dossier = locked(dossier)
    return dossier, {one.pk: one for one in hold_of([dossier])}


def hold_of(dossiers: Iterable[Dossier]) -> list[Demande]:
    """Of dossiers that are held, then where these lie; each demande knows its own."""
    known = {one.pk: one for one in dossiers}
    rows = Demande.objects.with_lieu().filter(dossier__in=list(known))
    found = list(rows.select_for_update(of=("self",), no_key=True).order_by("pk"))
    hold_beside(known.values())
    for one in found:
        one.dossier = known[one.dossier_id]
    return found


def hold_beside(dossiers: Iterable[Dossier]) -> None:
    """After the demandes of these dossiers: what their steps change as well."""
    held = list(dossiers)
    hold_received(held)
    solutions.hold_sought(held)


def put(demande: Demande, acte: Acte, cote: Cote, *, now: datetime, by: Actor, dit: Dit = RIEN) -> Transition:
    """Part of every verb, once it is allowed: the state, what was said, its line, and what follows."""
    before, since, lieu = Etat(demande.etat), demande.depuis, demande.lieu
    _settle(demande, acte, now=now, by=by, dit=dit)
    save_valid(demande)
    transition = Transition(
        demande=demande,
        version=demande.version,
        at=now,
        verbe=acte.verbe,
        cote=cote,
        before="" if acte.begins else before,
        after=demande.etat,
        motif=dit.motif or acte.motif,
        texte=dit.texte,
        lieu_key=lieu.key,
        par=by.user,
        au_nom_de=by.on_behalf_of,
        quality=by.quality,
    )
    transition.save(force_insert=True)
    said = {"vers": str(Lieu.of(dit.unite))} if dit.unite else {}
    label = demande.dossier.numero
    record(events.OF[acte.verbe], by=by, target=demande, label=label, lieu=str(lieu), **said)
    if cote != Cote.SYSTEME:
        touch(demande.dossier, now=now)
    for suite in acte.suites:
        SUITES[suite](_Fait(demande, lieu, since, now, by))
    if weight(before) != weight(demande.etat):
        solutions.settle_sought(demande.dossier, now=now, by=service(by))
    alertes.note_step(demande, acte.verbe, now=now, by=by)
    return transition


def _settle(demande: Demande, acte: Acte, *, now: datetime, by: Actor, dit: Dit) -> None:
    """The columns that the row changes."""
    before = Etat(demande.etat)
    after = Etat(demande.avant) if acte.returns else acte.after or before
    if acte.after or acte.returns:
        demande.etat, demande.depuis = after, now
    demande.avant = before if after in (Etat.ADMIS, Etat.AILLEURS) else ""
    demande.motif = (dit.motif or acte.motif) if after in CLOS else ""
    demande.changed_at = now
    demande.version += not acte.begins
    demande.date_admission = dit.date_admission if after == Etat.ADMIS else None
    if dit.date_proposee:
        demande.date_proposee, demande.valable_jusqu = dit.date_proposee, dit.valable_jusqu
    elif after in RECUS - etats.PROPOSES:
        demande.date_proposee = demande.valable_jusqu = None
    if dit.unite:
        _place(demande, Lieu.of(dit.unite))
    if note := NOTES.get(acte.verbe):
        note(demande, now, by)
    _await(demande, acte, before, now)
    demande.echeance_at = echeances.next_of(demande)


def _await(demande: Demande, acte: Acte, before: Etat, now: datetime) -> None:
    """A clock begins when somebody is awaited who was not: to study what one has is no answer."""
    after = Etat(demande.etat)
    if after not in RAPPELES:
        demande.attendue_at, demande.rappels = None, 0
    elif (acte.after or acte.returns) and not (
        before in A_ETUDIER and acte.after in A_ETUDIER - {Etat.ENVOYEE}
    ):
        demande.attendue_at, demande.rappels = now, 0


def reckon(demande: Demande) -> None:
    """Part of what looks at deadlines, once the demande is held: nothing is due before that."""
    demande.echeance_at = echeances.next_of(demande)
    save_valid(demande)


def _place(demande: Demande, lieu: Lieu) -> None:
    """To another receveur, who has not opened it; by which guichet it came is kept."""
    if demande.niveau == Niveau.GUICHET:
        demande.entree_id = demande.guichet_id
    demande.niveau = lieu.niveau
    for column, value in lieu.columns.items():
        setattr(demande, column, value)
    demande.opened_at = demande.opened_by = None


def _sent(demande: Demande, now: datetime, by: Actor) -> None:
    demande.sent_at = now
    demande.opened_at = demande.opened_by = demande.repondue_at = None


def _opened(demande: Demande, now: datetime, by: Actor) -> None:
    """Also by whoever records what came on paper: he has it before him."""
    demande.opened_at, demande.opened_by = now, by.user


def _answered(demande: Demande, now: datetime, by: Actor) -> None:
    """The first word that came back, whatever it says: the delay of a unit is counted from these."""
    demande.repondue_at = demande.repondue_at or now


def _reminded(demande: Demande, now: datetime, by: Actor) -> None:
    demande.relancee_at = now


def _told(demande: Demande, now: datetime, by: Actor) -> None:
    demande.rappels += 1


def _signalled(demande: Demande, now: datetime, by: Actor) -> None:
    demande.deces_at, demande.deces_ignore_at = now, None


def _denied(demande: Demande, now: datetime, by: Actor) -> None:
    demande.deces_at = demande.deces_ignore_at = None


def _unknown(demande: Demande, now: datetime, by: Actor) -> None:
    demande.deces_ignore_at = now


# Moments that a verb notes besides the state.
NOTES: dict[Verbe, Callable[[Demande, datetime, Actor], None]] = {
    Verbe.ENVOYER: _sent,
    Verbe.REACTIVER: _sent,
    Verbe.CONSULTER: _opened,
    Verbe.ENREGISTRER: _opened,
    Verbe.QUESTIONNER: _answered,
    Verbe.PATIENTER: _answered,
    Verbe.ACCEPTER: _answered,
    Verbe.REFUSER: _answered,
    Verbe.RELANCER: _reminded,
    Verbe.RAPPELER: _told,
    Verbe.ESCALADER: _told,
    Verbe.SIGNALER_DECES: _signalled,
    Verbe.DEMENTIR_DECES: _denied,
    Verbe.IGNORER_DECES: _unknown,
}


def service(by: Actor) -> Actor:
    """Part of what follows elsewhere: it does not say by whom, which would tell where the patient is."""
    return replace(Actor.system("demandes"), request_id=by.request_id)


@dataclass(frozen=True)
class _Fait:
    """What was just done: where the demande lay, and since when its former state had stood."""

    demande: Demande
    lieu: Lieu
    since: datetime
    now: datetime
    by: Actor

    @property
    def dossier(self) -> Dossier:
        return self.demande.dossier

    def others(self) -> list[Demande]:
        return [one for one in hold_of([self.dossier]) if one.pk != self.demande.pk]


def _open(fait: _Fait) -> None:
    """A selection that is opened again is still nobody’s but its author’s."""
    if fait.demande.etat in RECUS:
        receive(fait.dossier, fait.lieu)


def _close(fait: _Fait) -> None:
    leave(fait.dossier, fait.lieu)


def _move(fait: _Fait) -> None:
    leave(fait.dossier, fait.lieu)
    receive(fait.dossier, Lieu.of(getattr(fait.demande, fait.demande.niveau)))


def _admit(fait: _Fait) -> None:
    """At the same instant, so that undoing it finds what it has closed."""
    admit(fait.dossier, fait.lieu, fait.now)
    for one in fait.others():
        if one.etat in VIVANTS:
            put_by_service(one, Verbe.ECARTER, now=fait.now, by=service(fait.by))


def _reopen(fait: _Fait) -> None:
    """Not where the structure has closed since."""
    admit(fait.dossier, fait.lieu, None)
    for one in fait.others():
        if one.etat == Etat.AILLEURS and one.depuis == fait.since and not one.lieu.is_closed:
            put_by_service(one, Verbe.ROUVRIR, now=fait.now, by=service(fait.by))


def _end(fait: _Fait) -> None:
    """The dossier’s other demandes end with it (`follow_decisions`)."""
    end_by_death(fait.dossier, now=fait.now, by=fait.by)


SUITES: dict[Suite, Callable[[_Fait], None]] = {
    Suite.OUVRIR: _open,
    Suite.FERMER: _close,
    Suite.DEPLACER: _move,
    Suite.ADMETTRE: _admit,
    Suite.ROUVRIR: _reopen,
    Suite.ANNULER_DOSSIER: _end,
}


def put_by_service(demande: Demande, verbe: Verbe, *, now: datetime, by: Actor) -> Transition:
    """Part of what follows from something else: a row of the service."""
    return put(demande, etats.surely(demande.module, verbe, Cote.SYSTEME), Cote.SYSTEME, now=now, by=by)
