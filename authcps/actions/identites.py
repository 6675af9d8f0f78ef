"""What a card or Pro Santé Connect proves: known, paired, first account, removed (CON-8, CPX-2 to -4)."""

from dataclasses import replace

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

import accounts.actions
from accounts import attaches, gestionnaires
from accounts.models import Identite, Session, User
from accounts.policies import own_account
from authcps import emails, policies
from authcps.actions.attempts import ATTEMPT_LIFETIME, finish, known_as
from authcps.exercices import PROFESSIONS
from authcps.identity import Verified
from authcps.models import Attempt
from journal.models import record
from viatraj.core.actor import Actor
from viatraj.core.policies import Denied
from viatraj.core.saisie import noms
from viatraj.core.saving import locked, save_valid

FIRST = Actor.system("premiere-connexion")
# What a card may change of an account (COM-5).
FOLLOWED = ("nom", "prenom", "named_by_card", "profession", "categorie", "profession_label", "version")
TOO_LATE = "Cette connexion a expiré, ou a déjà servi. Recommencez."


@transaction.atomic
def recognise(attempt, *, user, verified: Verified, now, by) -> list[str] | None:
    """The account that this card or PSC identity opens; its number and names are brought up to date.

    Returns what has changed of the account, in French; None when the attempt or the pairing has ended.
    """
    user, by = locked(user), replace(known_as(user, by), means=verified.means)
    # Read again under the lock: a pairing removed a moment ago must not open the account.
    living = user.identites.filter(idnat__in=verified.idnats, ended_at=None)
    was = living.order_by("pk").values_list("nom", "prenom").last()
    if was is None or not user.is_active or not finish(attempt, now):
        return None
    _follow_number(user, verified, now=now, by=by)
    _follow_name(user, verified)
    changed = _refresh(user, was, verified, now=now, by=by)
    accounts.actions.lift_lock(user, by=by)
    user.first_strong_at = user.first_strong_at or now
    user.save(update_fields=["first_strong_at", *FOLLOWED])
    record("identite.recognised", by=by, target=user, means=verified.means)
    return changed


def _refresh(user, was, verified, *, now, by) -> list[str]:
    """Nom, prénom and profession as the card says them today (COM-5); saved by the caller.

    The account's name changes with a card that bore the same name until now; for a médecin, with his national
    number. A second card whose different name was confirmed changes nothing, nor does another way of writing.
    """
    said, mine = _names(verified), (user.nom, user.prenom)
    is_national = Identite.kind_of(verified.idnat) != Identite.Kind.STRUCTURE
    new = {}
    if not noms.same(mine, said) and (noms.same(mine, was) or (user.is_medecin and is_national)):
        new |= {"nom": verified.nom[:100], "prenom": verified.prenom[:100], "named_by_card": True}
    # A short answer of Pro Santé Connect has no category, and a card's category is always civil.
    is_whole = is_national and verified.profession and verified.categorie
    if user.profession and is_whole and _profession(user) != _profession(verified):
        new |= {"profession": verified.profession, "categorie": verified.categorie}
        new["profession_label"] = (verified.profession_label or PROFESSIONS.get(verified.profession, ""))[
            :100
        ]
    changed = [name for name, value in new.items() if getattr(user, name) != value]
    told = [name for name in ("nom", "prenom", "profession_label") if name in changed]
    before = {name: getattr(user, name) for name in told}
    for name, value in new.items():
        setattr(user, name, value)
    if changed:
        user.version += 1
        after = {name: getattr(user, name) for name in told}
        record("identite.followed_words", by=by, target=user, avant=before, apres=after)
        emails.renamed(user, before, after, means=verified.means, at=now)
    return [User._meta.get_field(name).verbose_name for name in told]


def _names(one) -> tuple[str, str]:
    return one.nom, one.prenom


def _profession(one) -> tuple[str, bool]:
    """Civil and military médecins are médecins here; students are not."""
    return one.profession, one.is_medecin


def _follow_number(user, verified, *, now, by):
    """ADELI → RPPS: the new number takes the former one's place."""
    if user.identites.filter(idnat=verified.idnat, ended_at=None).exists():
        return
    user.identites.filter(idnat__in=verified.former_idnats, ended_at=None).update(ended_at=now)
    _add(user, verified, now)
    record("identite.followed", by=by, target=user, idnat=verified.idnat)


def _follow_name(user, verified):
    """A new card may bear a new name (marriage): invitations are compared with today's card."""
    said = {"nom": verified.nom, "prenom": verified.prenom}
    user.identites.filter(idnat=verified.idnat, ended_at=None).exclude(**said).update(**said)


