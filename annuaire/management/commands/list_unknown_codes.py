from django.core.management.base import BaseCommand

from annuaire.reads import nomenclatures


class Command(BaseCommand):
    help = "Codes que des fiches de l’annuaire portent et qu’aucune nomenclature chargée ne connaît."
    requires_system_checks = ()  # pages have no part in it

    def handle(self, **options):
        for one in nomenclatures.unknown():
            told = f" («\u00a0{one.libelle}\u00a0»)" if one.libelle else ""
            self.stdout.write(f"{one.nomenclature} {one.code}{told}\u00a0: {one.fiches}")
