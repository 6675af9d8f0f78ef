import json

from django.conf import settings
from django.core.management.base import BaseCommand

from viatraj.demo.people import PASSWORD, PEOPLE


class Command(BaseCommand):
    help = "Where the demonstration is, and whom to be in it."

    def add_arguments(self, parser):
        parser.add_argument("--json", action="store_true", help="for programs")

    def handle(self, **options):
        url = settings.SITE_URL.rstrip("/")
        known = {
            "url": f"{url}/",
            "mailbox": f"{url}/demo/courriels/",
            "accounts": [_account(p) for p in PEOPLE],
        }
        self.stdout.write(
            json.dumps(known, ensure_ascii=False, indent=2) if options["json"] else _told(known)
        )


def _account(person) -> dict:
    return {
        "role": person.role,
        "login": person.login,
        "password": PASSWORD,
        "email": person.email,
        "card": person.card,
        "place": person.place,
        "name": person.name,
    }


def _told(known) -> str:
    lines = [
        f"  {one['role']:<10} {one['login']:<14} {one['password']}   {one['name']}"
        for one in known["accounts"]
    ]
    return "\n".join(
        [f"Démonstration : {known['url']}", f"Courriels :     {known['mailbox']}", "Comptes :", *lines]
    )
