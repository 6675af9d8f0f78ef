from django import forms
from django.core.exceptions import ValidationError
from phonenumbers import NumberParseException, PhoneNumberFormat, format_number, is_possible_number, parse


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
        try:
            number = parse(value or "", "FR")
        except NumberParseException:
            return value
        style = PhoneNumberFormat.NATIONAL if number.country_code == 33 else PhoneNumberFormat.INTERNATIONAL
        return format_number(number, style)


class ContactForm(forms.Form):
    """«Mon compte» (COM-5): what one edits oneself."""

    telephone = PhoneField(label="Téléphone", max_length=40, required=False)
    adresse = forms.CharField(
        label="Adresse professionnelle",
        max_length=300,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3, "autocomplete": "street-address"}),
    )
    version = forms.IntegerField(widget=forms.HiddenInput)

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["telephone"].widget.attrs["autocomplete"] = "tel"


class CharteForm(forms.Form):
    """CON-8, CON-13."""

    accepte = forms.BooleanField(
        label="J’ai lu et accepte les conditions ci-dessus",
        error_messages={"required": "Cochez la case pour accepter la charte, ou déconnectez-vous."},
    )
    version = forms.CharField(widget=forms.HiddenInput, max_length=10)
