import os
import time
from contextlib import suppress

from django.conf import settings
from django.core.management.base import BaseCommand
from django.utils import timezone

from annuaire import actions
from annuaire.models import Releve
from annuaire.reads.releves import WORDS, in_words
from annuaire.ror import sources
from annuaire.ror.refus import Refused
from viatraj.core.actor import Actor
from viatraj.core.commands import refusals
from viatraj.core.saving import act
from viatraj.core.typography import counted

SHOWN = 20
NICE = 10  # pages come first on the machine that they share


def heure(moment):
    return f"{timezone.localtime(moment):%H h %M}"


class Command(BaseCommand):
    help = "Synchronise l’annuaire avec le ROR\u00a0: ce qui a changé, ou tout avec --full."
    requires_system_checks = ()  # pages have no part in it

    def add_arguments(self, parser):
        parser.add_argument("--full", action="store_true", help="relevé complet")
        parser.add_argument(
            "--source", default="", help="une adresse, ou un dossier de Bundles, de ressources, d’ndjson"
        )
        parser.add_argument("--dry-run", action="store_true", help="dit ce qui changerait, n’enregistre rien")
        parser.add_argument("--abandon", action="store_true", help="n’attend plus ce que le ROR prépare")
        parser.add_argument("--accept-loss", action="store_true", help="lève les garde-fous, pour cette fois")

    def run_from_argv(self, argv):
        os.nice(NICE)
        super().run_from_argv(argv)

    def handle(self, *, full, source, dry_run, accept_loss, abandon, **options):
        known = {"full": full, "accept_loss": accept_loss, "now": timezone.now(), "by": Actor.system("ror")}
        with refusals(Refused):
            opened = None if abandon else sources.opened(source, settings)
            if opened is None:
                self._abandon(source)
            elif dry_run:
                self._tell("Rien n’est enregistré", act(actions.preview_ror, opened, **known))
            else:
                releve = self._waited(act(actions.sync_ror, opened, **known), opened)
                self._tell(
                    f"Relevé {releve.get_genre_display()}, {releve.get_etat_display().lower()}", releve.bilan
                )

    def _abandon(self, source):
        opened = None
        with suppress(Refused):  # one that is not configured any more is not told
            opened = sources.opened(source, settings)
        releve = act(actions.abandon_ror, opened, now=timezone.now(), by=Actor.system("ror"))
        self.stdout.write(f"Relevé abandonné\u00a0: {releve.get_genre_display()}, {releve.source}.")

    def _waited(self, releve, source):
        """An operator's command stays until the ROR has made its export ready; killed, the beat goes on."""
        while releve.etat == Releve.Etat.ATTENTE:
            why = "prépare son export" if releve.is_complete else "demande d’attendre"
            self.stdout.write(f"Le ROR {why}. Prochain regard\u00a0: {heure(releve.regarder_le)}.")
            time.sleep(max(1, (releve.regarder_le - timezone.now()).total_seconds()))
            with suppress(actions.Busy):
                act(actions.look_ror, source, now=timezone.now(), by=Actor.system("ror"))
            releve.refresh_from_db()
        if releve.refus:
            raise Refused(releve.refus)
        return releve

    def _tell(self, head, bilan):
        recu = bilan["recu"]
        self.stdout.write(
            f"{head}\u00a0: {counted(recu['etablissements'], 'établissement lu')}, "
            f"{counted(recu['offres'], 'offre lue')}, "
            f"{counted(recu['differents'], 'établissement différent')}, {counted(recu['absents'], 'absent')}."
        )
        for said in in_words(bilan, WORDS):
            self.stdout.write(f"  {said}")
        if bilan["derive"]:
            self.stdout.write(f"  dérive\u00a0: {counted(bilan['derive'], 'offre rattrapée')}")
        for finess, found in list(bilan["differences"].items())[:SHOWN]:
            counts = ((len(cles), WORDS[f"offres_{word}"]) for word, cles in found.items() if cles)
            told = ", ".join(counted(*one) for one in counts)
            self.stdout.write(f"  {finess}\u00a0: {told or 'sa fiche'}")
        for finess, raisons in list(bilan["refusees"].items())[:SHOWN]:
            self.stdout.write(f"  refusé {finess}\u00a0: {raisons[0]}")
        for raison in bilan["perdues"][:SHOWN]:
            self.stdout.write(f"  refusée\u00a0: {raison}")
        if bilan["codes_inconnus"]:
            self.stdout.write(f"  codes inconnus\u00a0: {', '.join(bilan['codes_inconnus'][:SHOWN])}")
