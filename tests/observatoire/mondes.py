"""Small worlds drawn from a seed: dossiers and demandes as their rows would stand, with awkward instants.

Rows are written as they are, without the actions: the store and the witnesses read the same ones.
"""

import random
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from django.utils import timezone

from annuaire.models import Lieu
from annuaire.natures import Nature
from demandes.etats import CLOS, Cote, Etat, Verbe
from demandes.models import Decision, Demande, EtapeNotification, Notification, Transition
from demandes.motifs import ANNULATION, REFUS
from dossiers.models import Dossier, LienMedecin, Origine, Presence, Role, Volet
from observatoire.perimetres import Perimetre
from tests.dossiers.factories import place_at
from tests.factories import (
    CoordinationFactory,
    EtablissementFactory,
    ProfessionnelFactory,
    RegionFactory,
    UniteFactory,
    UserFactory,
)
from viatraj.core.actor import Actor
from viatraj.core.droits import Niveau, Orientation

PARIS = ZoneInfo("Europe/Paris")
NOW = datetime(2026, 11, 10, 9, 30, tzinfo=UTC)
# A leap day, the two nights of the clock, midnights of Paris that are another day in UTC, a new year.
AWKWARD = (
    datetime(2024, 2, 29, 23, 30, tzinfo=PARIS),
    datetime(2026, 3, 29, 0, 30, tzinfo=UTC),
    datetime(2026, 3, 29, 1, 30, tzinfo=UTC),
    datetime(2026, 10, 25, 0, 30, tzinfo=UTC),
    datetime(2026, 10, 25, 1, 30, tzinfo=UTC),
    datetime(2026, 6, 30, 23, 30, tzinfo=UTC),
    datetime(2025, 12, 31, 23, 0, tzinfo=UTC),
    datetime(2026, 2, 28, 23, 0, tzinfo=PARIS),
)
PERIODS = (
    (date(2024, 2, 1), date(2024, 2, 29)),
    (date(2026, 3, 1), date(2026, 6, 30)),
    (date(2026, 10, 25), date(2026, 10, 25)),
    (date(2024, 1, 1), date(2026, 11, 10)),
)
NATURES = {
    Orientation.SANITAIRE: Nature.SMR,
    Orientation.GRAND_AGE: Nature.EHPAD,
    Orientation.TND: Nature.PCO,
}
TYPES = {
    Orientation.SANITAIRE: ("smr_geriatrie", "smr_neurologie", "had"),
    Orientation.GRAND_AGE: ("permanent", "temporaire"),
    Orientation.TND: (),
}
PATHOLOGIES = ("", "AVC", "SEP", "FES")
# Ways a demande may go: verbs with the states they lead to.
V, E = Verbe, Etat
ENTREE = ((V.SELECTIONNER, E.SELECTIONNEE), (V.ENVOYER, E.ENVOYEE))
WAYS = (
    (),
    ((V.CONSULTER, E.CONSULTEE),),
    ((V.CONSULTER, E.CONSULTEE), (V.RELANCER, E.CONSULTEE)),
    ((V.QUESTIONNER, E.PRECISION), (V.REPONDRE, E.ETUDE)),
    ((V.REFUSER, E.REFUSEE),),
    ((V.CONSULTER, E.CONSULTEE), (V.QUESTIONNER, E.PRECISION), (V.REPONDRE, E.ETUDE), (V.REFUSER, E.REFUSEE)),
    ((V.PATIENTER, E.ATTENTE),),
    ((V.PATIENTER, E.ATTENTE), (V.DEPATIENTER, E.ETUDE)),
    ((V.ACCEPTER, E.ACCEPTEE),),
    ((V.ACCEPTER, E.ACCEPTEE), (V.DECLINER, E.DECLINEE)),
    ((V.ACCEPTER, E.ACCEPTEE), (V.CONFIRMER, E.CONFIRMEE), (V.ADMETTRE, E.ADMIS)),
    ((V.REFUSER, E.REFUSEE),),
    ((V.ANNULER, E.ANNULEE), (V.REACTIVER, E.ENVOYEE)),
    ((V.ACCEPTER, E.ACCEPTEE), (V.ANNULER, E.ANNULEE), (V.REACTIVER, E.ENVOYEE), (V.REFUSER, E.REFUSEE)),
)
ANSWERS = {V.QUESTIONNER, V.PATIENTER, V.ACCEPTER, V.REFUSER}


