"""The first référent of a structure, whom no other référent could name on a page."""

import uuid

from django.core.exceptions import ValidationError
from django.db import transaction

import accounts.actions
from annuaire.models import Lieu
from habilitations import policies
from habilitations.actions.habilitations import name_referent
from habilitations.models import Habilitation
from habilitations.profils import Profil
from journal.models import record


@transaction.atomic
def create_referent(*, user, person, profil: Profil, lieu: Lieu, fin, today, now, by) -> Habilitation:
    """`user`, or a new account for `person` (nom, prenom, email), whose holder is sent his first link."""
    policies.system(by)
    if user is None:
        if missing := [name for name, value in person.items() if not value.strip()]:
            raise ValidationError(
                f"Donnez --identifiant, ou bien --nom, --prenom et --email (il manque {', '.join(missing)})."
            )
        user = accounts.actions.register(
            **person, profession_label="", telephone="", cle=uuid.uuid4(), now=now, by=by
        )
    habilitation = name_referent(user=user, profil=profil, lieu=lieu, fin=fin, today=today, by=by)
    record("referent.named", by=by, target=user, profil=profil.label, lieu=str(lieu))
    return habilitation
