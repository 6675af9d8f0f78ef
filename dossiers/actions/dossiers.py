"""A dossier created, read, sought."""

import uuid
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction

import annuaire.actions
from dossiers import policies
from dossiers.actions.presences import inscribe
from dossiers.models import LABELS, Dossier, DossierQuerySet, Role, Volet, draw_numero
from dossiers.natures import of_orientation
from journal.models import record
from viatraj.core.actor import Actor
from viatraj.core.saving import save_valid


@transaction.atomic
def create(*, orientation: str, by: Actor, cle: uuid.UUID | None = None, **identite: Any) -> Dossier:
    """In the space of the médecin one acts for; the same `cle` twice is one dossier.

    `identite` are fields of `dossiers.models.Identite`.
    """
    policies.create(by, orientation)
    asked = Dossier(
        orientation=orientation,
        auteur=by.principal,
        cree_par=by.user,
        cle=cle or uuid.uuid4(),
        **identite,
    )
    try:
        dossier = _save_numbered(asked)
    except ValidationError as error:
        if done := _already_created(asked, error):
            return done
        raise
    inscribe(dossier, Role.MEDECIN, professionnel=annuaire.actions.refer_account(by.principal, by=by))
    for kind in of_orientation(orientation):
        save_valid(Volet(dossier=dossier, kind=kind))
    record("dossier.created", by=by, target=dossier, orientation=orientation)
    return dossier


def _save_numbered(dossier: Dossier) -> Dossier:
    """Save with a number; another is drawn when it is taken, even by somebody else at the same time."""
    while True:
        try:
            return save_valid(dossier)
        except ValidationError as error:
            if set(error.message_dict) != {"numero"}:
                raise
            dossier.numero = draw_numero()


def _already_created(asked: Dossier, error: ValidationError) -> Dossier | None:
    """The dossier made by an earlier click of the same form; None when the patient differs."""
    if "cle" not in error.message_dict:
        return None
    asked_for = ("auteur_id", "orientation", "cle", *LABELS)
    return Dossier.objects.filter(**{name: getattr(asked, name) for name in asked_for}).first()


@transaction.atomic
def read(dossier: Dossier, *, by: Actor) -> None:
    """Every display of a nominative dossier leaves a line (DOS-5)."""
    by = policies.read(by, dossier)
    record("dossier.read", by=by, target=dossier)


@transaction.atomic
def search(*, nom: str, prenom: str, by: Actor) -> DossierQuerySet:
    """Patients of the space, in all orientations. The journal notes the search, not the name (TRC-1)."""
    policies.index(by)
    record("patient.searched", by=by)
    return Dossier.objects.visible_to(by).named(nom, prenom).by_patient()
