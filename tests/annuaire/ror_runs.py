"""Our directory beside a ROR that is served: runs as the beat and an operator make them, over HTTP."""

from contextlib import contextmanager
from datetime import timedelta

from annuaire import actions
from annuaire.models import AvisFermeture, Etablissement, Offre, Rapprochement, Releve, Unite
from annuaire.ror.refus import Refused
from annuaire.ror.sources import Serveur
from tests.annuaire import ror_world
from tests.annuaire.ror_world import BEGAN, REGION, acces, resources, write
from tests.factories import (
    CoordinationFactory,
    EtablissementFactory,
    UniteFactory,
    as_professionnel,
    referent_of,
)
from viatraj.core.actor import Actor

BY = Actor.system("ror")
OFFRES, SITES = 14, 3
FINESS = [f"{31 + n}0000{n:03}" for n in range(SITES)]
LATER = BEGAN + timedelta(hours=2)


def former(n: int) -> str:
    return f"Unité {n}, « l’été »"


def renamed(n: int) -> str:
    return f"Service {n}"


class Runs:
    """`world`: a ROR and a time, of `ror_world` or of other runs."""

    def __init__(self, world, **fields):
        self.ror, self.temps, self.folder = world.ror, world.temps, world.ror.depot.folder
        clocks = {"sleep": self.temps.sleep, "clock": self.temps.clock}
        self.source = Serveur(acces(world.ror, **fields), **clocks)
        self.made = resources(offres=OFFRES, sites=SITES)

    def run(self, *, full: bool) -> Releve:
        """As an operator's command, which waits for the export."""
        releve = actions.sync_ror(self.source, full=full, now=self.temps.now, by=BY)
        while releve.etat == Releve.Etat.ATTENTE:
            self.temps.sleep(max(1, (releve.regarder_le - self.temps.now).total_seconds()))
            actions.look_ror(self.source, now=self.temps.now, by=BY)
            releve.refresh_from_db()
        if releve.refus:
            raise Refused(releve.refus)
        return releve

    def change(self) -> None:
        """Two hours later every offer has another name there; an hour more has passed since."""
        for one in self.made:
            if one["resourceType"] == "HealthcareService":
                one["name"] = renamed(int(one["id"].rpartition("-")[2]))
                one["meta"]["lastUpdated"] = LATER.isoformat()
        write(self.folder, self.made)
        self.temps.sleep(3 * 3600)


@contextmanager
def synchronised(folder, **fields):
    """Three établissements, fourteen units, each joined to its offer and fed by it."""
    made = resources(offres=OFFRES, sites=SITES)
    with ror_world.world(folder, made, a_page=5) as world:
        coordination = CoordinationFactory(region__code=REGION)
        here = [EtablissementFactory(finess=one, coordination=coordination) for one in FINESS]
        for n in range(OFFRES):
            UniteFactory(etablissement=here[n % SITES], nom=former(n))
        runs = Runs(world, **fields)
        runs.run(full=True)
        for one in here:
            enter(one, now=runs.temps.now)
        yield runs


def enter(etablissement, *, now) -> None:
    from annuaire.reads import rapprochements

    by = as_professionnel(referent_of(etablissement))
    units = {one.nom: one for one in Unite.objects.filter(etablissement=etablissement)}
    offres = Offre.objects.filter(site__finess=etablissement.finess)
    choix = [actions.Choix(Rapprochement.Suite.JOINTE, one, units[one.nom]) for one in offres]
    actions.reconcile(etablissement, choix=choix, now=now, by=by)
    etablissement.refresh_from_db()
    joined = list(rapprochements.joined(etablissement))
    seen = rapprochements.seen(offres[0].site, etablissement, joined)
    actions.enter_ror(etablissement, seen=seen, now=now, by=by)


def number_of(unite: Unite) -> int:
    """Of the offer that it was joined to at first."""
    return int(unite.rapprochements.earliest("pk").offre.cle.rpartition("/")[2])


def seen_rows() -> dict:
    """What people see, and what the next run will compare with."""
    units = {number_of(one): one for one in Unite.objects.all()}
    return {
        "units": {n: (one.nom, one.cle_offre, one.closed_at) for n, one in sorted(units.items())},
        "offres": {
            one.cle: (one.nom, one.site.finess, one.absences)
            for one in Offre.objects.select_related("site").order_by("cle")
        },
        "etats": dict(Etablissement.objects.order_by("finess").values_list("finess", "synchronisation")),
        "avis": AvisFermeture.objects.waiting().count(),
    }


def wanted(name, *, kept=()) -> dict:
    """The same, as it should be; `kept`: units whose établissement was not believed, or not named."""
    called = {n: former(n) if n in kept else name(n) for n in range(OFFRES)}
    cles = {n: f"{REGION}/{n:07}" for n in range(OFFRES)}
    return {
        "units": {n: (called[n], cles[n], None) for n in range(OFFRES)},
        "offres": {cles[n]: (called[n], FINESS[n % SITES], 0) for n in range(OFFRES)},
        "etats": dict.fromkeys(FINESS, "active"),
        "avis": 0,
    }
