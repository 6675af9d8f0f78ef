"""An MDPH, a decision, and the ESMS that it notifies, each with its own people."""

import uuid
from datetime import timedelta

from django.utils import timezone

from annuaire.natures import Nature
from demandes import actions
from demandes.handicap.statuts import Statut
from demandes.models import Decision, Notification
from habilitations.profils import ESMS, MDPH
from tests.dossiers.factories import professionnel
from tests.factories import CoordinationFactory, EtablissementFactory, UniteFactory

IME = "48"


def esms(categorie=IME, **known):
    """An établissement with one unit for it."""
    etablissement = EtablissementFactory(**known)
    UniteFactory(etablissement=etablissement, nom="Internat", nature=Nature.ESMS, type_offre=categorie)
    return etablissement


class Cas:
    """`esms` are of other départements than the MDPH’s: what they see comes by the notification alone."""

    def __init__(self, notified=1, **known):
        self.now = timezone.now()
        self.coordination = CoordinationFactory()
        self.mdph = professionnel(MDPH, self.coordination)
        self.esms = [esms(nom=f"IME {n}") for n in range(notified)]
        self.gestionnaires = [professionnel(ESMS, one) for one in self.esms]
        self.decision = self.decide(**known)

    @property
    def gestionnaire(self):
        return self.gestionnaires[0]

    @property
    def unite(self):
        return self.esms[0].unites.get(nom="Internat")

    def decide(self, by=None, **known) -> Decision:
        today = timezone.localdate(self.now)
        said = {
            "mdph": self.coordination,
            "cle": uuid.uuid4(),
            "numero": f"2026-{Decision.objects.count() + 1}",
            "nom": "Garricou",
            "prenom": "Michel",
            "date_naissance": today - timedelta(days=365 * 12),
            "sexe": "M",
            "categorie": IME,
            "debut": today,
            "fin": today + timedelta(days=400),
        }
        return actions.record_decision(**said | known, now=self.now, by=by or self.mdph)

    def notify(self, *rows, by=None) -> list[Notification]:
        known = {"etablissements": rows or self.esms, "now": self.now, "by": by or self.mdph}
        return actions.notify(self.decision, **known)

    def notified(self) -> Notification:
        return self.notify(self.esms[0])[0]

    def change(self, notification, statut, by=None, **said) -> Notification:
        """By the ESMS, unless said."""
        known = {"date": timezone.localdate(self.now), "now": self.now} | said
        return actions.change_statut(notification, statut=statut, by=by or self.gestionnaire, **known)

    def impossible(self, motif="122") -> Notification:
        return self.change(self.notified(), Statut.IMPOSSIBLE, motif=motif)

    def place(self, notification, statut, by=None, **said) -> Notification:
        known = {"unite": self.unite, "mode": "46", "date": timezone.localdate(self.now), "now": self.now}
        return actions.change_unite(notification, statut=statut, by=by or self.gestionnaire, **known | said)
