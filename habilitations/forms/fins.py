from django import forms

from annuaire.models import Lieu
from viatraj.core.periods import add_months
from viatraj.core.saisie.fields import DateField

STRETCHES = {"6": "6 mois", "12": "1 an", "24": "2 ans", "60": "5 ans"}


class DureeOuDate:
    """Of a form with `duree`, `fin` and `today`: the stretch, else the date; hands over `fin` alone."""

    def clean(self):
        typed = super().clean()
        duree = typed.pop("duree", "")
        if duree:
            typed["fin"] = add_months(self.today, int(duree))
        elif not typed.get("fin") and "fin" not in self.errors:
            self.add_error("fin", self.fields["fin"].error_messages["required"])
        return typed


class EcheanceForm(DureeOuDate, forms.Form):
    """HAB-5: a stretch from today in one click, or a date."""

    duree = forms.ChoiceField(choices=list(STRETCHES.items()), required=False)
    fin = DateField(label="Ou jusqu’au (inclus)", required_sentence="Choisissez une durée, ou une date.")

    def __init__(self, *args, today, **kwargs):
        super().__init__(*args, **kwargs)
        self.today = today
        self.stretches = [(value, label, add_months(today, int(value))) for value, label in STRETCHES.items()]
        self.fields["fin"].required, self.fields["fin"].one_of = False, True


class FinForm(EcheanceForm):
    version = forms.IntegerField(widget=forms.HiddenInput)


class LotForm(EcheanceForm):
    """One end for several rows; hands over `versions`, {key: version}, as they were read."""

    def __init__(self, *args, rows, **kwargs):
        super().__init__(*args, **kwargs)
        self.names = {row.pk: f"version-{row.pk}" for row in rows}
        for row in rows:
            self.fields[self.names[row.pk]] = forms.IntegerField(
                widget=forms.HiddenInput, initial=row.version
            )

    def clean(self):
        typed = super().clean()
        versions = {pk: typed.pop(name, None) for pk, name in self.names.items()}
        return {**typed, "versions": versions}


class DepartForm(forms.Form):
    """One date for all that a person holds in a structure."""

    lieu = forms.ChoiceField(
        label="Structure quittée",
        widget=forms.RadioSelect,
        error_messages={"required": "Choisissez la structure."},
    )
    fin = DateField(label="Dernier jour (inclus)", required_sentence="Indiquez le dernier jour.")

    def __init__(self, *args, lieux: list[Lieu], **kwargs):
        super().__init__(*args, **kwargs)
        self.lieux = {lieu.key: lieu for lieu in lieux}
        self.fields["lieu"].choices = [(key, lieu.full_name) for key, lieu in self.lieux.items()]

    def clean_lieu(self):
        return self.lieux[self.cleaned_data["lieu"]]
