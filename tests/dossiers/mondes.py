"""Random worlds: structures, people with all kinds of rights, dossiers that lie anywhere (DOS-4)."""

import itertools
import random
from datetime import timedelta

from django.utils import timezone

import habilitations.rights
from annuaire.models import Guichet, Lieu
from delegations.models import Delegation, DroitDelegue
from delegations.rights import EACH_LENDABLE
from dossiers.models import Decision, Dossier, LienMedecin, Origine, Presence, Role, Volet
from dossiers.models.presences import NIVEAUX
from dossiers.natures import of_orientation
from dossiers.regards import TABLEAUX
from habilitations.models import DroitPersonnalise, Habilitation
from habilitations.profils import PROFILS
from tests.factories import (
    CoordinationFactory,
    DelegationFactory,
    EtablissementFactory,
    MedecinFactory,
    ProfessionnelFactory,
    RegionFactory,
    UniteFactory,
    UserFactory,
    as_delegate,
    as_medecin,
)
from viatraj.core.actor import Actor
from viatraj.core.droits import Niveau, Orientation

BOARDS = {tableau.droit for tableau in TABLEAUX.values()}
BOARDED = [one for one in PROFILS.values() if BOARDS & {droit.droit for droit in one.droits}]
PERIODS = (("in force",) * 5, ("over", "future", "revoked"))
DOSSIERS, PROFESSIONNELS, MEDECINS = 10, 8, 2


