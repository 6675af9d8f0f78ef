"""One door for several units (ANN-4)."""

from django.core.exceptions import ValidationError
from django.db import transaction

from annuaire import policies
from annuaire.models import Coordination, Etablissement, Guichet, Lieu, Unite
from journal.models import record
from viatraj.core.saving import Stale, locked, save_valid

CONTACTS = ("nom", "domaine", "telephone", "email", "horaires")
EMPTY = "Choisissez au moins une unité."


@transaction.atomic
def create_guichet(*, of: Etablissement | Coordination, unites: list[Unite], by, **values) -> Guichet:
    """Of an établissement, or of a coordination across several; `values`: those of CONTACTS."""
    etablissement = of if isinstance(of, Etablissement) else None
    coordination = of.coordination if isinstance(of, Etablissement) else of
    guichet = Guichet(etablissement=etablissement, coordination=coordination)
    by = policies.edit_guichet(by, guichet)
    # By its name: two clicks on one form are one guichet.
    locked(of)
    known = Guichet.objects.open().filter(
        etablissement=etablissement, coordination=coordination, nom=values["nom"]
    )
    if known.exists():
        raise ValidationError({"nom": "Un guichet porte déjà ce nom ici."})
    _put(guichet, values)
    save_valid(guichet)
    _gather(guichet, unites)
    record(
        "guichet.created", by=by, target=guichet, label=str(Lieu.of(guichet)), unites=[u.pk for u in unites]
    )
    return guichet


@transaction.atomic
def update_guichet(guichet: Guichet, *, version: int, unites: list[Unite], by, **values) -> Guichet:
    """Stale when somebody else has changed it since: both texts are shown."""
    guichet = locked(guichet)
    by = policies.edit_guichet(by, guichet)
    before = {name: getattr(guichet, name) for name in CONTACTS}
    gathered = set(guichet.unites.values_list("pk", flat=True))
    changed = sorted(name for name in CONTACTS if before[name] != values[name])
    if gathered != {one.pk for one in unites}:
        changed.append("unites")
    if not changed:
        return guichet
    if guichet.version != version:
        raise Stale(guichet)
    _put(guichet, values)
    guichet.version += 1
    save_valid(guichet)
    _gather(guichet, unites)
    record("guichet.updated", by=by, target=guichet, label=str(Lieu.of(guichet)), champs=changed)
    return guichet


@transaction.atomic
def gather(guichet: Guichet, *, unites: list[Unite], by) -> None:
    """By a process: the units behind one door."""
    policies.open_structure(by)
    guichet = locked(guichet)
    _gather(guichet, unites)
    record(
        "guichet.gathered",
        by=by,
        target=guichet,
        label=str(Lieu.of(guichet)),
        unites=[one.pk for one in unites],
    )


def _put(guichet: Guichet, values: dict) -> None:
    for name in CONTACTS:
        setattr(guichet, name, values[name])


def _gather(guichet: Guichet, unites: list[Unite]) -> None:
    if not unites:
        raise ValidationError({"unites": EMPTY})
    if strangers := [str(Lieu.of(one)) for one in unites if not guichet.gathers(one)]:
        raise ValidationError(
            {
                "unites": f"{Lieu.of(guichet)} ne peut pas réunir des unités d’un autre établissement\u00a0: "
                f"{', '.join(strangers)}."
            }
        )
    fresh = Unite.objects.filter(pk__in=[one.pk for one in unites]).select_related("etablissement")
    if closed := [str(one) for one in fresh if Lieu.of(one).is_closed]:
        raise ValidationError({"unites": f"Ces unités sont fermées\u00a0: {', '.join(closed)}."})
    guichet.unites.set(unites)
