import re

from django import forms
from django.core.exceptions import ValidationError

from dossiers import policies
from dossiers.models import TEXTE_MAX
from viatraj.core.droits import Orientation
from viatraj.core.forms import DateField, KeyedForm
from viatraj.core.policies import can

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
    nom = forms.CharField(
        label="Nom de naissance du patient",
        max_length=100,
        widget=forms.TextInput(OFF),
        error_messages={"required": "Indiquez le nom du patient."},
    )
    prenom = forms.CharField(
        label="Prénom du patient",
        max_length=100,
        widget=forms.TextInput(OFF),
        error_messages={"required": "Indiquez le prénom du patient."},
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

    numero = forms.CharField(
        label="N° de dossier",
        max_length=30,
        widget=forms.TextInput({"inputmode": "numeric", **OFF}),
        error_messages={"required": "Indiquez le numéro du dossier."},
    )

    def clean_numero(self):
        digits = re.sub(r"\s", "", self.cleaned_data["numero"])
        if not re.fullmatch(r"[0-9]{8}", digits):
            raise ValidationError("Un numéro de dossier compte huit chiffres, par exemple 1234\u00a05678.")
        return digits


class PatientForm(forms.Form):
    """«Rechercher un patient»."""

    nom = forms.CharField(
        label="Nom",
        max_length=100,
        widget=forms.TextInput(OFF),
        error_messages={"required": "Indiquez au moins les deux premières lettres du nom."},
    )
    prenom = forms.CharField(label="Prénom", max_length=100, required=False, widget=forms.TextInput(OFF))

    def clean_nom(self):
        nom = self.cleaned_data["nom"]
        if sum(character.isalnum() for character in nom) < 2:
            raise ValidationError("Indiquez au moins les deux premières lettres du nom.")
        return nom
