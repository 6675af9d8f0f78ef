"""What people of the demonstration ask of their référents; idempotent."""

import habilitations.actions
from annuaire.models import Lieu
from habilitations.models import DemandeHabilitation, Habilitation
from habilitations.profils import REGULATEUR
from viatraj.core.actor import Actor, Means
from viatraj.core.periods import add_months


def make(users, rows, *, now):
    """One prolongation, by who is warned of an end; one new habilitation."""
    asked = set(DemandeHabilitation.objects.values_list("user__login", flat=True))
    if "carnaud" not in asked:
        _prolong(users["carnaud"], now)
    if "lbernard" not in asked:
        _ask(users["lbernard"], rows["ch-saint-aubin"], now)


def _prolong(user, now):
    today = now.date()
    habilitation = Habilitation.objects.of(user).current(today).order_by("fin").first()
    habilitations.actions.ask_prolongation(
        habilitation,
        fin=add_months(today, 24),
        motif="Mon contrat est renouvelé pour deux ans.",
        cle=None,
        today=today,
        now=now,
        by=_as(user),
    )


def _ask(user, etablissement, now):
    today = now.date()
    habilitations.actions.ask(
        profil=REGULATEUR,
        lieu=Lieu.of(etablissement),
        fin=add_months(today, 12),
        motif="Je rejoins l’équipe de régulation.",
        cle=None,
        today=today,
        now=now,
        by=_as(user),
    )


def _as(user) -> Actor:
    return Actor(user=user, quality="professionnel", means=Means.MAIL)
