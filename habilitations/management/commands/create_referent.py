from django.core.management.base import BaseCommand
from django.utils import timezone

from accounts.identifiants import spellings
from accounts.models import User
from annuaire.models import Coordination, Etablissement, Lieu, Region
from habilitations import actions, profils
from viatraj.core.actor import Actor
from viatraj.core.commands import refusals, the_one
from viatraj.core.droits import Niveau
from viatraj.core.periods import add_months
from viatraj.core.saisie import caracteres, dates, emails, noms, numeros
from viatraj.core.saisie.options import option
from viatraj.core.saving import act

PLACES = {
    "finess": (profils.REFERENT_STRUCTURE, Etablissement, "finess", "l’établissement"),
    "coordination": (profils.REFERENT_COORDINATION, Coordination, "nom", "la coordination"),
    "region": (profils.REFERENT_REGIONAL, Region, "code", "la région"),
}


class Command(BaseCommand):
    help = (
        "Nomme le premier référent d’une structure (ou d’une coordination, d’une région, du pays). Le compte "
        "est celui de --identifiant, ou s’ouvre avec --nom, --prenom et --email\u00a0: son titulaire reçoit "
        "alors le lien pour choisir son mot de passe."
    )
    requires_system_checks = ()

    def add_arguments(self, parser):
        where = parser.add_mutually_exclusive_group(required=True)
        where.add_argument(
            "--finess",
            type=option(numeros.finess),
            help="numéro FINESS de l’établissement\u00a0: référent structure",
        )
        where.add_argument(
            "--coordination",
            type=option(caracteres.plain),
            help="nom de la coordination\u00a0: référent coordination",
        )
        where.add_argument("--region", help="code de la région\u00a0: référent régional")
        where.add_argument("--national", action="store_true", help="administrateur national")
        parser.add_argument("--identifiant", help="d’un compte existant")
        parser.add_argument("--nom", type=option(noms.read))
        parser.add_argument("--prenom", type=option(noms.read))
        parser.add_argument("--email", type=option(emails.read))
        parser.add_argument(
            "--fin", type=option(dates.read), help="dernier jour, JJ/MM/AAAA\u00a0; un an sans cela"
        )

    def handle(self, **options):
        today, now = timezone.localdate(), timezone.now()
        by = Actor.system("exploitation")
        profil, lieu = _where(options)
        fin = options["fin"] or add_months(today, 12)
        with refusals():
            habilitation = act(
                actions.create_referent,
                user=_known(options["identifiant"]),
                person={name: options[name] or "" for name in ("nom", "prenom", "email")},
                profil=profil,
                lieu=lieu,
                fin=fin,
                today=today,
                now=now,
                by=by,
            )
        self.stdout.write(
            f"{habilitation.user.login}\u00a0: {profil} ({lieu}), du {today:%d/%m/%Y} au {fin:%d/%m/%Y}."
        )


def _where(options):
    if options["national"]:
        return profils.ADMINISTRATEUR_NATIONAL, Lieu(Niveau.NATIONAL)
    option, typed = next((name, options[name]) for name in PLACES if options[name])
    profil, model, column, named = PLACES[option]
    rows = model.objects.filter(**{f"{column}__iexact": typed.strip()})
    found = the_one(rows, f"Aucun résultat, ou plusieurs, pour {named} «\u00a0{typed}\u00a0».")
    return profil, Lieu.of(found)


def _known(identifiant):
    if not identifiant:
        return None
    rows = User.objects.known_as(spellings(identifiant))
    return the_one(rows, f"Aucun compte n’a l’identifiant «\u00a0{identifiant}\u00a0».")
