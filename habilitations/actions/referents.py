"""The first référent of a structure, named by the exploitation; what référents are told of each other."""

import uuid
from collections import defaultdict

from django.core.exceptions import ValidationError
from django.db import transaction

import accounts.actions
from annuaire.models import COLUMNS, Lieu
from habilitations import emails, policies
from habilitations.actions.habilitations import name_referent
from habilitations.models import Habilitation, ReferentConnu
from habilitations.profils import Profil
from habilitations.reads import referents, relais
from journal.models import record
from viatraj.core.turns import Turn, wait_for

TOLD_AT_ONCE = 200  # rows a transaction


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


def tell_of_referents(*, today, now, by, quiet=False) -> int:
    """One mail to each référent about those near him who came, or left, since the last one (COM-12).

    What was undone meanwhile is told to nobody. `quiet`: those of now are known, and nobody is written to.
    Returns how many letters.
    """
    policies.system(by)
    posted, told = 0, 0
    while told is not None:
        posted += told
        with transaction.atomic():
            told = _tell_some(today=today, now=now, by=by, quiet=quiet)
    return posted


def _tell_some(*, today, now, by, quiet) -> int | None:
    """How many letters; None when nothing is left to tell."""
    wait_for(Turn.REFERENTS)
    came = list(referents.arrived(today).order_by("pk")[:TOLD_AT_ONCE])
    locking = referents.gone(today).select_for_update(of=("self",), no_key=True)
    left = list(locking.order_by("pk")[:TOLD_AT_ONCE])
    if not came and not left:
        return None
    ReferentConnu.objects.bulk_create(_known(one) for one in came)
    ReferentConnu.objects.filter(pk__in=[one.pk for one in left]).delete()
    if quiet:
        return 0
    letters = _letters(came, left, today)
    posted = sum(emails.referents_changed(one, now=now, **rows) for one, rows in letters.items())
    record("referents.told", by=by, count=posted)
    return posted


def _known(habilitation) -> ReferentConnu:
    same = ("user_id", "profil", "niveau", *(f"{name}_id" for name in COLUMNS))
    return ReferentConnu(**{name: getattr(habilitation, name) for name in same})


def _letters(came, left, today) -> dict:
    """{account: what he is told}; not what he did himself. Above the structure, where it has nobody left."""
    letters = defaultdict(lambda: {"came": [], "left": [], "orphans": []})
    orphans = referents.without(left, today=today)
    for name, rows, author in (("came", came, "granted_by_id"), ("left", left, "revoked_by_id")):
        for one, some in _told(rows, today).items():
            for row in some:
                if getattr(row, author) != one.pk:
                    letters[one][name].append(row)
                    if name == "left" and row.etablissement_id in orphans:
                        letters[one]["orphans"].append(row.etablissement)
    return letters


def _told(rows, today) -> dict:
    told = referents.to_tell(rows, today=today)
    reached = {row.pk for some in told.values() for row in some}
    for row in rows:
        if row.etablissement_id and row.pk not in reached:
            for one in relais.above(row.etablissement, today=today):
                told.setdefault(one, []).append(row)
    return told
