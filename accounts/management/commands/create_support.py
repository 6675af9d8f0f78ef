from django.core.management.base import BaseCommand
from django.utils import timezone

from accounts import actions
from accounts.identifiants import spellings
from accounts.models import User
from viatraj.core.actor import Actor
from viatraj.core.commands import refusals, the_one
from viatraj.core.saisie import emails, noms
from viatraj.core.saisie.options import option
from viatraj.core.saving import act


class Command(BaseCommand):
    help = (
        "Ouvre un compte du support national. Le compte est celui de --identifiant, ou s’ouvre avec --nom, "
        "--prenom et --email\u00a0: son titulaire reçoit alors le lien pour choisir son mot de passe."
    )
    requires_system_checks = ()

    def add_arguments(self, parser):
        parser.add_argument("--identifiant", help="d’un compte existant")
        parser.add_argument("--nom", type=option(noms.read))
        parser.add_argument("--prenom", type=option(noms.read))
        parser.add_argument("--email", type=option(emails.read))

    def handle(self, *, identifiant, nom, prenom, email, **options):
        person = {"nom": nom or "", "prenom": prenom or "", "email": email or ""}
        user = _known(identifiant) if identifiant else User.objects.filter(email=email, is_staff=True).first()
        by = Actor.system("exploitation")
        with refusals():
            user = act(actions.open_support, user=user, person=person, now=timezone.now(), by=by)
        self.stdout.write(f"{user.login}\u00a0: support national.")


def _known(identifiant):
    rows = User.objects.known_as(spellings(identifiant))
    return the_one(rows, f"Aucun compte n’a l’identifiant «\u00a0{identifiant}\u00a0».")