def _add(user, verified, now):
    said = {"kind": Identite.kind_of(verified.idnat), "nom": verified.nom, "prenom": verified.prenom}
    return save_valid(Identite(user=user, idnat=verified.idnat, since=now, **said))


@transaction.atomic
def pair(attempt, *, now, by) -> str:
    """After password and code: this card, or PSC, opens this account from now on. Returns the means.

    Raises ValidationError when the number is another account's (CPX-4), Denied when it is not for this one.
    """
    verified, user = Verified.from_json(attempt.identity), locked(attempt.user)
    by = known_as(user, by)
    if not Attempt.objects.filter(pk=attempt.pk, ends__gt=now).exists():  # ended meanwhile by `actions.acces`
        raise ValidationError(TOO_LATE)
    if not user.identites.filter(idnat=verified.idnat, ended_at=None).exists():
        policies.pair(user, verified, is_confirmed=attempt.other_name)
        _pair(user, verified, now=now, by=by)
        attempt.user = user
    return verified.means


def _pair(user, verified, *, now, by):
    names = {"carte": verified.nom_complet, "compte": user.nom_complet}
    is_other = not policies.is_named(user, verified)
    _add(user, verified, now)
    user.first_strong_at = user.first_strong_at or now
    if verified.is_medecin:  # both hats on one account (COM-1, CON-11); his names are the card's (CON-8)
        user.profession, user.categorie = verified.profession, verified.categorie
        user.profession_label = verified.profession_label or "Médecin"
        user.specialite = verified.specialite_or_listed[:100]
        if is_other:
            user.nom, user.prenom, user.named_by_card = verified.nom[:100], verified.prenom[:100], True
    save_valid(user)
    record("identite.paired", by=by, target=user, means=verified.means, idnat=verified.idnat)
    emails.paired(user, verified, at=now, names=names if is_other else {})
    if is_other:
        record("identite.other_name", by=by, target=user, **names)
        for referent in gestionnaires.of(user, today=timezone.localdate(now)):
            emails.paired_other_name(referent, user, verified, names, at=now)


@transaction.atomic
def show_other_name(attempt, *, now, by) -> Attempt | None:
    """The card is at another name: an attempt that asks a second code, both names being seen (CPX-2).

    None when nothing has to be asked, or was asked already. The first code has been given. Denied for a card
    that this account never takes.
    """
    verified, user = Verified.from_json(attempt.identity), locked(attempt.user)
    if user.identites.filter(idnat=verified.idnat, ended_at=None).exists():
        return None
    policies.pair(user, verified, is_confirmed=True)
    if attempt.other_name or policies.is_named(user, verified):
        return None
    record("identite.other_name_shown", by=known_as(user, by), target=user, means=verified.means)
    return Attempt.objects.create(
        door=attempt.door,
        user=user,
        identity=attempt.identity,
        other_name=True,
        next_path=attempt.next_path,
        ends=min(attempt.ends, now + ATTEMPT_LIFETIME),
    )


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
    """First sign-in of an invited assistant (CON-9); the caller has checked the invitation.

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


def _open(attempt, verified, *, mot_de_passe, now, by, **kwargs) -> User:
    """The identity is the card's; the attempt serves once."""
    if not finish(attempt, now):
        raise Denied(TOO_LATE)
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
        **kwargs,
    )
    user = accounts.actions.choose_password(user, password=mot_de_passe, now=now, by=FIRST)
    record("compte.opened", by=known_as(user, by), target=user, means=verified.means)
    return user


def remove(identite, *, ancien, now, by):
    """End a pairing (CPX-4): the card and PSC of this number no longer open the account."""
    own_account(by)
    if identite.user_id != by.user.pk:
        raise Denied("Cette carte n’est pas associée à votre compte.")
    if not by.user.has_usable_password():
        raise Denied("C’est votre seul moyen de connexion\u00a0: choisissez d’abord un mot de passe.")
    accounts.actions.prove(by.user, ancien, now=now, by=by)
    with transaction.atomic():
        accounts.actions.locked_as_proved(by.user)
        if _end(identite, now):
            record("identite.removed", by=by, target=by.user, idnat=identite.idnat)
            emails.unpaired(by.user, identite, at=now)


@transaction.atomic
def unpair(identite, *, now, by):
    """A référent removes a pairing (card lost, or somebody else's).

    All the account's sessions end, since whoever has the card may be signed in.
    """
    user = locked(identite.user)
    by = policies.unpair(by, user, attaches.of(user, now=now).places)
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
