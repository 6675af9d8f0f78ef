"""A dossier created, read, sought."""

import uuid
from datetime import datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction

import annuaire.actions
from annuaire.models import Lieu
from dossiers import attaches, perimetres, policies
from dossiers.actions.presences import inscribe
from dossiers.models import LABELS, Dossier, Origine, Role, Volet, draw_numero
from dossiers.natures import of_orientation
from dossiers.reads import lieux
from journal.models import record
from viatraj.core.actor import Actor
from viatraj.core.droits import Orientation
from viatraj.core.saving import save_valid

BY_A_UNIT = "Cet établissement a des unités\u00a0: choisissez celle qui demande."
FOUND_AT_MOST = 100  # and one, to know that there are more


@transaction.atomic
def create(
    *,
    orientation: str,
    by: Actor,
    lieu: Lieu | None = None,
    cle: uuid.UUID | None = None,
    **identite: Any,
) -> Dossier:
    """In the space of the médecin one acts for, or asked by `lieu`; the same `cle` twice is one dossier.

    `identite` are fields of `dossiers.models.Identite`.
    """
    by = policies.create(by, orientation, lieu)
    if lieu and lieu.is_closed:
        raise ValidationError("Cette structure est fermée\u00a0: choisissez-en une autre.", code="lieu")
    if lieu and lieux.asks_by_its_units(lieu):
        raise ValidationError(BY_A_UNIT, code="lieu")
    asked = Dossier(
        orientation=orientation,
        origine=Origine.DEMANDEUR if lieu else Origine.MEDECIN,
        auteur=None if lieu else by.principal,
        cree_par=by.user,
        cle=cle or uuid.uuid4(),
        **identite,
    )
    dossier, is_new = _begin(asked, lieu, by=by)
    if not is_new:
        return dossier
    if lieu:
        inscribe(dossier, Role.DEMANDEUR, lieu=lieu)
    else:
        professionnel = annuaire.actions.refer_account(by.principal, by=by)
        inscribe(dossier, Role.MEDECIN, professionnel=professionnel)
    attaches.note(dossier, attaches.CREATED, now=dossier.created_at, by=by)
    return dossier


@transaction.atomic
def create_on_paper(*, lieu: Lieu, by: Actor, cle: uuid.UUID | None = None, **identite: Any) -> Dossier:
    """Noted by the unit that has received it: nobody asks by this service, its volets stay on paper. Part of
    recording its demande, which lets the unit read it."""
    by = policies.receive_paper(by, lieu)
    known = {"orientation": Orientation.GRAND_AGE, "origine": Origine.PAPIER, "cree_par": by.user}
    asked = Dossier(cle=cle or uuid.uuid4(), **known, **identite)
    dossier, _ = _begin(asked, lieu, by=by)
    return dossier


def _begin(asked: Dossier, lieu: Lieu | None, *, by: Actor) -> tuple[Dossier, bool]:
    """With its volets; whether it is new: one form makes one dossier."""
    try:
        dossier = _save_numbered(asked)
    except ValidationError as error:
        if done := _already_created(asked, lieu, error):
            return done, False
        raise
    for kind in of_orientation(dossier.orientation):
        save_valid(Volet(dossier=dossier, kind=kind))
    record("dossier.created", by=by, target=dossier, orientation=dossier.orientation)
    return dossier, True


def _save_numbered(dossier: Dossier) -> Dossier:
    """Save with a number; another is drawn when it is taken, even by somebody else at the same time."""
    while True:
        try:
            return save_valid(dossier)
        except ValidationError as error:
            if set(error.message_dict) != {"numero"}:
                raise
            dossier.numero = draw_numero()


def _already_created(asked: Dossier, lieu: Lieu | None, error: ValidationError) -> Dossier | None:
    """The dossier made by an earlier click of the same form; None when the patient or the place differs."""
    if "cle" not in error.message_dict:
        return None
    asked_for = {name: getattr(asked, name) for name in ("auteur_id", "orientation", "cle", *LABELS)}
    if lieu:
        asked_for |= {"presences__lieu_key": lieu.key, "cree_par_id": asked.cree_par_id}
    return Dossier.objects.filter(**asked_for).first()


@transaction.atomic
def read(dossier: Dossier, *, by: Actor, seen_at: datetime | None = None) -> None:
    """Every display of a nominative dossier leaves a line (DOS-5). `seen_at`: by whom the bell calls."""
    by = policies.read(by, dossier)
    record("dossier.read", by=by, target=dossier)
    if seen_at:
        attaches.see(dossier, now=seen_at, by=by)


@transaction.atomic
def search(*, nom: str, prenom: str, by: Actor) -> list[int]:
    """Patients of whom he may know the names, in all orientations. The journal notes the search, not the
    name (TRC-1)."""
    policies.search(by)
    record("patient.searched", by=by)
    return perimetres.patients(by, nom, prenom, most=FOUND_AT_MOST + 1)
