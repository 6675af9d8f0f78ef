from datetime import datetime, time, timedelta

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone

from journal.models import readings
from viatraj.core.saisie.fields import DateField

ACTIONS, CONSULTATIONS = "actions", "consultations"
OF_HISTORIES = {ACTIONS: "Actions, sans les consultations", CONSULTATIONS: "Consultations, une à une"}
NOT_PROPOSED = "Choisissez l’une des réponses proposées."


class HistoireForm(forms.Form):
    """A GET form over lines of the journal: by whom, of what kind, between which days, both included."""

    par = forms.ChoiceField(label="Par", required=False, error_messages={"invalid_choice": NOT_PROPOSED})
    genre = forms.ChoiceField(
        label="Actions", required=False, error_messages={"invalid_choice": NOT_PROPOSED}
    )
    debut = DateField(label="Du", required_sentence="")
    fin = DateField(label="au (inclus)", required_sentence="")

    def __init__(self, *args, authors, genres=OF_HISTORIES, **kwargs):
        """`authors`: accounts, as proposed; `genres`: {value: label}, none for a list of one kind."""
        super().__init__(*args, **kwargs)
        self.fields["par"].choices = [("", "Tous"), *((str(user.pk), user.titre) for user in authors)]
        self.fields["genre"].choices = [("", "Toutes"), *genres.items()]
        if not genres:
            del self.fields["genre"]
        for name in ("debut", "fin"):
            self.fields[name].required = False

    def clean(self):
        said = super().clean()
        if said.get("debut") and said.get("fin") and said["fin"] < said["debut"]:
            raise ValidationError({"fin": "Ce jour précède celui du début."})
        return said

    @property
    def chosen(self) -> dict:
        """Empty while the form is empty or refused: then all is shown."""
        return {name: value for name, value in self.cleaned_data.items() if value} if self.is_valid() else {}

    @property
    def folds(self) -> bool:
        return "genre" not in self.chosen

    @property
    def since(self) -> datetime | None:
        return _midnight(self.chosen.get("debut"))

    @property
    def until(self) -> datetime | None:
        last = self.chosen.get("fin")
        return _midnight(last and last + timedelta(days=1))

    def apply(self, entries):
        """The lines of a history that were asked for."""
        if self.chosen.get("par"):
            entries = entries.filter(user_id=self.chosen["par"])
        if self.chosen.get("genre") == ACTIONS:
            entries = entries.exclude(event__in=readings())
        if self.chosen.get("genre") == CONSULTATIONS:
            entries = entries.filter(event__in=readings())
        if self.since:
            entries = entries.filter(at__gte=self.since)
        return entries.filter(at__lt=self.until) if self.until else entries


def _midnight(day) -> datetime | None:
    return day and timezone.make_aware(datetime.combine(day, time.min))
