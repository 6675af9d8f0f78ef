"""How an établissement stands with the ROR: it enters its synchronisation, and leaves it (ANN-1, ANN-2)."""

from datetime import datetime

from django.core.exceptions import ValidationError
from django.db import transaction

from annuaire import policies
from annuaire.actions.fiches import as_it_was, feed_ror
from annuaire.models import Etablissement, Lieu, Rapprochement, SiteRor, Synchronisation, Unite
from annuaire.reads import rapprochements as reads
from journal.models import record
from viatraj.core.actor import Actor
from viatraj.core.saving import Stale, locked, save_valid

UNKNOWN = "Le ROR ne décrit pas cet établissement."
NOT_DECIDED = "Il reste des offres ou des unités à rapprocher."
IN_ERROR = "Le ROR décrit mal cet établissement\u00a0: {}"


@transaction.atomic
def synchronise(
    etablissement: Etablissement, *, etat: Synchronisation, now: datetime, by: Actor
) -> Etablissement:
    """From then on what the ROR feeds is greyed, or is open again; the values themselves stay."""
    policies.feed(by)
    etablissement = locked(etablissement)
    put_etat(etablissement, etat, now=now, by=by)
    return etablissement


@transaction.atomic
def stand_again(finess: str, *, now: datetime, by: Actor) -> None:
    """How it stands once an offer has left it for another établissement: what it waits for is another now."""
    policies.feed(by)
    etablissement = Etablissement.objects.filter(finess=finess, closed_at=None).first()
    if etablissement is not None:
        site, etablissement = hold_site(etablissement)
        put_etat(etablissement, reads.etat_of(etablissement, site), now=now, by=by)


def put_etat(etablissement: Etablissement, etat: Synchronisation, *, now: datetime, by: Actor) -> None:
    """Part of the verbs that hold it."""
    if etablissement.synchronisation == etat:
        return
    etablissement.synchronisation, etablissement.synchronise_le = etat, now
    etablissement.version += 1
    save_valid(etablissement)
    record(
        "structure.synchronised",
        by=by,
        target=etablissement,
        label=str(Lieu.of(etablissement)),
        etat=etat.label,
    )


@transaction.atomic
def enter_ror(etablissement: Etablissement, *, seen: str, now: datetime, by: Actor) -> int:
    """«Activer la mise à jour»: all that the ROR feeds is written over, and is greyed from then on.

    `seen`: `reads.seen` of what was shown before; Stale when the ROR or the sheets say something else by now.
    Returns how many fields have changed; what they said before is in their history.
    """
    by = policies.reconcile(by, etablissement)
    site = hold_picture(etablissement)
    joined = list(reads.joined(etablissement).select_for_update(of=("self",), no_key=True))
    etablissement = locked(etablissement)
    if etablissement.is_synchronised:
        return 0
    if site.erreur:
        raise ValidationError(IN_ERROR.format(site.erreur))
    if reads.etat_of(etablissement, site) != Synchronisation.RAPPROCHE:
        raise ValidationError(NOT_DECIDED)
    units = _hold_units([one.unite_id for one in joined])
    if seen != reads.seen(site, etablissement, joined):
        raise Stale(etablissement)
    put_etat(etablissement, Synchronisation.ACTIVE, now=now, by=by)
    done = _feed(etablissement, site, now=now)
    for one in joined:
        done += feed_joined(one, units[one.unite_id], now=now)
    record("ror.entered", by=by, target=etablissement, label=str(Lieu.of(etablissement)), champs=done)
    return done


@transaction.atomic
def leave_ror(etablissement: Etablissement, *, now: datetime, by: Actor) -> None:
    """The last values stay, open to whoever edits the sheets; what was decided of its offers stays too."""
    by = policies.reconcile(by, etablissement)
    site, etablissement = hold_site(etablissement)
    if not etablissement.is_synchronised:
        return
    put_etat(etablissement, reads.etat_apart(etablissement, site), now=now, by=by)
    record("ror.left", by=by, target=etablissement, label=str(Lieu.of(etablissement)))


def hold_site(etablissement: Etablissement) -> tuple[SiteRor, Etablissement]:
    """Part of every decision: the ROR's picture first, so that no run changes it meanwhile."""
    site = hold_picture(etablissement)
    return site, locked(etablissement)


def hold_picture(etablissement: Etablissement) -> SiteRor:
    """Alone, when something else comes between it and the établissement."""
    rows = SiteRor.objects.select_for_update(of=("self",), no_key=True)
    site = rows.filter(finess=etablissement.finess or "").order_by("pk").first()
    if site is None:
        raise ValidationError(UNKNOWN)
    return site


def feed_joined(one: Rapprochement, unite: Unite, *, now: datetime) -> int:
    """Part of entering, and of joining in an établissement that is synchronised: what stood there is kept."""
    if one.avant is None:
        one.avant = as_it_was(unite)
        save_valid(one)
    return len(feed_ror(unite, one.offre.valeurs, one.offre.libelles, **_told(now)))


def _feed(etablissement: Etablissement, site: SiteRor, *, now: datetime) -> int:
    return len(feed_ror(etablissement, site.valeurs, site.libelles, **_told(now)))


def _told(now: datetime) -> dict:
    """A directory says these values, whoever has let it."""
    return {"flux": f"ROR, {now:%d/%m/%Y}", "now": now, "by": Actor.system("ror")}


def _hold_units(pks: list[int]) -> dict[int, Unite]:
    rows = Unite.objects.filter(pk__in=pks).select_for_update(of=("self",), no_key=True)
    return {one.pk: one for one in rows.prefetch_related("elements").order_by("pk")}
