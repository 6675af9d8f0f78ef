"""A habilitation given, changed, ended; a departure."""

import uuid
from datetime import timedelta
from typing import NamedTuple

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.timezone import localdate

from annuaire.models import Lieu
from annuaire.reads.lieux import refuse_closed
from changements.actions import Noted, keep
from habilitations import checks, emails, policies
from habilitations.actions import relais
from habilitations.models import DroitPersonnalise, Habilitation
from habilitations.profils import NAMES, DroitProfil, Profil
from habilitations.reads.attribution import Attribution
from journal.models import record
from viatraj.core.saving import locked, save_valid


class Depart(NamedTuple):
    """What a departure did to each row."""

    ended: list[Habilitation]
    cancelled: list[Habilitation]


@transaction.atomic
def grant(*, by, **said) -> list[Habilitation]:
    """As `give`; may be undone, and each holder is told once, two minutes from now."""
    noted = Noted()
    given = give(noted, by=by, **said)
    keep(noted, "habilitation.granted", by=by)
    for user, rows in _by_holder(noted).items():
        emails.granted(user, [row for row, _ in rows], changement=noted.cle)
    return given


@transaction.atomic
def give(noted, *, users, profil: Profil, lieux: list[Lieu], debut, fin, droits, cle, today, by):  # noqa: PLR0913
    """The same profile, rights and dates to each of `users` on each of `lieux`: all or nothing (HAB-4).

    `droits` is {DroitProfil.key: mode} for what differs from the profile; the same `cle` twice is one lot.
    On screen, by an import, in answer to a request: its caller tells the holders.
    """
    cle = cle or uuid.uuid4()
    granters = [policies.grant(by, profil, lieu) for lieu in lieux]
    users = [
        locked(user) for user in sorted(users, key=lambda user: user.pk)
    ]  # by ascending key, so that two lots cannot deadlock
    attribution = Attribution(users, profil, lieux, debut, fin, droits, cle)
    if done := list(attribution.given(by=by)):
        return done
    attribution.obey(today=today, by=by)
    given = [
        _granted(
            user,
            profil,
            lieu,
            checks.droits(profil, lieu, droits),
            by=granter,
            debut=debut,
            fin=fin,
            lot=cle,
            granted_by=by.user,
        )
        for user in users
        for lieu, granter in zip(lieux, granters, strict=True)
    ]
    for habilitation in given:
        noted.made(habilitation)
    return given


@transaction.atomic
def name_referent(*, user, profil: Profil, lieu: Lieu, fin, today, by):
    """The first référent of a structure, named by the exploitation (`create_referent`)."""
    policies.system(by)
    if not profil.is_referent or lieu.niveau not in profil.niveaux:
        raise ValidationError(f"Le profil «\u00a0{profil}\u00a0» n’est pas celui d’un référent de ce niveau.")
    user = locked(user)
    checks.end(fin, today=today)
    habilitation = _granted(user, profil, lieu, {}, by=by, debut=today, fin=fin)
    emails.granted(user, [habilitation])
    return habilitation


def _granted(user, profil, lieu, droits: dict[DroitProfil, str], *, by, **fields) -> Habilitation:
    habilitation = save_valid(
        Habilitation(
            user=user,
            profil=profil.code,
            domaine=profil.domaine,
            niveau=lieu.niveau,
            **lieu.columns,
            **fields,
        )
    )
    refuse_closed(lieu)
    _customise(habilitation, droits)
    _record("habilitation.granted", habilitation, by=by, debut=habilitation.debut, droits=_named(droits))
    return habilitation


@transaction.atomic
def adjust(habilitation, *, droits, version, by):
    """Other rights within the profile's range, at once; `droits` as in `grant`."""
    noted = Noted()
    habilitation = put_rights(habilitation, noted, droits=droits, version=version, by=by)
    kept(noted, "adjusted", by=by)
    return habilitation


def put_rights(habilitation, noted, *, droits, version, by) -> Habilitation:
    """Part of adjusting, and of a review that reduces."""
    habilitation = locked(habilitation, version=version)
    by = policies.manage(by, habilitation)
    policies.living(habilitation)
    wanted = checks.droits(habilitation.le_profil, habilitation.lieu, droits)
    before = {f"{one.domaine}-{one.droit}": one.mode for one in habilitation.droits.all()}
    if before == {droit.key: mode for droit, mode in wanted.items()}:
        return habilitation
    noted.found(habilitation)
    habilitation.droits.all().delete()
    _customise(habilitation, wanted)
    _change(habilitation)
    _record("habilitation.adjusted", habilitation, by=by, droits=_named(wanted), before=before)
    return habilitation


@transaction.atomic
def change_end(habilitation, *, fin, version, today, by):
    """Prolong or shorten, by a stretch from today or by a date (HAB-5)."""
    noted = Noted()
    habilitation = put_end(habilitation, noted, fin=fin, version=version, today=today, by=by)
    kept(noted, "moved", by=by)
    return habilitation


