from django import forms
from django.core.exceptions import ValidationError

from accounts.forms import NewPasswordForm, OwnerForm
from accounts.models import User
from viatraj.core.saisie.fields import (
    CodeField,
    CodeSecoursField,
    CurrentPasswordField,
    EmailField,
    TelephoneField,
)


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
    mot_de_passe = CurrentPasswordField(
        label="Mot de passe", required_sentence="Saisissez votre mot de passe."
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
    """CON-6: this door says «Nom d’utilisateur»."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        field = self.fields["identifiant"]
        field.label = "Nom d’utilisateur"
        field.error_messages["required"] = "Saisissez votre nom d’utilisateur."


def _tell_what_for(password):
    password.label = "Mot de passe"
    password.help_text = (
        "Pour une connexion OTP sans passer par Pro Santé Connect. "
        "12 caractères au moins\u00a0: une phrase facile à retenir convient bien."
    )


class FirstForm(NewPasswordForm):
    """CON-8: what neither the card nor the directory says."""

    email = EmailField(
        help_text="Personnelle\u00a0: les codes et les messages du service y seront envoyés.",
        required_sentence="Saisissez votre adresse e-mail.",
        attrs={"autocomplete": "email"},
    )
    telephone = TelephoneField()
    adresse = forms.CharField(
        label="Adresse professionnelle",
        max_length=300,
        error_messages={"required": "Saisissez votre adresse professionnelle."},
        widget=forms.Textarea(attrs={"rows": 3, "autocomplete": "street-address"}),
    )
    field_order = ["email", "telephone", "adresse"]

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        _tell_what_for(self.fields["mot_de_passe"])


class FirstAssistantForm(NewPasswordForm):
    """CON-9; `email` is asked for when no link has led here."""

    OTHER = "autre"
    PROFESSIONS = ("Secrétaire", "Assistant médical", "Infirmier(e)")

    email = EmailField(
        label="Adresse e-mail",
        help_text="Celle où le médecin vous a envoyé son invitation.",
        required_sentence="Saisissez votre adresse e-mail.",
        attrs={"autocomplete": "email"},
    )
    profession = forms.ChoiceField(
        label="Profession",
        choices=[("", "Choisir"), *((one, one) for one in PROFESSIONS), (OTHER, "Autre…")],
        error_messages={
            "required": "Indiquez votre profession.",
            "invalid_choice": "Choisissez l’une des professions proposées.",
        },
    )
    autre = forms.CharField(
        label="Autre profession",
        help_text="Si vous avez choisi «\u00a0Autre…\u00a0».",
        max_length=100,
        required=False,
    )
    field_order = ["email", "profession", "autre"]

    def __init__(self, *args, is_invited, email="", **kwargs):
        """`is_invited(address)`: was this person invited there? `email`: the link's, if one led here."""
        super().__init__(*args, **kwargs)
        self.is_invited = is_invited
        _tell_what_for(self.fields["mot_de_passe"])
        self.known = email
        if email:
            del self.fields["email"]

    def clean_email(self):
        email = self.cleaned_data["email"]
        if not self.is_invited(email):
            raise ValidationError("Aucune invitation à votre nom n’a été envoyée à cette adresse.")
        return email

    def clean(self):
        typed = super().clean()
        other = typed.pop("autre", "")
        if typed.get("profession") == self.OTHER:
            if other:
                typed["profession"] = other
            else:
                self.add_error("autre", "Précisez votre profession.")
        typed["is_proven"] = bool(self.known)
        if self.known:
            typed["email"] = self.known
        return typed


class CodeForm(forms.Form):
    """CON-5."""

    code = CodeField(required_sentence="Saisissez le code reçu.")


class ExerciceForm(forms.Form):
    """Which of his exercices somebody comes in; `exercice` is its place in `people`."""

    exercice = forms.TypedChoiceField(
        label="Exercice",
        coerce=int,
        widget=forms.RadioSelect,
        error_messages={
            "required": "Choisissez un exercice.",
            "invalid_choice": "Choisissez l’un des exercices proposés.",
        },
    )

    def __init__(self, people, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["exercice"].choices = [(rank, _exercice(one)) for rank, one in enumerate(people)]
        self.initial.setdefault("exercice", 0)


def _exercice(verified) -> str:
    place = ", ".join(filter(None, [verified.structure, *verified.adresse.splitlines()]))
    return " – ".join(filter(None, [verified.profession_label, place])) or "Sans précision"


class RecoveryForm(forms.Form):
    """One of the ten codes kept in a safe place; signs and capitals do not matter."""

    code = CodeSecoursField(required_sentence="Saisissez l’un de vos codes de secours.")


class TotpForm(CodeForm, OwnerForm):
    """«Mon compte»: a first code proves that the application holds the key."""

    field_order = ["code", "ancien"]


class ReceptionForm(forms.Form):
    """«Mon compte»: how codes come (COM-5)."""

    reception = forms.ChoiceField(
        label="Recevoir mes codes",
        widget=forms.RadioSelect,
        error_messages={"required": "Choisissez comment recevoir vos codes."},
    )

    def __init__(self, *args, ready, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["reception"].choices = [
            (value, LABELS[value]) for value in User.Reception.values if value in ready
        ]


LABELS = {"mail": "E-mail", "sms": "SMS", "totp": "Application d’authentification"}
