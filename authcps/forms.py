import re

from django import forms
from django.core.exceptions import ValidationError


class IdentifiantForm(forms.Form):
    """First factor; the two doors differ by their help."""

    identifiant = forms.CharField(
        label="Identifiant",
        max_length=60,
        error_messages={"required": "Saisissez votre identifiant."},
        widget=forms.TextInput(
            attrs={"autocomplete": "username", "spellcheck": "false", "autocapitalize": "none"}
        ),
    )
    mot_de_passe = forms.CharField(
        label="Mot de passe",
        max_length=128,
        strip=False,
        error_messages={"required": "Saisissez votre mot de passe."},
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
    )
    suite = forms.CharField(max_length=500, required=False, widget=forms.HiddenInput)


class MedecinForm(IdentifiantForm):
    """CON-2, CON-4."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["identifiant"].help_text = (
            "Votre identifiant est le numéro inscrit sur votre carte CPS, au-dessus de votre nom. "
            "Il correspond à 8 suivi de votre N° RPPS, ou 0 suivi de votre N° Adeli."
        )


class ProfessionnelForm(IdentifiantForm):
    """CON-6."""


class CodeForm(forms.Form):
    """CON-5."""

    code = forms.CharField(
        label="Code",
        help_text="6 chiffres. Les espaces sont acceptés.",
        max_length=20,
        error_messages={"required": "Saisissez le code reçu."},
        widget=forms.TextInput(attrs={"autocomplete": "one-time-code", "inputmode": "numeric"}),
    )

    def clean_code(self):
        code = re.sub(r"\s+", "", self.cleaned_data["code"])
        if not re.fullmatch(r"[0-9]{6}", code):
            raise ValidationError("Le code compte 6 chiffres.", code="code")
        return code
