import re

from django import forms

from habilitations.imports import reader
from viatraj.core.forms import KeyedForm
from viatraj.core.tableaux.cellules import Unreadable


class ImportForm(KeyedForm):
    """Reads the file into lines, or says at the field why it cannot be read."""

    fichier = forms.FileField(
        label="Fichier à importer",
        help_text="Un classeur .xlsx ou un fichier .csv, de 1\u202f000 lignes au plus.",
        widget=forms.FileInput(attrs={"accept": ".xlsx,.csv"}),
        error_messages={
            "required": "Choisissez un fichier.",
            "invalid": "Choisissez un fichier.",
            "missing": "Choisissez un fichier.",
            "empty": "Ce fichier est vide.",
        },
    )
    field_order = ["fichier", "cle"]

    def clean_fichier(self):
        try:
            return reader.read(self.cleaned_data["fichier"])
        except Unreadable as error:
            raise forms.ValidationError(error.sentences) from error

    def clean(self):
        typed = super().clean()
        if "fichier" in typed:
            typed["lines"] = typed.pop("fichier")
            typed["left_out"] = typed["lines"].left_out
            typed["file_name"] = re.sub(r"[^\w .()’'-]", "_", self.files["fichier"].name)[:100]
        return typed
