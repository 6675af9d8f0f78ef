"""Who did what, in whose name, on what, when, from where, by which means (TRC-1). Added to, never changed."""

import json
import re
from collections.abc import Iterable
from functools import cache
from importlib import import_module
from typing import Any

from django.apps import apps
from django.conf import settings
from django.contrib.auth import get_user_model
from django.contrib.contenttypes.fields import GenericForeignKey
from django.contrib.contenttypes.models import ContentType
from django.contrib.postgres.fields import ArrayField
from django.core.serializers.json import DjangoJSONEncoder
from django.db import connection, models
from django.db.models import F, OuterRef, Q, Subquery, Value
from django.db.models.functions import Cast, Concat, Now
from django.utils.module_loading import module_has_submodule

from journal import filing, sentences
from viatraj.core.actor import Actor
from viatraj.core.typography import in_groups

DOSSIER = re.compile(r"[0-9]{8}")  # a label that is the number of one


class TransactionId(models.Func):
    """The transaction's number. Seals go by it: by id, a slow transaction could add a line behind one."""

    template = "pg_current_xact_id()::text::bigint"
    output_field = models.BigIntegerField()


class EntryQuerySet(models.QuerySet):
    def about(self, target: models.Model):
        return self.filter(content_type=ContentType.objects.get_for_model(target), object_id=str(target.pk))

    def about_any(self, targets: models.QuerySet):
        """Lines about any row of a queryset, by one sub-query."""
        ids = targets.order_by().values(text=Cast("pk", models.CharField()))
        return self.filter(content_type=ContentType.objects.get_for_model(targets.model), object_id__in=ids)

    def done_in_name_of(self, user):
        """What others did for this médecin (TRC-2)."""
        return self.filter(on_behalf_of=user)

    def told(self):
        """With all that their sentences need, in one query: people by their names, not by their logins."""
        people = get_user_model().objects.filter(login=OuterRef("label")).order_by()
        called = people.values(name=Concat("prenom", Value(" "), "nom"))
        return self.select_related("user", "on_behalf_of").annotate(called=Subquery(called))

    def newest_first(self):
        return self.told().order_by("-id")


class Entry(models.Model):
    """`label` and `data` hold logins, numbers and names of fields: no patient's name, no medical word."""

    at = models.DateTimeField("le", db_default=Now(), editable=False)
    event = models.CharField("événement", max_length=60)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        related_name="+",
        verbose_name="auteur",
        db_index=False,
    )
    on_behalf_of = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name="au nom de"
    )
    system = models.CharField("traitement", max_length=60, blank=True)
    means = models.CharField("moyen de connexion", max_length=10, blank=True)
    quality = models.CharField("qualité", max_length=40, blank=True)
    delegation_id = models.BigIntegerField("délégation", null=True)
    habilitation_id = models.BigIntegerField("habilitation", null=True)
    etablissement_id = models.BigIntegerField("établissement", null=True)
    unite_id = models.BigIntegerField("unité", null=True)
    address = models.CharField("adresse IP", max_length=45, blank=True)
    request_id = models.CharField("requête", max_length=64, blank=True)
    content_type = models.ForeignKey(
        ContentType,
        models.PROTECT,
        null=True,
        related_name="+",
        verbose_name="nature de l’objet",
        db_index=False,
    )
    object_id = models.CharField("objet", max_length=40, null=True)
    target = GenericForeignKey("content_type", "object_id")
    label = models.CharField("libellé", max_length=200, blank=True)
    data = models.JSONField("données", default=dict, encoder=DjangoJSONEncoder, blank=True)
    # As the places lay then (`filing.subjects`); a trigger files the line under each, in `Filing`.
    concerns = ArrayField(
        models.CharField(max_length=40), verbose_name="concerne", default=list, blank=True, db_default=[]
    )
    tx = models.BigIntegerField("transaction", db_default=TransactionId(), editable=False)

    append_only = True
    objects = EntryQuerySet.as_manager()

    class Meta:
        verbose_name = "ligne du journal"
        verbose_name_plural = "lignes du journal"
        indexes = [
            models.Index("content_type", "object_id", F("id").desc(), name="journal_entry_about"),
            models.Index("user", F("id").desc(), name="journal_entry_by"),
            models.Index(
                "on_behalf_of",
                F("id").desc(),
                name="journal_entry_in_name_of",
                condition=Q(on_behalf_of__isnull=False),
            ),
            models.Index("tx", name="journal_entry_tx"),
        ]
        constraints = [
            models.CheckConstraint(
                name="journal_entry_person_or_system",
                condition=Q(user=None) & ~Q(system="") | Q(user__isnull=False, system=""),
                violation_error_message="Une ligne du journal a pour auteur une personne ou un traitement.",
            ),
            models.CheckConstraint(
                name="journal_entry_only_people_act_for_others",
                condition=Q(on_behalf_of=None) | Q(user__isnull=False) & ~Q(on_behalf_of=F("user")),
                violation_error_message="On n’agit pas au nom de soi-même.",
            ),
            models.CheckConstraint(
                name="journal_entry_target_whole",
                condition=Q(content_type=None, object_id=None)
                | Q(content_type__isnull=False, object_id__isnull=False),
                violation_error_message="L’objet d’une ligne du journal se nomme en entier, ou pas du tout.",
            ),
            models.CheckConstraint(
                name="journal_entry_event_named",
                condition=~Q(event=""),
                violation_error_message="Une ligne du journal nomme son événement.",
            ),
        ]

    def __str__(self):
        return f"{self.event} {self.label}".strip()

    @property
    def sentence(self) -> str:
        """As the «Historique des actions» says it (DEL-6)."""
        return sentences.of(self, known_events().get(self.event))

    @property
    def numero(self) -> str:
        """Of the dossier that it is about, as people read it; a line about anything else has none."""
        return in_groups(self.label, 4) if DOSSIER.fullmatch(self.label) else ""


