from django import forms

from viatraj.core.forms import DateField, KeyedForm


class PeriodeForm(forms.Form):
    """Both days included."""

    debut = DateField(label="Valide du", required_sentence="Indiquez le premier jour.")
    fin = DateField(label="au (inclus)", required_sentence="Indiquez le dernier jour.")


class ConfrereForm(KeyedForm, PeriodeForm):
    """DEL-3: period prefilled with one month."""

    field_order = ["debut", "fin", "cle"]


class ModifyForm(PeriodeForm):
    """DEL-4."""

    version = forms.IntegerField(widget=forms.HiddenInput)


class AnswerForm(forms.Form):
    reponse = forms.ChoiceField(choices=[("accepter", "Accepter"), ("refuser", "Refuser")])


class SwitchForm(forms.Form):
    """Empty: back to one's own account."""

    delegation = forms.IntegerField(required=False, widget=forms.HiddenInput)
