from django import forms
from django.core.exceptions import ValidationError
from phonenumbers import (
    NumberParseException,
    PhoneNumberFormat,
    PhoneNumberType,
    format_number,
    is_possible_number,
    number_type,
    parse,
)

from accounts.mots_de_passe import LONGEST
from viatraj.core.typography import phone


class PhoneField(forms.CharField):
    """Typed the French way, kept as +33…; overseas and foreign numbers with their +."""

    def to_python(self, value):
        value = super().to_python(value)
        if not value:
            return ""
        try:
            number = parse(value, "FR")
        except NumberParseException:
            number = None
        if number is None or not is_possible_number(number):
            raise ValidationError(
                "Ce numéro n’est pas reconnu. Exemple\u00a0: 01 99 00 12 34.", code="telephone"
            )
        return format_number(number, PhoneNumberFormat.E164)

    def prepare_value(self, value):
        return phone(value or "")


class ContactForm(forms.Form):
    """«Mon compte» (COM-5): what one edits oneself; not the name, where a card says it."""

    nom = forms.CharField(label="Nom", max_length=100, error_messages={"required": "Saisissez votre nom."})
    prenom = forms.CharField(
        label="Prénom", max_length=100, error_messages={"required": "Saisissez votre prénom."}
    )
    profession_label = forms.CharField(label="Profession", max_length=100, required=False)
    telephone = PhoneField(label="Téléphone", max_length=40, required=False)
    adresse = forms.CharField(
        label="Adresse professionnelle",
        max_length=300,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3, "autocomplete": "street-address"}),
    )
    version = forms.IntegerField(widget=forms.HiddenInput)

    def __init__(self, *args, named, **kwargs):
        super().__init__(*args, **kwargs)
        if not named:
            for name in ("nom", "prenom", "profession_label"):
                del self.fields[name]
        self.fields["telephone"].widget.attrs["autocomplete"] = "tel"


class CharteForm(forms.Form):
    """CON-8, CON-13."""

    accepte = forms.BooleanField(
        label="J’ai lu et accepte les conditions ci-dessus",
        error_messages={"required": "Cochez la case pour accepter la charte, ou déconnectez-vous."},
    )
    version = forms.CharField(widget=forms.HiddenInput, max_length=10)


class ForgottenForm(forms.Form):
    """MDP-1: who one is; the proof of work, and when the page was shown, for those without script."""

    identifiant = forms.CharField(
        label="Nom d’utilisateur",
        help_text="Votre identifiant, ou le numéro inscrit sur votre carte\u00a0: 8 suivi de votre N° RPPS, "
        "ou 0 suivi de votre N° Adeli.",
        max_length=60,
        error_messages={"required": "Saisissez votre nom d’utilisateur."},
        widget=forms.TextInput(
            attrs={"autocomplete": "username", "spellcheck": "false", "autocapitalize": "none"}
        ),
    )
    altcha = forms.CharField(max_length=4000, required=False, widget=forms.HiddenInput)
    affichee = forms.CharField(max_length=200, required=False, widget=forms.HiddenInput)


def _password(label, *, autocomplete, required_sentence):
    return forms.CharField(
        label=label,
        max_length=LONGEST,
        strip=False,
        error_messages={
            "required": required_sentence,
            "max_length": f"Le mot de passe compte plus de {LONGEST} caractères.",
        },
        widget=forms.PasswordInput(attrs={"autocomplete": autocomplete}),
    )


class OwnerForm(forms.Form):
    """Who is at the keyboard: not asked of an account without password."""

    ancien = _password(
        "Mot de passe actuel",
        autocomplete="current-password",
        required_sentence="Saisissez votre mot de passe actuel.",
    )

    def __init__(self, *args, user, **kwargs):
        super().__init__(*args, **kwargs)
        if not user.has_usable_password():
            self.fields["ancien"].required = False
            self.fields["ancien"].widget = forms.HiddenInput()


class NewPasswordForm(forms.Form):
    """The new one, twice (MDP-1, MDP-4)."""

    mot_de_passe = _password(
        "Nouveau mot de passe",
        autocomplete="new-password",
        required_sentence="Choisissez un mot de passe.",
    )
    mot_de_passe_bis = _password(
        "Répéter le mot de passe",
        autocomplete="new-password",
        required_sentence="Saisissez une seconde fois le mot de passe.",
    )

    def clean(self):
        typed = super().clean()
        again = typed.pop("mot_de_passe_bis", None)
        if again is not None and typed.get("mot_de_passe") not in (None, again):
            self.add_error("mot_de_passe_bis", "Les deux mots de passe ne sont pas identiques.")
        return typed


class ChangePasswordForm(NewPasswordForm, OwnerForm):
    field_order = ["ancien", "mot_de_passe", "mot_de_passe_bis"]


class EmailForm(OwnerForm):
    """COM-5: used only once the link sent there is followed."""

    target = forms.EmailField(
        label="Nouvelle adresse e-mail",
        max_length=254,
        error_messages={
            "required": "Saisissez la nouvelle adresse.",
            "invalid": "Cette adresse n’est pas complète. Exemple\u00a0: prenom.nom@cabinet.fr.",
        },
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
    )
    field_order = ["target", "ancien"]


class MobileForm(OwnerForm):
    """COM-5: used only once the link sent there by SMS is followed."""

    target = PhoneField(
        label="Téléphone portable",
        max_length=40,
        error_messages={"required": "Saisissez votre numéro de portable."},
    )
    field_order = ["target", "ancien"]

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["target"].widget.attrs["autocomplete"] = "tel"

    def clean_target(self):
        if not _is_mobile(self.cleaned_data["target"]):
            raise ValidationError(
                "Ce numéro n’est pas celui d’un portable. Exemple\u00a0: 06 39 98 12 34.", code="target"
            )
        return self.cleaned_data["target"]


def _is_mobile(e164: str) -> bool:
    """06 and 07 also where no operator has the range (those of fiction); never a number that costs."""
    kinds = (PhoneNumberType.MOBILE, PhoneNumberType.FIXED_LINE_OR_MOBILE)
    return e164.startswith(("+336", "+337")) or number_type(parse(e164)) in kinds