class Filing(models.Model):
    """Where a line is found again: an index over `Entry.concerns`, kept by a trigger (docs/adr/0043).

    The line itself decides what it concerns: whoever reads by this asks it again.
    """

    pk = models.CompositePrimaryKey("subject", "event", "at", "entry")
    subject = models.CharField("sujet", max_length=40, db_collation="C")
    event = models.CharField("événement", max_length=60, db_collation="C")
    at = models.DateTimeField("le")
    entry = models.BigIntegerField("ligne")

    append_only = True

    class Meta:
        verbose_name = "classement"
        verbose_name_plural = "classements"

    def __str__(self):
        return f"{self.subject} {self.entry}"


class Seal(models.Model):
    """Proof of all lines whose transaction lies in [from_tx, until_tx); chained to the seal before (TRC-1).

    `ids` and `prints` (8 bytes a line, in the order of `ids`) only serve to name the place of a break.
    """

    number = models.PositiveBigIntegerField("numéro", primary_key=True)
    from_tx = models.BigIntegerField("première transaction")
    until_tx = models.BigIntegerField("horizon")
    count = models.PositiveIntegerField("lignes")
    digest = models.CharField("empreinte", max_length=64)
    previous = models.CharField("empreinte précédente", max_length=64)
    ids = ArrayField(models.BigIntegerField(), verbose_name="lignes scellées")
    prints = models.BinaryField("empreintes des lignes")
    sealed_at = models.DateTimeField("scellé le", db_default=Now(), editable=False)

    append_only = True

    class Meta:
        verbose_name = "sceau"
        verbose_name_plural = "sceaux"

    def __str__(self):
        return f"sceau n° {self.number}"


def record(
    event: str, *, by: Actor, target: models.Model | None = None, label: str | None = None, **data: Any
) -> Entry:
    """Write one line; nothing else writes the journal, but `record_each`.

    `label` defaults to `str(target)`; `data` is kept as JSON.
    """
    entry = _entry(event, by=by, target=target, label=label, data=data)
    entry.save(force_insert=True)
    return entry


TOLD = {
    "event": "text",
    "user_id": "bigint",
    "on_behalf_of_id": "bigint",
    "system": "text",
    "means": "text",
    "quality": "text",
    "delegation_id": "bigint",
    "habilitation_id": "bigint",
    "etablissement_id": "bigint",
    "unite_id": "bigint",
    "address": "text",
    "request_id": "text",
    "content_type_id": "int",
    "object_id": "text",
    "label": "text",
    "data": "jsonb",
    "concerns": "text[]",
}
TYPED = ", ".join(f"{name} {kind}" for name, kind in TOLD.items())
EACH = f"""
INSERT INTO "journal_entry" ({", ".join(TOLD)})
SELECT * FROM jsonb_to_recordset(%s::jsonb) AS v ({TYPED}) RETURNING id
"""  # noqa: S608, our own words


def record_each(event: str, lines: Iterable[tuple[models.Model, str, dict[str, Any]]], *, by: Actor) -> None:
    """A line for each (target, label, data), in one statement: of one text, a fifth of the cost of values."""
    entries = [_entry(event, by=by, target=target, label=label, data=data) for target, label, data in lines]
    if entries:
        told = [{name: getattr(one, name) for name in TOLD} for one in entries]
        with connection.cursor() as cursor:
            cursor.execute(EACH, [json.dumps(told, cls=DjangoJSONEncoder, ensure_ascii=False)])


def _entry(event: str, *, by: Actor, target, label: str | None, data: dict[str, Any]) -> Entry:
    if event not in known_events():
        raise LookupError(f"{event!r} is in no app's events.EVENTS")
    _refuse_nobody(by)
    entry = Entry(
        event=event,
        user=by.user,
        on_behalf_of=by.on_behalf_of,
        system=by.system_name,
        label=(str(target) if label is None and target is not None else label or "")[:200],
        data=data,
        concerns=filing.subjects(event, target, by),
        **{name: getattr(by, name) for name in FROM_ACTOR},
    )
    if target is not None:
        entry.content_type = ContentType.objects.get_for_model(target)
        entry.object_id = str(target.pk)
    return entry


FROM_ACTOR = (
    *("means", "quality", "delegation_id", "habilitation_id", "etablissement_id", "unite_id"),
    *("address", "request_id"),
)


def _refuse_nobody(by: Actor) -> None:
    """The database asks for a person or a process; who has not signed in is at least known by his address."""
    if by.user is None and by.quality == "anonymous" and not by.address:
        raise ValueError("an anonymous actor is journalled with his address")


@cache
def readings() -> frozenset[str]:
    """All apps' `events.READINGS`: what changed nothing, and is folded away in a history."""
    return frozenset(event for _, events in _of_apps() for event in getattr(events, "READINGS", ()))


@cache
def known_events() -> dict[str, str]:
    """All apps' `events.EVENTS`: what happened → how it is told."""
    found: dict[str, str] = {}
    for name, events in _of_apps():
        if twice := found.keys() & events.EVENTS.keys():
            raise LookupError(f"{sorted(twice)} of {name} are another app's events too")
        found |= events.EVENTS
    return found


def _of_apps():
    for config in apps.get_app_configs():
        if config.module is not None and module_has_submodule(config.module, "events"):
            yield config.name, import_module(f"{config.name}.events")
