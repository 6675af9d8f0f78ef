"""Profiles are code: after a deployment that changes one, the journal gets a line with both versions."""

from django.db import transaction

from habilitations import policies
from habilitations.models import VersionProfil
from habilitations.profils import PROFILS, described
from journal.models import record
from viatraj.core.saving import save_valid


@transaction.atomic
def note_profils(*, now, by) -> list[VersionProfil]:
    """What changed since the last deployment, withdrawn profiles included; nothing the second time."""
    policies.system(by)
    known = {one.code: one for one in VersionProfil.objects.select_for_update(no_key=True).order_by("pk")}
    current = {code: described(profil) for code, profil in PROFILS.items()}
    return [
        _changed(code, known.get(code), current.get(code, {}), now=now, by=by)
        for code in sorted(known.keys() | current.keys())
        if code not in known or known[code].definition != current.get(code, {})
    ]


def _changed(code, before, definition, *, now, by) -> VersionProfil:
    number = before.version + 1 if before else 1
    version = save_valid(VersionProfil(code=code, version=number, definition=definition, since=now))
    record(
        "profil.changed",
        by=by,
        target=version,
        label=(definition or before.definition)["label"],
        version=number,
        before=before.definition if before else {},
        after=definition,
    )
    return version
