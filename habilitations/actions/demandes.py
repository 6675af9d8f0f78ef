"""Asked by anybody of his référents, who accept, change then accept, or refuse with a reason."""

import uuid
from datetime import timedelta

from django.core.exceptions import ValidationError
from django.db import transaction

from annuaire.models import Lieu
from annuaire.reads.lieux import refuse_closed
from changements.actions import Noted, keep
from habilitations import checks, emails, policies
from habilitations.actions.habilitations import give, put_end
from habilitations.models import DemandeHabilitation, Habilitation
from habilitations.profils import Profil
from habilitations.reads import demandes, referents
from journal.models import record
from viatraj.core.saving import by_slices, locked, save_valid

AT_ONCE = 10  # waiting
A_DAY_AND_PLACE, A_DAY = 3, 20  # asked by one person within 24 hours, withdrawn ones included
TOLD_AT_ONCE = 200  # a transaction
TOO_MANY = f"Vous avez déjà {AT_ONCE} demandes en attente. Retirez-en une, ou attendez les réponses."
TOO_MANY_HERE = (
    f"Vous avez déjà fait {A_DAY_AND_PLACE} demandes à cette structure depuis hier. Attendez la réponse de "
    "ses référents, ou appelez-les."
)
TOO_MANY_A_DAY = f"Vous avez déjà fait {A_DAY} demandes depuis hier. Réessayez demain."
WHY = (
    "Vous n’avez pas encore d’habilitation dans cette structure\u00a0: dites à ses référents pourquoi vous "
    "en demandez une."
)
HELD = "Vous avez déjà ce profil à cet endroit, jusqu’au {:%d/%m/%Y}."
ALREADY = (
    "Cette personne a déjà ce profil à cet endroit : accepter la demande prolonge ce qu’elle a, sans "
    "changer ses droits. Ils se modifient dans son compte."
)
GONE = (
    "L’habilitation à prolonger a été supprimée depuis la demande : refusez la demande, ou attribuez une "
    "nouvelle habilitation."
)
CLOSED = "Cette demande est déjà close\u00a0: {}."


@transaction.atomic
def ask(*, profil: Profil, lieu: Lieu, fin, motif, cle, today, now, by) -> DemandeHabilitation:
    """A new habilitation; the same `cle` twice is one request."""
    policies.ask(by)
    if lieu.niveau not in profil.niveaux:
        levels = " ou ".join(niveau.label.lower() for niveau in profil.niveaux)
        raise ValidationError(
            {"profil": f"Le profil «\u00a0{profil}\u00a0» se demande à ce niveau\u00a0: {levels}."}
        )
    if lieu.is_closed:
        raise ValidationError({"lieu": f"{lieu} est une structure fermée."})
    if not motif.strip() and not _at(Habilitation.objects.of(by.user), lieu.columns).exists():
        raise ValidationError({"motif": WHY})
    held = demandes.held(by.user, profil, lieu.key, on=today)
    if held and held.fin >= fin:
        raise ValidationError({"fin": HELD.format(held.fin)})
    asked = {"profil": profil.code, "niveau": lieu.niveau, **lieu.columns}
    return _asked(asked, fin=fin, motif=motif, cle=cle, today=today, now=now, by=by)


@transaction.atomic
def ask_prolongation(habilitation, *, fin, motif, cle, today, now, by) -> DemandeHabilitation:
    policies.own(by, habilitation)
    locked(by.user)  # accounts come before habilitations (viatraj/core/locks.py)
    # Held to the end: whoever undoes the import that made it waits, or has already taken it away.
    policies.living(locked(habilitation))
    lieu = habilitation.lieu
    held = demandes.held(by.user, habilitation.le_profil, lieu.key, on=today, after=habilitation)
    if fin <= held.fin:
        raise ValidationError({"fin": f"Cette habilitation va déjà jusqu’au {held.fin:%d/%m/%Y}."})
    asked = {
        "profil": habilitation.profil,
        "niveau": lieu.niveau,
        "habilitation": habilitation,
        **lieu.columns,
    }
    return _asked(asked, fin=fin, motif=motif, cle=cle, today=today, now=now, by=by)


def _asked(asked, *, fin, motif, cle, today, now, by) -> DemandeHabilitation:
    cle = cle or uuid.uuid4()
    locked(by.user)  # so that two clicks at once are counted one after the other
    own = DemandeHabilitation.objects.of(by.user)
    if known := own.filter(cle=cle).first():
        return known
    if own.waiting().count() >= AT_ONCE:
        raise ValidationError(TOO_MANY)
    of_the_day = own.filter(asked_at__gt=now - timedelta(days=1))
    if _at(of_the_day, asked).count() >= A_DAY_AND_PLACE:
        raise ValidationError(TOO_MANY_HERE)
    if of_the_day.count() >= A_DAY:
        raise ValidationError(TOO_MANY_A_DAY)
    checks.end(fin, today=today)
    demande = save_valid(
        DemandeHabilitation(user=by.user, fin=fin, motif=motif, cle=cle, asked_at=now, **asked)
    )
    refuse_closed(demande.lieu)
    _record("demande_habilitation.asked", demande, by=by)
    return demande


def _at(rows, columns):
    """Those of the same structure, whichever of its units or guichets they lie at."""
    above = ("etablissement_id", "coordination_id", "region_id")
    name = next((one for one in above if columns.get(one)), None)
    return rows.filter(**{name: columns[name]}) if name else rows.filter(region=None)


