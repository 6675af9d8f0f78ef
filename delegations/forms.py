from django import forms

from viatraj.core.forms import KeyedForm


class DateInput(forms.DateInput):
    input_type = "date"

    def __init__(self):
        super().__init__(format="%Y-%m-%d")


class DateField(forms.DateField):
    """ISO in the page's fields; jj/mm/aaaa understood where the browser has no calendar."""

    def __init__(self, *, label, required_sentence):
        super().__init__(
            label=label,
            widget=DateInput(),
            input_formats=["%Y-%m-%d", "%d/%m/%Y"],
            error_messages={
                "required": required_sentence,
                "invalid": "Cette date n’existe pas. Écrivez-la ainsi\u00a0: 31/12/2026.",
            },
        )


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
