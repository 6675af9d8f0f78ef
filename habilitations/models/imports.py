"""Bulk imports: what was in the file until it is written, then what became of each line."""

import uuid
from datetime import date, timedelta

from django.conf import settings
from django.db import models
from django.db.models import Q

from viatraj.core.typography import counted


class ImportQuerySet(models.QuerySet):
    def visible_to(self, actor):
        """To who deposited the file, and nobody else."""
        if actor.is_acting or actor.user is None:
            return self.none()
        return self.filter(user=actor.user)

    def at_work(self):
        return self.filter(state__in=Import.AT_WORK)

    def newest_first(self):
        return self.order_by("-deposited_at", "-pk")


class Import(models.Model):
    """Deposited, checked whole, confirmed, then written by slices.

    Its report says of each line what became of it, with the keys of the account and the habilitation: what
    it takes to undo the lot.
    """

    class State(models.TextChoices):
        CHECKING = "checking", "Vérification en cours"
        REFUSED = "refused", "À corriger"
        READY = "ready", "Prêt à importer"
        WRITING = "writing", "Import en cours"
        DONE = "done", "Importé"
        FAILED = "failed", "Interrompu"
        UNDONE = "undone", "Annulé"

    AT_WORK = (State.CHECKING, State.WRITING)
    WRITTEN = (State.DONE, State.FAILED, State.UNDONE)
    READY_FOR = timedelta(days=1)  # then what it was checked against is too old

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="déposé par", db_index=False
    )
    cle = models.UUIDField("clé du dépôt", default=uuid.uuid4, unique=True, editable=False)
    file_name = models.CharField("nom du fichier", max_length=100)
    total = models.PositiveIntegerField("lignes")
    lines = models.JSONField("lignes à importer", default=list, editable=False)  # once written, the refused
    left_out = models.JSONField("ce qui est laissé de côté", default=list, blank=True, editable=False)
    report = models.JSONField("compte rendu", default=list, editable=False)
    outcome = models.JSONField("lignes traitées", default=list, editable=False)  # the report, once all are
    state = models.CharField("état", max_length=10, choices=State, default=State.CHECKING)
    attempts = models.PositiveSmallIntegerField("essais", default=0, editable=False)
    # Of who confirmed: what the worker writes is journalled as his.
    means = models.CharField("moyen de connexion", max_length=10, blank=True)
    address = models.CharField("adresse IP", max_length=45, blank=True)
    request_id = models.CharField("requête", max_length=64, blank=True)
    deposited_at = models.DateTimeField("déposé le")
    checked_at = models.DateTimeField("vérifié le", null=True, blank=True)
    done_at = models.DateTimeField("importé le", null=True, blank=True)

    objects = ImportQuerySet.as_manager()

    class Meta:
        verbose_name = "import"
        indexes = [models.Index(fields=["user", "-deposited_at"], name="habilitations_import_user")]
        constraints = [
            models.CheckConstraint(
                name="habilitations_import_done_at",
                condition=Q(state="done", done_at__isnull=False) | ~Q(state="done") & Q(done_at=None),
                violation_error_message="Un import fait l’est à une date, les autres n’en ont pas.",
            ),
        ]

    def __str__(self):
        return f"import n° {self.pk}"

    def keep(self, report: list[dict]):
        """Once written: what became of each line, and, as they were deposited, those to correct."""
        self.report, self.outcome = report, []
        self.lines = [line for line, _ in self.to_correct]

    @property
    def to_correct(self) -> list[tuple[dict, list[str]]]:
        """Lines as they were deposited, each with what is wrong with it."""
        wrong = {told["ligne"]: told["problemes"] for told in self.report if told["problemes"]}
        return [(line, wrong[line["ligne"]]) for line in self.lines if line["ligne"] in wrong]

    @property
    def good(self) -> list[dict]:
        """What the check has found nothing wrong with, and is to be given."""
        return [line for line in self.report if not line["problemes"] and "deja" not in line]

    @property
    def already(self) -> list[dict]:
        """What its person holds by another way: nothing to do, and nothing to correct."""
        return [line for line in self.report if "deja" in line]

    @property
    def is_at_work(self) -> bool:
        return self.state in self.AT_WORK

    @property
    def told(self) -> list[dict]:
        """The report, with true dates."""
        return [
            line | {"fin": date.fromisoformat(line["fin"]) if line["fin"] else None} for line in self.report
        ]

    @property
    def problems_first(self) -> list[dict]:
        return sorted(self.told, key=lambda line: not line["problemes"])

    @property
    def given(self) -> list[dict]:
        """Lines whose habilitation stands, once the file has been written."""
        return [line for line in self.report if "habilitation" in line]

    @property
    def refused_lines(self) -> str:
        """«1 ligne», «3 lignes»."""
        return counted(len(self.problems), "ligne")

    @property
    def problems(self) -> list[dict]:
        return [line for line in self.told if line["problemes"]]
