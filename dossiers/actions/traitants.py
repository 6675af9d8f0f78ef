"""The médecin traitant of a dossier: named by its author, and what he answers (DOS-2).

Each begins with the row of the dossier, so that an answer and another name given at once come one after
the other.
"""

from collections.abc import Callable
from datetime import datetime

from django.core.exceptions import ValidationError
from django.db import transaction

import annuaire.actions
from accounts.models import User
from annuaire.models import Professionnel
from changements.actions import Noted, keep
from dossiers import emails, policies
from dossiers.actions.presences import inscribe
from dossiers.models import Dossier, LienMedecin, Role
from journal.models import record
from viatraj.core.actor import Actor
from viatraj.core.policies import Denied
from viatraj.core.saving import locked, save_valid

Etat = LienMedecin.Etat
MEANWHILE = (
    "Le médecin traitant de ce dossier vient de changer, ou de répondre\u00a0: vérifiez ce qui est "
    "affiché avant de le changer."
)
ACCEPTED = "Ce médecin a accepté le dossier\u00a0: désignez-en un autre s’il doit le quitter."
OTHER_NAMED = "Un autre médecin traitant a été désigné dans ce dossier."


@transaction.atomic
def name_traitant(dossier: Dossier, *, idnat: str, seen: str, by: Actor) -> LienMedecin:
    """A médecin of the directory, whether or not he has an account yet; in the place of the one before.

    `seen`: the `stamp` of the one that the author has read; somebody else may have named, or he answered.
    """
    professionnel = annuaire.actions.refer(idnat, by=by)
    dossier = locked(dossier)
    by = policies.name_traitant(by, dossier)
    if dossier.presences.filter(role=Role.MEDECIN, professionnel=professionnel).exists():
        raise ValidationError("Ce médecin a déjà ce dossier dans son espace.", code="idnat")
    liens = {lien.professionnel_id: lien for lien in _liens(dossier)}
    current = next((lien for lien in liens.values() if lien.is_living), None)
    if current and current.professionnel_id == professionnel.pk:
        return current
    if (current.stamp if current else "") != seen:
        raise ValidationError(MEANWHILE, code="seen")
    if current:
        _leave(dossier, current, emails.replaced)
    lien = _ask(dossier, professionnel, liens.get(professionnel.pk))
    _tell(emails.named, dossier, lien)
    if current:
        before = current.professionnel.titre
        record("traitant.changed", by=by, target=dossier, medecin=professionnel.titre, avant=before)
    else:
        record("traitant.named", by=by, target=dossier, medecin=professionnel.titre)
    return lien


def _liens(dossier: Dossier):
    rows = LienMedecin.objects.select_for_update(of=("self",), no_key=True).select_related("professionnel")
    return rows.filter(dossier=dossier).order_by("pk")


def _leave(dossier: Dossier, lien: LienMedecin, letter: Callable[..., None]) -> None:
    """Out of his lists; the journal tells that he was there."""
    _tell(letter, dossier, lien)
    dossier.presences.filter(role=Role.TRAITANT, professionnel=lien.professionnel_id).delete()
    LienMedecin.objects.filter(pk=lien.pk).delete()


def _tell(letter: Callable[..., None], dossier: Dossier, lien: LienMedecin) -> None:
    """Who has no account yet finds the dossier in his lists at his first sign-in."""
    if compte := _compte(lien.professionnel):
        letter(dossier, lien, compte=compte)


def _compte(professionnel: Professionnel) -> User | None:
    living = User.objects.enabled().filter(identites__idnat=professionnel.idnat, identites__ended_at=None)
    return living.order_by("pk").first()


def _ask(dossier: Dossier, professionnel: Professionnel, former: LienMedecin | None) -> LienMedecin:
    """Of somebody new, or anew of somebody who had said no."""
    if former is None:
        inscribe(dossier, Role.TRAITANT, professionnel=professionnel)
        return save_valid(LienMedecin(dossier=dossier, professionnel=professionnel))
    return _set(former, Etat.A_ACCEPTER)


