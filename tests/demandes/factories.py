"""Dossiers that may be sent, demandes at each step, and those who do them."""

from datetime import timedelta

from django.utils import timezone

from annuaire.models import Guichet, Lieu
from demandes import actions
from demandes.etats import Cote, Verbe
from demandes.models import Demande
from dossiers.models import Volet
from habilitations.models import Habilitation
from habilitations.profils import PRESCRIPTEUR_MEDICAL, RESPONSABLE_ADMISSIONS
from tests.dossiers.factories import DossierFactory, professionnel
from tests.factories import UniteFactory
from viatraj.core.actor import Actor

D, R = Cote.DEMANDEUR, Cote.RECEVEUR
SYSTEM = Actor.system("alertes")


def complete(dossier) -> None:
    """All its volets as far as sending asks."""
    known = {"validated_at": timezone.now(), "validated_by": dossier.cree_par, "complet": True}
    Volet.objects.filter(dossier=dossier).update(**known)


def ready(unite=None, **known):
    """A dossier that may be sent, asked by a unit."""
    dossier = DossierFactory(auteur=None, lieu=unite or UniteFactory(), **known)
    complete(dossier)
    return dossier


class Cas:
    """A dossier of a unit, its prescripteur, and units that receive, each with its own people."""

    def __init__(self, receiving=1, orientation="sanitaire", demandeur=PRESCRIPTEUR_MEDICAL, **known):
        self.profil = known.pop("receveur", RESPONSABLE_ADMISSIONS)
        self.unite = UniteFactory()
        self.dossier = ready(self.unite, orientation=orientation, **known)
        self.demandeur = professionnel(demandeur, self.unite)
        self.unites = [UniteFactory(nom=f"Accueil {n}") for n in range(receiving)]
        self.receveurs = [professionnel(self.profil, one) for one in self.unites]
        self.now = timezone.now()

    @property
    def receveur(self) -> Actor:
        return self.receveurs[0]

    def select(self, *rows, by=None) -> list[Demande]:
        lieux = [Lieu.of(one) for one in rows or self.unites]
        return actions.select(self.dossier, lieux=lieux, now=self.now, by=by or self.demandeur)

    def send(self, *rows, by=None) -> list[Demande]:
        """Chosen and sent at once; fresh."""
        chosen = self.select(*rows, by=by)
        keys = [one.pk for one in chosen]
        return actions.send(self.dossier, demandes=keys, now=self.now, by=by or self.demandeur)

    def sent(self) -> Demande:
        return self.send(self.unites[0])[0]

    def act(self, demande, verbe, by=None, cote=None, **said) -> Demande:
        """By the right person of its side, unless said."""
        cote = cote or (D if by is self.demandeur else R)
        by = by or (self.demandeur if cote == D else self.receveur)
        now = said.pop("now", self.now)
        return actions.perform(demande, verbe=verbe, cote=cote, now=now, by=by, **said)

    def accept(self, demande, by=None) -> Demande:
        today = timezone.localdate(self.now)
        dates = {"date_proposee": today, "valable_jusqu": today + timedelta(days=3)}
        return self.act(demande, Verbe.ACCEPTER, by=by or self.receveur, cote=R, **dates)

    def admit(self, demande, by=None, **said) -> Demande:
        today = timezone.localdate(self.now)
        return self.act(demande, Verbe.ADMETTRE, by=by or self.receveur, cote=R, date_admission=today, **said)


def prevenus() -> Cas:
    """With a colleague on each side, all of whom want mails."""
    cas = Cas()
    cas.collegue = professionnel(PRESCRIPTEUR_MEDICAL, cas.unite)
    cas.autre = professionnel(RESPONSABLE_ADMISSIONS, cas.unites[0])
    tick(cas.demandeur, cas.collegue, cas.receveur, cas.autre)
    return cas


def tick(*people, on=True) -> None:
    """«Réception des e-mails» of all that they hold."""
    Habilitation.objects.filter(user__in=[one.user for one in people]).update(emails=on)


def tell(at=None) -> None:
    """All that the beat does each minute."""
    known = {"now": at or timezone.now(), "by": SYSTEM}
    actions.tell_facts(**known)
    actions.send_alertes(**known)
    actions.send_recaps(**known)


def guichet_of(unite, *others) -> Guichet:
    """A door of its établissement, for these units."""
    etablissement = unite.etablissement
    guichet = Guichet.objects.create(
        nom="Guichet", etablissement=etablissement, coordination=etablissement.coordination
    )
    guichet.unites.set([unite, *others])
    return guichet


def requested(dossier, lieu, **known) -> Demande:
    """A row as it stands, without the steps that led to it."""
    held, now = Lieu.of(lieu), timezone.now()
    moments = {"depuis": now, "changed_at": now}
    return Demande.objects.create(dossier=dossier, niveau=held.niveau, **held.columns, **(moments | known))
