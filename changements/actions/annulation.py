"""An act notes what it is about to change, and its author may take it back for ten minutes (COM-11)."""

import uuid
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from django.core.exceptions import ValidationError
from django.db import IntegrityError, connection, models, transaction

from changements import emails, policies
from changements.actions.annulables import Annulable, by_model, every
from changements.models import Changement
from courrier import outbox
from journal.models import record
from viatraj.core.actor import Actor
from viatraj.core.saving import by_slices, locked, save_valid

KEPT = timedelta(days=1)
TOO_LATE = "Un changement s’annule pendant dix minutes\u00a0: ce délai est passé."
ALREADY = "Ce changement est déjà annulé."
GONE = "ce qui n’existe plus"
CHANGED = (
    "Autre chose a été fait depuis sur {}\u00a0: ce changement ne peut plus être annulé d’un geste. "
    "Rien n’est modifié."
)


@dataclass
class Noted:
    """What an act finds before it changes it; its letters bear `cle`, so that they wait."""

    cle: uuid.UUID = field(default_factory=uuid.uuid4)
    rows: list[tuple[models.Model, dict[str, Any] | None]] = field(default_factory=list)

    def found(self, row: models.Model) -> None:
        """A row that the act holds locked, as it is before the change."""
        self.found_each([row])

    def found_each(self, rows: Sequence[models.Model]) -> None:
        """The same of several rows of one model."""
        if rows:
            self.rows += zip(rows, by_model()[type(rows[0])].held(rows), strict=True)

    def made(self, row: models.Model) -> None:
        self.rows.append((row, None))

    def becomes(self, row: models.Model, **values: Any) -> None:
        """A row that undoing does not put back: it then says that it was undone."""
        self.rows.append((row, values))


def keep(noted: Noted, verb: str, *, by: Actor) -> Changement | None:
    """Part of every act that may be undone, once its rows are saved; None when it has changed nothing."""
    if not noted.rows or by.user is None:
        return None
    rows = [
        {"table": row._meta.db_table, "pk": row.pk, "version": _version(row), "before": before}
        for row, before in noted.rows
    ]
    known = {"user": by.user, "on_behalf_of": by.on_behalf_of, "request_id": by.request_id}
    return save_valid(Changement(cle=noted.cle, verb=verb, rows=rows, **known))


def _version(row: models.Model) -> int | None:
    return getattr(row, "version", None)


@transaction.atomic
def undo(changement: Changement, *, now, by: Actor) -> Changement:
    """All rows as they were, or none and the reason. Letters that wait never leave; others are corrected."""
    policies.undo(by, changement)
    groups = [_Group(kind, changement) for kind in every() if kind.table in _tables(changement)]
    changement = locked(changement)
    policies.undo(by, changement)
    _still_open(changement, now)
    for group in groups:
        group.check(now=now, by=by)
    for group in reversed(groups):  # what hangs on an account goes before it
        group.unmake()
        group.put_back()
    _refuse_referred()
    changement.undone_at = now
    save_valid(changement)
    record("changement.undone", by=by, target=changement, verb=changement.verb, count=len(changement.rows))
    _correct(outbox.withdraw(changement.cle), groups, changement)
    return changement


def _refuse_referred() -> None:
    """Asked of the database now, not at the end: somebody may be referring to what has just gone."""
    try:
        connection.check_constraints()
    except IntegrityError as error:
        raise ValidationError(CHANGED.format("ce qui avait été ajouté")) from error


def _correct(left: dict[str, str], groups: list["_Group"], changement: Changement) -> None:
    """To whoever got a letter: what he holds by now, or, when nothing of it is his, that it is void."""
    told: set[str] = set()
    for group in groups:
        told |= group.tell(left.keys() - told, changement)
    for to, subject in left.items():
        if to not in told:
            emails.void(to, subject, changement=changement)


def _tables(changement: Changement) -> set[str]:
    return {noted["table"] for noted in changement.rows}


def _still_open(changement: Changement, now) -> None:
    if changement.undone_at:
        raise ValidationError(ALREADY)
    if not changement.is_open(now):
        raise ValidationError(TOO_LATE)


class _Group:
    """The rows of one kind, locked by ascending key."""

    def __init__(self, kind: Annulable, changement: Changement):
        self.kind = kind
        self.noted = {one["pk"]: one for one in changement.rows if one["table"] == kind.table}
        self.also = defaultdict(list)  # by table: what is put back with it, and may refer to it until then
        for one in changement.rows:
            self.also[one["table"]].append(one["pk"])
        kind.hold(list(self.noted))
        rows = kind.model._base_manager.select_related(*kind.joined).select_for_update(
            of=("self",), no_key=True
        )
        self.rows = {row.pk: row for row in rows.filter(pk__in=list(self.noted)).order_by("pk")}
        if kind.hung:  # held now, in their turn: they are put back after rows of later tables
            list(kind.hung_on(self.rows).select_for_update(of=("self",), no_key=True))
        self.actors: dict[int, Actor] = {}

    def check(self, *, now, by: Actor) -> None:
        """Nothing else has happened since, and the author still has the right to do what he undoes."""
        for pk, noted in self.noted.items():
            row = self.rows.get(pk)
            if row is None or _version(row) != noted["version"]:
                raise ValidationError(CHANGED.format(self.kind.named(row) if row else GONE))
            self.actors[pk] = self.kind.may(by, row, now)

    def unmake(self) -> None:
        """Deletes what the act has made, if nothing refers to it by now."""
        pks = self._made()
        if not pks:
            return
        for model, name in self.kind.referring():
            referred = model._base_manager.filter(**{f"{name}__in": pks}).order_by()
            referred = referred.exclude(pk__in=self.also.get(model._meta.db_table, []))
            for pk in referred.values_list(name, flat=True)[:1]:
                raise ValidationError(CHANGED.format(self.kind.named(self.rows[pk])))
        for pk in pks:
            self.kind.record(self.rows[pk], made=True, by=self.actors[pk])
        self.kind.hung_on(pks).delete()
        self.kind.model._base_manager.filter(pk__in=pks)._raw_delete("default")

    def put_back(self) -> None:
        for pk, row in self.rows.items():
            before = self.noted[pk]["before"]
            if before is None:
                continue
            self.kind.put_back(row, before)
            if _version(row) is not None:
                row.version += 1  # type: ignore[attr-defined]
            save_valid(row)
            self._hang_again(pk, before.get("hung", []))
            self.kind.record(row, made=False, by=self.actors[pk])
        self.kind.stands(list(self.rows.values()))

    def _hang_again(self, pk: int, before: list[dict[str, Any]]) -> None:
        hung = self.kind.hung_on([pk])
        if list(hung.values()) != before:
            hung.delete()
            hung.bulk_create(hung.model(**one) for one in before)

    def tell(self, to: set[str], changement: Changement) -> set[str]:
        made, rows = self._made(), defaultdict(list)
        for pk, row in self.rows.items():
            rows[pk in made].append(row)
        told: set[str] = set()
        for is_made, some in rows.items():
            told |= self.kind.tell(some, made=is_made, to=to - told, changement=changement)
        return told

    def _made(self) -> list[int]:
        return [pk for pk, noted in self.noted.items() if noted["before"] is None]


def purge(*, now, by: Actor) -> int:
    """What may no longer be undone; the journal tells the story."""
    policies.system(by)

    def erase(part):
        Changement.objects.filter(pk__in=[one.pk for one in part]).delete()
        record("changements.purged", by=by, count=len(part))

    return by_slices(Changement.objects.filter(at__lt=now - KEPT), erase)
