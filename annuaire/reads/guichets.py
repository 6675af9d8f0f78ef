"""Guichets uniques, as their référents see them (ANN-4)."""

from django.db.models import Count, F

from annuaire.models import Coordination, Guichet, Unite
from viatraj.core.actor import Actor
from viatraj.core.droits import Droit


def visible_to(actor: Actor):
    """Open ones first."""
    rows = Guichet.objects.none() if actor.is_acting else Guichet.objects.within(actor.rights, Droit.GUICHET)
    rows = rows.select_related(
        "coordination__region", "etablissement__coordination", "replaced_by__etablissement"
    )
    return rows.annotate(nombre=Count("unites")).order_by(
        F("closed_at").asc(nulls_first=True), "etablissement__nom", "nom", "pk"
    )


def coordinations(actor: Actor) -> list[Coordination]:
    """Where one may create a guichet across several établissements."""
    rows = Coordination.objects.within(actor.rights, Droit.GUICHET)
    return list(rows.order_by("nom", "pk")[:20])


def unites(guichet: Guichet):
    rows = Unite.objects.filter(guichets=guichet).select_related("etablissement")
    return rows.order_by("etablissement__nom", "nom", "pk")


def shown(guichet: Guichet) -> dict:
    """As the form takes it up."""
    fields = ("nom", "domaine", "telephone", "email", "horaires", "version")
    return {name: getattr(guichet, name) for name in fields} | {"unites": list(guichet.unites.all())}


def told(guichet: Guichet) -> list[tuple[str, str]]:
    """What stands now, beside what was typed."""
    return [
        ("Nom", guichet.nom),
        ("Domaine", guichet.get_domaine_display()),
        ("Téléphone", guichet.telephone),
        ("Adresse e-mail", guichet.email),
        ("Horaires", guichet.horaires),
        ("Unités réunies", ", ".join(one.nom for one in unites(guichet))),
    ]
