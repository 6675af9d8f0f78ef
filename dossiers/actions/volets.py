"""A volet written, validated; the journal gets the names of fields, never an answer (DOS-5)."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.db import transaction
from django.utils import timezone

from dossiers import attaches, policies, volets
from dossiers.actions.saisies import erase
from dossiers.models import ContactsUnite, Dossier, Presence, Role, Volet
from dossiers.reads import adresses
from dossiers.volets import aggir
from journal.models import record
from viatraj.core.actor import Actor
from viatraj.core.saving import Stale, locked, save_valid

OTHER_FORM = "Ce formulaire a changé\u00a0: rouvrez la page du volet."
OF_ANOTHER_ORIENTATION = "Ce dossier n’a pas ce volet."


@transaction.atomic
def edit_volet(
    volet: Volet, *, contenu: Mapping[str, Any], formulaire: int, version: int, now: datetime, by: Actor
) -> Volet:
    """Saved as far as it is filled. Stale when somebody wrote other answers meanwhile.

    A volet that was validated must be validated again.
    """
    volet, form = _locked(volet, formulaire)
    by = policies.edit_volet(by, volet)
    _write(volet, form, _checked(form, contenu, volet.dossier, now), version=version, now=now, by=by)
    return volet


@transaction.atomic
def validate_volet(
    volet: Volet, *, contenu: Mapping[str, Any], formulaire: int, version: int, now: datetime, by: Actor
) -> Volet:
    """Save what is sent and validate it together: one validates what one has read (DOS-3)."""
    volet, form = _locked(volet, formulaire)
    by = policies.validate_volet(by, volet)
    values = _checked(form, contenu, volet.dossier, now)
    _refuse(form.check_whole, values, _contexte(volet.dossier, now))
    is_new = _write(volet, form, values, version=version, now=now, by=by)
    if volet.validated_at:
        return volet
    if not is_new and volet.version != version:  # the same answers, of somebody else than who was read
        raise Stale(volet)
    volet.validated_at, volet.validated_by, volet.validated_for = now, by.user, by.on_behalf_of
    volet.complet, volet.a_revalider = True, False
    save_valid(volet)
    record("volet.validated", by=by, target=volet.dossier, volet=volet.get_kind_display())
    return volet


def _write(
    volet: Volet, form: volets.Formulaire, values: volets.Values, *, version: int, now: datetime, by: Actor
) -> bool:
    """False when it says this already: nothing is changed, whoever wrote it."""
    erase(volet, by=by)
    if volet.formulaire == form.version and volet.values == values:
        return False
    if volet.version != version:
        raise Stale(volet)
    changed = _changed(volet, form, values)
    volet.a_revalider = volet.a_revalider or volet.validated_at is not None
    volet.validated_at = volet.validated_by = volet.validated_for = None
    volet.contenu, volet.formulaire = values, form.version
    volet.complet = _is_whole(form, values, volet.dossier, now)
    volet.version += 1
    volet.updated_at = now
    save_valid(volet)
    _note(volet, now=now)
    record("volet.updated", by=by, target=volet.dossier, volet=volet.get_kind_display(), champs=changed)
    attaches.note(volet.dossier, now=now, by=by)
    return True


def _locked(volet: Volet, formulaire: int) -> tuple[Volet, volets.Formulaire]:
    """The dossier first: it keeps what lists read of its volets."""
    dossier = locked(volet.dossier)
    volet = locked(volet)
    volet.dossier = dossier
    try:
        form = volets.current(volet.kind, dossier.orientation)
    except KeyError as error:
        raise ValidationError(OF_ANOTHER_ORIENTATION) from error
    if form.version != formulaire:
        raise ValidationError(OTHER_FORM)
    return volet, form


def _checked(
    form: volets.Formulaire, contenu: Mapping[str, Any], dossier: Dossier, now: datetime
) -> volets.Values:
    """What is kept of it, or the sentences of what cannot be."""
    values: volets.Values = _refuse(form.read, contenu)
    _refuse(form.check, values, _contexte(dossier, now))
    return _refuse(adresses.settled, values) if "commune" in form.champs else values


def _is_whole(form: volets.Formulaire, values: volets.Values, dossier: Dossier, now: datetime) -> bool:
    try:
        form.check_whole(values, _contexte(dossier, now))
    except volets.Fautes:
        return False
    return True


def _refuse(check, *args: Any) -> Any:
    try:
        return check(*args)
    except volets.Fautes as error:
        faults = {code or NON_FIELD_ERRORS: [sentence] for code, sentence in error.faults.items()}
        raise ValidationError(faults) from error


def _contexte(dossier: Dossier, now: datetime) -> volets.Contexte:
    return volets.Contexte(timezone.localdate(now), dossier.naissance.last)


def _changed(volet: Volet, form: volets.Formulaire, values: volets.Values) -> list[str]:
    before = volet.values if volet.formulaire == form.version else {}
    return [champ.label for code, champ in form.champs.items() if before.get(code) != values.get(code)]


def _note(volet: Volet, *, now: datetime) -> None:
    """What lists, searches and statistics read, and what the unit is offered next time."""
    dossier, values = volet.dossier, volet.contenu
    dossier.modified_at = now
    match volet.kind:
        case Volet.Kind.ORIENTATION:
            dossier.types, dossier.pathologie = values.get("type", []), values.get("pathologie", "")
        case Volet.Kind.ADMINISTRATIF:
            dossier.departement = adresses.departement(values)
            if "type_sejour" in volet.form.champs:
                dossier.types = values.get("type_sejour", [])
        case Volet.Kind.AUTONOMIE:
            dossier.gir = aggir.gir(values)
        case Volet.Kind.SERVICE:
            _remember(dossier, values.get("contacts", []), now=now)
    save_valid(dossier)


def _remember(dossier: Dossier, contacts: list, *, now: datetime) -> None:
    unite = (
        Presence.objects.filter(dossier=dossier, role=Role.DEMANDEUR).values_list("unite", flat=True).first()
    )
    if unite and contacts:
        told = {"contacts": contacts, "updated_at": now}
        ContactsUnite.objects.update_or_create(unite_id=unite, defaults=told)