class Monde:
    """Two régions, three coordinations, units that ask and units that receive; `dossiers` at random."""

    now = NOW
    periods = PERIODS

    def __init__(self, seed: int, dossiers: int = 12):
        self.chance = random.Random(seed)
        regions = [RegionFactory(), RegionFactory()]
        self.coordinations = [CoordinationFactory(region=regions[n // 2]) for n in range(3)]
        self.etablissements = [EtablissementFactory(coordination=self.coordinations[n % 3]) for n in range(5)]
        self.demandeuses = [
            UniteFactory(etablissement=one, nature=Nature.MCO) for one in self.etablissements[:3]
        ]
        self.receveuses = {
            orientation: [
                UniteFactory(etablissement=self.etablissements[n + 2], nature=nature) for n in range(3)
            ]
            for orientation, nature in NATURES.items()
        }
        self.user = UserFactory()
        self.medecins = [
            ProfessionnelFactory(commune=c, specialite=s) for c, s in (("ALBI", "Pédiatrie"), ("", ""))
        ]
        self.personnes = [self._person(n) for n in range(5)]
        self.decisions = [self._decision(n) for n in range(3)]
        for _ in range(dossiers):
            self.add_dossier()
        for n in range(dossiers // 2):
            self._notification(n)

    @property
    def perimetres(self) -> list[Perimetre]:
        """Several places at once, of each level."""
        held = [one.pk for units in self.receveuses.values() for one in units]
        asking = [one.pk for one in self.demandeuses]
        own = Perimetre(unites=tuple(held[:4] + asking[:2]), etablissements=(self.etablissements[3].pk,))
        two = Perimetre(coordinations=(self.coordinations[2].pk, self.coordinations[0].pk))
        region = Perimetre(regions=(self.coordinations[0].region_id,))
        return [own, two, region, Perimetre(national=True)]

    def ask_cpam(self) -> None:
        """By the programme PRADO, at a coordination."""
        sanitaire = Dossier.objects.filter(orientation=Orientation.SANITAIRE).order_by("pk")
        for dossier, way in zip(sanitaire, (WAYS[0], WAYS[4], WAYS[8], WAYS[12]), strict=False):
            self.ask(dossier, self.coordinations[0], way, dossier.created_at)

    def instant(self, after: datetime | None = None) -> datetime:
        """Any, or an awkward one; after another, up to some weeks later."""
        if after is not None:
            hours = self.chance.choice((0, 0.4, 1, 5, 24, 24 * 9, 24 * 40))
            return min(after + timedelta(hours=hours, seconds=self.chance.randrange(3600)), NOW)
        if self.chance.random() < 0.5:
            return self.chance.choice(AWKWARD).astimezone(UTC)
        return NOW - timedelta(minutes=self.chance.randrange(60 * 24 * 400))

    def _person(self, n: int) -> dict:
        born = self.chance.choice(
            (date(1938, 2, 28), date(1940, 2, 29), date(2021, 6, 30), date(1999, 12, 31))
        )
        return {"nom": f"Nom{'abcde'[n]}", "prenom": "Zoé", "date_naissance": born}

    def add_dossier(self) -> Dossier:
        chance = self.chance
        orientation = chance.choice(list(NATURES))
        by_medecin = chance.random() < 0.25
        cree = self.instant()
        unite = chance.choice(self.demandeuses)
        is_elder = orientation == Orientation.GRAND_AGE
        dossier = Dossier.objects.create(
            **chance.choice(self.personnes),
            sexe=chance.choice(("F", "M", "")),
            orientation=orientation,
            origine=Origine.MEDECIN if by_medecin else Origine.DEMANDEUR,
            auteur=self.user if by_medecin else None,
            cree_par=self.user,
            created_at=cree,
            departement=chance.choice(("", "81", "2A")),
            types=chance.sample(TYPES[orientation], chance.randrange(len(TYPES[orientation]) + 1)),
            pathologie=chance.choice(PATHOLOGIES) if orientation == Orientation.SANITAIRE else "",
            gir=chance.choice((None, 1, 4)) if is_elder else None,
        )
        if by_medecin:
            medecin = chance.choice(self.medecins)
            known = {"niveau": Niveau.MEDECIN, "professionnel": medecin}
            Presence.objects.create(dossier=dossier, role=Role.MEDECIN, **known)
        else:
            place_at(dossier, Role.DEMANDEUR, unite)
        self._volets(dossier, cree)
        if is_elder and chance.random() < 0.7:
            self._traitant(dossier, cree)
        receveuses = chance.sample(self.receveuses[orientation], chance.randrange(4))
        is_admitted = False
        for one in receveuses:
            way = chance.choice([way for way in WAYS if not is_admitted or (V.ADMETTRE, E.ADMIS) not in way])
            is_admitted = is_admitted or (V.ADMETTRE, E.ADMIS) in way
            self.ask(dossier, one, way, cree)
        return dossier

    def _volets(self, dossier: Dossier, cree: datetime) -> None:
        chance, elder = self.chance, dossier.orientation == Orientation.GRAND_AGE
        said = {}
        if elder:
            said = {"delai": chance.choice(("immediat", "six_mois")), "situation": "domicile"}
            said |= {"financement": ["ash"]} if chance.random() < 0.5 else {}
        known = {"formulaire": 1, "complet": chance.random() < 0.7, "updated_at": self.instant(cree)}
        Volet.objects.create(dossier=dossier, kind=Volet.Kind.ADMINISTRATIF, contenu=said, **known)
        kind = Volet.Kind.ADRESSAGE if dossier.orientation == Orientation.TND else Volet.Kind.MEDICAL
        validated = {"validated_at": self.instant(cree), "validated_by": self.user, "complet": True}
        known = {"formulaire": 1, "contenu": {"x": "y"}, "updated_at": cree}
        Volet.objects.create(
            dossier=dossier, kind=kind, **known | (validated if chance.random() < 0.6 else {})
        )

    def _traitant(self, dossier: Dossier, cree: datetime) -> None:
        etat = self.chance.choice(LienMedecin.Etat.values)
        answered = {"answered_at": self.instant(cree), "answered_by": self.user}
        known = {} if etat == LienMedecin.Etat.A_ACCEPTER else answered
        medecin = self.chance.choice(self.medecins)
        LienMedecin.objects.create(dossier=dossier, professionnel=medecin, etat=etat, **known)

    def ask(self, dossier: Dossier, unite, way, since: datetime) -> Demande:
        """One demande along a way, with its steps, from an instant on."""
        chance = self.chance
        at, steps, known = self.instant(since), [], {}
        etat = before = ""
        for verbe, after in (*ENTREE, *way):
            before, etat = etat, after
            if verbe in (V.ENVOYER, V.REACTIVER):
                known |= {"sent_at": at, "opened_at": None, "opened_by": None, "repondue_at": None}
            elif verbe == V.CONSULTER:
                known |= {"opened_at": at, "opened_by": self.user}
            elif verbe in ANSWERS:
                known["repondue_at"] = known.get("repondue_at") or at
            steps.append((verbe, before, after, at))
            known["depuis"] = at if before != after else known.get("depuis", at)
            at = self.instant(at)
        day = timezone.localdate(steps[-1][3], PARIS)
        refus = {"refusee": REFUS[dossier.orientation], "annulee": ANNULATION, "declinee": {"date": ""}}
        motif = chance.choice(list(refus[etat])) if etat in CLOS else ""
        if etat in (E.ACCEPTEE, E.CONFIRMEE):
            known |= {"date_proposee": day, "valable_jusqu": day}
        if etat == E.ADMIS:
            known |= {"date_admission": day + timedelta(days=chance.randrange(-1, 12)), "avant": E.CONFIRMEE}
        held = Lieu.of(unite)
        demande = Demande.objects.create(
            dossier=dossier,
            niveau=held.niveau,
            **held.columns,
            etat=etat,
            motif=motif,
            changed_at=steps[-1][3],
            created_at=steps[0][3],
            version=len(steps),
            **known,
        )
        Transition.objects.bulk_create(
            Transition(
                demande=demande,
                version=n,
                at=when,
                verbe=verbe,
                cote=Cote.DEMANDEUR,
                before=before,
                after=after,
                motif="",
                lieu_key=held.key,
            )
            for n, (verbe, before, after, when) in enumerate(steps, 1)
        )
        return demande

    def _decision(self, n: int) -> Decision:
        debut = timezone.localdate(NOW) - timedelta(days=self.chance.randrange(30, 400))
        fin = debut + timedelta(days=self.chance.choice((200, 700)))
        return Decision.objects.create(
            **self.personnes[n],
            sexe="F",
            mdph=self.coordinations[0],
            numero=f"D{n}",
            categorie=self.chance.choice(("31", "32")),
            debut=debut,
            fin=fin,
            cree_par=self.user,
        )

    def _notification(self, n: int) -> None:
        """In a unit, with its steps there."""
        etablissement = self.etablissements[n % 5]
        if Notification.objects.filter(decision=self.decisions[n % 3], etablissement=etablissement).exists():
            return
        unite = UniteFactory(etablissement=etablissement, nature=Nature.ESMS)
        at = self.instant()
        codes = self.chance.choice((("182",), ("182", "183"), ("182", "183", "186"), ("186",)))
        steps, moment = [], at
        for code in codes:
            moment = self.instant(moment)
            steps.append((code, moment))
        held = Lieu.of(unite)
        notification = Notification.objects.create(
            decision=self.decisions[n % 3],
            mdph=self.coordinations[0],
            niveau=held.niveau,
            **held.columns,
            statut="42",
            date_statut=timezone.localdate(at, PARIS),
            depuis=at,
            sent_at=at,
            statut_unite=codes[-1],
            mode=self.chance.choice(("46", "47")),
            date_statut_unite=timezone.localdate(moment, PARIS),
        )
        EtapeNotification.objects.bulk_create(
            EtapeNotification(
                notification=notification,
                version=n,
                at=when,
                cote="esms",
                niveau=Niveau.UNITE,
                code=code,
                after=code,
                date=timezone.localdate(when, PARIS),
                lieu_key=held.key,
            )
            for n, (code, when) in enumerate(steps, 1)
        )


SYSTEM = Actor.system("observatoire")
