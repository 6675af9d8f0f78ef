"""Dossiers and assistants for tests."""

from datetime import date

import factory

from delegations.models import Delegation, DroitDelegue
from dossiers.models import Dossier, Volet
from tests.factories import DelegationFactory, MedecinFactory, UserFactory
from viatraj.core.droits import ABSENT, Droit, Mode, Orientation

SECRETARIAT = (
    (Droit.DOSSIER_LISTE, Mode.OUI),
    (Droit.DOSSIER_CREATION, Mode.OUI),
    (Droit.VOLET_ADMINISTRATIF, Mode.ECRITURE),
)
READER = ((Droit.DOSSIER_LISTE, Mode.OUI), (Droit.VOLET_ADMINISTRATIF, Mode.LECTURE))
MEDICAL = ((Droit.DOSSIER_LISTE, Mode.OUI), (Droit.VOLET_MEDICAL, Mode.ECRITURE))
LISTER = ((Droit.DOSSIER_LISTE, Mode.OUI),)


class DossierFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Dossier
        skip_postgeneration_save = True

    orientation = Orientation.SANITAIRE
    auteur = factory.SubFactory(MedecinFactory)
    nom = "Garricou"
    prenom = "Michel"
    date_naissance = date(1957, 2, 18)

    @factory.post_generation
    def volet(self, create, extracted, **kwargs):
        """The administrative one, with this text."""
        Volet.objects.create(dossier=self, kind=Volet.Kind.ADMINISTRATIF, texte=extracted or "")

    @factory.post_generation
    def medical(self, create, extracted, **kwargs):
        Volet.objects.create(dossier=self, kind=Volet.Kind.MEDICAL, texte=extracted or "")


def volet_of(dossier, kind=Volet.Kind.ADMINISTRATIF) -> Volet:
    return Volet.objects.select_related("dossier").get(dossier=dossier, kind=kind)


def lend(medecin, *, droits=SECRETARIAT, orientations=(Orientation.SANITAIRE,), **known) -> Delegation:
    """A délégation to an assistant, in force."""
    delegation = DelegationFactory(
        kind=Delegation.Kind.ASSISTANT,
        delegant=medecin,
        delegataire=known.pop("assistant", None) or UserFactory(nom="Petit", prenom="Sonia"),
        professionnel=None,
        **known,
    )
    DroitDelegue.objects.bulk_create(
        DroitDelegue(delegation=delegation, orientation=orientation, droit=droit, mode=mode)
        for orientation in orientations
        for droit, mode in droits
        if (orientation, droit) not in ABSENT
    )
    return delegation
