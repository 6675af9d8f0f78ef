"""Campaigns that it is time to open: yearly, for rights without use, after an import (HAB-11)."""

from dataclasses import dataclass
from datetime import timedelta

from django.db.models import Exists, OuterRef

from habilitations.models import Campagne, Habilitation, Import
from habilitations.reads import campagnes
from viatraj.core.periods import add_months
from viatraj.core.typography import counted

YEARLY, AFTER_IMPORT = 12, timedelta(days=30)
A_TEAM = 20  # lines of an import that call for a look


@dataclass(frozen=True)
class Suggestion:
    """`query` fills the form: what follows «?»."""

    title: str
    why: str
    query: str = ""


def of(actor, *, today) -> list[Suggestion]:
    return [*_yearly(actor, today), *_unused(actor, today), *_imported(actor, today)]


def _recent(actor, today):
    led = Campagne.objects.led_by(actor)
    return led.filter(ouverte_le__gt=add_months(today, -YEARLY))


def _yearly(actor, today):
    if not _recent(actor, today).filter(inutilisees=False).exists():
        yield Suggestion(
            "Revue annuelle", "Aucune campagne n’a été ouverte dans votre périmètre depuis un an."
        )


def _unused(actor, today):
    """Only once use has been recorded for six months."""
    if not campagnes.usage_is_known(today) or _recent(actor, today).filter(inutilisees=True).exists():
        return
    since = add_months(today, -campagnes.USAGE_MONTHS)
    unused = Habilitation.objects.visible_to(actor).current(today).filter(debut__lt=since)
    if unused.exclude(used_on__gte=since).exists():
        yield Suggestion(
            "Droits sans usage",
            "Des habilitations de votre périmètre n’ont pas servi depuis six mois.",
            "inutilisees=oui",
        )


def _imported(actor, today):
    """His own: a file of many lines is worth a second look."""
    done = Import.objects.visible_to(actor).filter(state=Import.State.DONE, total__gte=A_TEAM)
    since = today - AFTER_IMPORT
    reviewed = Campagne.objects.filter(user=OuterRef("user"), opened_at__gt=OuterRef("done_at"))
    for one in done.filter(done_at__date__gte=since).exclude(Exists(reviewed)).order_by("-done_at")[:1]:
        yield Suggestion(
            "Après un import",
            f"Un fichier de {counted(one.total, 'ligne')} a été importé le {one.done_at:%d/%m/%Y}.",
        )
