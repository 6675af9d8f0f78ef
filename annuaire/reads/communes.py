"""Which communes are meant: «35000», «St-Malo», «Rennes (35)», «35238», «Paris 14e», a slip."""

import re
from functools import reduce
from operator import or_

from django.contrib.postgres.search import TrigramSimilarity
from django.db import connection
from django.db.models import Q, QuerySet, Value
from django.db.models.functions import Coalesce

from annuaire import places
from annuaire.models import Commune, CommuneAncienne
from annuaire.places import WITH_ARRONDISSEMENTS, Place
from annuaire.reads.search import readable

CODE = re.compile(r"\d[\dAB]\d{3}", re.ASCII)
LIKE = 0.45  # of trigrams: under it, names that nobody would take for one another
AT_MOST = 20


def find(text: str, *, most: int = AT_MOST) -> list[Commune]:
    """The likeliest first: exact names, then beginnings, then near names; the most peopled before others."""
    words = _words(text)
    if not words:
        return []
    try:
        place = places.read(words)
    except ValueError:
        return []
    for found in (_exact(place), _beginning(place), _near(place)):
        if communes := _ordered(found)[:most]:
            return list(communes)
    return []


def named(ville: str, code_postal: str = "") -> list[Commune]:
    """Those of exactly this name, at this code postal if one is given: one when there is no doubt.

    Of a former commune, or of a part that bears it, when none does today.
    """
    try:
        place = places.read(_words(ville))
    except ValueError:
        return []
    if not (key := _town(place)):
        return []
    living = Commune.objects.living().filter(_coded(code_postal or place.code)).select_related("departement")
    own = list(living.filter(cle=key).order_by("code"))
    former = CommuneAncienne.objects.filter(cle=key).values("commune")
    return own or list(living.filter(pk__in=former).order_by("code"))


def _words(text: str) -> list[str]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT norm_nom(%s)", [readable(text)])
        return cursor.fetchone()[0].split()


def _ordered(found: QuerySet) -> QuerySet:
    return found.order_by(Coalesce("population", 0).desc(), "code").select_related("departement")


def _exact(place: Place) -> QuerySet:
    """By its own name, that of a part of it or of a former one; a code postal, or that of the COG."""
    living, key = Commune.objects.living(), _town(place)
    if not key:
        return living.filter(_coded(place.code))
    former = CommuneAncienne.objects.filter(cle=key).values("commune")
    return living.filter(Q(cle=key) | Q(pk__in=former), _coded(place.code))


def _beginning(place: Place) -> QuerySet:
    key = _town(place)
    rule = Q(cle__startswith=key) if key else Q(pk__in=[])
    return Commune.objects.living().filter(rule, _coded(place.code))


def _near(place: Place) -> QuerySet:
    key = _town(place)
    if not key:
        return Commune.objects.none()
    near = Commune.objects.living().filter(_coded(place.code), cle__trigram_similar=key)
    return near.alias(like=TrigramSimilarity("cle", Value(key))).filter(like__gte=LIKE)


def _town(place: Place) -> str:
    """An arrondissement is of its town."""
    for town in WITH_ARRONDISSEMENTS:
        if place.ville.startswith(town) and place.ville[len(town) :].isdigit():
            return town
    return place.ville


def _coded(code: str) -> Q:
    """A whole code is a code postal, or of the COG; a part of one is of a département."""
    if not code:
        return Q()
    if len(code) < places.WHOLE:
        starts = [code] if code in places.CORSICA else list(Place(code).starts)
        return reduce(or_, (Q(departement__code__startswith=one) for one in starts))
    rule = Q(codes_postaux__contains=[code])
    return rule | Q(pk=code) if CODE.fullmatch(code) else rule