def tell_referents(*, today, now, by) -> int:
    """One mail to each référent about all that was asked of him since the last one. Returns how many."""
    policies.system(by)
    posted, told = 0, 0
    while told is not None:
        posted += told
        with transaction.atomic():
            told = _tell_some(today=today, now=now, by=by)
    return posted


def _tell_some(*, today, now, by) -> int | None:
    """How many letters; None when nothing is left to tell. Rows that another run holds are left to it."""
    due = DemandeHabilitation.objects.untold().with_lieu().select_related("user")
    rows = list(
        due.order_by("pk").select_for_update(of=("self",), skip_locked=True, no_key=True)[:TOLD_AT_ONCE]
    )
    if not rows:
        return None
    told = referents.to_tell(rows, today=today)
    posted = sum(emails.demandes_waiting(one, demandes) for one, demandes in told.items())
    DemandeHabilitation.objects.filter(pk__in=[one.pk for one in rows]).update(told_at=now)
    record("demandes_habilitation.told", by=by, count=posted)
    return posted


@transaction.atomic
def withdraw(demande, *, now, by) -> DemandeHabilitation:
    """Twice is once; one that has its answer stays as it is."""
    demande = locked(demande)
    policies.withdraw(by, demande)
    if demande.is_waiting:
        _close(demande, DemandeHabilitation.State.WITHDRAWN, now=now, by=by)
        _record("demande_habilitation.withdrawn", demande, by=by)
    return demande


@transaction.atomic
def accept(demande, *, profil: Profil, lieu: Lieu, fin, today, now, by, debut=None, droits=None):  # noqa: PLR0913
    """As asked, or as the référent changed it; the rules are those of giving and prolonging.

    `debut` and `droits` are those of a new habilitation, as in `grant`: today and the profile's unless said.
    """
    user, demande = locked(demande.user), locked(demande)
    by = policies.answer(by, demande)
    if demande.state == DemandeHabilitation.State.ACCEPTED:
        return demande.accorde
    _still_waiting(demande)
    noted = Noted()
    noted.found(demande)
    if demande.is_prolongation or demandes.held(user, profil, lieu.key, on=today):
        if droits:
            raise ValidationError(ALREADY)
        demande.accorde = _prolonged(demande, profil, lieu, noted, fin=fin, today=today, by=by)
    else:
        (demande.accorde,) = give(
            noted,
            users=[user],
            profil=profil,
            lieux=[lieu],
            debut=debut or today,
            fin=fin,
            droits=droits or {},
            cle=demande.cle,
            today=today,
            by=by,
        )
    _accepted(demande, now=now, by=by, changement=noted.cle)
    keep(noted, "demande_habilitation.accepted", by=by)
    return demande.accorde


def _accepted(demande, *, now, by, changement=None):
    """Its letter tells what was given too."""
    _close(demande, DemandeHabilitation.State.ACCEPTED, now=now, by=by)
    _record("demande_habilitation.accepted", demande, by=by)
    emails.demande_habilitation_accepted(demande, changement=changement)


def _prolonged(demande, profil, lieu, noted, *, fin, today, by) -> Habilitation:
    """What he holds already, to that end; as it is when all that was asked was given meanwhile."""
    held = demandes.held(demande.user, profil, lieu.key, on=today, after=demande.habilitation)
    if held is None:
        raise ValidationError(GONE)
    held = locked(held)
    if fin > held.fin:
        return put_end(held, noted, fin=fin, version=held.version, today=today, by=by)
    if demande.fin > held.fin:
        raise ValidationError({"fin": f"Cette habilitation va déjà jusqu’au {held.fin:%d/%m/%Y}."})
    return held


@transaction.atomic
def close_satisfied(*, today, now, by) -> int:
    """Accepts what was given meanwhile by another way: a grant, an import… Returns how many."""
    policies.system(by)
    closed = []

    def close(part):
        for demande in part:
            if (deja := demandes.already(demande, on=today)).is_enough:
                demande.accorde = deja.habilitation
                _accepted(demande, now=now, by=by)
                closed.append(demande.pk)

    by_slices(demandes.maybe_satisfied(today).with_lieu().select_related("user", "habilitation"), close)
    return len(closed)


@transaction.atomic
def refuse(demande, *, reponse, now, by):
    demande = locked(demande)
    by = policies.answer(by, demande)
    if demande.state == DemandeHabilitation.State.REFUSED:
        return
    _still_waiting(demande)
    noted = Noted()
    noted.found(demande)
    demande.reponse = reponse
    _close(demande, DemandeHabilitation.State.REFUSED, now=now, by=by)
    _record("demande_habilitation.refused", demande, by=by)
    keep(noted, "demande_habilitation.refused", by=by)
    emails.demande_habilitation_refused(demande, changement=noted.cle)


def _still_waiting(demande):
    """Refuses when another référent has answered, or the person has withdrawn it."""
    if not demande.is_waiting:
        raise ValidationError(CLOSED.format(demande.get_state_display().lower()))


def _close(demande, state, *, now, by):
    demande.state, demande.closed_at, demande.closed_by = state, now, by.user
    save_valid(demande)


def _record(event, demande, *, by):
    record(
        event,
        by=by,
        target=demande,
        label=demande.user.login,
        profil=demande.le_profil.label,
        lieu=str(demande.lieu),
        fin=demande.fin,
    )
