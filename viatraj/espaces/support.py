"""Who helps with the service: the coordination where one practises or works, else the setting (CON-1)."""

import re
from dataclasses import dataclass
from datetime import date
from functools import lru_cache

from django.conf import settings

from annuaire.models import Coordination
from annuaire.reads import exercices
from habilitations.models import Habilitation
from viatraj.core.saisie import telephones
from viatraj.core.typography import unbroken_hours


@dataclass(frozen=True)
class Support:
    """As the pages say it; `nom` of a coordination, empty for everybody's."""

    phone: str
    tel: str
    hours: str
    email: str
    nom: str = ""


def everybodys() -> Support:
    return _of_settings(settings.SUPPORT_PHONE, settings.SUPPORT_HOURS, settings.SUPPORT_EMAIL)


def of(actor, *, today: date) -> list[Support]:
    """Of whom it is: the médecin or whom one acts for, else where one holds something; never none.

    Of several coordinations each is told, by name: nobody guesses for which patient one calls. Everybody's
    comes last where one of them says no telephone.
    """
    if actor is None or actor.user is None:
        return [everybodys()]
    if actor.in_medecin_space:
        where = exercices.of(actor.principal)
        rows = Coordination.objects.filter(departement__in=where)
    else:
        held = Habilitation.objects.of(actor.user).in_force(today).filter(coordination__isnull=False)
        where = set(held.values_list("coordination", flat=True))
        rows = Coordination.objects.filter(pk__in=where)
    found = [_of_coordination(one) for one in rows.exclude(telephone="").order_by("nom", "pk")]
    return found if found and len(found) == len(where) else [*found, everybodys()]


def dialled(phone: str) -> str:
    """«01 99 00 00 00» → +33199000000, for tel: links."""
    digits = re.sub(r"\D", "", phone)
    return f"+33{digits[1:]}" if digits.startswith("0") else f"+{digits}"


def _of_coordination(one: Coordination) -> Support:
    phone, hours = telephones.shown(one.telephone), unbroken_hours(one.horaires)
    return Support(phone, one.telephone, hours, one.email, one.nom)


@lru_cache(maxsize=64)
def _of_settings(phone, hours, email) -> Support:
    return Support(phone, dialled(phone), unbroken_hours(hours), email)