class Terre:
    """Two régions, two coordinations, three établissements with units and guichets; the same for all."""

    def __init__(self):
        regions = RegionFactory.create_batch(2)
        coordinations = [CoordinationFactory(region=region) for region in regions]
        etablissements = [EtablissementFactory(coordination=coordinations[n // 2]) for n in range(3)]
        unites = [UniteFactory(etablissement=etablissements[n // 2]) for n in range(5)]
        guichets = [
            Guichet.objects.create(nom="Guichet", coordination=one.coordination, etablissement=one)
            for one in etablissements[:2]
        ]
        for guichet, unite in zip(guichets, unites[::2], strict=False):
            guichet.unites.add(unite)
        self.lieux = {
            Niveau.NATIONAL: [None],
            Niveau.REGION: regions,
            Niveau.COORDINATION: coordinations,
            Niveau.ETABLISSEMENT: etablissements,
            Niveau.GUICHET: guichets,
            Niveau.UNITE: unites,
        }
        self.medecins = MedecinFactory.create_batch(MEDECINS)
        self.professionnels = [ProfessionnelFactory(idnat=one.login) for one in self.medecins]
        self.professionnels.append(ProfessionnelFactory())  # without an account
        self.people = UserFactory.create_batch(PROFESSIONNELS)

    def lieu(self, chance, niveau) -> Lieu:
        """Mostly the first of its level, so that rights and dossiers often meet, or nearly."""
        row = self.lieux[niveau][0] if chance.random() < 0.6 else chance.choice(self.lieux[niveau])
        return Lieu.of(row) if row else Lieu(Niveau.NATIONAL)


def cases(terre, seed, count):
    """`count` pairs of an actor and a dossier, world after world: each has fewer than a hundred."""
    given = 0
    for number in itertools.count():
        chance = random.Random(f"{seed}-{number}")
        actors, dossiers = _monde(terre, chance)
        for actor in actors:
            yield number, actor, dossiers
            given += len(dossiers)
            if given >= count:
                return
        _clear()


def _clear():
    for model in (
        LienMedecin,
        Presence,
        Volet,
        Dossier,
        DroitDelegue,
        Delegation,
        DroitPersonnalise,
        Habilitation,
    ):
        model.objects.all().delete()


def _monde(terre, chance):
    usual = chance.choice(list(Orientation))
    dossiers = [_dossier(terre, chance, usual) for _ in range(DOSSIERS)]
    for user in terre.people:
        for _ in range(chance.randint(2, 4)):
            _habilitation(terre, chance, user)
    today = timezone.localdate()
    actors = [Actor(user=one, rights=habilitations.rights.of_user(one, on=today)) for one in terre.people]
    actors += [as_medecin(one) for one in terre.medecins]
    lent = [_delegation(terre, chance) for _ in range(3)]
    return [*actors, *(as_delegate(one) for one in lent)], dossiers


def _habilitation(terre, chance, user):
    """Any profile, where it may be held, in any period, with any choice that a row may hold."""
    profil = chance.choice(BOARDED if chance.random() < 0.8 else list(PROFILS.values()))
    lieu = terre.lieu(chance, chance.choice(profil.niveaux))
    if Habilitation.objects.filter(user=user, profil=profil.code, lieu_key=lieu.key).exists():
        return
    today, period = timezone.localdate(), chance.choice([*PERIODS[0], *PERIODS[1]])
    days = {"over": (-30, -1), "future": (1, 30)}.get(period, (0, 30))
    held = Habilitation.objects.create(
        user=user,
        profil=profil.code,
        domaine=profil.domaine,
        niveau=lieu.niveau,
        debut=today + timedelta(days=days[0]),
        fin=today + timedelta(days=days[1]),
        revoked_at=timezone.now() if period == "revoked" else None,
        **lieu.columns,
    )
    for droit in profil.droits:
        modes = ["aucun", *droit.droit.modes]
        if chance.random() < 0.3:
            mode = chance.choice(modes)
            known = {"domaine": droit.domaine, "droit": droit.droit, "mode": mode}
            DroitPersonnalise.objects.create(habilitation=held, **known)


def _delegation(terre, chance):
    """A confrère's, or an assistant's with some of what may be lent."""
    delegant, delegataire = chance.choice(terre.medecins), UserFactory()
    kind = chance.choice(list(Delegation.Kind))
    known = {"delegant": delegant, "delegataire": delegataire, "kind": kind, "professionnel": None}
    if kind == Delegation.Kind.CONFRERE:
        known["professionnel"] = ProfessionnelFactory(idnat=chance.choice(terre.medecins).login)
    row = DelegationFactory(**known)
    if kind == Delegation.Kind.ASSISTANT:
        one_each = {(one.orientation, one.droit): one for one in sorted(EACH_LENDABLE)}
        for one in one_each.values():
            if chance.random() < 0.6:
                DroitDelegue.objects.create(delegation=row, **one._asdict())
    return row


def _dossier(terre, chance, usual):
    medecin = chance.choice([None, None, *terre.medecins])
    dossier = Dossier.objects.create(
        orientation=usual if chance.random() < 0.6 else chance.choice(list(Orientation)),
        origine=Origine.MEDECIN if medecin else Origine.DEMANDEUR,
        auteur=medecin,
        cree_par=medecin or terre.people[0],
        nom=chance.choice(["Garricou", "Zaoui", "Abeille"]),
        prenom=chance.choice(["Michel", "Anne"]),
        nom_utilise=chance.choice(["", "", "Zaoui-Abeille"]),
        date_naissance=f"19{chance.randint(20, 22)}-02-18",
    )
    _volets(chance, terre, dossier)
    first = Role.MEDECIN if medecin else Role.DEMANDEUR
    others = [role for role in Role if role not in (Role.MEDECIN, Role.DEMANDEUR) and chance.random() < 0.7]
    for role in (first, *others):
        if role == Role.MEDECIN:
            who = next(one for one in terre.professionnels if one.idnat == medecin.login)
            _in_space(dossier, role, who)
        elif role == Role.TRAITANT:
            who = chance.choice(terre.professionnels)
            _in_space(dossier, role, who)
            _lien(chance, terre, dossier, who)
        else:
            lieu = terre.lieu(chance, chance.choice(NIVEAUX[role]))
            admis = timezone.now() if role == Role.RECEVEUR and chance.random() < 0.3 else None
            known = {"dossier": dossier, "role": role, "niveau": lieu.niveau, "admis_at": admis}
            Presence.objects.create(**known, **lieu.columns)
    _decide(chance, terre, dossier)
    return dossier


def _volets(chance, terre, dossier):
    """Mostly as far as a complete dossier wants them."""
    for kind in of_orientation(dossier.orientation):
        validated = {"validated_at": timezone.now(), "validated_by": terre.people[0]}
        known = validated if chance.random() < 0.8 else {}
        complet = bool(known) or chance.random() < 0.5
        Volet.objects.create(dossier=dossier, kind=kind, complet=complet, **known)


def _decide(chance, terre, dossier):
    """After all else, of a row that was read before it."""
    if chance.random() < 0.2:
        dossier.decision = chance.choice([Decision.SUSPENDU, Decision.ARCHIVE])
        dossier.decided_at, dossier.decided_by = timezone.now(), terre.people[0]
        dossier.save()


def _in_space(dossier, role, professionnel):
    known = {"dossier": dossier, "role": role, "professionnel": professionnel}
    Presence.objects.create(niveau=Niveau.MEDECIN, **known)


def _lien(chance, terre, dossier, professionnel):
    etat = chance.choice(list(LienMedecin.Etat))
    answered = {"answered_at": timezone.now(), "answered_by": terre.people[0]}
    known = {} if etat == LienMedecin.Etat.A_ACCEPTER else answered
    LienMedecin.objects.create(dossier=dossier, professionnel=professionnel, etat=etat, **known)
