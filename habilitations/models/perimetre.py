"""The perimeter of a référent, over rows of what people hold or ask for at a place (COM-8)."""

from django.db.models import Q

from annuaire.models import AtLieuQuerySet
from viatraj.core.droits import Droit, Niveau


def within_perimeter(rights) -> Q:
    """The condition for rows in the perimeter of a référent with these rights (COM-8)."""
    return rights.within(Droit.HABILITATION, **AtLieuQuerySet.columns)


def perimeter_sql(rights) -> tuple[str, dict[str, list]]:
    """The same condition for SQL by hand, and its parameters (docs/adr/0035).

    It names only the levels that are held, so that each can be looked up in its index.
    """
    scopes = rights.scopes(Droit.HABILITATION)
    if Niveau.NATIONAL in scopes:
        return "TRUE", {}
    rule = " OR ".join(f"{niveau}_id = ANY(%({niveau})s)" for niveau in sorted(scopes))
    return f"({rule or 'FALSE'})", {niveau: sorted(ids) for niveau, ids in scopes.items()}


class OfPersonQuerySet(AtLieuQuerySet):
    """Of what a `user` holds, or asks for, at a place."""

    def of(self, user):
        return self.filter(user=user)

    def visible_to(self, actor):
        """To the référents of the place, and nobody else; one's own are on one's own pages (COM-8)."""
        if actor.is_acting:
            return self.none()
        return self.filter(within_perimeter(actor.rights))
