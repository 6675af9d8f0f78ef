from django import forms
from django.core.exceptions import ValidationError

from annuaire.reads import search


class RechercheForm(forms.Form):
    """A médecin of the national directory by name, and place if one likes (DEL-3)."""

    nom = forms.CharField(
        label="Nom",
        max_length=search.LONGEST,
        error_messages={
            "required": "Saisissez le nom du médecin.",
            "max_length": f"Le nom ne dépasse pas {search.LONGEST} caractères.",
        },
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )
    code_postal = forms.CharField(
        label="Code postal ou commune",
        max_length=search.LONGEST,
        required=False,
        error_messages={"max_length": f"La commune ne dépasse pas {search.LONGEST} caractères."},
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )

    def clean(self):
        typed = super().clean()
        if not self.errors:
            self._told(search.check)
        return typed

    def results(self, exclude=()) -> search.Found | None:
        """What the directory answers; None when its sentence now stands at the field."""
        return self._told(search.find, exclude=exclude)

    def _told(self, ask, **known):
        """Of what was typed; the sentence of a refusal goes to its field."""
        try:
            return ask(self.cleaned_data["nom"], code_postal=self.cleaned_data["code_postal"], **known)
        except ValidationError as error:
            self.add_error(error.code if error.code in self.fields else None, error)
            return None