def _set(lien: LienMedecin, etat: str, *, now: datetime | None = None, by: Actor | None = None):
    lien.etat, lien.answered_at, lien.answered_by = etat, now, by.user if by else None
    lien.version += 1
    return save_valid(lien)


@transaction.atomic
def remove_traitant(dossier: Dossier, *, seen: str, by: Actor) -> None:
    """Whom the author has named by mistake, before he answers; nobody is named then. Twice is once.

    `seen`: as for `name_traitant`.
    """
    dossier = locked(dossier)
    by = policies.name_traitant(by, dossier)
    lien = next((lien for lien in _liens(dossier) if lien.is_living), None)
    if lien is None:
        return
    if lien.stamp != seen:
        raise ValidationError(MEANWHILE, code="seen")
    if not lien.awaits:
        raise ValidationError(ACCEPTED, code="seen")
    _leave(dossier, lien, emails.removed)
    record("traitant.removed", by=by, target=dossier, medecin=lien.professionnel.titre)


@transaction.atomic
def accept(dossier: Dossier, *, now: datetime, by: Actor) -> LienMedecin:
    """«Accepter», and «Reprendre» what was said to be somebody else's. Twice is once."""
    noted = Noted()
    lien = _accept(locked(dossier), noted, now=now, by=by)
    keep(noted, "traitant.accepted", by=by)
    return lien


@transaction.atomic
def accept_all(dossiers: list[Dossier], *, now: datetime, by: Actor) -> list[LienMedecin]:
    """All of them, or none and the reason; by ascending key, so that two lots cannot deadlock."""
    noted = Noted()
    rows = [locked(dossier) for dossier in sorted(dossiers, key=lambda dossier: dossier.pk)]
    liens = [_accept_or_say(dossier, noted, now=now, by=by) for dossier in rows]
    keep(noted, "traitant.accepted", by=by)
    return liens


def _accept_or_say(dossier, noted, *, now, by) -> LienMedecin:
    """Of several, the refusal names the dossier."""
    try:
        return _accept(dossier, noted, now=now, by=by)
    except Denied as denied:
        raise ValidationError(f"Dossier {dossier.numero_affiche}\u00a0: {denied}") from denied


def _accept(dossier, noted, *, now, by) -> LienMedecin:
    lien, by = _asked(dossier, by)
    if lien.etat == Etat.ACCEPTE:
        return lien
    was_declined = lien.etat == Etat.HORS_PATIENTELE
    if was_declined and LienMedecin.objects.living().filter(dossier=dossier).exists():
        raise ValidationError(OTHER_NAMED)
    noted.found(lien)
    _set(lien, Etat.ACCEPTE, now=now, by=by)
    record("traitant.resumed" if was_declined else "traitant.accepted", by=by, target=dossier)
    if was_declined:
        emails.resumed(dossier, lien, changement=noted.cle)
    return lien


@transaction.atomic
def decline(dossier: Dossier, *, now: datetime, by: Actor) -> LienMedecin:
    """«Je ne suis pas le médecin traitant»: the author is told, and asked for another. Twice is once."""
    dossier = locked(dossier)
    lien, by = _asked(dossier, by)
    if lien.etat == Etat.HORS_PATIENTELE:
        return lien
    noted = Noted()
    noted.found(lien)
    _set(lien, Etat.HORS_PATIENTELE, now=now, by=by)
    record("traitant.declined", by=by, target=dossier)
    keep(noted, "traitant.declined", by=by)
    emails.declined(dossier, lien, changement=noted.cle)
    return lien


def _asked(dossier: Dossier, by: Actor) -> tuple[LienMedecin, Actor]:
    """The question that this médecin is asked, or was, as it stands: locked after its dossier."""
    by, presence = policies.answer(by, dossier)
    return _liens(dossier).get(professionnel=presence.professionnel_id), by
