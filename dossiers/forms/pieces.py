"""A file to join to a volet (DOS-3)."""

from django import forms

from viatraj.core.files import Refused, content
from viatraj.core.forms import KeyedForm
from viatraj.core.saisie import Refused as Unread
from viatraj.core.saisie import fichiers


class PieceForm(KeyedForm):
    """Of the volets that this person may write. The file is read whole before anything is kept."""

    volet = forms.ModelChoiceField(
        None,
        label="Volet",
        empty_label=None,
        widget=forms.RadioSelect,
        help_text="Seules les personnes qui lisent ce volet ouvriront la pièce.",
        error_messages={
            "required": "Choisissez le volet.",
            "invalid_choice": "Choisissez l’un des volets proposés.",
        },
    )
    fichier = forms.FileField(
        label="Fichier",
        allow_empty_file=True,  # it has a sentence of its own
        widget=forms.FileInput(attrs={"accept": ".pdf,.jpg,.jpeg,.png"}),
        error_messages={
            "required": "Choisissez un fichier.",
            "invalid": "Choisissez un fichier.",
            "missing": "Choisissez un fichier.",
        },
    )

    def __init__(self, *args, volets, most, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["volet"].queryset = volets
        self.fields["volet"].label_from_instance = lambda volet: volet.get_kind_display().capitalize()
        self.fields["fichier"].help_text = f"PDF, JPEG ou PNG, de {most} au plus, sans mot de passe."

    def clean_fichier(self):
        """What it is goes by its content, what it is called by its name, cleaned."""
        sent = self.cleaned_data["fichier"]
        try:
            content.check_size(sent.size)
            self.raw = sent.read()
            self.kind = content.read(self.raw)
            return fichiers.read(sent.name or "")
        except (Refused, Unread) as error:
            raise forms.ValidationError(str(error)) from error

    def clean(self):
        typed = super().clean()
        if "fichier" in typed:
            typed |= {"nom": typed.pop("fichier"), "raw": self.raw, "kind": self.kind}
        return typed
