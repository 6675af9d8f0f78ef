"""Dossiers of the same patient: same names, day of birth and sexe (DOS-3)."""

from datetime import date
from typing import NamedTuple

from django.db.models import Q, Value
from django.utils.timezone import localtime

from annuaire.models import Cle
from dossiers.models import Decision, Dossier, Origine
from viatraj.core.actor import Actor
from viatraj.core.droits import Orientation
from viatraj.core.saisie import noms
from viatraj.core.sealing import digest
from viatraj.core.typography import in_month

AT_MOST = 20
PURPOSE = "dossiers.doublons"


class Traits(NamedTuple):
    """What makes two patients the same."""

    nom: str
    prenom: str
    date_naissance: date
    sexe: str

    @classmethod
    def of(cls, known) -> "Traits":
        return cls(*(known[name] for name in cls._fields))

    @property
    def key(self) -> tuple:
        """Equal for two writings of the same names."""
        return noms.key(self.nom), noms.key(self.prenom), self.date_naissance, self.sexe

    def stamp(self, actor: Actor) -> str:
        """That this person has been shown the dossiers of this patient: says nothing of either."""
        return digest(PURPOSE, repr((actor.user.pk, self.key)))


class Doublons(NamedTuple):
    """`seen`: those that the actor may open. `elsewhere`: of the others, (orientation, month) only."""

    seen: list[Dossier]
    elsewhere: list[tuple[str, str]]

    def __bool__(self) -> bool:
        return bool(self.seen or self.elsewhere)


def of(actor: Actor, traits: Traits, *, but: Q) -> Doublons:
    """Living ones; a paper one is not told of, nor what `but` leaves out."""
    same = Dossier.objects.filter(
        Q(sexe__in=[traits.sexe, ""]),  # the oldest were not asked
        nom_cle=Cle(Value(traits.nom)),
        prenom_cle=Cle(Value(traits.prenom)),
        date_naissance=traits.date_naissance,
    )
    same = same.exclude(but | Q(origine=Origine.PAPIER) | Q(decision__in=[Decision.ANNULE, Decision.ARCHIVE]))
    seen = list(same.named_to(actor).order_by("-pk")[:AT_MOST])
    others = same.exclude(pk__in=[one.pk for one in seen]).order_by("-pk")
    labels = dict(Orientation.choices)
    told = [
        (labels[orientation], in_month(localtime(at)))
        for orientation, at in others.values_list("orientation", "created_at")[:AT_MOST]
    ]
    return Doublons(seen, list(dict.fromkeys(told)))
