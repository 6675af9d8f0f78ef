"""What the tab «Synchronisation» tells of an établissement and the ROR (ANN-1)."""

from dataclasses import dataclass
from datetime import datetime

from annuaire.models import Etablissement, Rapprochement, Releve, SiteRor
from annuaire.reads import rapprochements


@dataclass(frozen=True)
class Suivi:
    """`a_decider`: offers and units; `releve`: the last run that went to its end, None before the first."""

    site: SiteRor | None
    offres: int
    a_decider: int
    rapprochees: int
    releve: datetime | None


def of(etablissement: Etablissement) -> Suivi:
    done = Releve.objects.filter(etat=Releve.Etat.FINI).order_by("-pk").first()
    releve = done.commence_le if done else None
    site = rapprochements.site_of(etablissement)
    if site is None:
        return Suivi(None, 0, 0, 0, releve)
    undecided = rapprochements.undecided_offres(site).count()
    undecided += rapprochements.undecided_unites(etablissement).count()
    joined = Rapprochement.objects.standing().filter(etablissement=etablissement, offre__isnull=False)
    return Suivi(
        site=site,
        offres=rapprochements.open_offres(site).count(),
        a_decider=undecided,
        rapprochees=joined.filter(unite__isnull=False).count(),
        releve=releve,
    )
