"""Whether a place is open, as the database has it now."""

from django.core.exceptions import ValidationError

from annuaire.models import Lieu


def refuse_closed(lieu: Lieu) -> None:
    """After a row was added there: its trigger has waited for whoever was closing the place (ANN-7)."""
    if lieu.row is None or not hasattr(lieu.row, "closed_at"):
        return
    joined = ["etablissement"] if hasattr(lieu.row, "etablissement") else []
    fresh = Lieu.of(type(lieu.row)._base_manager.select_related(*joined).get(pk=lieu.row.pk))
    if fresh.is_closed:
        raise ValidationError(f"{lieu} est une structure fermée.")