def put_end(habilitation, noted, *, fin, version, today, by) -> Habilitation:
    """Part of changing one end, or many, or of answering a request."""
    habilitation = locked(habilitation, version=version)
    by = policies.manage(by, habilitation)
    policies.living(habilitation)
    if fin == habilitation.fin:
        return habilitation
    checks.end(fin, today=today)
    if fin > habilitation.fin:
        policies.offered(habilitation.le_profil)
    noted.found(habilitation)
    before, habilitation.fin = habilitation.fin, fin
    _change(habilitation)
    if fin > before:
        _record("habilitation.prolonged", habilitation, by=by, before=before)
    else:
        _record("habilitation.shortened", habilitation, by=by, before=before)
    return habilitation


@transaction.atomic
def revoke(habilitation, *, now, by, prevenir=False):
    """The right ends at the person's next click. The row stays, for the history."""
    noted = Noted()
    relais.hold_peers([habilitation])
    take_away(habilitation, noted, now=now, by=by, prevenir=prevenir)
    kept(noted, "revoked", by=by)


def take_away(habilitation, noted, *, now, by, prevenir: bool | None = None):
    """Part of deleting one, or many; `prevenir` None: decided elsewhere, a last référent goes too."""
    habilitation = locked(habilitation)
    by = policies.manage(by, habilitation)
    if habilitation.is_living:
        if prevenir is not None:
            today = localdate(now)
            relais.check_last([habilitation], on=today, today=today, prevenir=prevenir, by=by)
        noted.found(habilitation)
        _end(habilitation, now=now, by=by)
        _record("habilitation.revoked", habilitation, by=by)


def kept(noted, verb, *, by):
    """Part of every act that ends: it may be undone, and each holder is told once, two minutes from now."""
    if keep(noted, f"habilitation.{verb}", by=by):
        tell(noted, verb)


def tell(noted, verb):
    """Part of every act that ends: one letter a holder."""
    for user, changes in _by_holder(noted).items():
        emails.changed(user, changes, verb=verb, changement=noted.cle)


def _by_holder(noted) -> dict:
    """{account: [(habilitation, what it was before)]}."""
    found = {}
    for row, before in noted.rows:
        found.setdefault(row.user, []).append((row, before))
    return found


@transaction.atomic
def give_up(habilitation, *, now, by, prevenir=False):
    """The red cross of «Mon compte» (COM-5)."""
    relais.hold_peers([habilitation])
    habilitation = locked(habilitation)
    policies.own(by, habilitation)
    if habilitation.is_living:
        relais.check_last([habilitation], on=localdate(now), today=localdate(now), prevenir=prevenir, by=by)
        _end(habilitation, now=now, by=by)
        _record("habilitation.given_up", habilitation, by=by)


@transaction.atomic
def notify(habilitation, *, wanted: bool, by):
    """«Réception des e-mails» (HAB-8)."""
    habilitation = locked(habilitation)
    by = policies.notify(by, habilitation)
    if habilitation.emails == wanted:
        return
    habilitation.emails = wanted
    _change(habilitation)
    _record("habilitation.notified", habilitation, by=by, wanted=wanted)


@transaction.atomic
def depart(user, *, lieu: Lieu, fin, today, now, by, choix=None, prevenir=False) -> Depart:
    """One date ends what a person holds in a structure: `choix`, by their keys, or all of it.

    What would begin after that date is cancelled. A right that another référent gives refuses the whole.
    """
    by = policies.depart(by, user, lieu)
    checks.end(fin, today=today)
    held = Habilitation.objects.of(user).current(today).at(lieu).filter(fin__gt=fin).with_lieu()
    chosen = held if choix is None else held.filter(pk__in=choix)
    relais.hold_peers(chosen)
    done, noted = Depart([], []), Noted()
    rows = list(chosen.select_for_update(of=("self",), no_key=True).order_by("pk"))
    relais.check_last(
        rows, on=fin + timedelta(days=1), today=today, prevenir=prevenir, changement=noted.cle, by=by
    )
    for habilitation in rows:
        manager = policies.manage(by, habilitation)
        noted.found(habilitation)
        if habilitation.debut > fin:
            _end(habilitation, now=now, by=by)
            _record("habilitation.revoked", habilitation, by=manager)
            done.cancelled.append(habilitation)
        else:
            before, habilitation.fin = habilitation.fin, fin
            _change(habilitation)
            _record("habilitation.shortened", habilitation, by=manager, before=before)
            done.ended.append(habilitation)
    if rows:
        record("depart.declared", by=by, target=user, lieu=str(lieu), fin=fin)
        keep(noted, "depart.declared", by=by)
        emails.departed(user, lieu, fin, done, changement=noted.cle)
    return done


def _end(habilitation, *, now, by):
    habilitation.revoked_at, habilitation.revoked_by = now, by.user
    _change(habilitation)


def _change(habilitation):
    habilitation.version += 1
    save_valid(habilitation)


def _customise(habilitation, droits: dict[DroitProfil, str]):
    DroitPersonnalise.objects.bulk_create(
        DroitPersonnalise(habilitation=habilitation, domaine=droit.domaine, droit=droit.droit, mode=mode)
        for droit, mode in droits.items()
    )


def _named(droits: dict[DroitProfil, str]) -> dict[str, str]:
    return {droit.key: NAMES[mode] for droit, mode in droits.items()}


def _record(event, habilitation, *, by, **data):
    record(
        event,
        by=by,
        target=habilitation,
        label=habilitation.user.login,
        profil=habilitation.le_profil.label,
        lieu=str(habilitation.lieu),
        fin=habilitation.fin,
        **data,
    )
