"""A confrère whom a délégation names by his national number, when that number changes."""

from delegations.models import Delegation


def follow_number(old, new):
    """Proposals that nobody has taken bear the number in their key, so that a second one overlaps them.

    Part of `annuaire.actions.import_adeli`, which holds the rows; IntegrityError when both numbers have one.
    """
    waiting = Delegation.objects.filter(delegataire_key=f"idnat:{old}").order_by("pk")
    for pk in list(waiting.values_list("pk", flat=True)):
        Delegation.objects.filter(pk=pk).update(delegataire_key=f"idnat:{new}")
