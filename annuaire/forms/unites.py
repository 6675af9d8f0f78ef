"""Units of an établissement, or of a coordination, to be ticked."""

from django import forms

from annuaire.models import Lieu, Unite


class Unites(forms.ModelMultipleChoiceField):
    """Named as a list of one établissement does, or of a coordination."""

    inside = True
    widget = forms.CheckboxSelectMultiple
    default_error_messages = {
        "required": "Choisissez au moins une unité.",
        "invalid_choice": "Une de ces unités n’est plus proposée\u00a0: rouvrez la page.",
        "invalid_pk_value": "Une de ces unités n’existe pas\u00a0: rouvrez la page.",
    }

    def __init__(self, label: str):
        super().__init__(label=label, queryset=Unite.objects.none())

    def label_from_instance(self, obj):
        return obj.nom if self.inside else str(Lieu.of(obj))
