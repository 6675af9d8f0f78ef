"""What a card or Pro Santé Connect proves: known, paired, first account, removed (CON-8, CPX-2 to -4)."""

from dataclasses import replace

from django.db import transaction

import accounts.actions
from accounts.models import Identite, Session, User
from accounts.policies import own_account
from authcps import emails, policies
from authcps.actions.attempts import finish, known_as
from authcps.identity import Verified
from journal.models import record
from viatraj.core.actor import Actor
from viatraj.core.policies import Denied
from viatraj.core.saving import locked, save_valid

FIRST = Actor.system("premiere-connexion")


@transaction.atomic
def recognise(attempt, *, user, verified: Verified, now, by) -> bool:
    """The account opens by this proof alone; a changed number is followed, the password's lock lifted."""
    user, by = locked(user), replace(known_as(user, by), means=verified.means)
    if not finish(attempt, now):
        return False
    _follow_number(user, verified, now=now, by=by)
    _follow_name(user, verified)
    accounts.actions.lift_lock(user, by=by)
    user.first_strong_at = user.first_strong_at or now
    user.save(update_fields=["first_strong_at"])
    record("identite.recognised", by=by, target=user, means=verified.means)
    return True


def _follow_number(user, verified, *, now, by):
    """ADELI → RPPS: the new number takes the former one's place."""
    if user.identites.filter(idnat=verified.idnat, ended_at=None).exists():
        return
    user.identites.filter(idnat__in=verified.former_idnats, ended_at=None).update(ended_at=now)
    _add(user, verified, now)
    record("identite.followed", by=by, target=user, idnat=verified.idnat)


def _follow_name(user, verified):
    """A new card after a marriage: an invitation is compared with what the card says today."""
    said = {"nom": verified.nom, "prenom": verified.prenom}
    user.identites.filter(idnat=verified.idnat, ended_at=None).exclude(**said).update(**said)


def _add(user, verified, now):
    said = {"kind": Identite.kind_of(verified.idnat), "nom": verified.nom, "prenom": verified.prenom}
    return save_valid(Identite(user=user, idnat=verified.idnat, since=now, **said))


@transaction.atomic
def pair(attempt, *, now, by) -> str:
    """After password and code: this card, or PSC, opens this account from now on. Returns the means.

    Raises ValidationError when the number is another account's (CPX-4).
    """
    verified, user = Verified.from_json(attempt.identity), locked(attempt.user)
    by = known_as(user, by)
    if not user.identites.filter(idnat=verified.idnat, ended_at=None).exists():
        _add(user, verified, now)
        user.first_strong_at = user.first_strong_at or now
        if verified.is_medecin:  # both hats on one account (COM-1, CON-11)
            user.profession, user.categorie = verified.profession, verified.categorie
            user.specialite = verified.specialite_or_listed[:100]
        save_valid(user)
        record("identite.paired", by=by, target=user, means=verified.means, idnat=verified.idnat)
        emails.paired(user, verified, at=now)
        attempt.user = user
    return verified.means


@transaction.atomic
def open_account(attempt, *, email, telephone, adresse, mot_de_passe, now, by) -> User:
    """First sign-in of a médecin (CON-8): names and profession are the card's."""
    verified = Verified.from_json(attempt.identity)
    if not verified.is_medecin:
        raise Denied("Seul un médecin ouvre ainsi son compte.")
    user = _open(
        attempt,
        verified,
        email=email,
        telephone=telephone,
        adresse=adresse,
        profession_label=verified.profession_label or "Médecin",
        specialite=verified.specialite_or_listed[:100],
        mot_de_passe=mot_de_passe,
        now=now,
        by=by,
    )
    accounts.actions.ask_first_address(user, now=now, by=FIRST)
    return user


@transaction.atomic
def open_assistant(attempt, *, email, is_proven, profession, mot_de_passe, now, by) -> User:
    """First sign-in of who was invited (CON-9); the caller has seen the invitation.

    `is_proven`: the link sent to this address has led here, nothing is left to confirm.
    """
    verified = Verified.from_json(attempt.identity)
    if verified.is_medecin:
        raise Denied("Un médecin ouvre son compte par sa propre première connexion.")
    user = _open(
        attempt,
        verified,
        email=email,
        email_verified_at=now if is_proven else None,
        profession_label=profession,
        mot_de_passe=mot_de_passe,
        now=now,
        by=by,
    )
    if not is_proven:
        accounts.actions.ask_first_address(user, now=now, by=FIRST)
    return user


def _open(attempt, verified, *, mot_de_passe, now, by, **known) -> User:
    """The identity is the card's; the attempt serves once."""
    if not finish(attempt, now):
        raise Denied("Cette connexion a expiré, ou a déjà servi. Recommencez.")
    user = accounts.actions.create(
        login=verified.idnat,
        idnat=verified.idnat,
        nom=verified.nom,
        prenom=verified.prenom,
        profession=verified.profession,
        categorie=verified.categorie,
        first_strong_at=now,
        now=now,
        by=FIRST,
        **known,
    )
    user = accounts.actions.choose_password(user, password=mot_de_passe, now=now, by=FIRST)
    record("compte.opened", by=known_as(user, by), target=user, means=verified.means)
    return user


def remove(identite, *, ancien, now, by):
    """End a pairing (CPX-4): the card and PSC of this number no longer open the account."""
    own_account(by)
    if identite.user_id != by.user.pk:
        raise Denied("Cet appairage n’est pas le vôtre.")
    if not by.user.has_usable_password():
        raise Denied("C’est votre seul moyen de connexion\u00a0: choisissez d’abord un mot de passe.")
    accounts.actions.prove(by.user, ancien, now=now, by=by)
    with transaction.atomic():
        if _end(identite, now):
            record("identite.removed", by=by, target=by.user, idnat=identite.idnat)
            emails.unpaired(by.user, identite, at=now)


@transaction.atomic
def unpair(identite, *, places, now, by):
    """By a référent of one of `places`, where its account holds a habilitation: a card lost, or not his.

    Whoever has it may be inside: all the account's sessions end with it.
    """
    user = locked(identite.user)
    policies.unpair(by, user, places)
    if _end(identite, now):
        Session.objects.filter(user=user).delete()
        record("identite.unpaired", by=by, target=identite.user, idnat=identite.idnat)
        emails.unpaired(identite.user, identite, at=now, referent=by.user.nom_complet)


def _end(identite, now) -> bool:
    """Twice is once."""
    identite = locked(identite)
    if identite.ended_at:
        return False
    identite.ended_at = now
    save_valid(identite)
    return True
