from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from annuaire import actions
from annuaire.territoires import Refused
from viatraj.core import roles
from viatraj.core.actor import Actor
from viatraj.core.saving import act


class Command(BaseCommand):
    help = (
        "Charge le territoire du dépôt, puis crée une coordination pour chaque département qui n’en a pas. "
        "Relancée, elle ne change rien."
    )
    requires_system_checks = ()

    @roles.as_owner()  # as load_territoire
    def handle(self, **options):
        by = Actor.system("territoire")
        try:
            act(actions.load_territoire, now=timezone.now(), by=by)
            made = act(actions.create_territory, by=by)
        except Refused as error:
            raise CommandError(str(error)) from error
        except ValidationError as error:
            raise CommandError(" ".join(error.messages)) from error
        self.stdout.write(f"{len(made)} coordinations créées.")
