"""The fields of forms over what this package reads; a house test refuses others of these kinds."""

from collections.abc import Callable
from typing import Any

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError

from viatraj.core.saisie import (
    Refused,
    codes,
    datamatrix,
    dates,
    emails,
    ins,
    mots_de_passe,
    naissances,
    noms,
    numeros,
    telephones,
)


class ReadField(forms.CharField):
    """What was typed, as `read` keeps it; its sentence stands at the field, and what was typed stays."""

    read: Callable[[str], Any]
    attrs: dict[str, str] = {}

    def __init__(self, *, required_sentence="", attrs=None, **kwargs):
        """No `required_sentence`: the field may stay empty."""
        kwargs.setdefault("required", bool(required_sentence))
        super().__init__(error_messages={"required": required_sentence}, **kwargs)
        self.widget.attrs.update(self.attrs | (attrs or {}))

    def to_python(self, value):
        try:
            return self.read(super().to_python(value) or "")
        except Refused as error:
            raise ValidationError(str(error), code="saisie") from error

    def clean(self, value):
        """A disabled field is not validated: its name comes from a card, in any form."""
        return value if self.disabled else super().clean(value)


class NomField(ReadField):
    read = staticmethod(noms.read)

    def __init__(self, **kwargs):
        super().__init__(max_length=noms.LONGEST, **kwargs)


class RechercheNomField(NomField):
    """Of a search, which refuses nothing."""

    read = staticmethod(noms.tidied)


class EmailField(ReadField):
    read = staticmethod(emails.read)
    widget = forms.EmailInput

    def __init__(self, *, label="Adresse e-mail", **kwargs):
        super().__init__(label=label, max_length=emails.LONGEST, **kwargs)

    def prepare_value(self, value):
        return emails.shown(value or "")


class TelephoneField(ReadField):
    read = staticmethod(telephones.read)
    attrs = {"inputmode": "tel"}

    def __init__(self, *, label="Téléphone", **kwargs):
        super().__init__(label=label, max_length=40, **kwargs)

    def prepare_value(self, value):
        return telephones.shown(value or "")


class MobileField(TelephoneField):
    read = staticmethod(telephones.read_mobile)

    def __init__(self, *, label="Téléphone portable", **kwargs):
        super().__init__(label=label, **kwargs)


class NumeroDossierField(ReadField):
    read = staticmethod(numeros.dossier)
    attrs = {"inputmode": "numeric"}

    def __init__(self, **kwargs):
        super().__init__(max_length=30, **kwargs)


class NumeroDecisionField(ReadField):
    """Of an MDPH."""

    read = staticmethod(numeros.decision)
    attrs = {"autocomplete": "off"}

    def __init__(self, **kwargs):
        super().__init__(max_length=30, **kwargs)


class NaissanceField(ReadField):
    """A date of birth, whose day or month may be unknown."""

    read = staticmethod(naissances.read)
    attrs = {"inputmode": "numeric", "autocomplete": "off"}

    def __init__(self, **kwargs):
        help_text = "Par exemple 18/02/1957\u00a0; 00/02/1957 si le jour est inconnu."
        super().__init__(label="Date de naissance", help_text=help_text, **kwargs)

    def prepare_value(self, value):
        return value.typed if isinstance(value, naissances.Naissance) else value


class MatriculeField(ReadField):
    """Of an INS."""

    read = staticmethod(ins.matricule)
    attrs = {"autocomplete": "off", "spellcheck": "false"}

    def __init__(self, **kwargs):
        help_text = "Quinze caractères, clé comprise."
        super().__init__(label="Matricule INS", help_text=help_text, max_length=40, **kwargs)


class DatamatrixField(ReadField):
    """What a scanner types, or what is pasted; identities of test in the demonstration only."""

    @staticmethod
    def read(text):
        return datamatrix.read(text, tests=settings.DEMO)

    attrs = {"autocomplete": "off", "spellcheck": "false", "autocapitalize": "none"}

    def __init__(self, **kwargs):
        super().__init__(label="Datamatrix INS", **kwargs)


class CodeField(ReadField):
    """Six figures: of a mail, an SMS, an application."""

    read = staticmethod(codes.otp)
    attrs = {"autocomplete": "one-time-code", "inputmode": "numeric"}

    def __init__(self, **kwargs):
        help_text = "6 chiffres. Les espaces sont acceptés."
        super().__init__(label="Code", help_text=help_text, max_length=40, **kwargs)


class CodeSecoursField(ReadField):
    """One of the ten codes kept in a safe place."""

    read = staticmethod(codes.secours)
    attrs = {"autocomplete": "off", "spellcheck": "false", "autocapitalize": "none"}

    def __init__(self, **kwargs):
        help_text = "10 lettres et chiffres. Exemple\u00a0: abcde-fghjk."
        super().__init__(label="Code de secours", help_text=help_text, max_length=40, **kwargs)


class PasswordField(ReadField):
    """A new one, as it will be hashed."""

    read = staticmethod(mots_de_passe.read)
    widget = forms.PasswordInput
    attrs = {"autocomplete": "new-password"}

    def __init__(self, **kwargs):
        super().__init__(max_length=mots_de_passe.LONGEST, strip=False, **kwargs)
        self.error_messages["max_length"] = mots_de_passe.TOO_LONG


class CurrentPasswordField(PasswordField):
    """As it is typed: an older hash may have been made of that (`mots_de_passe.ways`)."""

    read = staticmethod(mots_de_passe.typed)
    attrs = {"autocomplete": "current-password"}


class DateInput(forms.DateInput):
    input_type = "date"

    def __init__(self):
        super().__init__(format="%Y-%m-%d")


class DateField(forms.DateField):
    """ISO in the page's fields; jj/mm/aaaa understood where the browser has no calendar."""

    def __init__(self, *, label, required_sentence, help_text=""):
        sentences = {"required": required_sentence}
        super().__init__(label=label, widget=DateInput(), help_text=help_text, error_messages=sentences)

    def to_python(self, value):
        try:
            return dates.read(value) if isinstance(value, str) else value
        except Refused as error:
            raise ValidationError(str(error), code="saisie") from error
