"""People of the national directory, referred to by délégations and dossiers."""

from django.core.exceptions import ValidationError
from django.db import transaction

from annuaire import policies
from annuaire.models import Activite, Professionnel
from annuaire.reads import search
from journal.models import record

NO_CARD = "Aucune carte n’est plus associée à ce compte\u00a0: associez-en une pour créer un dossier."
UNKNOWN = "Ce médecin ne figure pas dans l’annuaire national."


@transaction.atomic
def refer(idnat, *, by) -> Professionnel:
    """The Professionnel row of a médecin, created when a délégation or dossier first names him.

    Raises ValidationError (code `idnat`) when no médecin of the extraction has this number.
    """
    policies.refer(by)
    idnat = search.readable(idnat)
    said = _said_of(idnat)
    if not said or not Professionnel(**said).is_medecin:
        raise ValidationError(UNKNOWN, code="idnat")
    professionnel, created = Professionnel.objects.get_or_create(idnat=idnat, defaults=said)
    if created:
        record("professionnel.referred", by=by, target=professionnel)
    return professionnel


@transaction.atomic
def refer_account(user, *, by) -> Professionnel:
    """The row of a médecin who has an account: as the extraction says him, else as his card does.

    Raises ValidationError when no living number tells who he is.
    """
    policies.refer(by)
    numbers = user.identites.filter(ended_at=None, kind__in=["rpps", "adeli"]).order_by("-kind", "pk")
    living = {one.idnat: one for one in numbers}
    known = Professionnel.objects.filter(idnat__in=living)
    if found := min(known, key=lambda one: [*living].index(one.idnat), default=None):
        return found
    if not living:
        raise ValidationError(NO_CARD)
    idnat, identite = next(iter(living.items()))
    said = _said_of(idnat) or {
        "nom": identite.nom,
        "prenom": identite.prenom,
        "profession": user.profession,
        "categorie": user.categorie,
    }
    professionnel, created = Professionnel.objects.get_or_create(idnat=idnat, defaults=said)
    if created:
        record("professionnel.referred", by=by, target=professionnel)
    return professionnel


def follow(idnats, *, now, by):
    """Update each Professionnel from his lines, or mark him as gone (never one with an ADELI number)."""
    for professionnel in (
        Professionnel.objects.select_for_update(no_key=True).filter(idnat__in=idnats).order_by("pk")
    ):
        said = _said_of(professionnel.idnat)
        if said:
            said["vanished_at"] = None
        elif not professionnel.idnat.startswith("0"):
            said = {"vanished_at": professionnel.vanished_at or now}
        changed = [name for name, value in said.items() if getattr(professionnel, name) != value]
        for name in changed:
            setattr(professionnel, name, said[name])
        if changed:
            professionnel.save(update_fields=changed)
            record("professionnel.updated", by=by, target=professionnel, fields=changed)


def _said_of(idnat) -> dict:
    """What the extraction says of somebody, as fields of Professionnel; empty without a line."""
    fields = ("nom", "prenom", "profession", "categorie", "specialite", "code_postal", "commune")
    return {name: getattr(line, name) for line in Activite.objects.of(idnat)[:1] for name in fields}
