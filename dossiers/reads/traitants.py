"""What waits for the answer of a médecin traitant, what he has declined, and who asks (DOS-1, DOS-2)."""

from dataclasses import dataclass

from django.db.models import Count, Exists, OuterRef, Q, TextChoices

from dossiers import perimetres, regards
from dossiers.models import Decision, Dossier, DossierQuerySet, LienMedecin
from dossiers.reads.lignes import asking
from viatraj.core.actor import Actor
from viatraj.core.droits import ABSENT, Droit, Mode, Niveau, Orientation
from viatraj.core.kept import kept, standing_for


class Liste(TextChoices):
    """The lists of a médecin's space, as addresses name them."""

    TOUS = "tous", "Tous mes dossiers"
    A_ACCEPTER = "a-accepter", "À accepter"
    HORS_PATIENTELE = "hors-patientele", "Hors patientèle"


ETATS = {
    Liste.A_ACCEPTER: LienMedecin.Etat.A_ACCEPTER,
    Liste.HORS_PATIENTELE: LienMedecin.Etat.HORS_PATIENTELE,
}


def listed(actor: Actor, liste: str) -> DossierQuerySet:
    return Dossier.objects.in_reach(actor, only=presences(actor, liste))


def presences(actor: Actor, liste: str) -> Q:
    """Those that put a dossier in this list: all one's own, or those of one answer.

    Who has no médecin's space has only the first list.
    """
    liens = _liens(actor, Droit.DOSSIER_LISTE)
    if liste not in ETATS:  # but what is not, or not yet, of this actor's patients
        others = liens.exclude(etat=LienMedecin.Etat.ACCEPTE)
        return ~Q(Exists(others.filter(dossier=OuterRef("dossier"))))
    known = liens.filter(etat=ETATS[Liste(liste)], **_open(liste))
    return Q(dossier__in=known.values("dossier"))


def _open(liste: str) -> dict:
    return {"dossier__decision__in": ("", Decision.SUSPENDU)} if liste == Liste.A_ACCEPTER else {}


def _liens(actor: Actor, droit: Droit):
    """In the spaces where one holds this right: orientations together, so that one index leads to them."""
    by_space: dict[frozenset, list[str]] = {}
    for orientation in Orientation:
        spaces = actor.rights.scopes(droit, mode=Mode.OUI, domaine=orientation).get(Niveau.MEDECIN)
        if spaces and (orientation, Droit.DOSSIER_ACCEPTATION) not in ABSENT:
            by_space.setdefault(spaces, []).append(orientation.value)
    rule = Q(pk__in=[])
    for spaces, orientations in by_space.items():
        here = Q(professionnel__in=perimetres.professionnels(spaces))
        rule |= here & Q(dossier__orientation__in=orientations)
    return LienMedecin.objects.filter(rule)


def awaiting(actor: Actor) -> dict[str, int]:
    """How many dossiers of each orientation wait for this actor's answer, in one query.

    A platform of the TND asks for precisions, not for an answer: none before there are demandes.
    """
    who, places = standing_for(actor, Droit.DOSSIER_ACCEPTATION)
    return dict(_awaiting(who, **places))


@kept
def _awaiting(actor, /, **places):
    waiting = _liens(actor, Droit.DOSSIER_ACCEPTATION).filter(
        etat=LienMedecin.Etat.A_ACCEPTER, **_open(Liste.A_ACCEPTER)
    )
    return waiting.order_by().values_list("dossier__orientation").annotate(count=Count("pk"))


@dataclass(frozen=True)
class Suivi:
    """Of one dossier: whom it names, the one in place first; `mine`: the actor's own answer, if asked."""

    liens: list[LienMedecin]
    mine: LienMedecin | None
    asking: str
    is_answered: bool

    @property
    def current(self) -> LienMedecin | None:
        return next((lien for lien in self.liens if lien.is_living), None)

    @property
    def declined(self) -> list[LienMedecin]:
        return [lien for lien in self.liens if not lien.is_living]


def of(actor: Actor, dossier: Dossier) -> Suivi | None:
    """None for who may not know who the patient is, nor then who treats him."""
    regard = regards.of(actor, dossier)
    if not regard.is_nominatif or (dossier.orientation, Droit.DOSSIER_ACCEPTATION) in ABSENT:
        return None
    liens = sorted(_named_by(dossier=dossier.pk), key=lambda lien: (not lien.is_living, -lien.pk))
    asked = regard.as_traitant.presence.professionnel_id if regard.as_traitant else None
    mine = next((lien for lien in liens if lien.professionnel_id == asked), None)
    who = asking([dossier.numero]).get(dossier.numero, "") if mine else ""
    return Suivi(liens, mine, who, regard.is_answered)


@kept
def _named_by(*, dossier):
    return LienMedecin.objects.filter(dossier=dossier).select_related("professionnel")


def current(dossier: Dossier) -> LienMedecin | None:
    return LienMedecin.objects.living().filter(dossier=dossier).select_related("professionnel").first()


def replaced(numeros) -> set[str]:
    """Of these dossiers, those that name another médecin by now: they can no longer be taken back."""
    named = LienMedecin.objects.living().filter(dossier__numero__in=list(numeros))
    return set(named.values_list("dossier__numero", flat=True))
