"""The same questions as a fair hand writes them: one condition a row, by OR and EXISTS."""

from contextlib import suppress

from django.core.paginator import Paginator
from django.db import OperationalError, connection, transaction
from django.db.models import Case, Exists, F, OuterRef, Q, Value, When
from django.db.models.functions import Least
from django.utils import timezone

from annuaire.models import Cle
from dossiers import perimetres
from dossiers.models import Dossier, Presence
from dossiers.reads import traitants
from dossiers.reads.lignes import lignes, ordered, seen
from tests.bench.dossiers.questions import FOUND_AT_MOST, SIZE
from tests.bench.habilitations.clock import sql_clock

PATIENCE = 20_000  # milliseconds, of one statement


def patient(actor, nom, prenom):
    begins, first = Cle(Value(nom)), Cle(Value(prenom))
    of_birth, in_use = Q(nom_cle__startswith=begins), Q(nom_utilise_cle__startswith=begins)
    names = Case(When(of_birth, then=F("nom_cle"))), Case(When(in_use, then=F("nom_utilise_cle")))
    rows = _visible(perimetres.reached(actor, nominatif=True)).filter(of_birth | in_use)
    if prenom:
        rows = rows.filter(Q(prenom_cle__startswith=first) | Q(prenom_utilise_cle__startswith=first))
    rows = rows.order_by(Least(*names), "prenom_cle", "pk").values_list("pk", flat=True)
    return _waited(lambda: list(rows[: FOUND_AT_MOST + 1]))


def page(actor, liste, orientation="", dans="", tri="recents", number=1):
    asked = {"orientation": orientation, "etat": dans}
    rows = _visible(perimetres.reached(actor) & traitants.presences(actor, liste))
    rows = rows.filter(**{name: value for name, value in asked.items() if value})
    rows = ordered(seen(rows, actor, today=timezone.localdate()), tri)

    def found():
        shown = Paginator(rows, SIZE).get_page(number).object_list
        return [one.numero for one in lignes(shown, with_asking=not actor.in_medecin_space)]

    return _waited(found)


def _visible(reached: Q):
    return Dossier.objects.filter(Exists(Presence.objects.filter(reached, dossier=OuterRef("pk"))))


def _waited(ask):
    """Milliseconds of its statements, and what was found: None where one took longer than PATIENCE."""
    found = None
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SELECT set_config('statement_timeout', %s, true)", [str(PATIENCE)])
        with sql_clock() as spent, suppress(OperationalError), transaction.atomic():
            found = ask()
    return sum(spent), found
