"""Offers of the ROR joined to our units, by a person (ANN-1): nothing else ever joins them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.core.exceptions import ValidationError
from django.db import transaction

from annuaire import policies
from annuaire.actions.fiches import put_back
from annuaire.actions.synchro import feed_joined, hold_picture, hold_site, put_etat
from annuaire.models import Etablissement, Lieu, Offre, Rapprochement, Unite
from annuaire.reads import rapprochements as reads
from journal.models import record
from viatraj.core.actor import Actor
from viatraj.core.saving import locked, save_valid

Suite = Rapprochement.Suite
GONE = "Cette offre n’est plus dans le ROR, ou une décision vient d’être prise\u00a0: rouvrez la page."
NOT_HERE = "Cette unité n’est pas, ou plus, de cet établissement\u00a0: rouvrez la page."
OTHER_KEY = "L’unité «\u00a0{}\u00a0» est déjà rapprochée d’une autre offre."
TOO_LATE = "Une décision se défait pendant trente jours\u00a0: ce délai est passé."


@dataclass(frozen=True)
class Choix:
    """One answer of the page."""

    suite: Suite
    offre: Offre | None = None
    unite: Unite | None = None


@transaction.atomic
def reconcile(
    etablissement: Etablissement, *, choix: Sequence[Choix], now: datetime, by: Actor
) -> list[Rapprochement]:
    """All answers of a page, or none of them."""
    by = policies.reconcile(by, etablissement)
    site, etablissement = hold_site(etablissement)
    offres, units = _held(site, etablissement, choix)
    made = []
    for one in choix:
        offre = offres.get(one.offre.pk) if one.offre else None
        unite = units.get(one.unite.pk) if one.unite else None
        if one.offre and offre is None:
            raise ValidationError(GONE)
        if one.unite and unite is None:
            raise ValidationError(NOT_HERE)
        made.append(_decide(one.suite, etablissement, offre, unite, now=now, by=by))
    put_etat(etablissement, reads.etat_of(etablissement, site), now=now, by=by)
    return made


@transaction.atomic
def undo_rapprochement(rapprochement: Rapprochement, *, now: datetime, by: Actor) -> None:
    """For thirty days: what the ROR wrote there becomes again what it was; twice is once.

    A unit that was made for the offer stays, and is closed as any other.
    """
    by = policies.reconcile(by, rapprochement.etablissement)
    site = hold_picture(rapprochement.etablissement)
    one = locked(rapprochement)
    if one.defait_le:
        return
    if not one.may_be_undone(now):
        raise ValidationError(TOO_LATE)
    etablissement = locked(one.etablissement)
    one.defait_le, one.defait_par = now, by.user
    save_valid(one)
    champs = []
    if one.offre_id and one.unite_id:
        champs = _part(one, now=now, by=by)
    put_etat(etablissement, reads.etat_of(etablissement, site), now=now, by=by)
    record(
        "rapprochement.undone",
        by=by,
        target=etablissement,
        label=_named(one.offre, one.unite),
        suite=one.get_suite_display(),
        champs=champs,
    )


def _held(site, etablissement, choix) -> tuple[dict[int, Offre], dict[int, Unite]]:
    """Those of them that may still be decided of."""
    offres = reads.undecided_offres(site).filter(pk__in=[one.offre.pk for one in choix if one.offre])
    units = reads.undecided_unites(etablissement).filter(pk__in=[one.unite.pk for one in choix if one.unite])
    locking = units.select_for_update(of=("self",), no_key=True).prefetch_related("elements")
    return {one.pk: one for one in offres}, {one.pk: one for one in locking.order_by("pk")}


def _decide(suite: Suite, etablissement, offre, unite, *, now, by) -> Rapprochement:
    if suite == Suite.NOUVELLE:
        unite = _new_unit(etablissement, offre, by=by)
    if offre and unite:
        if unite.cle_offre not in (None, offre.cle):
            raise ValidationError(OTHER_KEY.format(unite.nom))
        unite.etablissement = etablissement
        unite.cle_offre = offre.cle
        unite.version += 1
        save_valid(unite)
    one = save_valid(
        Rapprochement(etablissement=etablissement, suite=suite, offre=offre, unite=unite, le=now, par=by.user)
    )
    if offre and unite and etablissement.is_synchronised:
        feed_joined(one, unite, now=now)
    record(
        "rapprochement.decided",
        by=by,
        target=etablissement,
        label=_named(offre, unite),
        suite=suite.label,
    )
    return one


def _new_unit(etablissement: Etablissement, offre: Offre, *, by: Actor) -> Unite:
    said = {code: offre.valeurs[code] for code in ("nature", "domaine") if offre.valeurs.get(code)}
    unite = save_valid(Unite(etablissement=etablissement, nom=offre.nom, **said))
    record("structure.opened", by=by, target=unite, label=str(Lieu.of(unite)))
    return unite


def _part(one: Rapprochement, *, now: datetime, by: Actor) -> list[str]:
    """The unit is nobody's in the ROR any more."""
    assert one.unite is not None  # noqa: S101
    unite = locked(one.unite)
    unite.cle_offre = None
    unite.version += 1
    save_valid(unite)
    return put_back(unite, one.avant, now=now, by=by) if one.avant else []


def _named(offre: Offre | None, unite: Unite | None) -> str:
    return " et ".join(f"«\u00a0{one.nom}\u00a0»" for one in (offre, unite) if one)
