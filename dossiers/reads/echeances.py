"""Which dossiers of Grand Âge nothing has moved for long (DOS-3)."""

from datetime import date, datetime, time

from django.db.models import Exists, F, OuterRef, Q
from django.utils.timezone import make_aware

from dossiers.models import Dossier, DossierQuerySet, LienMedecin, Origine, Presence, Volet
from viatraj.core.droits import Orientation


def to_remind(before: date) -> DossierQuerySet:
    """Unchanged since before this day; told of already only if they have moved since."""
    untold = Q(reminded_at=None) | ~_unmoved_since(F("reminded_at"))
    return _living().filter(_unmoved_since(_midnight(before)), untold)


def to_archive(before: date) -> DossierQuerySet:
    """Told of before this day, and unmoved since."""
    return _living().filter(_unmoved_since(F("reminded_at")), reminded_at__lt=_midnight(before))


def _living() -> DossierQuerySet:
    """One on paper moves elsewhere, and has nobody to recall."""
    living = Dossier.objects.filter(orientation=Orientation.GRAND_AGE, decision="")
    return living.exclude(origine=Origine.PAPIER)


def _unmoved_since(moment) -> Q:
    """Neither the dossier, nor a volet, nor where it lies, nor what its médecin traitant answered."""
    of = {"dossier": OuterRef("pk")}
    later = OuterRef(moment.name) if isinstance(moment, F) else moment
    return (
        Q(modified_at__lte=moment)
        & ~Exists(Volet.objects.filter(**of, updated_at__gt=later))
        & ~Exists(Presence.objects.filter(**of, created_at__gt=later))
        & ~Exists(LienMedecin.objects.filter(**of, answered_at__gt=later))
    )


def _midnight(day: date) -> datetime:
    return make_aware(datetime.combine(day, time.min))
