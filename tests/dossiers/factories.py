"""Dossiers and assistants for tests."""

from datetime import date

import factory
from django.utils import timezone

from annuaire.models import Lieu
from delegations.models import Delegation, DroitDelegue
from dossiers import actions, volets
from dossiers.models import Dossier, LienMedecin, Origine, PieceJointe, Presence, Role, Volet
from habilitations.models import DroitPersonnalise
from tests.core.files import samples
from tests.factories import (
    DelegationFactory,
    HabilitationFactory,
    MedecinFactory,
    ProfessionnelFactory,
    UserFactory,
    as_professionnel,
)
from viatraj.core.droits import ABSENT, Droit, Mode, Niveau, Orientation
from viatraj.core.files import vault

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
    cree_par = factory.LazyAttribute(lambda dossier: dossier.auteur or UserFactory())
    origine = factory.LazyAttribute(lambda dossier: Origine.MEDECIN if dossier.auteur else Origine.DEMANDEUR)
    nom = "Garricou"
    prenom = "Michel"
    date_naissance = date(1957, 2, 18)

    @factory.post_generation
    def lieu(self, create, extracted, **kwargs):
        """The unit or coordination that asks; else the space of its médecin."""
        if self.auteur:
            known = {"nom": self.auteur.nom, "prenom": self.auteur.prenom}
            here = {"professionnel": ProfessionnelFactory(idnat=self.auteur.login, **known)}
            Presence.objects.create(dossier=self, role=Role.MEDECIN, niveau=Niveau.MEDECIN, **here)
        elif extracted:
            place_at(self, Role.DEMANDEUR, extracted)

    @factory.post_generation
    def volet(self, create, extracted, **kwargs):
        """The administrative one, with this text."""
        Volet.objects.create(dossier=self, kind=Volet.Kind.ADMINISTRATIF, texte=extracted or "")

    @factory.post_generation
    def medical(self, create, extracted, **kwargs):
        kind = Volet.Kind.ADRESSAGE if self.orientation == Orientation.TND else Volet.Kind.MEDICAL
        Volet.objects.create(dossier=self, kind=kind, texte=extracted or "")


def place_at(dossier, role, lieu) -> Presence:
    """A presence at a structure."""
    lieu = Lieu.of(lieu)
    return Presence.objects.create(dossier=dossier, role=role, niveau=lieu.niveau, **lieu.columns)


def name_traitant(dossier, medecin, etat=LienMedecin.Etat.ACCEPTE) -> LienMedecin:
    """The médecin traitant, and how he has answered."""
    known = {"nom": medecin.nom, "prenom": medecin.prenom}
    professionnel = ProfessionnelFactory(idnat=medecin.login, **known)
    Presence.objects.create(
        dossier=dossier, role=Role.TRAITANT, niveau=Niveau.MEDECIN, professionnel=professionnel
    )
    answered = {"answered_at": timezone.now(), "answered_by": medecin}
    return LienMedecin.objects.create(
        dossier=dossier,
        professionnel=professionnel,
        etat=etat,
        **(answered if etat != LienMedecin.Etat.A_ACCEPTER else {}),
    )


def volet_of(dossier, kind=Volet.Kind.ADMINISTRATIF) -> Volet:
    return Volet.objects.select_related("dossier").get(dossier=dossier, kind=kind)


def join(volet, *, nom="compte rendu.pdf", kind="pdf", raw=None, **known) -> PieceJointe:
    """A file of this volet, as whoever holds its dossier has added it."""
    raw = samples.pdf() if raw is None else raw
    kept = vault.keep(raw)
    known = {"etat": PieceJointe.Etat.ACCEPTEE, "added_by": volet.dossier.auteur} | known
    return PieceJointe.objects.create(
        volet=volet,
        nom=nom,
        kind=kind,
        taille=len(raw),
        empreinte=kept.digest,
        stored_as=kept.name,
        sealed_key=kept.key,
        **known,
    )


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


def professionnel(profil, lieu, *, user=None, **modes):
    """Somebody at work by one more habilitation: `modes` are his own choices, by right, for its domaine.

    `tableau_demandeur="anonyme"`, or `grand_age__volet_medical="lecture"` for another domaine than its own.
    """
    held = HabilitationFactory(profil=profil.code, lieu=lieu, **({"user": user} if user else {}))
    for name, mode in modes.items():
        domaine, droit = name.split("__") if "__" in name else (profil.domaine, name)
        DroitPersonnalise.objects.create(habilitation=held, domaine=domaine, droit=droit, mode=mode)
    return as_professionnel(held.user)


ADRESSAGE = {
    "titulaires": [{"nom": "Garricou", "prenom": "Michel"}],
    "accord": "oui",
    "consultation": "2026-01-20",
    "signes": ["langage"],
    "mdph": "non",
}
MEDICAL_REMPLI = {"histoire": "Chute à domicile."}
ORIENTATION_REMPLIE = {
    "type": ["smr_geriatrie"],
    "pathologie": "FES",
    "souhaitee": "2026-12-03",
    "mode": "complet",
    "projet": "Reprise de la marche.",
}


def write(volet, *, by, version=None, valider=False, **contenu):
    """As its page does."""
    verb = actions.validate_volet if valider else actions.edit_volet
    form = volets.current(volet.kind, volet.dossier.orientation)
    version = version or Volet.objects.get(pk=volet.pk).version
    return verb(volet, contenu=contenu, formulaire=form.version, version=version, now=timezone.now(), by=by)


def edit_path(dossier, kind) -> str:
    return f"/dossiers/{dossier.numero}/volets/{kind}/modifier/"


def sent(*, version=1, **typed) -> dict:
    """As the page of a volet sends it."""
    return {"formulaire": "1", "version": version, **typed}


ADRESSAGE_SENT = {
    "titulaires-0-nom": "Garricou",
    "titulaires-0-prenom": "Michel",
    "accord": "oui",
    "consultation": "2026-01-20",
    "signes": ["langage"],
    "mdph": "non",
}
