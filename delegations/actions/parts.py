"""Helpers shared by several actions of this package; not actions by themselves."""

import uuid

from django.conf import settings
from django.core.exceptions import ValidationError

from delegations import rights
from delegations.models import Delegation, DroitDelegue
from viatraj.core.droits import Droit
from viatraj.core.periods import add_months
from viatraj.core.saisie import emails, noms
from viatraj.core.saving import save_valid


def change(delegation):
    """Save with a new nonce, so that links sent before no longer work."""
    delegation.nonce = uuid.uuid4()
    delegation.version += 1
    return save_valid(delegation)


def words(delegation) -> dict:
    """What the journal's sentences may name."""
    return {
        "du_titre": delegation.du_titre,
        "au_titre": delegation.au_titre,
        "titre_delegant": delegation.delegant.titre,
        "debut": f"{delegation.debut:%d/%m/%Y}",
        "fin": f"{delegation.fin:%d/%m/%Y}",
    }


def check_period(debut, fin, *, today, kind, former_debut=None):
    """Six months at most for a confrère, a year for an assistant, counted from today or from the start."""
    if debut < today and debut != former_debut:
        raise ValidationError({"debut": "La délégation commence aujourd’hui ou plus tard."})
    if fin < today:
        said = "Cette date est passée. Pour mettre fin à la délégation, supprimez-la."
        raise ValidationError({"fin": said if former_debut else "La date de fin précède le premier jour."})
    months = {
        Delegation.Kind.CONFRERE: settings.DELEGATION_CONFRERE_MONTHS,
        Delegation.Kind.ASSISTANT: settings.DELEGATION_ASSISTANT_MONTHS,
    }[kind]
    last = add_months(max(today, debut), months)
    if fin > last:
        raise ValidationError(
            f"Une délégation dure {months} mois au plus\u00a0: choisissez une date jusqu’au {last:%d/%m/%Y}.",
            code="fin",
        )


def check_droits(droits):
    """Never more than may be lent, never a right without the list that leads to it (DEL-7)."""
    if not droits:
        raise ValidationError("Accordez au moins un droit.", code="droits")
    if not all(rights.may_be_lent(one) for one in droits):
        raise ValidationError("L’un de ces droits ne se délègue pas à un assistant.", code="droits")
    listed = {one.orientation for one in droits if one.droit == Droit.DOSSIER_LISTE}
    if lacking := sorted({one.orientation for one in droits} - listed):
        raise ValidationError(
            "Cochez «\u00a0Consulter la liste des dossiers\u00a0»\u00a0: les autres droits en dépendent.",
            code=f"{lacking[0]}_{Droit.DOSSIER_LISTE}",
        )


def invite_key(nom, prenom, email) -> str:
    """One invitation a person and a médecin, however the name is written."""
    return f"invite:{emails.tidied(email)}:{noms.key(nom, prenom)}"[:300]


def lend(delegation, droits):
    """Replace the rights lent by exactly these."""
    kept = {(row.orientation, row.droit, row.mode): row for row in delegation.droits.order_by("pk")}
    for key, row in kept.items():
        if rights.Lent(*key) not in droits:
            row.delete()
    for one in sorted(droits):
        if tuple(one) not in kept:
            save_valid(DroitDelegue(delegation=delegation, **one._asdict()))
