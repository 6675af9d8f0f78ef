"""The end of a campaign: its last effects by slices, the seal over its lines, the report for an auditor."""

import hashlib

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Q

import habilitations.rights
from accounts.models import User
from habilitations import emails, policies
from habilitations.actions import relais
from habilitations.actions.campagnes.decisions import apply, tell_all
from habilitations.models import Campagne, Examen, Habilitation, Rapport
from habilitations.reads import campagnes, compte_rendu, preuve, referents
from journal import seals
from journal.models import record
from viatraj.core.actor import Actor
from viatraj.core.policies import Denied
from viatraj.core.saving import by_slices, locked, put_bytes, save_valid

SLICE = 50  # decisions that take effect together
TOO_SOON = "Cette campagne se prépare encore\u00a0: attendez qu’elle soit ouverte."
NO_RIGHT = "la personne qui l’a décidée n’a plus ce droit"


@transaction.atomic
def close_campagne(campagne, *, now, by):
    """Before its deadline, by who leads it. Twice is once; whoever is deciding is waited for."""
    campagne = locked(campagne)
    by = policies.lead_campagne(by, campagnes.lieux_of(campagne))
    if campagne.is_over:
        return
    if campagne.state == Campagne.State.PREPARING:
        raise ValidationError(TOO_SOON)
    _begin(campagne, now=now, by=by)
    record("campagne.closing", by=by, target=campagne)


def close_due(*, today, now, by) -> int:
    """Those whose deadline has passed. Returns how many."""
    policies.system(by)

    def close(part):
        for campagne in part:
            _begin(campagne, now=now, by=by)
            record("campagne.closing", by=by, target=campagne)

    due = Campagne.objects.filter(state=Campagne.State.OPEN, echeance__lt=today)
    return by_slices(due, close, size=1)


def _begin(campagne, *, now, by):
    campagne.state, campagne.closing_at, campagne.closed_by = Campagne.State.CLOSING, now, by.user
    save_valid(campagne)


@transaction.atomic
def settle_slice(campagne, *, today, now, by) -> bool:
    """The worker's: the next decisions take effect; when none is left, the lines are sealed. True: go on."""
    policies.system(by)
    campagne = locked(campagne)
    if campagne.state != Campagne.State.CLOSING:
        return False
    waiting = Examen.objects.filter(campagne=campagne, state=Examen.State.DECIDED, applied_at=None)
    waiting = waiting.exclude(decision=Examen.Decision.KEEP).filter(sans_effet="")
    rows = waiting.select_for_update(of=("self",), no_key=True).select_related("decided_by").order_by("pk")
    if part := list(rows[:SLICE]):
        _take_effect(part, today=today, now=now)
        return True
    _seal(campagne, today=today, now=now, by=by)
    return False


def _take_effect(part, *, today, now):
    """Each as who decided it, with the rights he has now; what may no longer be done is said, not forced."""
    held = Habilitation.objects.with_lieu().in_bulk([one.habilitation_id for one in part])
    relais.hold_peers(list(held.values()))
    actors = {one.decided_by: _actor(one.decided_by, today) for one in part}
    effects: list = []
    for examen in sorted(part, key=lambda one: one.habilitation_id):
        examen.habilitation = held[examen.habilitation_id]
        try:
            with transaction.atomic():
                effects.append(apply(examen, today=today, now=now, by=actors[examen.decided_by]))
            examen.applied_at = now
        except Denied:
            examen.sans_effet = NO_RIGHT
        except ValidationError as error:
            examen.sans_effet = " ".join(error.messages)[:300]
        save_valid(examen)
    tell_all(effects)


def _actor(user: User, today) -> Actor:
    return Actor(
        user=user,
        rights=habilitations.rights.of_user(user, on=today),
        quality="référent",
    )


def _seal(campagne, *, today, now, by):
    """From here on, no line can change unseen: the journal holds their digest, and is sealed itself."""
    ended = list(campagnes.gone(campagne, today=today).order_by("pk").values_list("pk", flat=True))
    Examen.objects.filter(pk__in=ended).update(state=Examen.State.ENDED)
    digest, prints = preuve.of_lines(campagne)
    figures = compte_rendu.figures(campagne, today=today)
    Rapport.objects.create(campagne=campagne, digest=digest, prints=prints, chiffres=figures)
    campagne.state, campagne.closed_at = Campagne.State.CLOSED, now
    save_valid(campagne)
    sealed = {"empreinte": digest, "forme": preuve.FORM}
    record("campagne.closed", by=by, target=campagne, **sealed, **figures["lignes"])
    if campagne.restes == Campagne.Restes.ASK and figures["lignes"]["todo"]:
        for referent in _coordinations(campagne, today):
            emails.campagne_undecided(referent, campagne, figures["lignes"]["todo"])


def _coordinations(campagne, today) -> list[User]:
    """Référents of the coordinations where something was left undecided."""
    lines = Examen.objects.to_decide().filter(campagne=campagne).order_by()
    held = Habilitation.objects.in_force(today).filter(
        Q(coordination__in=lines.values("habilitation__coordination")),
        niveau="coordination",
        profil__in=referents.CODES,
        user__disabled_at=None,
    )
    return list(User.objects.filter(pk__in=held.order_by().values("user")).order_by("pk"))


def report_campagne(campagne, *, by) -> bool:
    """The workbook and the PDF, once the journal's line that closed the campaign lies under a seal."""
    policies.system(by)
    closing = preuve.closing_of(campagne)
    seal = seals.covering(closing)
    if seal is None:
        seals.seal()
        seal = seals.covering(closing)
    if seal is None:
        return False  # a transaction of before is not over: the next look will do
    with transaction.atomic():
        locked(campagne)
        rapport = locked(campagne.rapport)
        if rapport.pdf:
            return True
        classeur = _put_workbook(rapport)
        pdf = compte_rendu.pdf(campagne, seal=seal, classeur=classeur)
        put_bytes(rapport, pdf=pdf)
        said = {"classeur_sha256": classeur, "pdf_sha256": hashlib.sha256(pdf).hexdigest()}
        Rapport.objects.filter(pk=rapport.pk).update(sceau=seal.number, **said)  # without its files again
        record(
            "campagne.reported",
            by=by,
            target=campagne,
            classeur=classeur,
            pdf=said["pdf_sha256"],
            sceau=seal.number,
        )
    return True


def _put_workbook(rapport) -> str:
    """Its SHA-256; megabytes that are let go before the PDF is drawn."""
    classeur = compte_rendu.workbook(rapport.campagne)
    put_bytes(rapport, classeur=classeur)
    return hashlib.sha256(classeur).hexdigest()
