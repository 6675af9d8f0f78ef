from django import forms
from django.core.exceptions import ValidationError

from dossiers import policies
from dossiers.models import TEXTE_MAX
from viatraj.core.droits import Orientation
from viatraj.core.forms import KeyedForm
from viatraj.core.policies import can
from viatraj.core.saisie.fields import DateField, NomField, NumeroDossierField, RechercheNomField

OFF = {"autocomplete": "off"}  # a patient's name is not the user's own


class CreateForm(KeyedForm):
    """Only orientations where this actor may create."""

    orientation = forms.ChoiceField(
        label="Orientation",
        widget=forms.RadioSelect,
        error_messages={
            "required": "Choisissez l’orientation.",
            "invalid_choice": "Choisissez l’une des orientations proposées.",
        },
    )
    nom = NomField(
        label="Nom de naissance du patient", attrs=OFF, required_sentence="Indiquez le nom du patient."
    )
    prenom = NomField(
        label="Prénom du patient", attrs=OFF, required_sentence="Indiquez le prénom du patient."
    )
    date_naissance = DateField(label="Date de naissance", required_sentence="Indiquez la date de naissance.")
    field_order = ["orientation", "nom", "prenom", "date_naissance", "cle"]

    def __init__(self, *args, actor, **kwargs):
        super().__init__(*args, **kwargs)
        open_ones = [one for one in Orientation if can(policies.create, actor, one)]
        self.fields["orientation"].choices = [(one.value, one.label) for one in open_ones]


class TexteField(forms.CharField):
    """A new line counts for one character, as the browser counts it."""

    def to_python(self, value):
        return super().to_python(value).replace("\r\n", "\n")


class VoletForm(forms.Form):
    """One of the volets of a page; `sent` when it is the one that was written."""

    texte = TexteField(
        label="Texte du volet",
        max_length=TEXTE_MAX,
        required=False,
        widget=forms.Textarea({"rows": 8, **OFF}),
    )
    version = forms.IntegerField(widget=forms.HiddenInput)

    def __init__(self, sent=None, *, volet):
        self.volet = volet
        as_read = {"texte": volet.texte, "version": volet.version}
        super().__init__(sent, initial=as_read, auto_id=f"id_%s_{volet.kind}")

    def clean(self):
        if self.data.get("volet") != self.volet.kind:
            raise ValidationError("Ce dossier n’a pas ce volet\u00a0: rouvrez sa page.")
        return super().clean()


class NumeroForm(forms.Form):
    """«Rechercher un dossier»: spaces do not count, of whatever width."""

    numero = NumeroDossierField(
        label="N° de dossier", attrs=OFF, required_sentence="Indiquez le numéro du dossier."
    )


class PatientForm(forms.Form):
    """«Rechercher un patient»."""

    nom = RechercheNomField(
        label="Nom",
        attrs=OFF,
        required_sentence="Indiquez au moins les deux premières lettres du nom.",
    )
    prenom = RechercheNomField(label="Prénom", attrs=OFF)

    def clean_nom(self):
        nom = self.cleaned_data["nom"]
        if sum(character.isalnum() for character in nom) < 2:
            raise ValidationError("Indiquez au moins les deux premières lettres du nom.")
        return nom
