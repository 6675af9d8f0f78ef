"""An account: opened, described, signed in to; its charte and its sessions."""

from datetime import timedelta

from django.contrib.auth.hashers import make_password
from django.db import transaction
from django.utils import timezone

from accounts import policies
from accounts.actions.adresses import refuse_kept
from accounts.chartes import Charte
from accounts.models import AcceptationCharte, Connexion, Identite, Session, User
from journal.models import record
from viatraj.core.saving import by_slices, locked, save_valid

CONTACT = ("nom", "prenom", "profession_label", "telephone", "adresse")


@transaction.atomic
def create(*, login, nom, prenom, email, now, by, idnat="", **fields):
    """A new account; `idnat` (8+RPPS, 0+ADELI, 3/5…/…) makes its first Identite."""
    policies.system(by)
    refuse_kept(email, now=now)
    user = save_valid(
        User(
            login=login.lower(),
            nom=nom,
            prenom=prenom,
            named_by_card=bool(idnat),
            email=email,
            password=make_password(None),
            **fields,
        )
    )
    if idnat:
        kind = Identite.kind_of(idnat)
        save_valid(Identite(user=user, idnat=idnat, kind=kind, nom=nom, prenom=prenom, since=now))
    record("compte.created", by=by, target=user)
    return user


@transaction.atomic
def note_sign_in(user, *, means, now, by):
    user = locked(user)
    user.last_sign_in_at, user.last_sign_in_means, user.wrong_passwords_at = now, means, []
    user.save(update_fields=["last_sign_in_at", "last_sign_in_means", "wrong_passwords_at"])
    Connexion.objects.bulk_create(
        [Connexion(day=timezone.localdate(now), user=user, means=means)], ignore_conflicts=True
    )
    record("connexion.opened", by=by, target=user)


@transaction.atomic
def update_contact(user, *, version, by, **said):
    """COM-5: phone and address; nom, prénom and profession where no card says them. No code is sent there."""
    policies.own_account(by)
    user = locked(user, version=version)
    changed = [name for name in CONTACT if name in said and getattr(user, name) != said[name]]
    if not changed:
        return user
    if set(changed) & set(CONTACT[:3]):
        policies.own_name(by, user)
    for name in changed:
        setattr(user, name, said[name])
    user.version += 1
    save_valid(user)
    record("compte.updated", by=by, target=user, fields=changed)
    return user


@transaction.atomic
def accept_charte(user, *, charte: Charte, by):
    """Accepting twice is one acceptance."""
    policies.own_account(by)
    user = locked(user)
    if user.acceptations.filter(version=charte.version).exists():
        return
    save_valid(AcceptationCharte(user=user, version=charte.version, digest=charte.digest))
    record("charte.accepted", by=by, target=user, version=charte.version)


@transaction.atomic
def end_other_sessions(user, *, keep, by):
    policies.own_account(by)
    ended, _ = Session.objects.filter(user=user).exclude(session_key=keep).delete()
    record("sessions.ended", by=by, target=user, ended=ended)


def purge_sessions(*, now, by) -> int:
    """A day after their end: the sign-in page may still say «session terminée». How many."""
    policies.system(by)

    def purge(part):
        Session.objects.filter(pk__in=[session.pk for session in part]).delete()
        record("sessions.purged", by=by, ended=len(part))

    return by_slices(Session.objects.filter(expire_date__lt=now - timedelta(days=1)), purge, size=1000)
